// A network for tests: a root key, subnets, certificates and the answers of canisters that certify them. Hashes are made
// with another library than the one that the code under test uses.
import { bls12_381 } from '@noble/curves/bls12-381';
import { sha256 } from '@noble/hashes/sha2';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils';
import { Cbor, type HashTree, NodeType, QueryResponseStatus } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import { toBase64 } from './bytes';
import type { Asker } from './certified-http';
import type { CertificateHeader, HttpResponse } from './certification';

export const CANISTER = Principal.fromText('rrkah-fqaaa-aaaaa-aaaaq-cai');
export const NOW = 1_790_000_000_000;

// ---- Trees ----

/** What a tree holds; names sort as bytes. */
export type Content = Uint8Array | [label: string | Uint8Array, content: Content][];

function bytes(label: string | Uint8Array): Uint8Array {
  return typeof label === 'string' ? utf8ToBytes(label) : label;
}

function order(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

export function tree(content: Content): HashTree {
  if (content instanceof Uint8Array) return [NodeType.Leaf, content] as HashTree;
  const nodes = content
    .map(([label, inner]): [Uint8Array, Content] => [bytes(label), inner])
    .sort(([left], [right]) => order(left, right))
    .map(([label, inner]) => [NodeType.Labeled, label, tree(inner)] as HashTree);
  return join(nodes);
}

function join(nodes: HashTree[]): HashTree {
  const [first] = nodes;
  if (first === undefined) return [NodeType.Empty];
  if (nodes.length === 1) return first;
  const middle = nodes.length >> 1;
  return [NodeType.Fork, join(nodes.slice(0, middle)), join(nodes.slice(middle))];
}

function tagged(tag: string, ...parts: Uint8Array[]): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(tag.length), utf8ToBytes(tag), ...parts));
}

export function digest(node: HashTree): Uint8Array {
  switch (node[0]) {
    case NodeType.Empty:
      return tagged('ic-hashtree-empty');
    case NodeType.Fork:
      return tagged('ic-hashtree-fork', digest(node[1]), digest(node[2]));
    case NodeType.Labeled:
      return tagged('ic-hashtree-labeled', node[1], digest(node[2]));
    case NodeType.Leaf:
      return tagged('ic-hashtree-leaf', node[1]);
    case NodeType.Pruned:
      return node[1];
  }
}

/** The same tree, with everything hidden at the labels that `hide` chooses. */
export function prune(node: HashTree, hide: (label: string) => boolean): HashTree {
  switch (node[0]) {
    case NodeType.Fork:
      return [NodeType.Fork, prune(node[1], hide), prune(node[2], hide)];
    case NodeType.Labeled:
      return hide(new TextDecoder().decode(node[1]))
        ? ([NodeType.Pruned, digest(node)] as HashTree)
        : [NodeType.Labeled, node[1], prune(node[2], hide)];
    default:
      return node;
  }
}

// ---- Certificates ----

const ROOT_SECRET = new Uint8Array(32).fill(7);
const SUBNET_SECRET = new Uint8Array(32).fill(8);
const DER_PREFIX = hexToBytes('308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100');

function publicKey(secret: Uint8Array): Uint8Array {
  return concatBytes(DER_PREFIX, bls12_381.getPublicKeyForShortSignatures(secret));
}

export const ROOT_KEY = publicKey(ROOT_SECRET);

function signed(content: Content, secret: Uint8Array, more: object = {}): Uint8Array {
  const state = tree(content);
  const message = concatBytes(utf8ToBytes('\x0Dic-state-root'), digest(state));
  return Cbor.encode({ tree: state, signature: bls12_381.signShortSignature(message, secret), ...more });
}

function leb128(value: bigint): Uint8Array {
  const out: number[] = [];
  for (; value >= 128n; value >>= 7n) out.push(Number(value & 127n) | 128);
  return Uint8Array.from([...out, Number(value)]);
}

export interface CertificateOptions {
  canister?: Principal;
  /** Milliseconds since 1970. */
  time?: number;
  /** The canisters of the subnet that signs; without it the root subnet signs. */
  subnet?: [Principal, Principal];
  secret?: Uint8Array;
}

