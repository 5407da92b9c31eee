// The dapp that waits for a log-in, as the screens see it.
import type { HttpAgent } from '@icp-sdk/core/agent';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Environment } from './environment';
import type { Channel, LoginAnswer, LoginRequest } from './protocols/channel';
import { checkDerivationOrigin } from './protocols/origins';
import type { ErrorText } from './texts/en';
import { texts } from './texts';
import { describe } from './texts/describe';

export type LoginState =
  /** The dapp has not asked yet. */
  | { name: 'waiting' }
  /** Its derivation origin is being checked. */
  | { name: 'checking'; request: LoginRequest }
  | { name: 'ready'; request: LoginRequest }
  /** There is nothing to log in to. */
  | { name: 'refused'; problem: ErrorText }
  | { name: 'done' }
  | { name: 'declined' };

export interface Login {
  state: LoginState;
  succeed(answer: LoginAnswer): void;
  decline(): void;
}

/** Null without a channel: nobody asks. */
export function useLogin(channel: Channel | null, env: Environment, agent: HttpAgent): Login | null {
  const [state, setState] = useState<LoginState>({ name: 'waiting' });
  useEffect(() => {
    let isCurrent = true;
    const show = (next: LoginState): void => {
      if (isCurrent) setState(next);
    };
    channel
      ?.request()
      .then(async (request) => {
        show({ name: 'checking', request });
        try {
          await checkDerivationOrigin(env, agent, request);
        } catch (error) {
          channel.fail('invalid', error instanceof Error ? error.message : String(error));
          show({ name: 'refused', problem: texts.authorize.originRefused });
          return;
        }
        show({ name: 'ready', request });
      })
      .catch((error: unknown) => show({ name: 'refused', problem: describe(error) }));
    return () => {
      isCurrent = false;
    };
  }, [channel, env, agent]);

  /** A delegation that arrives after the user said no is not sent. */
  const isAnswered = useRef(false);
  const answer = (send: () => void, next: LoginState): void => {
    if (isAnswered.current) return;
    isAnswered.current = true;
    send();
    setState(next);
  };

  if (!channel) return null;
  return {
    state,
    succeed: (delegation) => answer(() => channel.succeed(delegation), { name: 'done' }),
    decline: () => answer(() => channel.fail('declined', 'the user does not want to log in'), { name: 'declined' }),
  };
}
