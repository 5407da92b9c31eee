// The headers that certify an HTTP response (HTTP gateway protocol).
import { Cbor, type HashTree } from '@icp-sdk/core/agent';
import { fromBase64 } from './bytes';
import { isHashTree } from './hash-tree';

/** A response as the canister sent it. */
export interface HttpResponse {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** Why a response counts for nothing. */
export class CertificationError extends Error {
  override name = 'CertificationError';
}

/** The value of a header that must stand there once; `name` is in lower case. Throws a `CertificationError`. */
export function soleHeader({ headers }: HttpResponse, name: string): string {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) {
    throw new CertificationError(`the response has ${values.length} headers ${name}, not one`);
  }
  return value;
}

/** What the header `IC-Certificate` says. */
export type CertificateHeader = {
  /** CBOR. */
  certificate: Uint8Array;
  tree: HashTree;
} & ({ version: 1 } | { version: 2; expressionPath: string[] });

/** Reads the header `IC-Certificate`; null if it is none of version 1 or 2. */
export function parseCertificateHeader(text: string): CertificateHeader | null {
  const parts = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*(\w+)=(.*?)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || parts.has(name)) return null;
    parts.set(name, value);
  }
  const certificate = binary(parts.get('certificate'));
  const tree = decode(binary(parts.get('tree')));
  if (certificate === null || !isHashTree(tree)) return null;
  switch (parts.get('version')) {
    case undefined:
    case '1':
      return { version: 1, certificate, tree };
    case '2': {
      const expressionPath = decode(binary(parts.get('expr_path')));
      return isTexts(expressionPath) ? { version: 2, certificate, tree, expressionPath } : null;
    }
    default:
      return null;
  }
}

/** Bytes are base64 between colons. */
function binary(text: string | undefined): Uint8Array | null {
  const [, inner] = /^:(.*):$/.exec(text ?? '') ?? [];
  return inner === undefined ? null : fromBase64(inner);
}

function decode(bytes: Uint8Array | null): unknown {
  if (bytes === null) return null;
  try {
    return Cbor.decode(bytes);
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What the header `IC-CertificateExpression` says is certified. Names are in lower case. */
export type Expression =
  /** The canister chose to prove nothing. */
  | { kind: 'nothing' }
  | {
      kind: 'response';
      /** The request's headers that are part of the proof; null: none of the request is, not even its method. */
      requestHeaders: string[] | null;
      /** The response's headers that are certified, or those that are not. */
      headers: string[];
      areExcluded: boolean;
    };

const STRINGS = '\\[((?:"[\\w-]+"(?:,"[\\w-]+")*)?)\\]';
const REQUEST =
  'no_request_certification:Empty\\{\\}|request_certification:RequestCertification\\{' +
  `certified_request_headers:${STRINGS},certified_query_parameters:${STRINGS}\\}`;
const RESPONSE = `(certified_response_headers|response_header_exclusions):ResponseHeaderList\\{headers:${STRINGS}\\}`;
const CERTIFICATION = new RegExp(
  `^default_certification\\(ValidationArgs\\{certification:Certification\\{(?:${REQUEST}),` +
    `response_certification:ResponseCertification\\{${RESPONSE}\\}\\}\\}\\)$`,
);

/** Reads the header `IC-CertificateExpression`; null if it is not of the protocol's form. */
export function parseExpression(text: string): Expression | null {
  // No name in the protocol has white space in it.
  const compact = text.replace(/\s/g, '');
  if (compact === 'default_certification(ValidationArgs{no_certification:Empty{}})') return { kind: 'nothing' };
  const [, requestHeaders, , kind, headers] = CERTIFICATION.exec(compact) ?? [];
  if (kind === undefined || headers === undefined) return null;
  return {
    kind: 'response',
    requestHeaders: requestHeaders === undefined ? null : names(requestHeaders),
    headers: names(headers),
    areExcluded: kind === 'response_header_exclusions',
  };
}

function names(list: string): string[] {
  return (list.match(/[\w-]+/g) ?? []).map((name) => name.toLowerCase());
}
