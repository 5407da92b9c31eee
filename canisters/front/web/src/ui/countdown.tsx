import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../texts';

/** How long a registration on another machine is open, in milliseconds. */
const REGISTRATION = 15 * 60_000;

/** When it ends by this machine's clock, in milliseconds since 1970. The network's clock, in nanoseconds, may be ahead of it. */
export function registrationEnd(time: bigint, now: number = Date.now()): number {
  return Math.min(Number(time / 1_000_000n), now + REGISTRATION);
}

/** Milliseconds until then, never below 0, looked at once a second. */
export function useTimeLeft(end: number | null): number | null {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (end === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
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
