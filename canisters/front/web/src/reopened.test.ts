import { expect, test } from 'vitest';
import { reloadWhenReopened } from './reopened';

class FakePage extends EventTarget {
  reloads = 0;
  readonly location = { hash: '#authorize', reload: () => (this.reloads += 1) };
  readonly history = {
    state: null as unknown,
    replaceState: (state: unknown) => {
      this.history.state = state;
    },
  };

  constructor() {
    super();
    reloadWhenReopened(this as unknown as Window);
  }

  /** Goes to an entry of the history; answers whether the screens are told. */
  goes(state: unknown, hash = '#authorize'): boolean {
    let isTold = false;
    this.addEventListener('popstate', () => (isTold = true), { once: true });
    this.location.hash = hash;
    this.dispatchEvent(Object.assign(new Event('popstate'), { state }));
    return isTold;
  }
}

test('opened again at the same address, it loads anew, and no screen changes', () => {
  const page = new FakePage();
  expect(page.goes(null)).toBe(false);
  expect(page.reloads).toBe(1);
});

test('steps between its own entries are the screens’ business, the first one’s, too', () => {
  const page = new FakePage();
  expect(page.history.state).not.toBeNull();
  expect(page.goes(page.history.state)).toBe(true);
  expect(page.goes({ run: '0.5', place: 1 })).toBe(true);
  expect(page.reloads).toBe(0);
});

test('another fragment is no log-in', () => {
  const page = new FakePage();
  expect(page.goes(null, '')).toBe(true);
  expect(page.reloads).toBe(0);
});
