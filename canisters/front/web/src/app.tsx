// The application: what all screens share, and which of them is shown.
import type { HttpAgent } from '@icp-sdk/core/agent';
import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { AppContext, type Active, type App as Shared } from './app-context';
import { checkClock } from './clock';
import type { Environment } from './environment';
import { useLogin } from './login';
import { browserStore } from './memory';
import { relyingPartyId } from './passkey/relying-party';
import type { Channel } from './protocols/channel';
import { useRouter } from './router';
import { CurrentScreen } from './screens';
import { Expired } from './screens/expired';
import { frontFor } from './service/front';
import { isOver, SessionKey, type Session } from './session';

interface AppProps {
  env: Environment;
  /** Nobody's. */
  agent: HttpAgent;
  channel: Channel | null;
}

interface State {
  active: Active | null;
  /** The session is over. The screen that needed it waits, hidden, with what was typed in it. */
  isExpired: boolean;
}

export function App({ env, agent, channel }: AppProps): JSX.Element {
  const router = useRouter();
  const login = useLogin(channel, env, agent);
  const nextKey = useNextKey();
  const [{ active, isExpired }, setState] = useState<State>({ active: null, isExpired: false });

  const open = useCallback(
    (session: Session, { isRecovery = false } = {}): Active => {
      const next = { session, front: frontFor(env, session), isRecovery };
      setState({ active: next, isExpired: false });
      return next;
    },
    [env],
  );
  const close = useCallback(() => setState({ active: null, isExpired: false }), []);
  const expire = useCallback(() => setState(({ active: current }) => ({ active: current, isExpired: current !== null })), []);
  useClock(agent, env.front);
  useEndOfSession(isExpired ? null : (active?.session ?? null), expire);

  const shared: Shared = {
    env,
    agent,
    rpId: relyingPartyId(env, location),
    store: browserStore(),
    router,
    login,
    active,
    isExpired,
    open,
    close,
    expire,
    nextKey,
  };
  return (
    <AppContext.Provider value={shared}>
      <div hidden={isExpired}>
        <CurrentScreen key={router.visit} />
      </div>
      {isExpired && active && <Expired active={active} />}
    </AppContext.Provider>
  );
}

/** Looks now and then whether this computer's clock was set. */
function useClock(agent: HttpAgent, front: Environment['front']): void {
  useEffect(() => {
    const timer = setInterval(() => void checkClock(agent, front), 5_000);
    return () => clearInterval(timer);
  }, [agent, front]);
}

/** Timers do not run while a computer sleeps: it is looked again when the tab is. */
function useEndOfSession(session: Session | null, expire: () => void): void {
  useEffect(() => {
    if (!session) return undefined;
    const look = (): void => {
      if (isOver(session)) expire();
    };
    const timer = setInterval(look, 5_000);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [session, expire]);
}

/** Keeps one session key ready. Each is handed out once. */
function useNextKey(): Shared['nextKey'] {
  const ready = useRef<SessionKey | null>(null);
  const prepare = useCallback(() => {
    SessionKey.generate().then(
      (key) => {
        ready.current = key;
      },
      // Without it the key is made when it is asked for, which tells what is wrong.
      () => undefined,
    );
  }, []);
  useEffect(prepare, [prepare]);
  return useCallback(() => {
    const key = ready.current;
    ready.current = null;
    prepare();
    return key ?? SessionKey.generate();
  }, [prepare]);
}
