import {
  AgentError,
  CertificateVerificationErrorCode,
  CertifiedRejectErrorCode,
  ErrorKindEnum,
  HttpErrorCode,
  HttpFetchErrorCode,
  IngressExpiryInvalidErrorCode,
  RequestStatusDoneNoReplyErrorCode,
  TimeoutWaitingForResponseErrorCode,
  UncertifiedRejectErrorCode,
  UncertifiedRejectUpdateErrorCode,
  type ErrorCode as AgentErrorCode,
} from '@icp-sdk/core/agent';
import { expect, test } from 'vitest';
import { fromReject, ServiceError, toServiceError, type ErrorCode } from './errors';

const CANISTER_REJECT = 4;
const P = 'jt2on-ptjfl-vcuss-qsjn5-zypkc-z3462-wwmgc-khwfx-nqxml-tdyub-iae';
const SHARD = '72kjj-zh777-77776-qaabq-cai';

// The words are those of canisters/front/src/refusal.rs.
test.each<[string, ErrorCode]>([
  [`${P} could not be authenticated.`, 'not-authenticated'],
  [`${P} could not be authenticated against the device key 00ff`, 'not-authenticated'],
  ['rate limit reached, try again later', 'rate-limited'],
  [`shard ${SHARD} cannot do this now: maintenance, try again later`, 'busy'],
  [`shard ${SHARD} is not available, try again later`, 'busy'],
  ['no randomness available, try again later', 'busy'],
  ['low on cycles: no registrations, try again later', 'low-on-cycles'],
  ['outcome unknown, repeat the same call', 'outcome-unknown'],
  ['this registration was sent before with other contents, start again with a new challenge', 'bad-challenge'],
  ['Device with key 00ff already exists on this anchor.', 'key-exists'],
  ['Device with key 00ff not found.', 'device-not-found'],
  ['Could not find device to update, check device key', 'device-not-found'],
  ['Anchor device limit exceeded: num devices 11, limit 10', 'too-many-devices'],
  [
    'Device is locked. Must be authenticated with this device to mutate: authorized principal a, actual principal b',
    'device-locked',
  ],
  ['There is already a recovery phrase and only one is allowed.', 'second-phrase'],
  ['alias limit exceeded: length 65, limit 64', 'alias-too-long'],
  ['credential_id limit exceeded: length 351, limit 350', 'device-refused'],
  ['Cumulative size of variable sized fields exceeds limit: length 2501, limit 2500.', 'device-refused'],
  ['Canister signature keys cannot be devices: add a passkey, a security key or a recovery phrase.', 'device-refused'],
  ['too many operations of this anchor on one day: limit 50, try again in the next day (UTC)', 'too-many-operations'],
  ['too many anchors in device registration mode, try again later', 'too-many-modes'],
  ['frontend hostname 256 exceeds the limit of 255 bytes', 'origin-too-long'],
  ['session key 1025 exceeds the limit of 1024 bytes', 'session-key-too-long'],
  [`shard ${SHARD} does not understand front: overlap`, 'internal'],
  ['something that nobody has said before', 'unexpected'],
])('%s', (words, code) => {
  expect(fromReject(CANISTER_REJECT, words).code).toBe(code);
});

// A device's name is the user's own words, and may be those of another refusal.
test('words are looked for where they stand', () => {
  expect(fromReject(CANISTER_REJECT, "Metadata key 'alias limit exceeded' is reserved and cannot be used.").code).toBe(
    'device-refused',
  );
});

test.each<[number, string, ErrorCode]>([
  [2, 'the ingress queue is full', 'busy'],
  [5, `Canister ${SHARD} is stopped and therefore does not have a CallContextManager`, 'busy'],
  [5, `Canister ${SHARD} trapped explicitly`, 'unexpected'],
])('a reject of the system, code %i: %s', (rejectCode, words, code) => {
  expect(fromReject(rejectCode, words).code).toBe(code);
});

const agentError = (code: AgentErrorCode, kind: ErrorKindEnum): AgentError => new AgentError(code, kind);
const id = new Uint8Array(32) as ConstructorParameters<typeof CertifiedRejectErrorCode>[0];

// A node that lies could otherwise make a change look done that never was.
test.each<[number, string, ErrorCode]>([
  [4, `Canister ${SHARD} rejected the message`, 'low-on-cycles'],
  [2, 'the ingress queue is full', 'busy'],
  [5, `Canister ${SHARD} is stopped and therefore does not have a CallContextManager`, 'busy'],
  [5, `Canister ${SHARD} trapped explicitly`, 'unexpected'],
  [4, 'outcome unknown, repeat the same call', 'unexpected'],
  [4, 'Device with key 00ff already exists on this anchor.', 'unexpected'],
  [4, 'Device with key 00ff not found.', 'unexpected'],
  [4, `${P} could not be authenticated.`, 'unexpected'],
])('a reject of an update that one node vouches for, code %i: %s', (rejectCode, words, code) => {
  const reject = new UncertifiedRejectUpdateErrorCode(id, rejectCode, words, undefined);
  expect(toServiceError(agentError(reject, ErrorKindEnum.Reject)).code).toBe(code);
});

test.each<[string, unknown, ErrorCode]>([
  [
    'a certified reject',
    agentError(new CertifiedRejectErrorCode(id, 4, 'rate limit reached', undefined), ErrorKindEnum.Reject),
    'rate-limited',
  ],
  [
    'a reject of a query',
    agentError(
      new UncertifiedRejectErrorCode(id, 4, `${P} could not be authenticated.`, undefined, undefined),
      ErrorKindEnum.Reject,
    ),
    'not-authenticated',
  ],
  ['no connection', agentError(new HttpFetchErrorCode(new Error('refused')), ErrorKindEnum.Transport), 'network'],
  ['a gateway in trouble', agentError(new HttpErrorCode(502, 'Bad Gateway', []), ErrorKindEnum.Protocol), 'network'],
  ['too many requests', agentError(new HttpErrorCode(429, 'Too Many', []), ErrorKindEnum.Protocol), 'network'],
  [
    'a session that is over',
    agentError(new HttpErrorCode(400, 'Bad Request', [], 'sender delegation has expired'), ErrorKindEnum.Protocol),
    'session-refused',
  ],
  ['a clock that was set', agentError(new IngressExpiryInvalidErrorCode('', 5), ErrorKindEnum.Input), 'session-refused'],
  ['a request that is wrong', agentError(new HttpErrorCode(400, 'Bad Request', [], '?'), ErrorKindEnum.Protocol), 'unexpected'],
  [
    'a certificate that is not the network’s',
    agentError(new CertificateVerificationErrorCode('signature'), ErrorKindEnum.Trust),
    'untrusted',
  ],
  [
    'no answer for minutes to a call that was taken',
    agentError(new TimeoutWaitingForResponseErrorCode('five minutes', id), ErrorKindEnum.Protocol),
    'outcome-unknown',
  ],
  [
    'an answer that is not kept any more',
    agentError(new RequestStatusDoneNoReplyErrorCode(id), ErrorKindEnum.Unknown),
    'outcome-unknown',
  ],
  ['anything', 'a text', 'unexpected'],
  ['one of our own', new ServiceError('full', ''), 'full'],
])('%s', (_, error, code) => {
  expect(toServiceError(error).code).toBe(code);
});
