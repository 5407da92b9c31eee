import { Principal } from '@icp-sdk/core/principal';
import { afterEach, expect, test, vi } from 'vitest';
import type { Environment } from './environment';
import { createAgent } from './service/call';
import type { Credential } from './service/types';
import { SessionKey } from './session';
import { type Occasion, signIn } from './sign-in';

const USED: Credential = { credential_id: Uint8Array.of(1), pubkey: Uint8Array.of(2) };
const OTHER: Credential = { credential_id: Uint8Array.of(3), pubkey: Uint8Array.of(4) };

afterEach(() => vi.unstubAllGlobals());

/** The authenticator has one passkey: `USED`. */
async function signsIn(occasion: Occasion, credentials: Credential[], recovery: Credential[]) {
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
  const app = { env, agent: createAgent(env), rpId: 'id.example', nextKey: () => SessionKey.generate() };
  const known = Promise.resolve({ credentials, recovery_credentials: recovery, recovery_phrases: [] });
  return signIn(app, 10_000n, occasion, known);
}

test.each([
  ['sign-in', [OTHER, USED], [], false],
  ['sign-in', [], [USED], true],
  ['recovery', [OTHER], [USED], true],
  ['again', [OTHER], [USED], true],
  ['again', [USED], [OTHER], false],
] as const)('%s with one of %j or recovery %j: by recovery %s', async (occasion, credentials, recovery, isRecovery) => {
  const session = await signsIn(occasion, [...credentials], [...recovery]);
  expect(session.device).toEqual(USED.pubkey);
  expect(session.isRecovery).toBe(isRecovery);
});
