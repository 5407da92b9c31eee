// One call of a canister: Candid in, Candid out, typed errors.
import { HttpAgent, QueryResponseStatus, RejectError, UncertifiedRejectErrorCode } from '@icp-sdk/core/agent';
import type { Identity } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';
import type { Environment } from '../environment';
import type { Signature } from './candid';
import { ServiceError, toServiceError } from './errors';

/** Milliseconds until a request is answered, if only to say that the answer must be asked for. Then it is sent again. */
const TIMEOUT = 30_000;

/**
 * The way to the network, through the page's own host (on the IC's own gateways the library goes to the domain above
 * it, at the price of a preflight). Answers of updates are verified against the root key of the environment. Those of queries are
 * not: nothing that a query answers is trusted here. Credentials that are not the anchor's lead to a prompt that fails or to a
 * log-in that front refuses, and a dapp verifies its delegation itself. So no question for the nodes' keys stands
 * between the passkey and the delegation.
 */
export function createAgent(env: Environment, identity?: Identity): HttpAgent {
  return HttpAgent.createSync({
    host: location.origin,
    rootKey: env.rootKey,
    verifyQuerySignatures: false,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT) }),
    ...(identity && { identity }),
  });
}

/** An update call, whose answer is certified. Throws a `ServiceError`. */
export async function update<T extends unknown[]>(
  agent: HttpAgent,
  canister: Principal,
  methodName: string,
  { args, results }: Signature,
  values: unknown[],
): Promise<T> {
  try {
    const arg = IDL.encode(args, values);
    const { reply } = await agent.update(canister, { methodName, arg, effectiveCanisterId: canister });
    return decode<T>(results, reply);
  } catch (error) {
    throw toServiceError(error);
  }
}

/** A query, whose answer one replica gave. Throws a `ServiceError`. */
export async function query<T extends unknown[]>(
  agent: HttpAgent,
  canister: Principal,
  methodName: string,
  { args, results }: Signature,
  values: unknown[],
): Promise<T> {
  try {
    const answer = await agent.query(canister, { methodName, arg: IDL.encode(args, values) });
    switch (answer.status) {
      case QueryResponseStatus.Replied:
        return decode<T>(results, answer.reply.arg);
      case QueryResponseStatus.Rejected:
        throw RejectError.fromCode(
          new UncertifiedRejectErrorCode(
            answer.requestId,
            answer.reject_code,
            answer.reject_message,
            answer.error_code,
            undefined,
          ),
        );
    }
  } catch (error) {
    throw toServiceError(error);
  }
}

/** The one cast: that the types of `types.ts` are those of `candid.ts`. */
function decode<T extends unknown[]>(results: IDL.Type[], reply: Uint8Array): T {
  try {
    return IDL.decode(results, reply) as unknown[] as T;
  } catch (error) {
    throw new ServiceError('internal', `an answer that is not as agreed: ${String(error)}`);
  }
}
