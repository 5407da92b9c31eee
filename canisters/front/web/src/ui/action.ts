// Something that takes a while and is started by a click.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { PasskeyError } from '../passkey/errors';
import { originOfPasskeys } from '../passkey/relying-party';
import { PhraseError } from '../phrase';
import { ServiceError } from '../service/errors';
import type { ErrorText } from '../texts/en';
import { describe } from '../texts/describe';

export interface Action {
  /** Starts it, unless one is under way: a second click does nothing. */
  run(work: () => Promise<void>): void;
  isPending: boolean;
  problem: ErrorText | null;
}

interface Options {
  /** It acts for the session: if the service does not know the key (any more), the user is asked to sign in again. */
  inSession?: boolean;
}

/** While it is under way the back button waits, too. What it does must not depend on the screen still being there. */
export function useAction({ inSession = false }: Options = {}): Action {
  const app = useApp();
  const busy = useRef(false);
  const mounted = useRef(true);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<ErrorText | null>(null);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const run = useCallback(
    (work: () => Promise<void>): void => {
      if (busy.current) return;
      busy.current = true;
      const release = app.router.hold();
      setPending(true);
      setProblem(null);
      work()
        .catch((error: unknown) => {
          if (isSurprise(error)) console.error(error);
          if (inSession && isSessionOver(error)) app.expire();
          else if (mounted.current) setProblem(describe(error, originOfPasskeys(app.env, location)));
        })
        .finally(() => {
          busy.current = false;
          release();
          if (mounted.current) setPending(false);
        });
    },
    [app, inSession],
  );
  return { run, isPending, problem };
}

/** The service or the network does not take the session (any more). */
export function isSessionOver(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'not-authenticated' || error.code === 'session-refused');
}

/** What developers should hear of; anything else is for the user alone. */
function isSurprise(error: unknown): boolean {
  if (!(error instanceof ServiceError)) return !(error instanceof PasskeyError || error instanceof PhraseError);
  return ['unexpected', 'internal', 'untrusted'].includes(error.code);
}
