import { sha256 } from '@noble/hashes/sha2';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils';
import { Principal } from '@icp-sdk/core/principal';
import { afterEach, expect, test, vi } from 'vitest';
import { CertificationError, type HttpResponse, parseCertificateHeader, soleHeader } from './certification';
import { verifyResponse } from './certified-response';
import {
  CERTIFIED,
  type Content,
  EXCLUDED,
  oldStatement,
  requesting,
  type ResponseOptions,
  type Statement,
  statement,
  tree,
} from './certified-testing';
import { verifyTree } from './certified-tree';
import vectors from './certified-vectors.json';

// Signatures of the network's kind take their time, above all on a machine that does other things too.
vi.setConfig({ testTimeout: 60_000 });

const PATH = '/.well-known/ii-alternative-origins';

/** Why a response is refused for a path; null: it is accepted. */
function refusal({ response, header }: Pick<Statement, 'response' | 'header'>, path = PATH): string | null {
  try {
    verifyResponse(response, header, path);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(CertificationError);
    return String(error);
  }
}

function changed(stated: Statement, change: (response: HttpResponse) => HttpResponse): Statement {
  return { ...stated, response: change(stated.response) };
}

function withHeader(response: HttpResponse, name: string, value: string): HttpResponse {
  return { ...response, headers: response.headers.map(([other, old]) => [other, other === name ? value : old]) };
}

function adding(response: HttpResponse, ...header: [string, string]): HttpResponse {
  return { ...response, headers: [...response.headers, header] };
}

test('what is certified is accepted', () => {
  expect(refusal(statement(PATH))).toBeNull();
});

test.each<[string, (response: HttpResponse) => HttpResponse]>([
  ['body', (response) => ({ ...response, body: utf8ToBytes('{"alternativeOrigins":[]}') })],
  ['status', (response) => ({ ...response, status: 404 })],
  ['value of a certified header', (response) => withHeader(response, 'Content-Type', 'text/html')],
  ['set of headers, one dropped', (r) => ({ ...r, headers: r.headers.filter(([name]) => name !== 'Content-Type') })],
  ['set of headers, one doubled', (response) => adding(response, 'content-type', 'application/json')],
  ['set of headers, one added', (response) => adding(response, 'content-encoding', 'gzip')],
  ['expression', (r) => withHeader(r, 'IC-CertificateExpression', CERTIFIED.replace('Empty { }', 'Empty {}'))],
  ['expression that certifies other headers', (r) => withHeader(r, 'IC-CertificateExpression', EXCLUDED)],
])('another %s is refused', (_, change) => {
  expect(refusal(changed(statement(PATH), change))).toMatch(/not as the canister certified/);
});

test('headers that are not certified may differ, with either way to say which are', () => {
  expect(refusal(changed(statement(PATH), (response) => adding(response, 'X-Server', 'one')))).toBeNull();
  const excluding = statement(PATH, {
    expression: EXCLUDED,
    headers: [
      ['X-A', '1'],
      ['Date', 'today'],
    ],
  });
  expect(refusal(excluding)).toBeNull();
  expect(refusal(changed(excluding, (response) => withHeader(response, 'Date', 'tomorrow')))).toBeNull();
  expect(refusal(changed(excluding, (response) => withHeader(response, 'X-A', '2')))).toMatch(/not as the canister/);
  expect(refusal(changed(excluding, (response) => adding(response, 'X-B', '1')))).toMatch(/not as the canister/);
});

test('a header that comes twice is certified twice', () => {
  const twice = statement(PATH, {
    headers: [
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ],
  });
  expect(refusal(twice)).toBeNull();
  const once = changed(twice, (response) => ({ ...response, headers: response.headers.slice(1) }));
  expect(refusal(once)).toMatch(/not as the canister certified/);
});

