// The one place that knows by which words the service refuses. Screens know the codes only.
import {
  AgentError,
  CertifiedRejectErrorCode,
  ErrorKindEnum,
  HttpErrorCode,
  IngressExpiryInvalidErrorCode,
  RequestStatusDoneNoReplyErrorCode,
  TimeoutWaitingForResponseErrorCode,
  UncertifiedRejectErrorCode,
  UncertifiedRejectUpdateErrorCode,
} from '@icp-sdk/core/agent';

/** Why something was not done. Each has words for the user in the texts. */
export type ErrorCode =
  /** The key is not (any more) one of the anchor's, or there is no such anchor. */
  | 'not-authenticated'
  /** Too many registrations at present. */
  | 'rate-limited'
  /** A part of the service is in maintenance or does not answer. Nothing was changed. */
  | 'busy'
  /** The service is short of cycles: its operator must act. Nothing was changed. */
  | 'low-on-cycles'
  /** No answer came from the part that should have done it. */
  | 'outcome-unknown'
  /** No part of the service takes new anchors. */
  | 'full'
  /** The picture was solved wrongly, or too late. */
  | 'bad-challenge'
  | 'key-exists'
  | 'too-many-devices'
  | 'device-not-found'
  /** Protected: only the device itself may change it. */
  | 'device-locked'
  | 'second-phrase'
  /** The name given to a device is too long. */
  | 'alias-too-long'
  /** Another rule for devices. */
  | 'device-refused'
  | 'too-many-operations'
  | 'too-many-modes'
  | 'origin-too-long'
  | 'session-key-too-long'
  /** No shard owns this number, or it has no devices. */
  | 'unknown-anchor'
  /** It has a recovery phrase only. */
  | 'no-passkey'
  | 'no-recovery-key'
  /** No shard knows the passkey. */
  | 'unknown-passkey'
  /** The index of passkeys is being built. */
  | 'index-incomplete'
  /** Prepared twice, and not handed out. */
  | 'no-delegation'
  /** The devices are not those that the user saw. */
  | 'changed-elsewhere'
  /** The phrase that was stored instead of another one is not there any more. */
  | 'phrase-gone'
  /** No connection. Whether it was done is not known. */
  | 'network'
  /** The network turned the session away before the canister was asked: it is over, or a clock is wrong. */
  | 'session-refused'
  /** An answer whose certificate is not the network's. */
  | 'untrusted'
  | 'internal'
  | 'unexpected';

/** `detail` is for developers; users get the words that belong to the code. */
export class ServiceError extends Error {
  override name = 'ServiceError';
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Beginnings or middles of reject messages (front.did), in the order in which they are looked for. */
const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/could not be authenticated/, 'not-authenticated'],
  [/rate limit reached/, 'rate-limited'],
  [/low on cycles/, 'low-on-cycles'],
  [/outcome unknown/, 'outcome-unknown'],
  [/cannot do this now/, 'busy'],
  [/is not available, try again later/, 'busy'],
  [/no randomness available/, 'busy'],
  [/too many operations of this anchor/, 'too-many-operations'],
  [/too many anchors in device registration mode/, 'too-many-modes'],
  [/this registration was sent before with other contents/, 'bad-challenge'],
  [/^Device with key \S+ already exists/, 'key-exists'],
  [/^Anchor device limit exceeded/, 'too-many-devices'],
  [/^Device with key \S+ not found/, 'device-not-found'],
  [/^Could not find device to update/, 'device-not-found'],
  [/^Device is locked/, 'device-locked'],
  [/^There is already a recovery phrase/, 'second-phrase'],
  [/^alias limit exceeded/, 'alias-too-long'],
  [/^(pubkey|credential_id|origin|aaguid) limit exceeded/, 'device-refused'],
  [/^Cumulative size of variable sized fields/, 'device-refused'],
  [/^Metadata /, 'device-refused'],
  [/^Anchor record is too large/, 'device-refused'],
  [/^Canister signature keys cannot be devices/, 'device-refused'],
  [/^Only recovery phrases can be locked/, 'device-refused'],
  [/^Devices with key type seed_phrase/, 'device-refused'],
  [/^Device key cannot be updated/, 'device-refused'],
  [/^Recovery phrases cannot be added/, 'device-refused'],
  [/^frontend hostname \d+ exceeds/, 'origin-too-long'],
  [/^session key \d+ exceeds/, 'session-key-too-long'],
  [/does not understand front/, 'internal'],
];

