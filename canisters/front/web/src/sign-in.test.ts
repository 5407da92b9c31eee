import { Principal } from '@icp-sdk/core/principal';
import { afterEach, expect, test, vi } from 'vitest';
import type { Environment } from './environment';
import { createAgent } from './service/call';
import type { Credential, Credentials } from './service/types';
import { SessionKey } from './session';
import { discover, signIn } from './sign-in';
import { credentialsOf, ownerOf } from './service/shards';

vi.mock('./service/shards');

const USED: Credential = { credential_id: Uint8Array.of(1), pubkey: Uint8Array.of(2) };
const OTHER: Credential = { credential_id: Uint8Array.of(3), pubkey: Uint8Array.of(4) };

afterEach(() => vi.unstubAllGlobals());

/** A page whose authenticator has one passkey: `USED`. */
function page(): Parameters<typeof discover>[0] {
  vi.stubGlobal('location', { origin: 'https://id.example' });
  vi.stubGlobal('navigator', {
    credentials: {
      get: async () => ({
        type: 'public-key',
        rawId: USED.credential_id.slice().buffer,
        response: {
          authenticatorData: new ArrayBuffer(1),
          clientDataJSON: new ArrayBuffer(1),
          signature: new ArrayBuffer(1),
        },
      }),
    },
  });
  const env: Environment = {
    front: Principal.anonymous(),
    rootKey: new Uint8Array(),
    canonicalOrigin: null,
    relatedOrigins: [],
    shards: [],
  };
  return { env, agent: createAgent(env), rpId: 'id.example', nextKey: () => SessionKey.generate() };
}

function anchorWith(credentials: readonly Credential[], recovery: readonly Credential[]): Credentials {
  return { credentials: [...credentials], recovery_credentials: [...recovery], recovery_phrases: [] };
}

test.each([
  ['sign-in', [OTHER, USED], [], false],
  ['sign-in', [], [USED], true],
  ['recovery', [OTHER], [USED], true],
  ['again', [OTHER], [USED], true],
  ['again', [USED], [OTHER], false],
] as const)('%s with one of %j or recovery %j: by recovery %s', async (occasion, credentials, recovery, isRecovery) => {
  const known = Promise.resolve(anchorWith(credentials, recovery));
  const session = await signIn(page(), 10_000n, occasion, known);
  expect(session.device).toEqual(USED.pubkey);
  expect(session.isRecovery).toBe(isRecovery);
});

test.each([
  [[USED], [OTHER], false],
  [[OTHER], [USED], true],
])('a passkey that is found, one of %j or recovery %j: by recovery %s', async (credentials, recovery, isRecovery) => {
  vi.mocked(ownerOf).mockResolvedValue({ anchor_number: 10_001n, pubkey: USED.pubkey, since: 0n });
  vi.mocked(credentialsOf).mockResolvedValue(anchorWith(credentials, recovery));
  const session = await discover(page(), () => undefined);
  expect(vi.mocked(credentialsOf).mock.lastCall?.[2]).toBe(10_001n);
  expect(session).toMatchObject({ anchor: 10_001n, device: USED.pubkey, isRecovery });
});
