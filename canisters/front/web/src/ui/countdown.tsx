import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { networkNow } from '../clock';
import { texts } from '../texts';

/** How long a registration on another machine is open, in milliseconds. */
const REGISTRATION = 15 * 60_000;

/** When it ends, in milliseconds since 1970. `time` is in nanoseconds, of a clock that may be a little ahead of what is known here. */
export function registrationEnd(time: bigint, now: number = networkNow()): number {
  return Math.min(Number(time / 1_000_000n), now + REGISTRATION);
}

/** Milliseconds until then, never below 0, looked at once a second. */
export function useTimeLeft(end: number | null): number | null {
  const [now, setNow] = useState(networkNow);
  useEffect(() => {
    if (end === null) return undefined;
    const timer = setInterval(() => setNow(networkNow()), 1_000);
    return () => clearInterval(timer);
  }, [end]);
  return end === null ? null : Math.max(0, end - now);
}

/** Not read out each second: screen readers find it where it stands. */
export function TimeLeft({ milliseconds }: { milliseconds: number }): JSX.Element {
  const seconds = Math.ceil(milliseconds / 1_000);
  return (
    <p class="hint" role="timer" aria-live="off">
      {texts.common.minutesLeft(Math.floor(seconds / 60), seconds % 60)}
    </p>
  );
}
