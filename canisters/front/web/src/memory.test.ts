import { expect, test } from 'vitest';
import { forgetAnchor, rememberAnchor, rememberedAnchors, type Store } from './memory';

const KEY = 'anchorage.anchors';

function storeWith(text: string | null): NonNullable<Store> & { text: string | null } {
  return {
    text,
    getItem(key) {
      return key === KEY ? this.text : null;
    },
    setItem(key, value) {
      if (key === KEY) this.text = value;
    },
  };
}

test('the one used last comes first, each once', () => {
  const store = storeWith(null);
  for (const anchor of [10_000n, 10_001n, 10_000n, 2n ** 64n - 1n]) rememberAnchor(store, anchor);
  expect(rememberedAnchors(store)).toEqual([2n ** 64n - 1n, 10_000n, 10_001n]);
  forgetAnchor(store, 10_000n);
  expect(rememberedAnchors(store)).toEqual([2n ** 64n - 1n, 10_001n]);
});

test('ten are kept', () => {
  const store = storeWith(null);
  for (let anchor = 1n; anchor <= 12n; anchor += 1n) rememberAnchor(store, anchor);
  expect(rememberedAnchors(store)).toEqual([12n, 11n, 10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n]);
});

test.each([
  ['', []],
  ['{', []],
  ['null', []],
  ['[]', []],
  ['{"version":2,"anchors":["1"]}', []],
  ['{"version":1,"anchors":"1"}', []],
  ['{"version":1,"anchors":["1",2,null,"x","-3","18446744073709551616","4"]}', [1n, 4n]],
])('damage is put up with: %s', (text, expected) => {
  const store = storeWith(text);
  expect(rememberedAnchors(store)).toEqual(expected);
  rememberAnchor(store, 7n);
  expect(rememberedAnchors(store)).toEqual([7n, ...expected]);
});

test('without storage nothing is remembered, and nothing breaks', () => {
  const refusing: Store = {
    getItem: () => {
      throw new DOMException('refused', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  for (const store of [null, refusing]) {
    rememberAnchor(store, 1n);
    expect(rememberedAnchors(store)).toEqual([]);
  }
});
