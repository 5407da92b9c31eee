import { Principal } from '@icp-sdk/core/principal';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Channel, LoginAnswer } from './channel';
import { SILENCE_LIMIT } from './limits';
import { openSigner } from './signer';
import { FakeOpener, FakePage } from './testing';

const DAPP = 'https://dapp.example';
const OTHER = 'https://other.example';
const PARAMS = { publicKey: 'AQID', maxTimeToLive: '5', icrc95DerivationOrigin: 'https://main.example' };
const ANSWER: LoginAnswer = {
  delegations: [
    {
      delegation: { pubkey: Uint8Array.of(1, 2, 3), expiration: 1_702_683_438_614_940_079n },
      signature: Uint8Array.of(255, 254),
    },
  ],
  userKey: Uint8Array.of(4),
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

function call(method: string, params?: unknown, id: unknown = 'a', origin = DAPP): unknown {
  page.receive({ jsonrpc: '2.0', id, method, ...(params !== undefined && { params }) }, origin);
  const [sent, ...rest] = opener.take();
  expect(rest).toEqual([]);
  if (sent === undefined) return undefined;
  expect(sent.target).toBe(origin);
  return sent.message;
}

function established(): Channel {
  const channel = openSigner(page.asWindow());
  expect(call('icrc29_status', undefined, 'first')).toEqual({ jsonrpc: '2.0', id: 'first', result: 'ready' });
  return channel;
}

test('says nothing before it is asked', () => {
  openSigner(page.asWindow());
  expect(opener.take()).toEqual([]);
});

test('takes a delegation request and answers it', async () => {
  const channel = established();
  expect(call('icrc34_delegation', PARAMS, 7)).toBeUndefined();
  expect(await channel.request()).toEqual({
    origin: DAPP,
    sessionKey: Uint8Array.of(1, 2, 3),
    maxTimeToLive: 5n,
    derivationOrigin: 'https://main.example',
  });
  channel.succeed(ANSWER);
  expect(opener.take()).toEqual([
    {
      target: DAPP,
      message: {
        jsonrpc: '2.0',
        id: 7,
        result: {
          publicKey: 'BA==',
          signerDelegation: [{ delegation: { pubkey: 'AQID', expiration: '1702683438614940079' }, signature: '//4=' }],
        },
      },
    },
  ]);
});

test('targets of a delegation are written as canister ids', () => {
  const channel = established();
  call('icrc34_delegation', PARAMS);
  const target = Principal.fromText('rrkah-fqaaa-aaaaa-aaaaq-cai');
  const [link] = ANSWER.delegations;
  if (link === undefined) throw new Error('no delegation');
  const delegations = [{ ...link, delegation: { ...link.delegation, targets: [target.toUint8Array()] } }];
  channel.succeed({ ...ANSWER, delegations });
  expect(opener.take()).toMatchObject([
    { message: { result: { signerDelegation: [{ delegation: { targets: ['rrkah-fqaaa-aaaaa-aaaaq-cai'] } }] } } },
  ]);
});

test('heartbeats are answered before, while and after the user is asked', async () => {
  const channel = established();
  const beat = (id: string) => expect(call('icrc29_status', undefined, id)).toEqual({ jsonrpc: '2.0', id, result: 'ready' });
  beat('1');
  call('icrc34_delegation', PARAMS, 'request');
  beat('2');
  channel.succeed(ANSWER);
  opener.take();
  beat('3');
});

test('answers what the signer can do', () => {
  established();
  const standards = call('icrc25_supported_standards') as { result: { supportedStandards: { name: string; url: string }[] } };
  expect(standards.result.supportedStandards.map(({ name }) => name)).toEqual([
    'ICRC-25',
    'ICRC-29',
    'ICRC-34',
    'ICRC-95',
    'ICRC-167',
  ]);
  for (const { url } of standards.result.supportedStandards) expect(url).toMatch(/^https:\/\//);
  const scopes = [{ scope: { method: 'icrc34_delegation' }, state: 'granted' }];
  expect(call('icrc25_permissions')).toEqual({ jsonrpc: '2.0', id: 'a', result: { scopes } });
  const wanted = { scopes: [{ method: 'icrc27_accounts' }, { method: 'icrc34_delegation' }] };
  expect(call('icrc25_request_permissions', wanted)).toEqual({ jsonrpc: '2.0', id: 'a', result: { scopes } });
});

test.each([undefined, null, [], {}, { scopes: {} }, { scopes: ['icrc34_delegation'] }])(
  'permissions asked for with %j are invalid',
  (params) => {
    established();
    expect(call('icrc25_request_permissions', params)).toMatchObject({ error: { code: -32602 } });
  },
);

test('nothing is answered, and nobody asked, before a status request', async () => {
  const channel = openSigner(page.asWindow());
  expect(call('icrc25_supported_standards')).toBeUndefined();
  expect(call('icrc34_delegation', PARAMS)).toBeUndefined();
  page.receive({ jsonrpc: '2.0', method: 'icrc29_status' }, DAPP);
  expect(call('icrc34_delegation', PARAMS)).toBeUndefined();
  vi.advanceTimersByTime(SILENCE_LIMIT);
  await expect(channel.request()).rejects.toMatchObject({ code: 'no-request' });
});

test('only the origin that asked first for the status is listened to, and answered', async () => {
  const channel = established();
  expect(call('icrc29_status', undefined, 'b', OTHER)).toBeUndefined();
  expect(call('icrc34_delegation', PARAMS, 'b', OTHER)).toBeUndefined();
  call('icrc34_delegation', PARAMS, 'c');
  expect((await channel.request()).origin).toBe(DAPP);
  channel.succeed(ANSWER);
  expect(opener.take()).toMatchObject([{ target: DAPP, message: { id: 'c' } }]);
});

test('other windows are not listened to', () => {
  established();
  const frame = new FakeOpener();
  page.receive({ jsonrpc: '2.0', id: 1, method: 'icrc29_status' }, DAPP, frame);
  expect(opener.take()).toEqual([]);
  expect(frame.take()).toEqual([]);
});

test('a page with an opaque origin is refused, and never answered', async () => {
  const channel = openSigner(page.asWindow());
  expect(call('icrc29_status', undefined, 1, 'null')).toBeUndefined();
  await expect(channel.request()).rejects.toMatchObject({ code: 'opaque-origin' });
  expect(call('icrc34_delegation', PARAMS, 2, 'null')).toBeUndefined();
  channel.succeed(ANSWER);
  channel.fail('declined', '');
  expect(opener.take()).toEqual([]);
});

test.each([
  ['declined', { code: 3001, message: 'Action aborted' }],
  ['invalid', { code: -32602, message: 'Invalid params', data: 'why' }],
  ['failed', { code: 1000, message: 'Generic error', data: 'why' }],
] as const)('%s is told as an error', (refusal, error) => {
  const channel = established();
  call('icrc34_delegation', PARAMS, 'd');
  expect(channel.fail(refusal, 'why')).toBe(true);
  expect(channel.succeed(ANSWER)).toBe(false);
  expect(opener.take()).toEqual([{ target: DAPP, message: { jsonrpc: '2.0', id: 'd', error } }]);
});

test('nobody is told before a delegation was asked for, nor once the opener was closed', () => {
  const channel = established();
  expect(channel.fail('declined', '')).toBe(false);
  call('icrc34_delegation', PARAMS);
  opener.closed = true;
  expect(channel.succeed(ANSWER)).toBe(false);
  expect(opener.take()).toEqual([]);
});

test('a second delegation request is refused while the first is open, and after it', () => {
  const channel = established();
  call('icrc34_delegation', PARAMS, 1);
  expect(call('icrc34_delegation', PARAMS, 2)).toMatchObject({ id: 2, error: { code: 1000 } });
  channel.succeed(ANSWER);
  expect(opener.take()).toMatchObject([{ message: { id: 1, result: {} } }]);
  expect(call('icrc34_delegation', PARAMS, 3)).toMatchObject({ id: 3, error: { code: 1000 } });
});

test('a request that arrives twice is one request', () => {
  const channel = established();
  call('icrc34_delegation', PARAMS, 1);
  expect(call('icrc34_delegation', PARAMS, 1)).toBeUndefined();
  channel.succeed(ANSWER);
  expect(opener.take()).toMatchObject([{ message: { id: 1, result: {} } }]);
});

test.each([
  ['no params', undefined],
  ['params by position', ['AQID']],
  ['no key', { ...PARAMS, publicKey: undefined }],
  ['a key that is not base64', { ...PARAMS, publicKey: 'AQ*D' }],
  ['a key with white space', { ...PARAMS, publicKey: 'AQ ID' }],
  ['an empty key', { ...PARAMS, publicKey: '' }],
  ['a key that is too long', { ...PARAMS, publicKey: 'AAAA'.repeat(342) }],
  ['a lifetime that is a number', { ...PARAMS, maxTimeToLive: 5 }],
  ['a lifetime that is no number', { ...PARAMS, maxTimeToLive: '5ns' }],
  ['a negative lifetime', { ...PARAMS, maxTimeToLive: '-5' }],
  ['no lifetime at all', { ...PARAMS, maxTimeToLive: '0' }],
  ['an empty lifetime', { ...PARAMS, maxTimeToLive: '' }],
  ['a lifetime of more than 64 bits', { ...PARAMS, maxTimeToLive: '18446744073709551616' }],
  ['a derivation origin that is no text', { ...PARAMS, icrc95DerivationOrigin: 1 }],
  ['a derivation origin that is too long', { ...PARAMS, icrc95DerivationOrigin: 'o'.repeat(256) }],
  ['targets that are no list', { ...PARAMS, targets: 'aaaaa-aa' }],
])('a delegation request with %s is refused, and dapp and user are told', async (_, params) => {
  const channel = established();
  expect(call('icrc34_delegation', params)).toMatchObject({ id: 'a', error: { code: -32602, data: expect.any(String) } });
  await expect(channel.request()).rejects.toMatchObject({ code: 'bad-request' });
  expect(call('icrc34_delegation', PARAMS, 'b')).toMatchObject({ id: 'b', error: { code: 1000 } });
});

test('what is wrong with a lifetime is told', () => {
  established();
  expect(call('icrc34_delegation', { ...PARAMS, maxTimeToLive: '000' })).toMatchObject({
    error: { data: 'maxTimeToLive must be a decimal text: nanoseconds, more than 0, of at most 64 bits.' },
  });
});

test('the longest lifetime, and an absent one, are taken', async () => {
  const channel = established();
  call('icrc34_delegation', { publicKey: 'AQID', maxTimeToLive: '18446744073709551615', targets: ['aaaaa-aa'] });
  expect(await channel.request()).toEqual({ origin: DAPP, sessionKey: Uint8Array.of(1, 2, 3), maxTimeToLive: 2n ** 64n - 1n });
});

test.each([
  ['icrc27_accounts', 2000],
  ['icrc49_call_canister', 2000],
  ['ii-icrc3-attributes', -32601],
  ['toString', -32601],
])('%s is not supported', (method, code) => {
  established();
  expect(call(method)).toMatchObject({ id: 'a', error: { code } });
});

test('notifications get no answer', () => {
  established();
  for (const method of ['icrc25_permissions', 'icrc27_accounts', 'icrc29_status', 'icrc34_delegation']) {
    page.receive({ jsonrpc: '2.0', method, params: PARAMS }, DAPP);
  }
  expect(opener.take()).toEqual([]);
});

test('what is no JSON-RPC request is ignored', () => {
  established();
  for (const noise of [null, 7, 'x', {}, { method: 'icrc25_permissions', id: 1 }, { jsonrpc: '2.0', id: 1, result: 'ready' }]) {
    page.receive(noise, DAPP);
  }
  expect(opener.take()).toEqual([]);
});

test.each([
  ['a method that is no text', { jsonrpc: '2.0', id: 1, method: 5 }, 1],
  ['an id of another type', { jsonrpc: '2.0', id: {}, method: 'icrc25_permissions' }, null],
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'icrc25_permissions' }], null],
])('%s is an invalid request', (_, message, id) => {
  established();
  page.receive(message, DAPP);
  expect(opener.take()).toMatchObject([{ target: DAPP, message: { id, error: { code: -32600 } } }]);
});

test('a client that asks for nothing is given up once it is silent, not while it beats', async () => {
  const channel = established();
  let isGivenUp = false;
  channel.request().catch(() => (isGivenUp = true));
  for (let id = 0; id < 5; id += 1) {
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT - 1);
    expect(call('icrc29_status', undefined, id)).toBeDefined();
  }
  expect(isGivenUp).toBe(false);
  await vi.advanceTimersByTimeAsync(SILENCE_LIMIT);
  await expect(channel.request()).rejects.toMatchObject({ code: 'no-request' });
  expect(call('icrc34_delegation', PARAMS)).toMatchObject({ error: { code: 1000 } });
});

test('while the user is asked nothing is given up', async () => {
  const channel = established();
  call('icrc34_delegation', PARAMS);
  vi.advanceTimersByTime(100 * SILENCE_LIMIT);
  expect((await channel.request()).origin).toBe(DAPP);
});

test('without an opener there is nobody to ask', async () => {
  page = new FakePage(null);
  await expect(openSigner(page.asWindow()).request()).rejects.toMatchObject({ code: 'no-opener' });
});
