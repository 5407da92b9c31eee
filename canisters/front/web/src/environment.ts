// What the canister certifies about itself in /env.json.
import { Principal } from '@icp-sdk/core/principal';

/** A row of the routing table: the shard owns the anchors in the half-open range [lo, hi). */
export interface Shard {
  lo: bigint;
  hi: bigint;
  canister: Principal;
}

export interface Environment {
  front: Principal;
  /** DER. Never fetched from the network: a gateway verified the document that it comes in. */
  rootKey: Uint8Array;
  /** The origin whose host is the relying party id of passkeys; null: each origin is for itself. */
  canonicalOrigin: string | null;
  /** Origins that may use the canonical origin's passkeys (related origin requests). */
  relatedOrigins: string[];
  shards: Shard[];
}

/** The document's shape: numbers as decimal texts, bytes in hex. */
interface Wire {
  front: string;
  root_key: string;
  canonical_origin: string | null;
  related_origins: string[];
  shards: { lo: string; hi: string; canister: string }[];
}

export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

export function parseEnvironment(text: string): Environment {
  try {
    const wire = JSON.parse(text) as Wire;
    return {
      front: Principal.fromText(wire.front),
      rootKey: bytes(wire.root_key),
      canonicalOrigin: wire.canonical_origin,
      relatedOrigins: [...wire.related_origins],
      shards: wire.shards.map(({ lo, hi, canister }) => ({
        lo: BigInt(lo),
        hi: BigInt(hi),
        canister: Principal.fromText(canister),
      })),
    };
  } catch (error) {
    throw new EnvironmentError(`/env.json is not what this page understands: ${String(error)}`);
  }
}

function bytes(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw new Error('not hex');
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** Milliseconds until the document must be here. */
const TIMEOUT = 30_000;

/** The certified environment of the canister that served this page. `date`: what the gateway says the time is. */
export async function loadEnvironment(): Promise<{ env: Environment; date: string | null }> {
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch('/env.json', { credentials: 'omit', redirect: 'error', signal });
  if (!response.ok) throw new EnvironmentError(`/env.json: HTTP ${response.status}`);
  return { env: parseEnvironment(await response.text()), date: response.headers.get('date') };
}
