// What all screens share.
import type { HttpAgent } from '@icp-sdk/core/agent';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Environment } from './environment';
import type { Store } from './memory';
import type { Login } from './login';
import type { Route, Router } from './router';
import type { Front } from './service/front';
import type { Session, SessionKey } from './session';

/** A session with what acts for it. */
export interface Active {
  session: Session;
  front: Front;
  /** It was opened by a recovery phrase or key: the screens advise to add a device. */
  isRecovery: boolean;
}

export interface App {
  env: Environment;
  /** Nobody's agent, for what anybody may ask. */
  agent: HttpAgent;
  /** Relying party id of this page's passkeys. */
  rpId: string;
  store: Store;
  router: Router;
  /** The dapp that waits; null if the user came by himself. */
  login: Login | null;
  active: Active | null;
  /** The session of `active` is over: the screens wait until it is opened anew. */
  isExpired: boolean;
  open(session: Session, options?: { isRecovery?: boolean }): Active;
  /** Signs out. */
  close(): void;
  /** The session is over before its time, or the service does not know it any more. */
  expire(): void;
  /** The key of the next session, made before it is needed: a prompt must follow the click at once. */
  nextKey(): SessionKey | Promise<SessionKey>;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a screen outside of the application');
  return app;
}

/** Where a flow that opened a session ends: at the dapp that waits, or at the anchor's devices. */
export function afterwards({ login }: Pick<App, 'login'>): Route {
  const isAsked = login && ['waiting', 'unreachable', 'checking', 'unchecked', 'ready'].includes(login.state.name);
  return { name: isAsked ? 'home' : 'manage' };
}
