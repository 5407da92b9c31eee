import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openAuthorizeClient } from './authorize-client';
import type { LoginAnswer } from './channel';
import { SILENCE_LIMIT } from './limits';
import { FakeOpener, FakePage } from './testing';

const DAPP = 'https://dapp.example';
const KEY = Uint8Array.of(1, 2, 3);
const GOOD = { kind: 'authorize-client', sessionPublicKey: KEY, maxTimeToLive: 5n, derivationOrigin: 'https://main.example' };
const ANSWER: LoginAnswer = {
  delegations: [{ delegation: { pubkey: KEY, expiration: 7n }, signature: Uint8Array.of(9) }],
  userKey: Uint8Array.of(4, 5),
  isRecovery: false,
};

let opener: FakeOpener;
let page: FakePage;

beforeEach(() => {
  vi.useFakeTimers();
  opener = new FakeOpener();
  page = new FakePage(opener);
});
afterEach(() => vi.useRealTimers());

function open() {
  return openAuthorizeClient(page.asWindow());
}

test('says that it is ready, takes the request and answers to the origin that asked', async () => {
  const channel = open();
  expect(opener.take()).toEqual([{ message: { kind: 'authorize-ready' }, target: '*' }]);

  page.receive({ ...GOOD, allowPinAuthentication: true }, DAPP);
  expect(await channel.request()).toEqual({
    origin: DAPP,
    sessionKey: KEY,
    maxTimeToLive: 5n,
    derivationOrigin: 'https://main.example',
  });

  expect(channel.succeed(ANSWER)).toBe(true);
  expect(opener.take()).toEqual([
    {
      message: {
        kind: 'authorize-client-success',
        delegations: [{ delegation: { pubkey: KEY, expiration: 7n }, signature: Uint8Array.of(9) }],
        userPublicKey: Uint8Array.of(4, 5),
        authnMethod: 'passkey',
      },
      target: DAPP,
    },
  ]);
});

test('optional fields may be absent or undefined', async () => {
  const channel = open();
  page.receive({ kind: 'authorize-client', sessionPublicKey: KEY, maxTimeToLive: undefined }, DAPP);
  expect(await channel.request()).toEqual({ origin: DAPP, sessionKey: KEY });
});

test('what it sends holds no more than the answer, though the answer is part of a larger buffer', () => {
  const channel = open();
  page.receive(GOOD, DAPP);
  opener.take();
  const buffer = new Uint8Array(100).fill(77);
  channel.succeed({ ...ANSWER, userKey: buffer.subarray(10, 12) });
  const [sent] = opener.take();
  const message = sent?.message as { userPublicKey: Uint8Array } | undefined;
  expect(message?.userPublicKey.buffer.byteLength).toBe(2);
});

test('a log-in by recovery is named as one', () => {
  const channel = open();
  page.receive(GOOD, DAPP);
  opener.take();
  channel.succeed({ ...ANSWER, isRecovery: true });
  expect(opener.take()).toMatchObject([{ message: { authnMethod: 'recovery' } }]);
});

test('one answer only', () => {
  const channel = open();
  page.receive(GOOD, DAPP);
  opener.take();
  expect(channel.fail('declined', 'not now')).toBe(true);
  expect(channel.succeed(ANSWER)).toBe(false);
  expect(channel.fail('failed', 'again')).toBe(false);
  expect(opener.take()).toEqual([
    { message: { kind: 'authorize-client-failure', text: 'The user declined: not now' }, target: DAPP },
  ]);
});

test('nothing is answered before somebody asked', () => {
  const channel = open();
  opener.take();
  expect(channel.succeed(ANSWER)).toBe(false);
  expect(channel.fail('failed', 'too early')).toBe(false);
  expect(opener.take()).toEqual([]);
});

test('the first request wins: what comes later changes neither the request nor the target', async () => {
  const channel = open();
  page.receive(GOOD, DAPP);
  page.receive({ ...GOOD, sessionPublicKey: Uint8Array.of(6) }, 'https://other.example');
  expect((await channel.request()).origin).toBe(DAPP);
  opener.take();
  channel.succeed(ANSWER);
  expect(opener.take().map(({ target }) => target)).toEqual([DAPP]);
});

test('messages of other windows, and other messages, are not looked at', async () => {
  const channel = open();
  opener.take();
  page.receive(GOOD, 'https://frame.example', new FakeOpener());
  for (const noise of [null, undefined, 7, 'authorize-client', [], {}, { kind: 'authorize-ready' }]) page.receive(noise, DAPP);
  expect(opener.take()).toEqual([]);
  page.receive(GOOD, DAPP);
  expect((await channel.request()).origin).toBe(DAPP);
});