/** A certificate, in CBOR, of what a canister certified. */
export function certificate(certifiedData: Uint8Array, options: CertificateOptions = {}): Uint8Array {
  const { canister = CANISTER, time = NOW, subnet } = options;
  const clock: [string, Content] = ['time', leb128(BigInt(time) * 1_000_000n)];
  const state: Content = [['canister', [[canister.toUint8Array(), [['certified_data', certifiedData]]]]], clock];
  if (subnet === undefined) return signed(state, options.secret ?? ROOT_SECRET);
  const id = Uint8Array.of(5, 6);
  const ranges = Cbor.encode([subnet.map((end) => end.toUint8Array())]);
  const about: Content = [
    ['canister_ranges', ranges],
    ['public_key', publicKey(SUBNET_SECRET)],
  ];
  const delegation = signed([['subnet', [[id, about]]], clock], ROOT_SECRET);
  return signed(state, options.secret ?? SUBNET_SECRET, { delegation: { subnet_id: id, certificate: delegation } });
}

// ---- Responses ----

/** Certifies only the content type, and all that is not a date. */
export const CERTIFIED = expression('certified_response_headers', ['Content-Type', 'Content-Encoding', 'Set-Cookie']);
export const EXCLUDED = expression('response_header_exclusions', ['Date']);

/** An expression that certifies requests too. */
export function requesting(headers: string[]): string {
  const request = `RequestCertification { certified_request_headers: ${list(headers)}, certified_query_parameters: ["q"] }`;
  return CERTIFIED.replace('no_request_certification: Empty { }', `request_certification: ${request}`);
}

function list(names: string[]): string {
  return `[${names.map((name) => `"${name}"`).join(', ')}]`;
}

function expression(kind: string, headers: string[]): string {
  return `
    default_certification ( ValidationArgs { certification: Certification {
      no_request_certification: Empty { },
      response_certification: ResponseCertification {
        ${kind}: ResponseHeaderList { headers: ${list(headers)} }
      }
    } } )`;
}

/** The hash of a response that version 2 puts into the tree; `certified` are the headers that count. */
function responseHash(status: number, certified: [string, string][], body: Uint8Array): Uint8Array {
  return messageHash([...texts(certified), [':ic-cert-status', leb128(BigInt(status))]], body);
}

/** The same of the request, which is all that is certified of GET without a query. */
function requestHash(certified: [string, string][]): Uint8Array {
  return messageHash(texts([...certified, [':ic-cert-method', 'GET']]), new Uint8Array());
}

function texts(headers: [string, string][]): [string, Uint8Array][] {
  return headers.map(([name, value]) => [name, utf8ToBytes(value)]);
}

function messageHash(headers: [string, Uint8Array][], body: Uint8Array): Uint8Array {
  const pairs = headers.map(([name, value]) => concatBytes(sha256(utf8ToBytes(name)), sha256(value)));
  return sha256(concatBytes(sha256(concatBytes(...pairs.sort(order))), sha256(body)));
}

/** What `parseCertificateHeader` reads. */
export function writeHeader(header: CertificateHeader): string {
  const wrap = (value: Uint8Array): string => `:${toBase64(value)}:`;
  const parts = [
    `certificate=${wrap(header.certificate)}`,
    `tree=${wrap(Cbor.encode(header.tree))}`,
    `version=${header.version}`,
  ];
  if (header.version === 2) parts.push(`expr_path=${wrap(Cbor.encode(header.expressionPath))}`);
  return parts.join(', ');
}

export interface ResponseOptions extends CertificateOptions {
  status?: number;
  body?: Uint8Array | string;
  /** Besides the two of the certification; all but `Date` are certified. */
  headers?: [string, string][];
  expression?: string;
  /** The headers of the request that are certified, if it is. */
  request?: [string, string][];
  /** Where in the tree, without `http_expr`. */
  place?: string[];
  /** What else stands in the tree under `http_expr`. */
  beside?: [string, Content][];
  /** Which labels the witness hides. */
  hide?: (label: string) => boolean;
}

/** A response, and the canister's tree with it. */
export interface Statement {
  /** Without the header `IC-Certificate`. */
  response: HttpResponse;
  whole: HashTree;
  header: CertificateHeader;
}

/** A response for a path, as a canister states it with version 2; no certificate yet. */
export function statement(path: string, options: ResponseOptions = {}): Statement {
  const { status = 200, expression: text = CERTIFIED, headers = [['Content-Type', 'application/json']] } = options;
  const body = bytes(options.body ?? '{}');
  const place = options.place ?? [...path.slice(1).split('/'), '<$>'];
  const counted = headers
    .filter(([name]) => name !== 'Date')
    .map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const hash = responseHash(status, [...counted, ['ic-certificateexpression', text]], body);
  const request = options.request === undefined ? '' : requestHash(options.request);
  const leaf: Content = [[sha256(utf8ToBytes(text)), [[request, [[hash, new Uint8Array()]]]]]];
  const own = place.reduceRight<Content>((inner, label) => [[label, inner]], leaf);
  const all = merge(own as [string, Content][], options.beside ?? []);
  const whole = tree([
    ['http_expr', all],
    ['sig', [['x', new Uint8Array(1)]]],
  ]);
  const witness = prune(whole, (label) => label === 'sig' || (options.hide?.(label) ?? false));
  return {
    response: { status, headers: [...headers, ['IC-CertificateExpression', text]], body },
    whole,
    header: { version: 2, certificate: new Uint8Array(), tree: witness, expressionPath: ['http_expr', ...place] },
  };
}

