import { NodeType } from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { sha256 } from '@noble/hashes/sha2';
import { utf8ToBytes } from '@noble/hashes/utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  CANISTER,
  certificate,
  CERTIFIED,
  certifiedResponse,
  type Content,
  digest,
  EXCLUDED,
  headerOf,
  NOW,
  oldResponse,
  type ResponseOptions,
  ROOT_KEY,
  tree,
} from './certified-testing';
import { CertificationError, type HttpResponse, verifyResponse } from './certified-response';

const PATH = '/.well-known/ii-alternative-origins';
const QUESTION = { canister: CANISTER, path: PATH, rootKey: ROOT_KEY };
const MINUTE = 60_000;

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

function accepts(response: HttpResponse, question = QUESTION): Promise<void> {
  return expect(verifyResponse(response, question)).resolves.toBeUndefined();
}

async function refuses(response: HttpResponse, why: RegExp, question = QUESTION): Promise<void> {
  const error = await verifyResponse(response, question).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CertificationError);
  expect(String(error)).toMatch(why);
}

function withHeader(response: HttpResponse, name: string, change: (value: string) => string): HttpResponse {
  const headers = response.headers.map(([other, value]): [string, string] => [other, other === name ? change(value) : value]);
  return { ...response, headers };
}

test('what is certified is accepted: signed by the root, or by a subnet that the canister is on', async () => {
  await accepts(certifiedResponse(PATH));
  const [first, last] = [Principal.fromText('rrkah-fqaaa-aaaaa-aaaaq-cai'), Principal.fromText('qaa6y-5yaaa-aaaaa-aaafa-cai')];
  await accepts(certifiedResponse(PATH, { subnet: [first, last] }));
  const beyond = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
  await refuses(certifiedResponse(PATH, { subnet: [beyond, last] }), /certificate/);
});

test.each<[string, (response: HttpResponse) => HttpResponse]>([
  ['body', (response) => ({ ...response, body: utf8ToBytes('{"alternativeOrigins":[]}') })],
  ['status', (response) => ({ ...response, status: 404 })],
  ['value of a certified header', (response) => withHeader(response, 'Content-Type', () => 'text/html')],
  ['dropped header', (r) => ({ ...r, headers: r.headers.filter(([name]) => name !== 'Content-Type') })],
  ['doubled header', (r) => ({ ...r, headers: [...r.headers, ['content-type', 'application/json']] })],
  ['added certified header', (r) => ({ ...r, headers: [...r.headers, ['content-encoding', 'gzip']] })],
  ['expression', (r) => withHeader(r, 'IC-CertificateExpression', (text) => text.replace('Empty { }', 'Empty {}'))],
  ['expression, so that less is certified', (r) => withHeader(r, 'IC-CertificateExpression', () => EXCLUDED)],
])('another %s is refused', async (_, change) => {
  await accepts(certifiedResponse(PATH));
  await refuses(change(certifiedResponse(PATH)), /not as the canister certified/);
});

test('headers that are not certified may differ, with either way to say which are', async () => {
  const more: [string, string] = ['X-Server', 'one'];
  const response = certifiedResponse(PATH);
  await accepts({ ...response, headers: [...response.headers, more] });
  const excluding = certifiedResponse(PATH, { expression: EXCLUDED, headers: [['X-A', '1'], ['Date', 'today']] });
  await accepts(excluding);
  await accepts(withHeader(excluding, 'Date', () => 'tomorrow'));
  await refuses(withHeader(excluding, 'X-A', () => '2'), /not as the canister certified/);
  await refuses({ ...excluding, headers: [...excluding.headers, more] }, /not as the canister certified/);
});

test('a header that comes twice is certified twice', async () => {
  const response = certifiedResponse(PATH, { headers: [['Set-Cookie', 'a'], ['Set-Cookie', 'b']] });
  await accepts(response);
  await refuses({ ...response, headers: response.headers.slice(1) }, /not as the canister certified/);
});

test('a certificate is of one canister, one network and five minutes', async () => {
  await refuses(certifiedResponse(PATH), /certificate/, { ...QUESTION, canister: Principal.fromText('aaaaa-aa') });
  await refuses(certifiedResponse(PATH, { secret: new Uint8Array(32).fill(9) }), /certificate/);
  for (const [off, isFine] of [
    [-5 * MINUTE, true],
    [-5 * MINUTE - 1, false],
    [5 * MINUTE, true],
    [5 * MINUTE + 1, false],
  ] as const) {
    const response = certifiedResponse(PATH, { time: NOW + off });
    await (isFine ? accepts(response) : refuses(response, /certificate is not acceptable/));
  }
});

