// Reading a document of a canister so that neither the node that answers nor any gateway can change it.
import { AnonymousIdentity, type HttpAgent, QueryResponseStatus } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { CertificationError, type HttpResponse, parseCertificateHeader, soleHeader } from './certification';
import { REQUEST_HEADERS, verifyResponse } from './certified-response';
import { type Signer, verifyTree } from './certified-tree';
import { readAtMost } from './fetching';

/** Bytes of a body, as sent and unpacked. */
const MAX_BODY = 65_536;
/** Milliseconds. */
const QUERY_TIMEOUT = 20_000;

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const Request = IDL.Record({
  method: IDL.Text,
  url: IDL.Text,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
  certificate_version: IDL.Opt(IDL.Nat16),
});
const Response = IDL.Record({
  status_code: IDL.Nat16,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
  upgrade: IDL.Opt(IDL.Bool),
  // Each canister has its own type of token; all that counts is whether there is one.
  streaming_strategy: IDL.Opt(IDL.Reserved),
});

/** What `Response` decodes to. */
interface Decoded {
  status_code: number;
  headers: [string, string][];
  body: Uint8Array | number[];
  upgrade: [] | [boolean];
  streaming_strategy: [] | [null];
}

/** Why there is no document. */
export class CertifiedHttpError extends Error {
  override name = 'CertifiedHttpError';
  constructor(
    /** `unreachable`: the canister gave no answer. `unverified`: the answer is not proven to be the canister's.
     * `unsupported`: the answer is one of a kind that is not read here. */
    readonly code: 'unreachable' | 'unverified' | 'unsupported',
    detail: string,
  ) {
    super(detail);
  }
}

/** What canisters are asked through; the page's own host stands between. */
export type Asker = Pick<HttpAgent, 'query'>;

export interface CertifiedDocument {
  /** Version 1 of the certification does not cover it. */
  status: number;
  /** Unpacked. */
  body: Uint8Array;
}

/** Which document of which canister. */
export interface Question extends Signer {
  /** As `verifyResponse` takes it. */
  path: string;
}

/** What a canister certifies for a path. Rejects with a `CertifiedHttpError`. */
export async function certifiedGet(agent: Asker, question: Question): Promise<CertifiedDocument> {
  const response = await query(agent, question);
  try {
    await verify(response, question);
  } catch (error) {
    if (error instanceof CertificationError) throw new CertifiedHttpError('unverified', error.message);
    throw error;
  }
  return { status: response.status, body: await unpack(response) };
}

async function verify(response: HttpResponse, question: Question): Promise<void> {
  const header = parseCertificateHeader(soleHeader(response, 'ic-certificate'));
  if (header === null) throw new CertificationError('the header IC-Certificate is malformed');
  await verifyTree(header.tree, header.certificate, question);
  verifyResponse(response, header, question.path);
}

async function query(agent: Asker, { canister, path }: Question): Promise<HttpResponse> {
  const request = {
    method: 'GET',
    url: path,
    headers: REQUEST_HEADERS,
    body: new Uint8Array(),
    certificate_version: [2],
  };
  let decoded: Decoded;
  try {
    const arg = new Uint8Array(IDL.encode([Request], [request]));
    // Anonymously: the canister is the dapp's, and who the user is here is not its business.
    const asked = agent.query(canister, { methodName: 'http_request', arg }, new AnonymousIdentity());
    const answer = await inTime(asked);
    if (answer.status === QueryResponseStatus.Rejected) throw new Error(answer.reject_message);
    decoded = IDL.decode([Response], answer.reply.arg)[0] as unknown as Decoded;
  } catch (error) {
    // The library's errors go on with the request that failed.
    const [why] = String(error).split('\n');
    throw new CertifiedHttpError('unreachable', `canister ${canister.toText()} does not answer: ${why}`);
  }
  const { status_code, headers, body, upgrade, streaming_strategy } = decoded;
  if (upgrade[0] === true) throw unsupported('the canister wants to answer in an update call');
  if (streaming_strategy.length > 0) throw unsupported('the canister streams its answer');
  if (body.length > MAX_BODY) throw unsupported(`the body has more than ${MAX_BODY} bytes`);
  return { status: status_code, headers, body: Uint8Array.from(body) };
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), QUERY_TIMEOUT);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function unpack({ headers, body }: HttpResponse): Promise<Uint8Array> {
  const encodings = headers.filter(([name]) => name.toLowerCase() === 'content-encoding').map(([, value]) => value);
  switch (encodings.join(', ').toLowerCase()) {
    case '':
    case 'identity':
      return body;
    case 'gzip':
      return gunzip(body);
    default:
      throw unsupported(`the body is encoded as ${encodings.join(', ')}; only gzip is understood`);
  }
}

async function gunzip(body: Uint8Array): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    const stream = new Blob([body.slice()]).stream().pipeThrough(new DecompressionStream('gzip'));
    bytes = await readAtMost(stream, MAX_BODY);
  } catch {
    throw unsupported('the body is not gzip, as its header says');
  }
  if (bytes === null) throw unsupported(`the body has more than ${MAX_BODY} bytes when unpacked`);
  return bytes;
}

function unsupported(detail: string): CertifiedHttpError {
  return new CertifiedHttpError('unsupported', detail);
}
