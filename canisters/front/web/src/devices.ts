// Rules and words about devices that several screens share.
import { IDL } from '@icp-sdk/core/candid';
import { isEqual } from './bytes';
import type { NewPasskey } from './passkey/create';
import { byteLength } from './protocols/bytes';
import { DEVICE } from './service/candid';
import type { AnchorInfo, Device, DeviceData, Purpose } from './service/types';

/** Bytes of a name that the service takes. */
export const ALIAS_LIMIT = 64;
/** Bytes of a device's origin that the service takes. */
const ORIGIN_LIMIT = 50;

export type Kind = 'platform' | 'cross_platform' | 'unknown' | 'seed_phrase' | 'browser_storage_key';

export function kindOf({ key_type }: DeviceData): Kind {
  if ('platform' in key_type) return 'platform';
  if ('cross_platform' in key_type) return 'cross_platform';
  if ('seed_phrase' in key_type) return 'seed_phrase';
  if ('browser_storage_key' in key_type) return 'browser_storage_key';
  return 'unknown';
}

export const isPhrase = (device: DeviceData): boolean => 'seed_phrase' in device.key_type;
export const isRecovery = (device: DeviceData): boolean => 'recovery' in device.purpose;
export const isProtected = (device: DeviceData): boolean => 'protected' in device.protection;

export function deviceFor(passkey: NewPasskey, alias: string, purpose: Purpose, origin: string): DeviceData {
  return {
    pubkey: passkey.publicKey,
    alias,
    credential_id: [passkey.credentialId],
    aaguid: passkey.aaguid ? [passkey.aaguid] : [],
    purpose,
    key_type: keyType(passkey.attachment),
    protection: { unprotected: null },
    origin: byteLength(origin) <= ORIGIN_LIMIT ? [origin] : [],
    metadata: [],
  };
}

function keyType(attachment: NewPasskey['attachment']): DeviceData['key_type'] {
  switch (attachment) {
    case 'platform':
      return { platform: null };
    case 'cross-platform':
      return { cross_platform: null };
    case undefined:
      return { unknown: null };
  }
}

export function phraseDevice(publicKey: Uint8Array, alias: string): DeviceData {
  return {
    pubkey: publicKey,
    alias,
    credential_id: [],
    aaguid: [],
    purpose: { recovery: null },
    key_type: { seed_phrase: null },
    protection: { unprotected: null },
    origin: [],
    metadata: [],
  };
}

/** Credential ids of an anchor's devices: an authenticator that holds one makes no second passkey. */
export function credentialIds({ devices }: AnchorInfo): Uint8Array[] {
  return devices.flatMap(({ credential_id }) => credential_id);
}

/** Whether one of them has this key (DER). */
export function hasKey(list: readonly { pubkey: Uint8Array }[], key: Uint8Array): boolean {
  return list.some(({ pubkey }) => isEqual(pubkey, key));
}

/** Whether the anchor still has the device just as it was shown. */
export function isUnchanged({ devices }: AnchorInfo, shown: Device): boolean {
  return devices.some((device) => isSameDevice(device, shown));
}

/** What the anchor has lost once the device is removed: every key, or every passkey that is not for recovery. */
export type Loss = 'anchor' | 'passkeys' | 'nothing';

export function lossBy(device: DeviceData, { devices }: AnchorInfo): Loss {
  if (devices.length === 1) return 'anchor';
  return !isRecovery(device) && devices.filter((other) => !isRecovery(other)).length === 1 ? 'passkeys' : 'nothing';
}

/** Whether everything is the same but the last use. */
export function isSameDevice(a: DeviceData, b: DeviceData): boolean {
  return isEqual(IDL.encode([DEVICE], [a]), IDL.encode([DEVICE], [b]));
}

/** What to call this device, as far as the browser tells: "Firefox on Linux". */
export function suggestedName(userAgent: string): string {
  const browser = firstMatch(userAgent, [
    [/Edg(e|A|iOS)?\//, 'Edge'],
    [/OPR\//, 'Opera'],
    [/SamsungBrowser\//, 'Samsung Internet'],
    [/Firefox\/|FxiOS\//, 'Firefox'],
    [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ]);
  const system = firstMatch(userAgent, [
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Android/, 'Android'],
    [/Windows/, 'Windows'],
    [/CrOS/, 'ChromeOS'],
    [/Mac OS X/, 'Mac'],
    [/Linux/, 'Linux'],
  ]);
  if (browser && system) return `${browser} · ${system}`;
  return browser ?? system ?? '';
}

function firstMatch(text: string, table: [RegExp, string][]): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