test.each([
  ['no key', { sessionPublicKey: undefined }],
  ['an empty key', { sessionPublicKey: new Uint8Array() }],
  ['a key that is too long', { sessionPublicKey: new Uint8Array(1025) }],
  ['a key of numbers', { sessionPublicKey: [1, 2, 3] }],
  ['a lifetime that is a number', { maxTimeToLive: 5 }],
  ['no lifetime at all', { maxTimeToLive: 0n }],
  ['a negative lifetime', { maxTimeToLive: -1n }],
  ['a lifetime of more than 64 bits', { maxTimeToLive: 2n ** 64n }],
  ['a derivation origin that is no text', { derivationOrigin: {} }],
  ['an empty derivation origin', { derivationOrigin: '' }],
  ['a derivation origin that is too long in bytes', { derivationOrigin: 'é'.repeat(128) }],
])('%s is refused, and the dapp is told', async (_, change) => {
  const channel = open();
  opener.take();
  page.receive({ ...GOOD, ...change }, DAPP);
  await expect(channel.request()).rejects.toMatchObject({ code: 'bad-request' });
  const [sent, ...rest] = opener.take();
  expect(rest).toEqual([]);
  expect(sent).toMatchObject({ target: DAPP, message: { kind: 'authorize-client-failure' } });
  channel.succeed(ANSWER);
  expect(opener.take()).toEqual([]);
});

test('what is wrong with a lifetime is told', () => {
  open();
  opener.take();
  page.receive({ ...GOOD, maxTimeToLive: 0n }, DAPP);
  const text = 'The request is not acceptable: maxTimeToLive must be a bigint: nanoseconds, more than 0, of at most 64 bits.';
  expect(opener.take()).toMatchObject([{ message: { kind: 'authorize-client-failure', text } }]);
});

test('the longest key and derivation origin are taken', async () => {
  const channel = open();
  page.receive({ ...GOOD, sessionPublicKey: new Uint8Array(1024), derivationOrigin: 'o'.repeat(255) }, DAPP);
  expect((await channel.request()).sessionKey).toHaveLength(1024);
});

test('a page with an opaque origin is refused, and never answered', async () => {
  const channel = open();
  opener.take();
  page.receive(GOOD, 'null');
  await expect(channel.request()).rejects.toMatchObject({ code: 'opaque-origin' });
  page.receive(GOOD, DAPP);
  channel.succeed(ANSWER);
  channel.fail('declined', '');
  expect(opener.take()).toEqual([]);
});

test('without an opener, or with one that is gone, there is nobody to ask', async () => {
  page = new FakePage(null);
  await expect(open().request()).rejects.toMatchObject({ code: 'no-opener' });
  opener.closed = true;
  page = new FakePage(opener);
  const channel = open();
  await expect(channel.request()).rejects.toMatchObject({ code: 'no-opener' });
  expect(channel.succeed(ANSWER)).toBe(false);
  expect(opener.take()).toEqual([]);
});

test.each(['succeed', 'fail'] as const)('%s: an opener that was closed meanwhile hears nothing', (way) => {
  const channel = open();
  page.receive(GOOD, DAPP);
  opener.take();
  opener.closed = true;
  expect(way === 'succeed' ? channel.succeed(ANSWER) : channel.fail('declined', '')).toBe(false);
  expect(opener.take()).toEqual([]);
});

test('an opener that stays silent is given up', async () => {
  const channel = open();
  vi.advanceTimersByTime(SILENCE_LIMIT);
  await expect(channel.request()).rejects.toMatchObject({ code: 'no-request' });
  opener.take();
  page.receive(GOOD, 'null');
  expect(opener.take()).toEqual([]);
  page.receive(GOOD, DAPP);
  expect(opener.take()).toMatchObject([{ target: DAPP, message: { kind: 'authorize-client-failure' } }]);
});

test('a request in time is not given up, however long the user takes', async () => {
  const channel = open();
  vi.advanceTimersByTime(SILENCE_LIMIT - 1);
  page.receive(GOOD, DAPP);
  vi.advanceTimersByTime(100 * SILENCE_LIMIT);
  expect((await channel.request()).origin).toBe(DAPP);
  opener.take();
  page.receive(GOOD, DAPP);
  expect(opener.take()).toEqual([]);
});
