/** When the first link of a chain ends, and the chain with it. Nanoseconds since 1970. */
export function earliest(links: readonly { delegation: { expiration: bigint } }[]): bigint {
  const [first, ...rest] = links.map(({ delegation }) => delegation.expiration);
  if (first === undefined) throw new Error('a chain has at least one link');
  return rest.reduce((one, other) => (other < one ? other : one), first);
}
