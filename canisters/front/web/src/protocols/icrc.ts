// What a signer answers by ICRC-25, ICRC-34 and ICRC-95, whatever carries the messages.
import { Principal } from '@icp-sdk/core/principal';
import { fromBase64, toBase64 } from './bytes';
import type { LoginAnswer, LoginRequest, Refusal } from './channel';
import { errors, failure, fields, parseRequest, type RpcError, type RpcId, type RpcResponse, success } from './json-rpc';
import { isLifetime, isOriginSized, isSessionKey, MAX_ORIGIN_BYTES, MAX_SESSION_KEY_BYTES } from './limits';

/** What to do about a message. */
export type Step =
  /** Nothing: a notification, or no request. */
  | { kind: 'ignore' }
  | { kind: 'answer'; response: RpcResponse }
  /** A request for a delegation that is not acceptable: to answer, and for the user to hear. */
  | { kind: 'refusal'; response: RpcResponse; detail: string }
  /** To ask the user. */
  | { kind: 'delegation'; id: RpcId; request: LoginRequest };

const TOPICS = 'https://github.com/dfinity/wg-identity-authentication/blob/main/topics';
const STANDARDS = [
  { name: 'ICRC-25', url: `${TOPICS}/icrc_25_signer_interaction_standard.md` },
  { name: 'ICRC-29', url: `${TOPICS}/icrc_29_window_post_message_transport.md` },
  { name: 'ICRC-34', url: `${TOPICS}/icrc_34_delegation.md` },
  { name: 'ICRC-95', url: `${TOPICS}/icrc_95_derivationorigin.md` },
  { name: 'ICRC-167', url: `${TOPICS}/icrc_167_browser_url_transport.md` },
];

/** Any dapp may ask for a delegation: the user decides on each. */
const PERMISSIONS = [{ scope: { method: 'icrc34_delegation' }, state: 'granted' }];

/** Reads a message of the dapp at `origin`. */
export function step(message: unknown, origin: string): Step {
  const request = parseRequest(message);
  if (request === null) return { kind: 'ignore' };
  if ('jsonrpc' in request) return { kind: 'answer', response: request };
  const { id, method, params } = request;
  if (id === undefined) return { kind: 'ignore' };
  const answer = (result: unknown): Step => ({ kind: 'answer', response: success(id, result) });
  const refuse = (error: RpcError): Step => ({ kind: 'answer', response: failure(id, error) });

  switch (method) {
    case 'icrc25_supported_standards':
      return answer({ supportedStandards: STANDARDS });
    case 'icrc25_permissions':
      return answer({ scopes: PERMISSIONS });
    case 'icrc25_request_permissions':
      return isScopes(params)
        ? answer({ scopes: PERMISSIONS })
        : refuse(errors.invalidParams('scopes must be an array of objects with a method.'));
    case 'icrc34_delegation': {
      const delegation = parseDelegation(params, origin);
      return typeof delegation === 'string'
        ? { kind: 'refusal', response: failure(id, errors.invalidParams(delegation)), detail: delegation }
        : { kind: 'delegation', id, request: delegation };
    }
    default:
      // A method of a standard that is not among ours, or of none.
      return refuse(
        method.startsWith('icrc')
          ? errors.notSupported('See icrc25_supported_standards for what this signer supports.')
          : errors.methodNotFound('This signer knows the methods of ICRC-25 and ICRC-34.'),
      );
  }
}

function isScopes(params: unknown): boolean {
  const scopes = fields(params)?.scopes;
  return Array.isArray(scopes) && scopes.every((scope) => typeof fields(scope)?.method === 'string');
}

/** The request, or what is wrong with it. */
function parseDelegation(params: unknown, origin: string): LoginRequest | string {
  const given = fields(params);
  if (given === null) return 'params must be an object.';
  const { publicKey, maxTimeToLive, targets, icrc95DerivationOrigin } = given;

  const sessionKey = typeof publicKey === 'string' ? fromBase64(publicKey) : null;
  if (sessionKey === null || !isSessionKey(sessionKey)) {
    return `publicKey must be 1 to ${MAX_SESSION_KEY_BYTES} bytes in base64.`;
  }
  const request: LoginRequest = { origin, sessionKey };
  if (maxTimeToLive !== undefined) {
    if (typeof maxTimeToLive !== 'string' || !/^\d{1,20}$/.test(maxTimeToLive) || !isLifetime(BigInt(maxTimeToLive))) {
      return 'maxTimeToLive must be a decimal text: nanoseconds, more than 0, of at most 64 bits.';
    }
    request.maxTimeToLive = BigInt(maxTimeToLive);
  }
  if (icrc95DerivationOrigin !== undefined) {
    if (typeof icrc95DerivationOrigin !== 'string' || !isOriginSized(icrc95DerivationOrigin)) {
      return `icrc95DerivationOrigin must be a text of 1 to ${MAX_ORIGIN_BYTES} bytes.`;
    }
    request.derivationOrigin = icrc95DerivationOrigin;
  }
  // Targets ask for an account that many dapps share; ICRC-34 lets a signer give the dapp's own pseudonym instead.
  if (targets !== undefined && !(Array.isArray(targets) && targets.every((target) => typeof target === 'string'))) {
    return 'targets must be an array of canister ids.';
  }
  return request;
}

/** The delegation chain as ICRC-34 writes it. */
export function delegationResult({ delegations, userKey }: LoginAnswer): unknown {
  return {
    publicKey: toBase64(userKey),
    signerDelegation: delegations.map(({ delegation, signature }) => ({
      delegation: {
        pubkey: toBase64(delegation.pubkey),
        expiration: delegation.expiration.toString(),
        ...(delegation.targets && { targets: delegation.targets.map((id) => Principal.fromUint8Array(id).toText()) }),
      },
      signature: toBase64(signature),
    })),
  };
}

/** Why there is no delegation, as ICRC-25 says it. */
export function refusalError(refusal: Refusal, detail: string): RpcError {
  switch (refusal) {
    case 'declined':
      return errors.actionAborted();
    case 'invalid':
      return errors.invalidParams(detail);
    case 'failed':
      return errors.generic(detail);
    default:
      return refusal satisfies never;
  }
}
