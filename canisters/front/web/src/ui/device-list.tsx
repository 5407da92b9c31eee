import type { JSX } from 'preact';
import { isPhrase, isProtected, kindOf } from '../devices';
import { isEqual } from '../bytes';
import type { Device } from '../service/types';
import { texts } from '../texts';
import type { Question } from './device-dialog';
import { Button } from './parts';

interface DeviceListProps {
  devices: Device[];
  /** DER of the device that the session acts for. */
  inUse: Uint8Array;
  onAsk: (question: Question, device: Device) => void;
  onReplace: () => void;
}

export function DeviceList({ devices, inUse, ...on }: DeviceListProps): JSX.Element | null {
  if (devices.length === 0) return null;
  return (
    <ul class="devices">
      {devices.map((device) => (
        <Row key={device.pubkey.join()} device={device} isInUse={isEqual(device.pubkey, inUse)} {...on} />
      ))}
    </ul>
  );
}

interface RowProps extends Pick<DeviceListProps, 'onAsk' | 'onReplace'> {
  device: Device;
  isInUse: boolean;
}

function Row({ device, isInUse, onAsk, onReplace }: RowProps): JSX.Element {
  const text = texts.manage;
  return (
    <li>
      <p class="device-name">
        <strong>{device.alias}</strong>
        {isInUse && <span class="badge">{text.inUse}</span>}
        {isProtected(device) && <span class="badge">{text.isProtected}</span>}
      </p>
      <p class="hint">
        {text.kind[kindOf(device)]} · {lastUse(device)}
      </p>
      <div class="actions small">
        {isPhrase(device) ? (
          <>
            <Button onClick={() => onAsk(isProtected(device) ? 'unprotect' : 'protect', device)}>
              {isProtected(device) ? text.unprotect : text.protect}
            </Button>
            <Button label={text.replacePhraseOf} onClick={onReplace}>
              {text.replacePhrase}
            </Button>
          </>
        ) : (
          <Button label={text.renameOf(device.alias)} onClick={() => onAsk('rename', device)}>
            {text.rename}
          </Button>
        )}
        <Button kind="danger" label={text.removeOf(device.alias)} onClick={() => onAsk('remove', device)}>
          {text.remove}
        </Button>
      </div>
    </li>
  );
}

/** Days are enough: the service keeps the time to the nanosecond, people do not. */
function lastUse({ last_usage: [time] }: Device): string {
  if (time === undefined) return texts.manage.neverUsed;
  const date = new Date(Number(time / 1_000_000n));
  if (date.toDateString() === new Date().toDateString()) return texts.manage.lastUsed(texts.manage.today);
  return texts.manage.lastUsed(date.toLocaleDateString(texts.language, { dateStyle: 'medium' }));
}
