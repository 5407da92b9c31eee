import { beforeEach, expect, test } from 'vitest';
import type { LoginAnswer } from './channel';
import { type Browser, isRedirect, openRedirect } from './redirect';

const CALLBACK = 'https://dapp.example/back';
const DELEGATION = { jsonrpc: '2.0', id: 'd', method: 'icrc34_delegation', params: { publicKey: 'AQID' } };
const STANDARDS = { jsonrpc: '2.0', id: 's', method: 'icrc25_supported_standards' };
const ANSWER: LoginAnswer = {
  delegations: [{ delegation: { pubkey: Uint8Array.of(1), expiration: 7n }, signature: Uint8Array.of(251, 255) }],
  userKey: Uint8Array.of(4),
  isRecovery: false,
};

let visited: string[];
let lists: unknown;
let fetched: number;

const browser: Browser = {
  fetch: () => {
    fetched += 1;
    return Promise.resolve(new Response(JSON.stringify(lists), { headers: { 'content-type': 'application/json' } }));
  },
  navigate: (url) => visited.push(url),
};

beforeEach(() => {
  visited = [];
  fetched = 0;
  lists = { callbacks: [CALLBACK] };
});

function fragment(message: unknown, more: Record<string, string> = {}): string {
  return `#${new URLSearchParams({ message: JSON.stringify(message), callback: CALLBACK, ...more }).toString()}`;
}

function open(message: unknown, more?: Record<string, string>) {
  return openRedirect(fragment(message, more), browser);
}

/** Where the browser went: the URL up to the fragment, and what the fragment says. */
function answered(): { url: string; message: unknown; state: string | null; names: string[] } {
  const [target, ...others] = visited.splice(0);
  if (target === undefined || others.length > 0) throw new Error(`${others.length} navigations`);
  const [url = '', rest = ''] = target.split('#');
  const parameters = new URLSearchParams(rest);
  const message: unknown = JSON.parse(parameters.get('message') ?? 'null');
  return { url, message, state: parameters.get('state'), names: [...parameters.keys()] };
}

test('only a fragment with message and callback is a redirect', () => {
  expect(isRedirect(fragment(DELEGATION))).toBe(true);
  for (const other of ['', '#', '#authorize', '#message=x', '#callback=x']) expect(isRedirect(other)).toBe(false);
});

test('takes the request and goes back with the answer and the unchanged state', async () => {
  const state = 'a+b &=#%\u00e9 ';
  const channel = open(DELEGATION, { state });
  expect(await channel.request()).toEqual({ origin: 'https://dapp.example', sessionKey: Uint8Array.of(1, 2, 3) });
  expect(visited).toEqual([]);
  channel.succeed(ANSWER);
  expect(answered()).toEqual({
    url: CALLBACK,
    message: {
      jsonrpc: '2.0',
      id: 'd',
      result: {
        publicKey: 'BA==',
        signerDelegation: [{ delegation: { pubkey: 'AQ==', expiration: '7' }, signature: '+/8=' }],
      },
    },
    state,
    names: ['message', 'state'],
  });
});

test('no state comes back where none was given, an empty one where it was empty', async () => {
  const without = open(DELEGATION);
  await without.request();
  without.succeed(ANSWER);
  expect(answered().names).toEqual(['message']);
  const empty = open(DELEGATION, { state: '' });
  await empty.request();
  empty.succeed(ANSWER);
  expect(answered().names).toEqual(['message', 'state']);
});

test.each([
  ['declined', { code: 3001, message: 'Action aborted' }],
  ['invalid', { code: -32602, message: 'Invalid params', data: 'why' }],
  ['failed', { code: 1000, message: 'Generic error', data: 'why' }],
] as const)('%s is told to the callback as an error', async (refusal, error) => {
  const channel = open(DELEGATION, { state: 'x' });
  await channel.request();
  channel.fail(refusal, 'why');
  expect(answered()).toMatchObject({ url: CALLBACK, message: { jsonrpc: '2.0', id: 'd', error }, state: 'x' });
});

test('one answer only, and the list is asked once', async () => {
  const channel = open(DELEGATION);
  await Promise.all([channel.request(), channel.request()]);
  channel.fail('declined', '');
  channel.succeed(ANSWER);
  channel.fail('failed', '');
  expect(visited).toHaveLength(1);
  expect(fetched).toBe(1);
});

test('nothing is sent before the callback is verified', async () => {
  const channel = open(DELEGATION);
  expect(channel.succeed(ANSWER)).toBe(false);
  const request = channel.request();
  expect(channel.fail('declined', '')).toBe(false);
  expect(visited).toEqual([]);
  await request;
  expect(channel.succeed(ANSWER)).toBe(true);
  expect(answered().message).toMatchObject({ id: 'd', result: {} });
});

