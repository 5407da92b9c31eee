// When the page itself asks again, before it bothers the user.
import { ServiceError, type ErrorCode } from './errors';

export type Sleep = (milliseconds: number) => Promise<void>;

export const sleep: Sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits between tries, in milliseconds: as many more tries as there are waits. */
const WAITS = [700, 1_500, 3_000];

/** Nothing was done then, and it passes by itself (front.did). */
const PASSES: readonly ErrorCode[] = ['busy', 'rate-limited'];

/** Asks again while the service is busy: nothing was changed then, so this is harmless with any method. */
export async function patiently<T>(ask: () => Promise<T>, wait: Sleep = sleep): Promise<T> {
  for (const pause of WAITS) {
    try {
      return await ask();
    } catch (error) {
      if (!isOneOf(error, PASSES)) throw error;
      await wait(pause);
    }
  }
  return ask();
}

/**
 * Repeats the very same change once if its outcome is unknown. What the repetition says when the first one
 * was done after all is in `done`: that is success, too. Answers whether a call said itself that it is done.
 */
export async function settled(change: () => Promise<void>, done: readonly ErrorCode[]): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (!isUnsettled(error)) throw error;
  }
  try {
    await change();
    return true;
  } catch (error) {
    if (!isOneOf(error, done)) throw error;
    return false;
  }
}

/** The same for questions and changes whose repetition answers what the first one would have. */
export async function repeated<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnsettled(error)) throw error;
    return ask();
  }
}

/** Nobody said whether it was done. */
export function isUnsettled(error: unknown): boolean {
  return isOneOf(error, ['outcome-unknown', 'network']);
}

export function isOneOf(error: unknown, codes: readonly ErrorCode[]): boolean {
  return error instanceof ServiceError && codes.includes(error.code);
}
