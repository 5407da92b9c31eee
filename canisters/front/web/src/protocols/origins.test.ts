import { utf8ToBytes } from '@noble/hashes/utils';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  agentFor,
  type Asked,
  CANISTER,
  type ResponseOptions,
  ROOT_KEY,
  statement,
  unsigned,
  type Wired,
} from './certified-testing';
import { type Signer, verifyTree } from './certified-tree';
import type { Fetch } from './fetching';
import { checkDerivationOrigin, OriginError } from './origins';

const ID = CANISTER.toText();
const DAPP = 'https://dapp.example';
const LIST = '/.well-known/ii-alternative-origins';
const DOMAINS = '/.well-known/ic-domains';

// Certificates have tests of their own, and take their time. Here it counts whose are asked for.
vi.mock('./certified-tree');
const verified: Signer[] = [];
vi.mocked(verifyTree).mockImplementation((_tree, _certificate, signer) => {
  verified.push(signer);
  return Promise.resolve();
});

function certified(path: string, options?: ResponseOptions): Wired {
  return unsigned(statement(path, options));
}

/** What canisters serve: bodies by path. */
let documents: Record<string, Wired | string>;
let asked: Asked[];
let fetched: string[];
/** What the gateway in front of a domain answers. */
let gateway: Fetch;

beforeEach(() => {
  documents = { [LIST]: listing(DAPP) };
  asked = [];
  fetched = [];
  verified.length = 0;
  gateway = () => Promise.reject(new TypeError('Failed to fetch'));
});

function listing(...alternativeOrigins: unknown[]): string {
  return JSON.stringify({ alternativeOrigins });
}

async function check(derivationOrigin: string | undefined, origin = DAPP): Promise<string> {
  const agent = agentFor((url) => {
    const document = documents[url] ?? null;
    return typeof document === 'string' ? certified(url, { body: document }) : document;
  }, asked);
  const fetch: Fetch = (url, init) => {
    fetched.push(`${String(init.method)} ${url}`);
    return gateway(url, init);
  };
  const request = derivationOrigin === undefined ? { origin } : { origin, derivationOrigin };
  try {
    await checkDerivationOrigin({ rootKey: ROOT_KEY }, agent, request, fetch);
    return 'fine';
  } catch (error) {
    if (!(error instanceof OriginError)) throw error;
    expect(error.message.length).toBeGreaterThan(20);
    return error.code;
  }
}

test("one's own origin needs no proof", async () => {
  expect(await check(undefined)).toBe('fine');
  expect(await check(DAPP)).toBe('fine');
  expect(asked).toEqual([]);
  expect(fetched).toEqual([]);
});

test.each([`https://${ID}.icp0.io`, `https://${ID}.ic0.app`, `https://${ID}.icp.net`, `http://${ID}.localhost:4943`])(
  'the canister of %s is asked, and nobody else',
  async (derivationOrigin) => {
    expect(await check(derivationOrigin)).toBe('fine');
    expect(asked.map(({ canister, url }) => [canister, url])).toEqual([[ID, LIST]]);
    expect(verified).toMatchObject([{ canister: CANISTER, rootKey: ROOT_KEY }]);
    expect(fetched).toEqual([]);
  },
);

test.each([
  ['the list names another', listing('https://other.example')],
  ['the list names it with a slash', listing(`${DAPP}/`)],
  ['the list names it in capitals', listing('https://DAPP.example')],
  ['the list names a part of it', listing('https://dapp.exampl', 'dapp.example')],
  ['the list is empty', listing()],
])('%s: not listed', async (_, list) => {
  documents = { [LIST]: list };
  expect(await check(`https://${ID}.icp0.io`)).toBe('not-listed');
});

const others = Array.from({ length: 10 }, (_, i) => `https://dapp${i}.example`);

test('ten alternatives count, eleven do not', async () => {
  documents = { [LIST]: listing(...others.slice(1), DAPP) };
  expect(await check(`https://${ID}.icp0.io`)).toBe('fine');
  documents = { [LIST]: listing(DAPP, ...others) };
  expect(await check(`https://${ID}.icp0.io`)).toBe('bad-list');
});

test.each([
  ['no JSON', 'dapp.example'],
  ['an array', JSON.stringify([DAPP])],
  ['another name', JSON.stringify({ origins: [DAPP] })],
  ['no array', JSON.stringify({ alternativeOrigins: DAPP })],
  ['an entry that is no text', listing(DAPP, 1)],
  ['null', 'null'],
])('a list that is %s is bad', async (_, list) => {
  documents = { [LIST]: list };
  expect(await check(`https://${ID}.icp0.io`)).toBe('bad-list');
});

