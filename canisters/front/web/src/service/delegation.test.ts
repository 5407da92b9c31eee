import { Principal } from '@icp-sdk/core/principal';
import { expect, test } from 'vitest';
import type { LoginRequest } from '../protocols/channel';
import { delegate } from './delegation';
import type { ServiceError } from './errors';
import type { DelegationAnswer } from './types';

const REQUEST: LoginRequest = {
  origin: 'https://dapp.example',
  sessionKey: new Uint8Array([1, 2, 3]),
  maxTimeToLive: 60_000_000_000n,
};
const SESSION = { anchor: 10_000n, isRecovery: false };
const USER_KEY = new Uint8Array([9]);
const target = Principal.fromText('72kjj-zh777-77776-qaabq-cai');
const none: DelegationAnswer = { no_such_delegation: null };
const signed = (expiration: bigint, targets: [] | [Principal[]] = []): DelegationAnswer => ({
  signed_delegation: {
    delegation: { pubkey: REQUEST.sessionKey, expiration, targets },
    signature: new Uint8Array([7]),
  },
});

/** A front that answers these one after the other, and remembers what it was asked. */
function scripted(...answers: DelegationAnswer[]) {
  const calls: unknown[][] = [];
  let prepared = 0;
  return {
    calls,
    prepareDelegation: async (...values: unknown[]): Promise<[Uint8Array, bigint]> => {
      calls.push(['prepare', ...values]);
      prepared += 1;
      return [USER_KEY, 100n + BigInt(prepared)];
    },
    getDelegation: async (...values: unknown[]): Promise<DelegationAnswer> => {
      calls.push(['get', ...values]);
      return answers.shift() ?? none;
    },
  };
}
const names = (front: ReturnType<typeof scripted>): unknown[] => front.calls.map(([name]) => name);

test('two calls are enough, with the same arguments', async () => {
  const front = scripted(signed(101n));
  const waits: number[] = [];
  const answer = await delegate(front, SESSION, REQUEST, async (pause) => {
    waits.push(pause);
  });
  const { origin, sessionKey, maxTimeToLive } = REQUEST;
  expect(front.calls).toEqual([
    ['prepare', 10_000n, origin, sessionKey, maxTimeToLive],
    ['get', 10_000n, origin, sessionKey, 101n],
  ]);
  expect(waits).toEqual([]);
  expect(answer).toEqual({
    userKey: USER_KEY,
    delegations: [{ delegation: { pubkey: sessionKey, expiration: 101n }, signature: new Uint8Array([7]) }],
    isRecovery: false,
  });
});

test('the derivation origin is asked for, verbatim, in both calls', async () => {
  const front = scripted(signed(101n));
  await delegate(front, SESSION, { ...REQUEST, derivationOrigin: 'https://Other.example/' });
  expect(front.calls.map(([, , origin]) => origin)).toEqual(['https://Other.example/', 'https://Other.example/']);
});

test('whoever came in by recovery is said to have', async () => {
  const answer = await delegate(scripted(signed(101n)), { ...SESSION, isRecovery: true }, REQUEST);
  expect(answer.isRecovery).toBe(true);
});

test('targets are handed on as bytes', async () => {
  const answer = await delegate(scripted(signed(101n, [[target]])), SESSION, REQUEST);
  expect(answer.delegations[0]?.delegation.targets).toEqual([target.toUint8Array()]);
});

test('a replica that lags is asked again, five times in all', async () => {
  const front = scripted(none, none, none, none, signed(101n));
  await delegate(front, SESSION, REQUEST, async () => undefined);
  expect(names(front)).toEqual(['prepare', 'get', 'get', 'get', 'get', 'get']);
});

test('after an upgrade it is prepared again, and the new one is asked for', async () => {
  const front = scripted(none, none, none, none, none, signed(102n));
  await delegate(front, SESSION, REQUEST, async () => undefined);
  expect(names(front).filter((name) => name === 'prepare')).toHaveLength(2);
  expect(front.calls.at(-1)?.at(-1)).toBe(102n);
});

test('it gives up after two preparations', async () => {
  const front = scripted();
  await expect(delegate(front, SESSION, REQUEST, async () => undefined)).rejects.toEqual(
    expect.objectContaining({ code: 'no-delegation' }) as ServiceError,
  );
  expect(names(front)).toHaveLength(12);
});
