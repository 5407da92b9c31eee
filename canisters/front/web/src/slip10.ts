// SLIP-0010 for Ed25519: a tree of keys below one seed, all of whose steps are hardened.

const MASTER = new TextEncoder().encode('ed25519 seed');
const HARDENED = 0x8000_0000;
const HALF = 32;

/** The secret, 32 bytes, at m/path[0]'/path[1]'/... of this seed. */
export async function deriveEd25519(seed: Uint8Array, path: readonly number[]): Promise<Uint8Array> {
  let node = await hmacSha512(MASTER, seed);
  for (const step of path) {
    const data = new Uint8Array(1 + HALF + 4);
    data.set(node.subarray(0, HALF), 1);
    new DataView(data.buffer).setUint32(1 + HALF, HARDENED + step);
    node = await hmacSha512(node.subarray(HALF), data);
  }
  return node.slice(0, HALF);
}

async function hmacSha512(secret: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-512' };
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(secret), algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, Uint8Array.from(data)));
}
