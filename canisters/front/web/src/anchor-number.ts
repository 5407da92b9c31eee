// Anchor numbers as people type them.

/** They are of 64 bits. */
export const MAX_ANCHOR = 2n ** 64n - 1n;

/** Null if it is none. Spaces between the digits are allowed. */
export function parseAnchor(text: string): bigint | null {
  const digits = text.replace(/\s+/g, '');
  if (!/^\d{1,20}$/.test(digits)) return null;
  const anchor = BigInt(digits);
  return anchor <= MAX_ANCHOR ? anchor : null;
}
