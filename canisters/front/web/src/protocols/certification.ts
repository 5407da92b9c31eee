// The headers that certify an HTTP response (HTTP gateway protocol).
import { Cbor, type HashTree } from '@icp-sdk/core/agent';
import { fromBase64 } from './bytes';
import { isHashTree } from './hash-tree';

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

/** What the header `IC-CertificateExpression` says about a response. */
export type Expression =
  /** The named headers are certified, in lower case. */
  | { kind: 'certified'; headers: string[] }
  /** All but the named ones are. */
  | { kind: 'excluded'; headers: string[] }
  /** Nothing is. */
  | { kind: 'nothing' }
  /** The request is part of the proof too. */
  | { kind: 'request' };

const STRINGS = /^(?:"[\w-]+"(?:,"[\w-]+")*)?$/;
const RESPONSE_ONLY = new RegExp(
  '^default_certification\\(ValidationArgs\\{certification:Certification\\{no_request_certification:Empty\\{\\},' +
    'response_certification:ResponseCertification\\{(certified_response_headers|response_header_exclusions):' +
    'ResponseHeaderList\\{headers:\\[([^\\]]*)\\]\\}\\}\\}\\}\\)$',
);

/** Reads the header `IC-CertificateExpression`; null if it is not of the protocol's form. */
export function parseExpression(text: string): Expression | null {
  // No name in the protocol has white space in it.
  const compact = text.replace(/\s/g, '');
  if (/[{,]no_certification:/.test(compact)) return { kind: 'nothing' };
  if (/[{,]request_certification:/.test(compact)) return { kind: 'request' };
  const [, kind, list] = RESPONSE_ONLY.exec(compact) ?? [];
  if (list === undefined || !STRINGS.test(list)) return null;
  const headers = (list.match(/[\w-]+/g) ?? []).map((name) => name.toLowerCase());
  return { kind: kind === 'certified_response_headers' ? 'certified' : 'excluded', headers };
}