test('the header with the expression stands there once', () => {
  const stated = statement(PATH);
  expect(refusal(changed(stated, (response) => ({ ...response, headers: [] })))).toMatch(/0 headers/);
  expect(refusal(changed(stated, (response) => adding(response, 'ic-certificateexpression', CERTIFIED)))).toMatch(/2 headers/);
});

test.each([
  ['.well-known', 'ic-domains', '<$>'],
  ['.well-known', '<$>'],
  ['.well-known', 'ii-alternative-origins'],
  ['.well-known', 'ii-alternative-origins', '', '<$>'],
  ['.well-known', 'ii-alternative-origins', '', '<*>'],
  ['.well-known', 'ii-alternative-origins', 'x', '<*>'],
  ['other', '<*>'],
])('a response that is certified at %s/%s/%s/%s is one of another path', (...place) => {
  expect(refusal(statement(PATH, { place }))).toMatch(/another path/);
});

const EXACT = ['.well-known', 'ii-alternative-origins', '<$>'];

test('the header cannot claim a place where the response is not', () => {
  const stated = statement('/other');
  for (const root of ['http_expr', 'http_assets']) {
    const header = { ...stated.header, version: 2 as const, expressionPath: [root, ...EXACT] };
    expect(refusal({ ...stated, header })).toMatch(/not as the canister certified|another path/);
  }
  const below = { ...statement(PATH).header, version: 2 as const, expressionPath: ['else', ...EXACT] };
  expect(refusal({ ...statement(PATH), header: below })).toMatch(/another path/);
});

const WILDCARDS = [
  ['<*>'],
  ['', '<*>'],
  ['.well-known', '<*>'],
  ['.well-known', '', '<*>'],
  ['.well-known', 'ii-alternative-origins', '<*>'],
];

test.each(WILDCARDS.map((place) => [place]))('%j stands for the path where nothing is more specific', (place) => {
  expect(refusal(statement(PATH, { place, status: 404 }))).toBeNull();
});

/** Something at a place in the tree. */
function at(place: string[]): [string, Content][] {
  const something: Content = [['x', new Uint8Array()]];
  return place.reduceRight<Content>((inner, label) => [[label, inner]], something) as [string, Content][];
}

/** Each wildcard with each place that is more specific. */
const RIVALS = WILDCARDS.flatMap((place, i) =>
  [...WILDCARDS.slice(i + 1), EXACT].map((rival): [string[], string[]] => [place, rival]),
);

test.each(RIVALS)('%j does not count beside %j, shown or hidden', (place, rival) => {
  const shown: ResponseOptions = { place, beside: at(rival) };
  expect(refusal(statement(PATH, shown))).toMatch(/more specific/);
  const hidden = rival.find((label, i) => label !== place[i]);
  expect(refusal(statement(PATH, { ...shown, hide: (label) => label === hidden }))).toMatch(/more specific/);
});

test.each(RIVALS.filter(([, rival]) => rival !== EXACT))('beside %j, %j counts', (wider, place) => {
  expect(refusal(statement(PATH, { place, beside: at(wider) }))).toBeNull();
});

test('a request that is certified too must be the one that was made', () => {
  expect(refusal(statement(PATH, { expression: requesting([]), request: [] }))).toBeNull();
  const expression = requesting(['Host', 'Accept-Encoding']);
  expect(refusal(statement(PATH, { expression, request: [['accept-encoding', 'identity']] }))).toBeNull();
  for (const request of [[['accept-encoding', 'gzip']], [['host', 'x']], []] as [string, string][][]) {
    expect(refusal(statement(PATH, { expression, request }))).toMatch(/not as the canister certified/);
  }
  // An answer to all requests does not stand for one that is certified, nor the other way round.
  expect(refusal(statement(PATH, { expression: requesting([]) }))).toMatch(/not as the canister certified/);
  expect(refusal(statement(PATH, { request: [] }))).toMatch(/not as the canister certified/);
});

