import { expect, test, vi } from 'vitest';
import { openChannel } from './open';
import { FakeOpener, FakePage } from './testing';

const REDIRECT = `#${new URLSearchParams({
  message: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'icrc34_delegation', params: { publicKey: 'AQID' } }),
  callback: 'https://dapp.example/back',
}).toString()}`;

test.each([
  ['/', ''],
  ['/', '#help'],
  ['/', '#authorized'],
  ['/', REDIRECT],
  ['/authorize/', ''],
  ['/else', '#authorize'],
])('%s%s is for the page itself', (pathname, hash) => {
  const opener = new FakeOpener();
  expect(openChannel({ pathname, hash }, new FakePage(opener).asWindow())).toBeNull();
  expect(opener.take()).toEqual([]);
});

test.each([
  ['/', '#authorize'],
  ['/authorize', '#authorize'],
])('%s%s speaks to auth-client', (pathname, hash) => {
  const opener = new FakeOpener();
  expect(openChannel({ pathname, hash }, new FakePage(opener).asWindow())).not.toBeNull();
  expect(opener.take()).toMatchObject([{ message: { kind: 'authorize-ready' } }]);
});

test.each(['', '#', '#message=1'])('/authorize%s answers heartbeats', (hash) => {
  const opener = new FakeOpener();
  const page = new FakePage(opener);
  expect(openChannel({ pathname: '/authorize', hash }, page.asWindow())).not.toBeNull();
  page.receive({ jsonrpc: '2.0', id: 1, method: 'icrc29_status' }, 'https://dapp.example');
  expect(opener.take()).toMatchObject([{ message: { result: 'ready' } }]);
});

test('/authorize with a request in its fragment is a redirect, by the means of the window', async () => {
  const fetch = vi.fn(() => {
    const list = JSON.stringify({ callbacks: ['https://dapp.example/back'] });
    return Promise.resolve(new Response(list, { headers: { 'content-type': 'application/json' } }));
  });
  const replace = vi.fn();
  const page = Object.assign(new FakePage(null), { fetch, location: { replace } });
  const channel = openChannel({ pathname: '/authorize', hash: REDIRECT }, page.asWindow());
  expect(await channel?.request()).toMatchObject({ origin: 'https://dapp.example' });
  channel?.fail('declined', '');
  expect(replace).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^https:\/\/dapp\.example\/back#message=/));
});
