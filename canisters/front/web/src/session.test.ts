import { IC_REQUEST_AUTH_DELEGATION_DOMAIN_SEPARATOR, requestIdOf } from '@icp-sdk/core/agent';
import { DelegationIdentity, Ed25519KeyIdentity, isDelegationValid } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { expect, test } from 'vitest';
import { isOver, openSession, openSessionWith, SessionKey } from './session';

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;

test('the challenge is what the network verifies of a delegation to this key, for half an hour', async () => {
  const key = await SessionKey.generate();
  const { challenge, delegation, end } = key.draft(NOW);
  expect(end).toBe(NOW + 30 * MINUTE);
  const pubkey = key.identity.getPublicKey().toDer();
  const expiration = BigInt(end) * 1_000_000n;
  expect(delegation).toMatchObject({ pubkey, expiration });
  expect(challenge).toEqual(
    new Uint8Array([...IC_REQUEST_AUTH_DELEGATION_DOMAIN_SEPARATOR, ...requestIdOf({ pubkey, expiration })]),
  );
});

test('a session acts for the device, with the signature as it is', async () => {
  const draft = (await SessionKey.generate()).draft();
  const device = Ed25519KeyIdentity.generate().getPublicKey().toDer();
  const signature = new Uint8Array([1, 2, 3]);
  const { identity, anchor, isRecovery } = openSession(draft, 10_000n, device, signature);
  expect(isRecovery).toBe(false);
  expect(anchor).toBe(10_000n);
  expect(identity.getPrincipal().toText()).toBe(Principal.selfAuthenticating(device).toText());
  if (!(identity instanceof DelegationIdentity)) throw new Error('no delegation');
  const chain = identity.getDelegation();
  expect(chain.publicKey).toEqual(device);
  expect(chain.delegations).toEqual([{ delegation: draft.delegation, signature }]);
});

test('a phrase’s key signs one delegation, and the session holds it no longer', async () => {
  const phrase = Ed25519KeyIdentity.generate();
  const { identity, device, isRecovery } = await openSessionWith(phrase, 10_000n);
  expect(isRecovery).toBe(true);
  expect(identity.getPrincipal().toText()).toBe(phrase.getPrincipal().toText());
  expect(device).toEqual(phrase.getPublicKey().toDer());
  if (!(identity instanceof DelegationIdentity)) throw new Error('no delegation');
  const [signed] = identity.getDelegation().delegations;
  if (!signed) throw new Error('an empty chain');
  const message = new Uint8Array([...IC_REQUEST_AUTH_DELEGATION_DOMAIN_SEPARATOR, ...requestIdOf({ ...signed.delegation })]);
  expect(Ed25519KeyIdentity.verify(signed.signature, message, phrase.getPublicKey().rawKey)).toBe(true);
  expect(isDelegationValid(identity.getDelegation())).toBe(true);
});

test('the key cannot be read out', async () => {
  const { identity } = await SessionKey.generate();
  expect(identity.getKeyPair().privateKey.extractable).toBe(false);
});

test('a temporary key acts as itself, for less than ten minutes', async () => {
  const key = await SessionKey.generate();
  const session = key.temporary(10_000n, new Uint8Array([1]), NOW);
  expect(session.identity.getPrincipal().toText()).toBe(key.identity.getPrincipal().toText());
  expect(session.end).toBe(NOW + 9 * MINUTE);
});

test('a session is over a little before its end', async () => {
  const session = (await SessionKey.generate()).temporary(10_000n, new Uint8Array([1]), NOW);
  expect(isOver(session, session.end - MINUTE)).toBe(false);
  expect(isOver(session, session.end - MINUTE / 2)).toBe(true);
  expect(isOver(session, session.end)).toBe(true);
});
