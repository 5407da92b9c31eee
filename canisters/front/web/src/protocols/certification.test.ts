import { Cbor, NodeType } from '@icp-sdk/core/agent';
import { expect, test } from 'vitest';
import { toBase64 } from './bytes';
import { CertificationError, parseCertificateHeader, parseExpression, soleHeader } from './certification';
import { CERTIFIED, EXCLUDED, oldStatement, requesting, statement, writeHeader } from './certified-testing';

const HEADER = { ...statement('/a').header, certificate: Uint8Array.of(1, 2) };
const TEXT = writeHeader(HEADER);

test('the header is read, with or without padding and spaces', () => {
  expect(parseCertificateHeader(TEXT)).toEqual(HEADER);
  expect(parseCertificateHeader(TEXT.replaceAll(', ', ' ,'))).toEqual(HEADER);
  expect(parseCertificateHeader(TEXT.replaceAll('=:,', ':,').replaceAll('==:', ':'))).toEqual(HEADER);
});

test('without a version it is the first', () => {
  const old = oldStatement('/a', 'x').header;
  const text = writeHeader(old);
  expect(parseCertificateHeader(text)).toEqual(old);
  expect(parseCertificateHeader(text.replace(', version=1', ''))).toEqual(old);
});

const hashOf33 = Cbor.encode([NodeType.Labeled, new Uint8Array(1), [NodeType.Pruned, new Uint8Array(33)]]);

test.each<[string, (value: string) => string]>([
  ['nothing', () => ''],
  ['no certificate', (value) => value.replace(/certificate=:[^:]*:, /, '')],
  ['a certificate without colons', (value) => value.replace(/certificate=:([^:]*):/, 'certificate=$1')],
  ['no tree', (value) => value.replace(/tree=:[^:]*:, /, '')],
  ['no path', (value) => value.replace(/, expr_path=.*/, '')],
  ['two versions', (value) => `${value}, version=1`],
  ['two trees', (value) => `${value}, tree=:gQA=:`],
  ['an unknown version', (value) => value.replace('version=2', 'version=3')],
  ['a tree that is not base64', (value) => value.replace('tree=:', 'tree=:*')],
  ['a tree that is no CBOR', (value) => value.replace(/tree=:[^:]*:/, 'tree=:/w==:')],
  ['a tree that is something else', (value) => value.replace(/tree=:[^:]*:/, 'tree=:gQk=:')],
  ['a hash of odd length in the tree', (value) => value.replace(/tree=:[^:]*:/, `tree=:${toBase64(hashOf33)}:`)],
  ['a path that is no list', (value) => value.replace(/expr_path=:[^:]*:/, 'expr_path=:YWE=:')],
  ['a path of numbers', (value) => value.replace(/expr_path=:[^:]*:/, 'expr_path=:ggEC:')],
])('a header with %s is malformed', (_, change) => {
  expect(change(TEXT)).not.toBe(TEXT);
  expect(parseCertificateHeader(change(TEXT))).toBeNull();
});

test('a header of the certification stands there once', () => {
  const withHeaders = (...headers: [string, string][]) => ({ status: 200, headers, body: new Uint8Array() });
  expect(soleHeader(withHeaders(['A', '1'], ['IC-X', '2']), 'ic-x')).toBe('2');
  expect(() => soleHeader(withHeaders(['A', '1']), 'ic-x')).toThrow(CertificationError);
  expect(() => soleHeader(withHeaders(['IC-X', '1'], ['ic-x', '1']), 'ic-x')).toThrow(CertificationError);
});

test('expressions say which headers count', () => {
  const certified = ['content-type', 'content-encoding', 'set-cookie'];
  const response = { kind: 'response', requestHeaders: null, headers: certified, areExcluded: false };
  expect(parseExpression(CERTIFIED)).toEqual(response);
  expect(parseExpression(CERTIFIED.replace(/\s/g, ''))).toEqual(response);
  expect(parseExpression(EXCLUDED)).toEqual({ ...response, headers: ['date'], areExcluded: true });
  expect(parseExpression(requesting([]))).toEqual({ ...response, requestHeaders: [] });
  expect(parseExpression(requesting(['Host', 'Accept']))).toEqual({ ...response, requestHeaders: ['host', 'accept'] });
  expect(parseExpression('default_certification (ValidationArgs { no_certification: Empty {} })')).toEqual({ kind: 'nothing' });
});

test.each([
  '',
  'x',
  `${CERTIFIED}x`,
  CERTIFIED.replace('ResponseHeaderList', 'List'),
  CERTIFIED.replace('"Content-Type"', 'Content-Type'),
  CERTIFIED.replace('"Content-Type",', '"Content-Type"'),
  CERTIFIED.replace('no_request_certification: Empty { },', ''),
  requesting([]).replace('certified_query_parameters: ["q"]', ''),
])('the expression %j is malformed', (malformed) => {
  expect(parseExpression(malformed)).toBeNull();
});