/** `inspect_message` turns away what there are no cycles for; nothing else that this page sends. */
const NOT_TAKEN = /rejected the message/;

/** SYS_TRANSIENT: the network had no room. */
const TRANSIENT = 2;
/** CANISTER_ERROR: it is stopped, or trapped. */
const CANISTER_ERROR = 5;

/** What a reject means. `message` may carry the system's own words around the canister's. */
export function fromReject(rejectCode: number, message: string): ServiceError {
  for (const [words, code] of WORDS) {
    if (words.test(message)) return new ServiceError(code, message);
  }
  return new ServiceError(isPassing(rejectCode, message) ? 'busy' : 'unexpected', message);
}

/**
 * What a reject of an update means that a single node vouches for. Only that the call was not taken is believed: any other word
 * about what became of it comes with a certificate, or from somebody who wants it believed.
 */
export function fromUncertifiedReject(rejectCode: number, message: string): ServiceError {
  if (NOT_TAKEN.test(message)) return new ServiceError('low-on-cycles', message);
  return new ServiceError(isPassing(rejectCode, message) ? 'busy' : 'unexpected', message);
}

function isPassing(rejectCode: number, message: string): boolean {
  return rejectCode === TRANSIENT || (rejectCode === CANISTER_ERROR && /is (stopped|stopping)/.test(message));
}

/** Whatever was thrown while the service was asked. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof AgentError) return fromAgent(error);
  return new ServiceError('unexpected', String(error));
}

function fromAgent(error: AgentError): ServiceError {
  const { code } = error;
  // The second is of a query: nothing that a query answers is trusted.
  if (code instanceof CertifiedRejectErrorCode || code instanceof UncertifiedRejectErrorCode) {
    return fromReject(code.rejectCode, code.rejectMessage);
  }
  if (code instanceof UncertifiedRejectUpdateErrorCode) return fromUncertifiedReject(code.rejectCode, code.rejectMessage);
  // This computer's clock was set meanwhile: a new session's agent asks for the time anew.
  if (code instanceof IngressExpiryInvalidErrorCode) return new ServiceError('session-refused', error.message);
  // The call was taken, and nobody said what came of it.
  if (code instanceof TimeoutWaitingForResponseErrorCode || code instanceof RequestStatusDoneNoReplyErrorCode) {
    return new ServiceError('outcome-unknown', error.message);
  }
  if (code instanceof HttpErrorCode) return fromHttp(code.status, error.message);
  switch (error.kind) {
    case ErrorKindEnum.Transport:
    case ErrorKindEnum.Limit:
      return new ServiceError('network', error.message);
    case ErrorKindEnum.Trust:
      return new ServiceError('untrusted', error.message);
    case ErrorKindEnum.Protocol:
    case ErrorKindEnum.Reject:
    case ErrorKindEnum.External:
    case ErrorKindEnum.Input:
    case ErrorKindEnum.Unknown:
      return new ServiceError('unexpected', error.message);
  }
}

/** The network's HTTP interface refused before the canister was asked. */
function fromHttp(status: number, message: string): ServiceError {
  if (status === 429 || status >= 500) return new ServiceError('network', message);
  // A session that has expired, or a key that did not sign it.
  if (/delegation|signature/i.test(message)) return new ServiceError('session-refused', message);
  return new ServiceError('unexpected', message);
}
