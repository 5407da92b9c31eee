import { expect, test } from 'vitest';
import { parseAnchor } from './anchor-number';
import { deviceFor, isSameDevice, isUnchanged, lossBy, suggestedName, type Loss } from './devices';
import type { AnchorInfo, Device } from './service/types';

const DEVICE: Device = {
  pubkey: new Uint8Array([1, 2]),
  alias: 'Laptop',
  credential_id: [new Uint8Array([3])],
  aaguid: [],
  purpose: { authentication: null },
  key_type: { platform: null },
  protection: { unprotected: null },
  origin: ['https://id.example.org'],
  metadata: [[['colour', { string: 'blue' }]]],
  last_usage: [5n],
};
const infoOf = (...devices: Device[]): AnchorInfo => ({ devices, device_registration: [], created_at: [] });

const other = (byte: number, purpose: Device['purpose']): Device => ({ ...DEVICE, pubkey: new Uint8Array([byte]), purpose });

test.each<[string, Device, Device[], Loss]>([
  ['the only device', DEVICE, [], 'anchor'],
  ['the only device, which is for recovery', other(7, { recovery: null }), [], 'anchor'],
  ['one of two', DEVICE, [other(7, { authentication: null })], 'nothing'],
  ['the one that is not for recovery', DEVICE, [other(7, { recovery: null })], 'passkeys'],
  ['the one that is for recovery', other(7, { recovery: null }), [DEVICE], 'nothing'],
])('removing %s', (_, device, others, loss) => {
  expect(lossBy(device, infoOf(device, ...others))).toBe(loss);
});

test('another last use is no change', () => {
  const used: Device = { ...DEVICE, last_usage: [] };
  expect(isSameDevice(DEVICE, used)).toBe(true);
  expect(isUnchanged(infoOf({ ...DEVICE, last_usage: [9n] }), DEVICE)).toBe(true);
});

test.each<Partial<Device>>([
  { alias: 'Phone' },
  { pubkey: new Uint8Array([1, 3]) },
  { protection: { protected: null } },
  { purpose: { recovery: null } },
  { credential_id: [] },
  { metadata: [[['colour', { string: 'red' }]]] },
])('anything else is: %j', (other) => {
  expect(isUnchanged(infoOf({ ...DEVICE, ...other }), DEVICE)).toBe(false);
});

test('a device that is gone has changed', () => {
  expect(isUnchanged(infoOf(), DEVICE)).toBe(false);
});

const passkey = { credentialId: new Uint8Array([1]), publicKey: new Uint8Array([2]), userId: new Uint8Array([3]) };

test('an origin that the service would refuse is left out', () => {
  const long = `https://${'a'.repeat(43)}`;
  expect(deviceFor(passkey, 'x', { authentication: null }, long.slice(0, 50)).origin).toEqual([long.slice(0, 50)]);
  expect(deviceFor(passkey, 'x', { authentication: null }, long).origin).toEqual([]);
});

test.each([
  ['platform', { platform: null }],
  ['cross-platform', { cross_platform: null }],
] as const)('a passkey of kind %s', (attachment, keyType) => {
  expect(deviceFor({ ...passkey, attachment }, 'x', { recovery: null }, '').key_type).toEqual(keyType);
  expect(deviceFor(passkey, 'x', { recovery: null }, '').key_type).toEqual({ unknown: null });
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', 'Chrome · Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
    'Edge · Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148 Safari/604.1',
    'Safari · iPhone',
  ],
  ['Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 'Firefox · Android'],
  ['something else', ''],
])('%s', (userAgent, name) => {
  expect(suggestedName(userAgent)).toBe(name);
});

test.each([
  ['10000', 10_000n],
  [' 10 000 ', 10_000n],
  ['0', 0n],
  ['18446744073709551615', 2n ** 64n - 1n],
  ['18446744073709551616', null],
  ['', null],
  ['-1', null],
  ['1e4', null],
  ['१', null],
  ['1'.repeat(1_000), null],
])('the anchor number %j', (text, expected) => {
  expect(parseAnchor(text)).toBe(expected);
});
