import { expect, test } from 'vitest';
import { ServiceError } from '../service/errors';
import type { AnchorInfo, Device, DeviceData } from '../service/types';
import { addOnce } from './add-once';

const key = new Uint8Array([1, 2, 3]);
const device = { pubkey: key } as DeviceData;
const info = (...keys: Uint8Array[]): AnchorInfo => ({
  devices: keys.map((pubkey) => ({ pubkey }) as Device),
  device_registration: [],
  created_at: [],
});

/** Adds to an anchor with these keys; how often the service was asked, and whether the passkey is kept for another try. */
async function adds(keys: Uint8Array[], refusal?: ServiceError): Promise<{ calls: number; isKept: boolean; code?: string }> {
  let calls = 0;
  const made: { current: unknown } = { current: 'a passkey' };
  const front = {
    add: async () => {
      calls += 1;
      if (refusal) throw refusal;
    },
  };
  const code = await addOnce(front, 10_000n, info(...keys), device, made).then(
    () => undefined,
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );
  return { calls, isKept: made.current !== null, ...(code && { code }) };
}

test('a passkey that is not there yet is added', async () => {
  expect(await adds([new Uint8Array([9])])).toEqual({ calls: 1, isKept: true });
});

test('one whose answers got lost is there', async () => {
  expect(await adds([new Uint8Array([9]), key])).toEqual({ calls: 0, isKept: true });
});

test('one that the service refuses is not sent again, any other failure leaves it', async () => {
  const refused = await adds([], new ServiceError('device-refused', 'pubkey limit exceeded'));
  expect(refused).toEqual({ calls: 1, isKept: false, code: 'device-refused' });
  const lost = await adds([], new ServiceError('network', 'gone'));
  expect(lost).toEqual({ calls: 1, isKept: true, code: 'network' });
});