/** The same with version 1. */
export function oldStatement(path: string, body: string): Statement {
  const content = bytes(body);
  const whole = tree([
    [
      'http_assets',
      [
        [path, sha256(content)],
        ['/zz', new Uint8Array(32)],
      ],
    ],
  ]);
  const witness = prune(whole, (label) => label === '/zz');
  return {
    response: { status: 200, headers: [], body: content },
    whole,
    header: { version: 1, certificate: new Uint8Array(), tree: witness },
  };
}

/** The response with its certificate, as a canister sends it. */
export function certify({ response, whole, header }: Statement, options: CertificateOptions = {}): HttpResponse {
  const text = writeHeader({ ...header, certificate: certificate(digest(whole), options) });
  return { ...response, headers: [...response.headers, ['IC-Certificate', text]] };
}

/** The response with its tree, but without a certificate, for tests that believe every tree. */
export function unsigned({ response, header }: Statement): HttpResponse {
  return { ...response, headers: [...response.headers, ['IC-Certificate', writeHeader(header)]] };
}

/** A certified response for a path. */
export function certifiedResponse(path: string, options: ResponseOptions = {}): HttpResponse {
  return certify(statement(path, options), options);
}

function merge(left: [string, Content][], right: [string, Content][]): [string, Content][] {
  const merged = new Map(left);
  for (const [label, content] of right) {
    const here = merged.get(label);
    merged.set(label, here === undefined ? content : merge(here as [string, Content][], content as [string, Content][]));
  }
  return [...merged];
}

// ---- Canisters ----

const Token = IDL.Record({ key: IDL.Text, index: IDL.Nat });
const Strategy = IDL.Variant({
  Callback: IDL.Record({ callback: IDL.Func([Token], [], ['query']), token: Token }),
});
const Wire = IDL.Record({
  status_code: IDL.Nat16,
  headers: IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text)),
  body: IDL.Vec(IDL.Nat8),
  upgrade: IDL.Opt(IDL.Bool),
  streaming_strategy: IDL.Opt(Strategy),
});

export interface Wired extends HttpResponse {
  upgrade?: boolean;
  isStreamed?: boolean;
}

/** A canister's answer to `http_request`, as bytes. */
export function wire({ status, headers, body, upgrade, isStreamed }: Wired): Uint8Array {
  const strategy = { Callback: { callback: [CANISTER, 'next'], token: { key: 'k', index: 1n } } };
  const value = {
    status_code: status,
    headers,
    body,
    upgrade: upgrade === undefined ? [] : [upgrade],
    streaming_strategy: isStreamed === true ? [strategy] : [],
  };
  return new Uint8Array(IDL.encode([Wire], [value]));
}

/** What the canister was asked. */
export interface Asked {
  canister: string;
  method: string;
  url: string;
  isAnonymous: boolean;
}

/** An agent whose network answers `http_request` with what `answer` gives; null is a reject. */
export function agentFor(answer: (url: string, canister: string) => Wired | null, asked: Asked[] = []): Asker {
  const Request = IDL.Record({ method: IDL.Text, url: IDL.Text, certificate_version: IDL.Opt(IDL.Nat16) });
  const query = async (canister: Principal | string, fields: { arg: Uint8Array }, identity?: unknown) => {
    const { method, url } = IDL.decode([Request], fields.arg)[0] as unknown as { method: string; url: string };
    const sender = (await identity) as { getPrincipal(): Principal } | undefined;
    const id = Principal.from(canister).toText();
    asked.push({ canister: id, method, url, isAnonymous: sender?.getPrincipal().isAnonymous() === true });
    const response = answer(url, id);
    return response === null
      ? { status: QueryResponseStatus.Rejected, reject_message: 'no such canister' }
      : { status: QueryResponseStatus.Replied, reply: { arg: wire(response) } };
  };
  return { query } as unknown as Asker;
}