test('the list must have status 200, and be certified', async () => {
  const served = certified(LIST, { body: listing(DAPP), status: 206 });
  documents = { [LIST]: served };
  expect(await check(`https://${ID}.icp0.io`)).toBe('bad-list');
  documents = { [LIST]: { ...served, status: 200 } };
  expect(await check(`https://${ID}.icp0.io`)).toBe('unverified');
  documents = { [LIST]: { ...served, body: utf8ToBytes(listing('https://evil.example', DAPP)) } };
  expect(await check(`https://${ID}.icp0.io`)).toBe('unverified');
  documents = { [LIST]: { ...certified(LIST, { body: listing(DAPP) }), isStreamed: true } };
  expect(await check(`https://${ID}.icp0.io`)).toBe('unverified');
  documents = {};
  expect(await check(`https://${ID}.icp0.io`)).toBe('unreachable');
});

test.each([`https://${ID}.raw.icp0.io`, `https://${ID}.raw.ic0.app`, `http://${ID}.raw.localhost:4943`])(
  '%s is refused',
  async (derivationOrigin) => {
    expect(await check(derivationOrigin)).toBe('raw');
    expect(asked).toEqual([]);
  },
);

test.each([
  '',
  'null',
  'dapp.example',
  'https://',
  `https://${ID}.icp0.io/`,
  `https://${ID}.icp0.io/path`,
  `https://${ID}.icp0.io:443`,
  `https://${ID.toUpperCase()}.icp0.io`,
  `https://user@${ID}.icp0.io`,
  `http://${ID}.icp0.io`,
  `ftp://${ID}.icp0.io`,
  'javascript:alert(1)',
  `https://${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example`,
])('%s is no derivation origin', async (derivationOrigin) => {
  expect(await check(derivationOrigin)).toBe('malformed');
  expect(asked).toEqual([]);
  expect(fetched).toEqual([]);
});

function naming(canister: string | null): Fetch {
  return () => Promise.resolve(new Response(null, { headers: canister === null ? {} : { 'x-ic-canister-id': canister } }));
}

test('a domain of its own: the gateway names the canister, which confirms the domain and lists the dapp', async () => {
  let init: RequestInit = {};
  gateway = (url, given) => {
    init = given;
    return naming(ID)(url, given);
  };
  documents = { [LIST]: listing(DAPP), [DOMAINS]: 'other.example\r\nMain.example \n' };
  expect(await check('https://main.example')).toBe('fine');
  expect(fetched).toEqual([`HEAD https://main.example${LIST}`]);
  expect(init).toMatchObject({ redirect: 'error', credentials: 'omit', cache: 'no-store' });
  expect(asked.map(({ url }) => url)).toEqual([DOMAINS, LIST]);
});

test.each([
  ['other domains', 'other.example\n'],
  ['a parent', 'example\n'],
  ['a longer name', 'www.main.example\n'],
  ['a URL', 'https://main.example\n'],
  ['nothing', ''],
])('a canister that confirms %s does not confirm the domain', async (_, domains) => {
  gateway = naming(ID);
  documents = { [LIST]: listing(DAPP), [DOMAINS]: domains };
  expect(await check('https://main.example')).toBe('not-confirmed');
});

test('domains that are not certified confirm nothing', async () => {
  gateway = naming(ID);
  documents = { [LIST]: listing(DAPP), [DOMAINS]: { ...certified(DOMAINS), body: utf8ToBytes('main.example') } };
  expect(await check('https://main.example')).toBe('unverified');
  documents = { [LIST]: listing(DAPP) };
  expect(await check('https://main.example')).toBe('unreachable');
});

test('a domain whose canister nobody names has none', async () => {
  for (const named of [null, '', 'main.example', `${ID}x`]) {
    gateway = naming(named);
    expect(await check('https://main.example')).toBe('no-canister');
  }
  gateway = () => Promise.reject(new TypeError('Failed to fetch'));
  expect(await check('https://main.example')).toBe('unreachable');
  expect(asked).toEqual([]);
});

test.each([
  'https://nns.icp0.io',
  'https://icp0.io',
  'https://x.y.icp0.io',
  `https://${ID}.icp0.io.example`,
  `https://${ID}icp0.io`,
  `https://${ID}xicp0.io`,
])('%s holds no canister id: its canister must confirm it', async (derivationOrigin) => {
  gateway = naming(null);
  expect(await check(derivationOrigin)).toBe('no-canister');
  expect(asked).toEqual([]);
});
