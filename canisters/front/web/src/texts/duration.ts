// How long a log-in lasts, in words.
import { texts } from './index';

const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;
/** What the service gives without a wish, and at most. */
const DEFAULT = 30n * MINUTE;
const LONGEST = 30n * DAY;

/** `wish` in nanoseconds. Rounded up to whole minutes, hours or days: at most so long. */
export function durationText(wish: bigint | undefined): string {
  const time = wish === undefined ? DEFAULT : wish < LONGEST ? wish : LONGEST;
  const unit = texts.authorize.durationUnit;
  if (time >= 2n * DAY) return unit.days(roundUp(time, DAY));
  if (time >= 2n * HOUR) return unit.hours(roundUp(time, HOUR));
  return unit.minutes(roundUp(time, MINUTE));
}

function roundUp(time: bigint, unit: bigint): number {
  return Number((time + unit - 1n) / unit);
}