test('a batch is answered as a batch, in one navigation', async () => {
  const notification = { jsonrpc: '2.0', method: 'icrc25_permissions' };
  const second = { ...DELEGATION, id: 'e' };
  const bad = { ...DELEGATION, id: 'f', params: {} };
  const channel = open([STANDARDS, notification, DELEGATION, second, { jsonrpc: '2.0', id: 'u', method: 'ii-other' }, bad, 5]);
  expect((await channel.request()).origin).toBe('https://dapp.example');
  channel.succeed(ANSWER);
  const message = answered().message as { id: string }[];
  const byId = Object.fromEntries(message.map((response) => [response.id, response]));
  expect(Object.keys(byId).sort()).toEqual(['d', 'e', 'f', 's', 'u']);
  expect(byId).toMatchObject({
    s: { result: { supportedStandards: expect.any(Array) } },
    d: { result: { publicKey: 'BA==' } },
    e: { error: { code: 1000 } },
    f: { error: { code: -32602 } },
    u: { error: { code: -32601 } },
  });
});

test('a batch of one is still a batch', async () => {
  const channel = open([DELEGATION]);
  await channel.request();
  channel.succeed(ANSWER);
  expect(answered().message).toMatchObject([{ id: 'd' }]);
});

test.each([
  ['a question', STANDARDS, { id: 's', result: {} }],
  ['a delegation request that is not acceptable', { ...DELEGATION, params: {} }, { id: 'd', error: { code: -32602 } }],
  ['a malformed request', { jsonrpc: '2.0', id: 'm' }, { id: 'm', error: { code: -32600 } }],
])('%s is answered without the user', async (_, message, response) => {
  const channel = open(message, { state: 'x' });
  let shown = false;
  void channel.request().then(
    () => (shown = true),
    () => (shown = true),
  );
  await expect.poll(() => visited.length).toBe(1);
  expect(answered()).toMatchObject({ url: CALLBACK, message: response, state: 'x' });
  expect(shown).toBe(false);
});

test('a callback that is not listed gets nothing, whatever the user does', async () => {
  lists = { callbacks: ['https://dapp.example/else'] };
  for (const message of [DELEGATION, STANDARDS]) {
    const channel = open(message);
    await expect(channel.request()).rejects.toMatchObject({ code: 'bad-callback' });
    channel.succeed(ANSWER);
    channel.fail('declined', '');
  }
  expect(visited).toEqual([]);
});

test('an origin that does not answer is asked again, and one that refuses is not', async () => {
  let isOnline = false;
  const channel = openRedirect(fragment(DELEGATION), {
    ...browser,
    fetch: (url, init) => (isOnline ? browser.fetch(url, init) : Promise.reject(new TypeError('Failed to fetch'))),
  });
  await expect(channel.request()).rejects.toMatchObject({ code: 'callback-unreachable' });
  isOnline = true;
  expect(await channel.request()).toMatchObject({ origin: 'https://dapp.example' });
  expect(await channel.request()).toMatchObject({ origin: 'https://dapp.example' });
  expect(fetched).toBe(1);
  channel.succeed(ANSWER);
  expect(answered()).toMatchObject({ url: CALLBACK });

  lists = { callbacks: [] };
  const refused = open(DELEGATION);
  await expect(refused.request()).rejects.toMatchObject({ code: 'bad-callback' });
  lists = { callbacks: [CALLBACK] };
  await expect(refused.request()).rejects.toMatchObject({ code: 'bad-callback' });
});

const many = Array.from({ length: 21 }, (_, id) => ({ ...STANDARDS, id }));

test.each([
  ['no JSON', `#message=hello&callback=${encodeURIComponent(CALLBACK)}`],
  ['a text', fragment('hello')],
  ['an empty batch', fragment([])],
  ['a batch that is too long', fragment(many)],
  ['a notification only', fragment({ jsonrpc: '2.0', method: 'icrc25_permissions' })],
  ['an answer', fragment({ jsonrpc: '2.0', id: 1, result: {} })],
  ['two messages', `${fragment(STANDARDS)}&message=%7B%7D`],
  ['two callbacks', `${fragment(STANDARDS)}&callback=https%3A%2F%2Fother.example`],
  ['two states', `${fragment(STANDARDS)}&state=1&state=2`],
  ['a fragment that is too long', fragment({ ...STANDARDS, params: 'x'.repeat(65_536) })],
])('%s is refused, and nothing is sent', async (_, text) => {
  const channel = openRedirect(text, browser);
  await expect(channel.request()).rejects.toMatchObject({ code: 'bad-request' });
  channel.succeed(ANSWER);
  channel.fail('declined', '');
  expect(visited).toEqual([]);
});
