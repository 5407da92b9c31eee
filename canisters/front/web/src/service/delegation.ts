// A delegation for a dapp: prepared by an update, handed out by a query.
import type { LoginAnswer, LoginRequest } from '../protocols/channel';
import { ServiceError } from './errors';
import type { Front } from './front';
import { sleep, type Sleep } from './retry';
import type { Session } from '../session';
import type { ServiceDelegation } from './types';

/** Waits after a replica did not have it yet, in milliseconds. The first question is not delayed. */
const WAITS = [100, 300, 900, 1_800];

/** After an upgrade of front nothing that was prepared is left. */
const PREPARATIONS = 2;

/** The pseudonym's origin is the derivation origin, if the dapp asked for one that was checked. */
export async function delegate(
  front: Pick<Front, 'prepareDelegation' | 'getDelegation'>,
  { anchor, isRecovery }: Pick<Session, 'anchor' | 'isRecovery'>,
  request: LoginRequest,
  wait: Sleep = sleep,
): Promise<LoginAnswer> {
  const origin = request.derivationOrigin ?? request.origin;
  const { sessionKey, maxTimeToLive } = request;
  for (let preparation = 1; preparation <= PREPARATIONS; preparation += 1) {
    const [userKey, expiration] = await front.prepareDelegation(anchor, origin, sessionKey, maxTimeToLive);
    for (const pause of [0, ...WAITS]) {
      if (pause > 0) await wait(pause);
      const answer = await front.getDelegation(anchor, origin, sessionKey, expiration);
      if ('signed_delegation' in answer) {
        return { delegations: [forDapp(answer.signed_delegation)], userKey, isRecovery };
      }
    }
  }
  throw new ServiceError('no-delegation', `prepared ${PREPARATIONS} times, never handed out`);
}

function forDapp({ delegation, signature }: ServiceDelegation): LoginAnswer['delegations'][number] {
  const [targets] = delegation.targets;
  return {
    delegation: {
      pubkey: Uint8Array.from(delegation.pubkey),
      expiration: delegation.expiration,
      ...(targets && { targets: targets.map((target) => target.toUint8Array()) }),
    },
    signature: Uint8Array.from(signature),
  };
}
