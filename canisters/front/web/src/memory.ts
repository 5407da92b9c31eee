// The anchors that this browser was used with: numbers only, no secret. Browsers may refuse storage, and people may edit
// it; then the page goes on without.
import { MAX_ANCHOR } from './anchor-number';

const KEY = 'anchorage.anchors';
const VERSION = 1;
const LIMIT = 10;

interface Stored {
  version: typeof VERSION;
  /** Decimal, the one used last first. */
  anchors: string[];
}

/** What of `Storage` is used; null where there is none. */
export type Store = Pick<Storage, 'getItem' | 'setItem'> | null;

/** The browser's storage; reading the property can already throw. */
export function browserStore(): Store {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** At most 10, the one used last first. */
export function rememberedAnchors(store: Store): bigint[] {
  try {
    const stored: unknown = JSON.parse(store?.getItem(KEY) ?? 'null');
    return isStored(stored) ? unique(stored.anchors.filter(isAnchor).map(BigInt)) : [];
  } catch {
    return [];
  }
}

export function rememberAnchor(store: Store, anchor: bigint): void {
  write(store, [anchor, ...rememberedAnchors(store)]);
}

export function forgetAnchor(store: Store, anchor: bigint): void {
  write(
    store,
    rememberedAnchors(store).filter((other) => other !== anchor),
  );
}

function write(store: Store, anchors: bigint[]): void {
  const stored: Stored = { version: VERSION, anchors: unique(anchors).map(String) };
  try {
    store?.setItem(KEY, JSON.stringify(stored));
  } catch {
    // Full or refused.
  }
}

function unique(anchors: bigint[]): bigint[] {
  return [...new Set(anchors)].slice(0, LIMIT);
}

function isStored(value: unknown): value is { anchors: unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === VERSION &&
    'anchors' in value &&
    Array.isArray(value.anchors)
  );
}

function isAnchor(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= MAX_ANCHOR;
}
