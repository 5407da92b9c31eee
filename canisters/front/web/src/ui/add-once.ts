import { hasKey } from '../devices';
import type { Front } from '../service/front';
import { isOneOf } from '../service/retry';
import type { AnchorInfo, DeviceData } from '../service/types';

/**
 * Adds a passkey that was made before and may have been sent before: what the anchor has, certified, it has. One that the
 * service refuses is forgotten, because it would be refused again.
 */
export async function addOnce(
  front: Pick<Front, 'add'>,
  anchor: bigint,
  { devices }: AnchorInfo,
  device: DeviceData,
  made: { current: unknown },
): Promise<void> {
  if (hasKey(devices, device.pubkey)) return;
  try {
    await front.add(anchor, device);
  } catch (error) {
    if (isOneOf(error, ['device-refused'])) made.current = null;
    throw error;
  }
}
