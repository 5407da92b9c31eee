import { expect, test } from 'vitest';
import { verifyCallback } from './callbacks';
import type { Fetch } from './fetching';

const CALLBACK = 'https://dapp.example/back?x=1';
const LIST = 'https://dapp.example/.well-known/ii-auth-callbacks';
const JSON_TYPE = { 'content-type': 'application/json' };

function serving(body: BodyInit | null, init: ResponseInit = { headers: JSON_TYPE }): Fetch {
  return () => Promise.resolve(new Response(body, init));
}

function listing(...callbacks: unknown[]): Fetch {
  return serving(JSON.stringify({ callbacks }));
}

test('a listed callback belongs to its origin, which is asked anew, without credentials and redirects', async () => {
  const asked: [string, RequestInit][] = [];
  const fetch: Fetch = (url, init) => {
    asked.push([url, init]);
    return listing('https://dapp.example/other', CALLBACK)(url, init);
  };
  expect(await verifyCallback(CALLBACK, fetch)).toBe('https://dapp.example');
  expect(asked).toMatchObject([[LIST, { method: 'GET', redirect: 'error', credentials: 'omit', cache: 'no-store' }]]);
});

test.each([
  'http://localhost:8080/back',
  'http://127.0.0.1:8080/back',
  'http://aaaaa-aa.localhost:8080/back',
  'https://dapp.example:444/back',
])('%s is taken', async (callback) => {
  expect(await verifyCallback(callback, listing(callback))).toBe(new URL(callback).origin);
});

test.each([
  '',
  '/back',
  'dapp.example/back',
  'http://dapp.example/back',
  'http://localhost.example/back',
  'http://127.0.0.1.example/back',
  'javascript:alert(1)',
  'data:text/html,hi',
  'myapp://back',
  'https://dapp.example/back#',
  'https://dapp.example/back#x',
  'https://user@dapp.example/back',
  'https://:secret@dapp.example/back',
  ' https://dapp.example/back',
  'https://dapp.example/ba\nck',
])('%j is refused, though it is listed, and its origin is not asked', async (callback) => {
  let asked = 0;
  const fetch: Fetch = (url, init) => {
    asked += 1;
    return listing(callback)(url, init);
  };
  await expect(verifyCallback(callback, fetch)).rejects.toMatchObject({ code: 'bad-callback' });
  expect(asked).toBe(0);
});

test.each([
  ['another query', 'https://dapp.example/back?x=2'],
  ['another path', 'https://dapp.example/'],
  ['a slash more', 'https://dapp.example/back/?x=1'],
  ['the same in capitals', 'https://DAPP.example/back?x=1'],
  ['the same with the default port', 'https://dapp.example:443/back?x=1'],
])('a list with %s instead is not enough', async (_, entry) => {
  await expect(verifyCallback(CALLBACK, listing(entry))).rejects.toMatchObject({ code: 'bad-callback' });
});

test.each([
  ['of another origin', 'https://other.example/back'],
  ['with a fragment', 'https://dapp.example/x#y'],
  ['that is relative', '/back'],
])('one entry %s spoils the list', async (_, entry) => {
  await expect(verifyCallback(CALLBACK, listing(CALLBACK, entry))).rejects.toMatchObject({ code: 'bad-callback' });
});

const GOOD = JSON.stringify({ callbacks: [CALLBACK] });

test.each<[string, Fetch]>([
  ['404', serving(GOOD, { status: 404, headers: JSON_TYPE })],
  ['206', serving(GOOD, { status: 206, headers: JSON_TYPE })],
  ['no content type', serving(new Blob([GOOD]), {})],
  ['another content type', serving(GOOD, { headers: { 'content-type': 'text/plain' } })],
  ['a similar content type', serving(GOOD, { headers: { 'content-type': 'application/json5' } })],
  ['no body', serving(null)],
  ['no JSON', serving('callbacks')],
  [
    'bytes that are no text',
    serving(new Blob([GOOD.slice(0, -2), ', "https://dapp.example/', Uint8Array.of(0xff), '"]}']), {
      headers: JSON_TYPE,
    }),
  ],
  ['an array', serving(JSON.stringify([CALLBACK]))],
  ['callbacks that are no array', serving(JSON.stringify({ callbacks: CALLBACK }))],
  ['an entry that is no text', listing(CALLBACK, 5)],
  ['null', serving('null')],
])('%s is refused', async (_, fetch) => {
  await expect(verifyCallback(CALLBACK, fetch)).rejects.toMatchObject({ code: 'bad-callback' });
});

test('who does not answer may be asked again', async () => {
  const fetch: Fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  await expect(verifyCallback(CALLBACK, fetch)).rejects.toMatchObject({ code: 'callback-unreachable' });
});

test('a content type may have parameters', async () => {
  const fetch = serving(GOOD, { headers: { 'content-type': 'Application/JSON; charset=utf-8' } });
  expect(await verifyCallback(CALLBACK, fetch)).toBe('https://dapp.example');
});

/** A list of exactly so many bytes. */
function padded(length: number): string {
  return GOOD + ' '.repeat(length - GOOD.length);
}

test('8 KiB are read', async () => {
  expect(await verifyCallback(CALLBACK, serving(padded(8192)))).toBe('https://dapp.example');
});

test('more than 8 KiB are refused by what comes, whatever the header says, and no more is read', async () => {
  let sent = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1024;
      controller.enqueue(new Uint8Array(1024).fill(0x20));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const fetch = serving(endless, { headers: { ...JSON_TYPE, 'content-length': '10' } });
  await expect(verifyCallback(CALLBACK, fetch)).rejects.toMatchObject({ code: 'bad-callback' });
  expect(cancelled).toBe(true);
  expect(sent).toBeLessThan(12_000);
  await expect(verifyCallback(CALLBACK, serving(padded(8193)))).rejects.toMatchObject({ code: 'bad-callback' });
});
