import { utf8ToBytes } from '@noble/hashes/utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentFor, type Asked, CANISTER, certifiedResponse, NOW, ROOT_KEY, type Wired } from './certified-testing';
import { type Asker, CertifiedHttpError, certifiedGet } from './certified-http';

// Signatures of the network's kind take their time, above all on a machine that does other things too.
vi.setConfig({ testTimeout: 60_000 });

const PATH = '/.well-known/ii-alternative-origins';
const QUESTION = { canister: CANISTER, path: PATH, rootKey: ROOT_KEY };

const GZIP: [string, string] = ['Content-Encoding', 'gzip'];

beforeEach(() => vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function get(response: Wired | null) {
  return certifiedGet(
    agentFor(() => response),
    QUESTION,
  );
}

async function refusal(response: Wired | null): Promise<CertifiedHttpError> {
  const error = await get(response).catch((caught: unknown) => caught);
  if (!(error instanceof CertifiedHttpError)) throw error;
  return error;
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

test('asks the canister anonymously, and gives what it certified', async () => {
  const asked: Asked[] = [];
  const agent = agentFor(() => certifiedResponse(PATH, { status: 404, body: 'hello' }), asked);
  expect(await certifiedGet(agent, QUESTION)).toEqual({ status: 404, body: utf8ToBytes('hello') });
  expect(asked).toEqual([{ canister: CANISTER.toText(), method: 'GET', url: PATH, isAnonymous: true }]);
});

test('the bytes that were certified are unpacked', async () => {
  const body = await gzip(utf8ToBytes('hello'));
  const packed = certifiedResponse(PATH, { body, headers: [GZIP] });
  expect((await get(packed)).body).toEqual(utf8ToBytes('hello'));
  const plain = certifiedResponse(PATH, { body: 'hello', headers: [['Content-Encoding', 'identity']] });
  expect((await get(plain)).body).toEqual(utf8ToBytes('hello'));
});

test('what is not proven is unverified', async () => {
  const response = certifiedResponse(PATH);
  expect(await refusal({ ...response, status: 201 })).toMatchObject({ code: 'unverified' });
  expect(await refusal({ ...response, headers: [] })).toMatchObject({ code: 'unverified' });
  const foreign = certifiedResponse(PATH, { secret: new Uint8Array(32).fill(9) });
  expect(await refusal(foreign)).toMatchObject({ code: 'unverified' });
  const headers = response.headers.map(([name]): [string, string] => [name, 'x']);
  const message: unknown = expect.stringMatching(/malformed/);
  expect(await refusal({ ...response, headers })).toMatchObject({ code: 'unverified', message });
});

test.each<[string, Wired]>([
  ['an upgrade to an update call', { ...certifiedResponse(PATH), upgrade: true }],
  ['a stream', { ...certifiedResponse(PATH), isStreamed: true }],
  ['a body of more than 64 KiB', certifiedResponse(PATH, { body: 'x'.repeat(65_537) })],
  ['another encoding', certifiedResponse(PATH, { headers: [['Content-Encoding', 'br']] })],
  ['two encodings', certifiedResponse(PATH, { headers: [GZIP, GZIP] })],
  ['what is not gzip', certifiedResponse(PATH, { headers: [GZIP] })],
])('%s is not supported', async (_, response) => {
  expect(await refusal(response)).toMatchObject({ code: 'unsupported' });
});

test('64 KiB are read, and no upgrade is no upgrade', async () => {
  const largest = certifiedResponse(PATH, { body: 'x'.repeat(65_536) });
  expect((await get({ ...largest, upgrade: false })).body).toHaveLength(65_536);
});

test('a small body that unpacks to a large one is refused', async () => {
  const body = await gzip(new Uint8Array(1_000_000));
  expect(body.length).toBeLessThan(2000);
  expect(await refusal(certifiedResponse(PATH, { body, headers: [GZIP] }))).toMatchObject({
    code: 'unsupported',
  });
});

test('a canister that rejects, answers garbage or cannot be asked is unreachable', async () => {
  expect(await refusal(null)).toMatchObject({ code: 'unreachable', message: expect.stringContaining('no such canister') });
  const garbage = { query: () => Promise.resolve({ status: 'replied', reply: { arg: new Uint8Array(3) } }) };
  await expect(certifiedGet(garbage as unknown as Asker, QUESTION)).rejects.toMatchObject({ code: 'unreachable' });
  const broken = { query: () => Promise.reject(new TypeError('Failed to fetch')) };
  await expect(certifiedGet(broken as unknown as Asker, QUESTION)).rejects.toMatchObject({ code: 'unreachable' });
});

test('a canister that never answers is given up', async () => {
  const silent = { query: () => new Promise(() => undefined) };
  const given = expect(certifiedGet(silent as unknown as Asker, QUESTION)).rejects.toMatchObject({ code: 'unreachable' });
  await vi.advanceTimersByTimeAsync(20_000);
  await given;
});