test('a canister that chose to certify nothing, or says it wrongly, is refused with the reason', () => {
  const nothing = 'default_certification(ValidationArgs{no_certification:Empty{}})';
  expect(refusal(statement(PATH, { expression: nothing }))).toMatch(/certify nothing/);
  expect(refusal(statement(PATH, { expression: 'certify all' }))).toMatch(/malformed/);
});

test('the place of the hash must be an empty leaf', () => {
  const stated = statement(PATH);
  const hash = (node: Content): Content => [[sha256(utf8ToBytes(CERTIFIED)), [['', [[responseLabel(stated), node]]]]]];
  for (const [node, isFine] of [
    [new Uint8Array(), true],
    [new Uint8Array(1), false],
    [[], false],
  ] as [Content, boolean][]) {
    const shown = tree([['http_expr', EXACT.reduceRight<Content>((inner, label) => [[label, inner]], hash(node))]]);
    expect(refusal({ ...stated, header: { ...stated.header, tree: shown } }) === null).toBe(isFine);
  }
});

/** The last label on the way to a statement's leaf. */
function responseLabel({ header }: Statement): Uint8Array {
  let label: Uint8Array | undefined;
  let rest: unknown = header.tree;
  while (Array.isArray(rest) && rest[0] !== 3) {
    const [kind, first, second]: unknown[] = rest;
    if (kind === 2) label = first as Uint8Array;
    rest = kind === 1 ? first : second;
  }
  if (label?.length !== 32) throw new Error('no hash');
  return label;
}

test('version 1 certifies the body of a path', () => {
  const stated = oldStatement(PATH, '{}');
  expect(refusal(stated)).toBeNull();
  expect(refusal(changed(stated, (response) => ({ ...response, status: 404 })))).toBeNull();
  expect(refusal(changed(stated, (response) => ({ ...response, body: utf8ToBytes('{ }') })))).toMatch(/not certified for/);
  expect(refusal(oldStatement('/index.html', '{}'))).toMatch(/not certified for/);
});

test('what is certified with version 2 only cannot pass for version 1', () => {
  const stated = statement(PATH);
  const header = { version: 1 as const, certificate: new Uint8Array(), tree: stated.header.tree };
  expect(refusal({ ...stated, header })).toMatch(/not certified for/);
});

// ---- Answers of canisters that use the published libraries: ic-asset-certification (a list, and a page for what is not
// there) and ic-http-certification, beside other labels (a document).

const REAL = vectors.responses.map(({ canister, path, time, status, headers, body }) => ({
  canister: Principal.fromText(canister),
  path,
  time,
  response: { status, headers: headers as [string, string][], body: hexToBytes(body) },
}));

function headerIn(response: HttpResponse) {
  const header = parseCertificateHeader(soleHeader(response, 'ic-certificate'));
  if (header === null) throw new Error('no header');
  return header;
}

afterEach(() => vi.useRealTimers());

test.each(REAL)('a real answer is accepted as it is, and in no other way: $path', async ({ canister, path, time, response }) => {
  vi.useFakeTimers({ now: time });
  const header = headerIn(response);
  await verifyTree(header.tree, header.certificate, { canister, rootKey: hexToBytes(vectors.rootKey) });
  expect(refusal({ response, header }, path)).toBeNull();
  const others = [
    { ...response, status: response.status + 1 },
    { ...response, body: response.body.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) },
    ...response.headers
      .filter(([name]) => name !== 'IC-Certificate')
      .map((dropped) => ({ ...response, headers: response.headers.filter((kept) => kept !== dropped) })),
  ];
  for (const other of others) expect(refusal({ response: other, header }, path)).not.toBeNull();
  expect(refusal({ response, header }, '/config.json')).toMatch(/another path|more specific/);
});

test('a real page for what is not there does not stand for what is there', () => {
  const missing = REAL.filter(({ response }) => response.status === 404);
  expect(missing).toHaveLength(1);
  for (const { response } of missing) {
    expect(refusal({ response, header: headerIn(response) }, PATH)).toMatch(/more specific/);
  }
});
