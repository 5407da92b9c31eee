import type { HttpAgent } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { setClock } from '../clock';
import { CertificationError } from './certification';
import { verifyTree } from './certified-tree';
import { CANISTER, certificate, type CertificateOptions, digest, NOW, prune, ROOT_KEY, tree } from './certified-testing';

// Signatures of the network's kind take their time, above all on a machine that does other things too.
vi.setConfig({ testTimeout: 60_000 });

const TREE = tree([
  ['a', new Uint8Array(1)],
  ['b', new Uint8Array(2)],
]);
const MINUTE = 60_000;

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

/** Null: accepted. */
async function refusal(options: CertificateOptions = {}, shown = TREE, canister = CANISTER): Promise<string | null> {
  const proof = certificate(digest(TREE), options);
  try {
    await verifyTree(shown, proof, { canister, rootKey: ROOT_KEY });
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(CertificationError);
    return String(error);
  }
}

test('a tree is accepted, whole or in part, signed by the root or by a subnet that the canister is on', async () => {
  expect(await refusal()).toBeNull();
  expect(
    await refusal(
      {},
      prune(TREE, (label) => label === 'a'),
    ),
  ).toBeNull();
  const last = Principal.fromText('qaa6y-5yaaa-aaaaa-aaafa-cai');
  expect(await refusal({ subnet: [CANISTER, last] })).toBeNull();
  expect(await refusal({ subnet: [last, last] })).toMatch(/not acceptable/);
});

test('a tree that the canister did not certify is refused', async () => {
  expect(await refusal({}, tree([['a', new Uint8Array(1)]]))).toMatch(/not the one/);
});

test('a certificate of another canister, or of another network, is refused', async () => {
  expect(await refusal({}, TREE, Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai'))).toMatch(/not one of this canister/);
  expect(await refusal({ secret: new Uint8Array(32).fill(9) })).toMatch(/not acceptable/);
});

test.each([
  [-5 * MINUTE, true],
  [-5 * MINUTE - 1, false],
  [5 * MINUTE, true],
  [5 * MINUTE + 1, false],
])('a certificate whose time is off by %i ms: %s', async (off, isFine) => {
  expect((await refusal({ time: NOW + off })) === null).toBe(isFine);
});

test('a certificate is judged by the network’s clock, if this computer’s is wrong', async () => {
  const agentOf = (ahead: number): HttpAgent =>
    ({ syncTime: async () => undefined, getTimeDiffMsecs: () => ahead }) as unknown as HttpAgent;
  const hint = new Date(NOW).toUTCString();
  vi.setSystemTime(NOW + 60 * MINUTE);
  expect(await refusal()).toMatch(/not acceptable/);
  await setClock(agentOf(-60 * MINUTE), CANISTER, hint);
  expect(await refusal()).toBeNull();
  await setClock(agentOf(0), CANISTER, hint);
  expect(await refusal()).toMatch(/not acceptable/);
});

test('what is no certificate is refused', async () => {
  for (const garbage of [new Uint8Array(), Uint8Array.of(0xff), Uint8Array.of(0xa0)]) {
    const proven = verifyTree(TREE, garbage, { canister: CANISTER, rootKey: ROOT_KEY });
    await expect(proven).rejects.toBeInstanceOf(CertificationError);
  }
});
