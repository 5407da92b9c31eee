// What all protocols ask of the values in a request. The canister refuses more than this too; here the dapp gets a
// sentence about it before the user is asked anything.
import { byteLength } from './bytes';

/** Bytes of a session's public key. */
export const MAX_SESSION_KEY_BYTES = 1024;
/** Bytes of an origin. */
export const MAX_ORIGIN_BYTES = 255;
/** A lifetime is a nat64. */
export const MAX_NANOSECONDS = 2n ** 64n - 1n;
/** How long a dapp that opened this page may stay silent before its request is given up. Milliseconds; browsers slow the
 * timers of the tab behind down to one tick a second. */
export const SILENCE_LIMIT = 30_000;

export function isSessionKey(key: Uint8Array): boolean {
  return key.length >= 1 && key.length <= MAX_SESSION_KEY_BYTES;
}

/** With none a delegation would be over before the dapp has it. */
export function isLifetime(nanoseconds: bigint): boolean {
  return nanoseconds > 0n && nanoseconds <= MAX_NANOSECONDS;
}

export function isOriginSized(text: string): boolean {
  return text.length >= 1 && byteLength(text) <= MAX_ORIGIN_BYTES;
}
