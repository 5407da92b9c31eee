/** When the first link of a chain ends, and the chain with it. Nanoseconds since 1970. */
export function earliest(links: readonly { delegation: { expiration: bigint } }[]): bigint {
  const [first] = links.map(({ delegation }) => delegation.expiration).sort((one, other) => (one < other ? -1 : 1));
  if (first === undefined) throw new Error('a chain has at least one link');
  return first;
}
