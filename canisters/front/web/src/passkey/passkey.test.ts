import { describe, expect, test } from 'vitest';
import { parseAuthenticatorData } from './authenticator-data';
import { PasskeyError, toPasskeyError, type PasskeyProblem } from './errors';
import { originOfPasskeys, relyingPartyId } from './relying-party';

/** COSE keys: ES256, EdDSA and RS256 (whose modulus has a length of two bytes). */
const KEYS: Record<string, number[]> = {
  ES256: [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32, ...filled(32, 5), 0x22, 0x58, 32, ...filled(32, 6)],
  EdDSA: [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32, ...filled(32, 7)],
  RS256: [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0, ...filled(256, 8), 0x21, 0x43, 1, 0, 1],
};
const AAGUID = filled(16, 9);
const ID = filled(300, 3);
/** {"credProtect": 2} */
const EXTENSIONS = [0xa1, 0x6b, ...new TextEncoder().encode('credProtect'), 2];

function filled(length: number, byte: number): number[] {
  return Array.from({ length }, () => byte);
}

function authenticatorData(flags: number, key: number[], extensions: number[] = []): Uint8Array {
  const idLength = [ID.length >> 8, ID.length & 255];
  return new Uint8Array([...filled(32, 1), flags, 0, 0, 0, 0, ...AAGUID, ...idLength, ...ID, ...key, ...extensions]);
}

describe('authenticator data', () => {
  test.each(Object.entries(KEYS))('%s', (_, key) => {
    const expected = { aaguid: new Uint8Array(AAGUID), credentialId: new Uint8Array(ID), coseKey: new Uint8Array(key) };
    expect(parseAuthenticatorData(authenticatorData(0x45, key))).toEqual(expected);
    // Security keys add extensions that nobody asked for: they do not belong to the key.
    expect(parseAuthenticatorData(authenticatorData(0xc5, key, EXTENSIONS))).toEqual(expected);
  });

  test('a view into a larger buffer is read from where it begins', () => {
    const data = authenticatorData(0x45, KEYS.ES256 ?? []);
    const buffer = new Uint8Array([...filled(5, 0xff), ...data]);
    expect(parseAuthenticatorData(buffer.subarray(5))).toEqual(parseAuthenticatorData(data));
  });

  test('without a key, cut off, or with what no key has: refused', () => {
    const whole = authenticatorData(0x45, KEYS.ES256 ?? []);
    const broken = [
      new Uint8Array(),
      authenticatorData(0x05, KEYS.ES256 ?? []),
      whole.slice(0, 54),
      whole.slice(0, -1),
      whole.slice(0, 55 + ID.length),
      authenticatorData(0x45, [0xfb, 0, 0, 0, 0, 0, 0, 0, 0]),
      authenticatorData(0x45, [0xa1, 1, 0x5a, 0, 0, 0, 1, 0]),
    ];
    for (const data of broken) expect(() => parseAuthenticatorData(data)).toThrow(PasskeyError);
  });
});

test.each<[string, PasskeyProblem]>([
  ['NotAllowedError', 'cancelled'],
  ['AbortError', 'cancelled'],
  ['InvalidStateError', 'already-registered'],
  ['SecurityError', 'security'],
  ['NotSupportedError', 'unsupported'],
  ['ConstraintError', 'unsupported'],
  ['UnknownError', 'malformed'],
])('%s is told apart', (name, problem) => {
  expect(toPasskeyError(new DOMException('why', name)).problem).toBe(problem);
});

describe('relying party id', () => {
  const shared = { canonicalOrigin: 'https://id.example.org', relatedOrigins: ['https://login.example.com'] };
  test.each([
    ['https://id.example.org', 'id.example.org', 'id.example.org'],
    ['https://login.example.com', 'login.example.com', 'id.example.org'],
    ['https://72kjj-zh777-77776-qaabq-cai.icp0.io', '72kjj-zh777-77776-qaabq-cai.icp0.io', '72kjj-zh777-77776-qaabq-cai.icp0.io'],
    // Another port is another origin.
    ['https://id.example.org:8443', 'id.example.org', 'id.example.org'],
  ])('%s', (origin, hostname, expected) => {
    expect(relyingPartyId(shared, { origin, hostname })).toBe(expected);
  });

  test('without a canonical origin each origin is for itself', () => {
    const page = { origin: 'http://x.localhost:4943', hostname: 'x.localhost' };
    expect(relyingPartyId({ canonicalOrigin: null, relatedOrigins: [page.origin] }, page)).toBe('x.localhost');
  });

  test('a related origin’s passkeys belong elsewhere, those of any other origin to itself', () => {
    const at = (host: string) => ({ origin: `https://${host}`, hostname: host });
    const env = { canonicalOrigin: 'https://id.example', relatedOrigins: ['https://id.other'] };
    expect(originOfPasskeys(env, at('id.other'))).toBe('https://id.example');
    expect(originOfPasskeys(env, at('id.example'))).toBeNull();
    expect(originOfPasskeys(env, at('else.example'))).toBeNull();
  });
});