test('the tree must be the one that the canister certified', async () => {
  const other = certifiedResponse(PATH, { body: 'other' });
  const mine = certifiedResponse(PATH);
  const part = (response: HttpResponse, name: string): string => {
    const header = response.headers.find(([other]) => other === 'IC-Certificate')?.[1] ?? '';
    return new RegExp(`${name}=:[^:]*:`).exec(header)?.[0] ?? '';
  };
  const swapped = withHeader(other, 'IC-Certificate', (value) => value.replace(part(other, 'certificate'), part(mine, 'certificate')));
  await refuses(swapped, /tree/);
});

test('a response of another path is refused', async () => {
  await refuses(certifiedResponse('/.well-known/ic-domains'), /another path/);
  await refuses(certifiedResponse(PATH, { place: ['.well-known', '<$>'] }), /another path/);
  await refuses(certifiedResponse(PATH, { place: ['.well-known', 'ii-alternative-origins'] }), /another path/);
  await refuses(certifiedResponse(PATH, { place: ['.well-known', 'ii-alternative-origins', '', '<$>'] }), /another path/);
  await refuses(certifiedResponse(PATH, { place: ['other', '<*>'] }), /another path/);
  await refuses(certifiedResponse(PATH, { place: ['.well-known', 'ii-alternative-origins', 'x', '<*>'] }), /another path/);
});

test('the header cannot claim a place that is not in the tree', async () => {
  const response = certifiedResponse('/other');
  const claim = headerOf({
    ...partsOf('/other'),
    version: 2,
    path: ['http_expr', '.well-known', 'ii-alternative-origins', '<$>'],
  });
  await refuses(withHeader(response, 'IC-Certificate', () => claim), /not as the canister certified/);
});

function partsOf(path: string) {
  const whole = tree([['http_expr', [[path.slice(1), [['<$>', new Uint8Array()]]]]]]);
  return { tree: whole, certificate: certificate(digest(whole)) };
}

const WILDCARDS = [['<*>'], ['', '<*>'], ['.well-known', '<*>'], ['.well-known', '', '<*>'], ['.well-known', 'ii-alternative-origins', '<*>']];

test.each(WILDCARDS)('a wildcard stands for the path where nothing is more specific: %s', async (...place) => {
  await accepts(certifiedResponse(PATH, { place, status: 404 }));
});

const LEAF: Content = [['x', new Uint8Array()]];

/** Something at a place in the tree. */
function at(place: string[]): [string, Content][] {
  return place.reduceRight<Content>((inner, label) => [[label, inner]], LEAF) as [string, Content][];
}

const EXACT = ['.well-known', 'ii-alternative-origins', '<$>'];

test.each(WILDCARDS.flatMap((place, i) => [...WILDCARDS.slice(i + 1), EXACT].map((rival): [string[], string[]] => [place, rival])))(
  'the wildcard %s does not count beside %s, shown or hidden',
  async (place, rival) => {
    const shown: ResponseOptions = { place, beside: at(rival) };
    await refuses(certifiedResponse(PATH, shown), /more specific/);
    const hidden = rival.find((label, i) => label !== place[i]);
    await refuses(certifiedResponse(PATH, { ...shown, hide: (label) => label === hidden }), /more specific/);
  },
);

test.each(WILDCARDS.flatMap((place, i) => WILDCARDS.slice(0, i).map((wider): [string[], string[]] => [place, wider])))(
  'the wildcard %s counts beside the wider %s',
  async (place, wider) => {
    await accepts(certifiedResponse(PATH, { place, beside: at(wider) }));
  },
);

test('a canister that chose to certify nothing, or requests too, is refused with its reason', async () => {
  const nothing = 'default_certification(ValidationArgs{no_certification:Empty{}})';
  await refuses(certifiedResponse(PATH, { expression: nothing }), /certify nothing/);
  const full = CERTIFIED.replace(
    'no_request_certification: Empty { }',
    'request_certification: RequestCertification { certified_request_headers: [], certified_query_parameters: [] }',
  );
  await refuses(certifiedResponse(PATH, { expression: full }), /together with the request/);
  for (const malformed of ['', 'x', CERTIFIED.replace('ResponseHeaderList', 'List'), `${CERTIFIED}x`, CERTIFIED.replace('"Content', 'Content')]) {
    await refuses(certifiedResponse(PATH, { expression: malformed }), /malformed/);
  }
});

