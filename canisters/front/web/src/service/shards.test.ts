import { Principal } from '@icp-sdk/core/principal';
import { expect, test } from 'vitest';
import { ServiceError } from './errors';
import { earliest, shardOf } from './shards';
import type { KnownPasskey, LookupAnswer } from './types';

const first = Principal.fromText('72kjj-zh777-77776-qaabq-cai');
const second = Principal.fromText('7uieb-cx777-77776-qaaaq-cai');
const SHARDS = [
  { lo: 20_000n, hi: 30_000n, canister: second },
  { lo: 10_000n, hi: 20_000n, canister: first },
];

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return error instanceof ServiceError ? error.code : String(error);
  }
  return undefined;
};

test('a shard owns its range without the end', () => {
  expect(shardOf(SHARDS, 10_000n)).toBe(first);
  expect(shardOf(SHARDS, 19_999n)).toBe(first);
  expect(shardOf(SHARDS, 20_000n)).toBe(second);
});

test.each([0n, 9_999n, 30_000n, 2n ** 64n - 1n])('nobody owns %i', (anchor) => {
  expect(codeOf(() => shardOf(SHARDS, anchor))).toBe('unknown-anchor');
});

const passkey = (anchor: bigint, since: bigint): KnownPasskey => ({
  pubkey: new Uint8Array([1]),
  anchor_number: anchor,
  since,
});
const nobody: LookupAnswer = { Ok: [] };

test('of several owners the one that has had it longest counts', () => {
  const answers: LookupAnswer[] = [{ Ok: [passkey(20_000n, 7n)] }, nobody, { Ok: [passkey(10_000n, 5n)] }];
  expect(earliest(answers).anchor_number).toBe(10_000n);
  expect(earliest(answers.reverse()).anchor_number).toBe(10_000n);
});

test('a passkey that nobody has is unknown', () => {
  expect(codeOf(() => earliest([nobody, nobody]))).toBe('unknown-passkey');
  expect(codeOf(() => earliest([]))).toBe('unknown-passkey');
});

test('an index with gaps could hide an earlier owner', () => {
  const answers: LookupAnswer[] = [{ Ok: [passkey(10_000n, 5n)] }, { Err: { unindexed: 3n } }];
  expect(codeOf(() => earliest(answers))).toBe('index-incomplete');
});
