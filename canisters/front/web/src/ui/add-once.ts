import { hasKey } from '../devices';
import type { Front } from '../service/front';
import { isOneOf } from '../service/retry';
import type { AnchorInfo, DeviceData } from '../service/types';

/** Sends a passkey that was made before. One that the service refuses is to be forgotten, because it would be refused again. */
export async function unlessRefused<T>(send: () => Promise<T>, forget: () => void): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (isOneOf(error, ['device-refused'])) forget();
    throw error;
  }
}

/** Adds a passkey that was made before and may have been sent before: what the anchor has, certified, it has. */
export async function addOnce(
  front: Pick<Front, 'add'>,
  anchor: bigint,
  { devices }: AnchorInfo,
  device: DeviceData,
  made: { current: unknown },
): Promise<void> {
  if (hasKey(devices, device.pubkey)) return;
  await unlessRefused(
    () => front.add(anchor, device),
    () => (made.current = null),
  );
}