test('the place of the hash must be an empty leaf', async () => {
  const response = certifiedResponse(PATH);
  const body = response.body;
  const whole = tree([['http_expr', at(EXACT)]]);
  const header = headerOf({ tree: whole, certificate: certificate(digest(whole)), version: 2, path: ['http_expr', ...EXACT] });
  await refuses({ ...withHeader(response, 'IC-Certificate', () => header), body }, /not as the canister certified/);
});

test.each<[string, (value: string) => string]>([
  ['nothing', () => ''],
  ['no certificate', (value) => value.replace(/certificate=:[^:]*:, /, '')],
  ['no tree', (value) => value.replace(/tree=:[^:]*:, /, '')],
  ['no path', (value) => value.replace(/, expr_path=.*/, '')],
  ['two versions', (value) => `${value}, version=1`],
  ['an unknown version', (value) => value.replace('version=2', 'version=3')],
  ['a tree that is not base64', (value) => value.replace('tree=:', 'tree=:*')],
  ['a tree that is no CBOR', (value) => value.replace(/tree=:[^:]*:/, 'tree=:/w==:')],
  ['a tree that is something else', (value) => value.replace(/tree=:[^:]*:/, 'tree=:gQk=:')],
  ['a path that is no list', (value) => value.replace(/expr_path=:[^:]*:/, 'expr_path=:YWE=:')],
])('a header IC-Certificate with %s is malformed', async (_, change) => {
  await refuses(withHeader(certifiedResponse(PATH), 'IC-Certificate', change), /malformed/);
});

test('a certificate that is none is refused', async () => {
  for (const garbage of ['certificate=::', 'certificate=:AAAA:']) {
    const broken = withHeader(certifiedResponse(PATH), 'IC-Certificate', (value) => value.replace(/certificate=:[^:]*:/, garbage));
    await refuses(broken, /certificate is not acceptable/);
  }
});

test('headers of the certification stand there once', async () => {
  const response = certifiedResponse(PATH);
  await refuses({ ...response, headers: [] }, /0 headers ic-certificate,/);
  for (const name of ['IC-Certificate', 'IC-CertificateExpression']) {
    const [own] = response.headers.filter(([other]) => other === name);
    if (own === undefined) throw new Error(name);
    const without = response.headers.filter((header) => header !== own);
    await refuses({ ...response, headers: without }, new RegExp(`0 headers ${name.toLowerCase()}`));
    await refuses({ ...response, headers: [...response.headers, own] }, new RegExp(`2 headers ${name.toLowerCase()}`));
  }
});

test('version 1 certifies the body of a path', async () => {
  for (const version of [{}, { version: 1 }]) {
    const response = oldResponse(PATH, '{}', version);
    await accepts(response);
    await accepts({ ...response, status: 404 });
    await refuses({ ...response, body: utf8ToBytes('{ }') }, /not certified for/);
    await refuses(oldResponse('/index.html', '{}', version), /not certified for/);
  }
  await refuses(oldResponse(PATH, '{}', { time: NOW - 6 * MINUTE }), /certificate/);
});

test('what is certified with version 2 only cannot pass for version 1', async () => {
  const down = withHeader(certifiedResponse(PATH), 'IC-Certificate', (value) => value.replace('version=2', 'version=1'));
  await refuses(down, /not certified for/);
});

test('a tree with hashes of odd length is refused, whatever it digests to', async () => {
  // H(label "ab", hash) and H(label "a", "b" + hash) are the same: labels could be made up.
  const inner = sha256(utf8ToBytes('inner'));
  const odd = [NodeType.Labeled, utf8ToBytes('htt'), [NodeType.Pruned, Uint8Array.of(...utf8ToBytes('p_expr'), ...inner)]] as never;
  const header = headerOf({ tree: odd, certificate: certificate(digest(odd)), version: 2, path: ['http_expr', ...EXACT] });
  await refuses(withHeader(certifiedResponse(PATH), 'IC-Certificate', () => header), /malformed/);
});
