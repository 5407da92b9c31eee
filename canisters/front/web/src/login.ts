// The dapp that waits for a log-in, as the screens see it.
import type { HttpAgent } from '@icp-sdk/core/agent';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Environment } from './environment';
import { type Channel, type LoginAnswer, type LoginRequest, ProtocolError } from './protocols/channel';
import { checkDerivationOrigin, OriginError } from './protocols/origins';
import type { ErrorText } from './texts/en';
import { texts } from './texts';
import { describe } from './texts/describe';

const DECLINED = 'the user does not want to log in';

export type LoginState =
  /** The dapp has not asked yet. */
  | { name: 'waiting' }
  /** Its derivation origin is being checked. */
  | { name: 'checking'; request: LoginRequest }
  /** Who says whether it may be used did not answer. */
  | { name: 'unchecked'; request: LoginRequest; reason: string }
  | { name: 'ready'; request: LoginRequest }
  /** There is nothing to log in to; `unreachable`: yet, for nobody said where the answer may go. */
  | { name: 'refused' | 'unreachable'; problem: ErrorText }
  | { name: 'done' }
  | { name: 'declined' }
  /** The dapp was gone when the delegation, or the user's no, was there. */
  | { name: 'gone' | 'untold' };

export interface Login {
  state: LoginState;
  succeed(answer: LoginAnswer): void;
  decline(): void;
  /** Asks again whoever did not answer. */
  retry(): void;
}

/** Null without a channel: nobody asks. */
export function useLogin(channel: Channel | null, env: Environment, agent: HttpAgent): Login | null {
  const [state, setState] = useState<LoginState>({ name: 'waiting' });
  const check = useCallback(
    async (request: LoginRequest): Promise<void> => {
      setState({ name: 'checking', request });
      try {
        await checkDerivationOrigin(env, agent, request);
        setState({ name: 'ready', request });
      } catch (error) {
        if (error instanceof OriginError && error.code === 'unreachable') {
          setState({ name: 'unchecked', request, reason: error.message });
          return;
        }
        channel?.fail('invalid', error instanceof Error ? error.message : String(error));
        setState({ name: 'refused', problem: texts.authorize.originRefused });
      }
    },
    [channel, env, agent],
  );
  const ask = useCallback((): void => {
    setState({ name: 'waiting' });
    channel?.request().then(check, (error: unknown) => {
      const isUnreachable = error instanceof ProtocolError && error.code === 'callback-unreachable';
      setState({ name: isUnreachable ? 'unreachable' : 'refused', problem: describe(error) });
    });
  }, [channel, check]);
  useEffect(ask, [ask]);

  /** A delegation that arrives after the user said no is not sent. */
  const isAnswered = useRef(false);
  const answer = (send: () => boolean, heard: LoginState, unheard: LoginState): void => {
    if (isAnswered.current) return;
    isAnswered.current = true;
    setState(send() ? heard : unheard);
  };

  if (!channel) return null;
  return {
    state,
    succeed: (delegation) => answer(() => channel.succeed(delegation), { name: 'done' }, { name: 'gone' }),
    decline: () =>
      answer(
        // Nobody but the dapp's developer can tell a missing header from a missing connection.
        () => (state.name === 'unchecked' ? channel.fail('invalid', state.reason) : channel.fail('declined', DECLINED)),
        { name: 'declined' },
        { name: 'untold' },
      ),
    retry: () => (state.name === 'unchecked' ? void check(state.request) : ask()),
  };
}
