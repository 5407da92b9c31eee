// Whether a canister certified an HTTP response for a path (HTTP gateway protocol, versions 2 and 1).
import { Certificate, hashValue, type HashTree, NodeType, reconstruct } from '@icp-sdk/core/agent';
import { concat } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';
import { compareBytes } from './bytes';
import { type Expression, parseCertificateHeader, parseExpression } from './certification';
import { isHashTree, leafAt, lookup } from './hash-tree';

/** Minutes that a certificate's time may be off. */
const MAX_AGE = 5;

/** A response as the canister sent it. */
export interface HttpResponse {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

export interface Question {
  canister: Principal;
  /** Starts with `/`, ends without, has no query and nothing that is percent-encoded. */
  path: string;
  /** DER. */
  rootKey: Uint8Array;
}

/** Why a response counts for nothing. */
export class CertificationError extends Error {
  override name = 'CertificationError';
}

/** Rejects with a `CertificationError` unless the canister certified this very response for the path. */
export async function verifyResponse(response: HttpResponse, question: Question): Promise<void> {
  const text = single(response, 'ic-certificate');
  const header = parseCertificateHeader(text);
  if (header === null) throw new CertificationError('the header IC-Certificate is malformed');
  await verifyTree(header.tree, header.certificate, question);
  switch (header.version) {
    case 1:
      verifyBody(response, header.tree, question.path);
      return;
    case 2:
      verifyExpressionPath(header.expressionPath, header.tree, question.path);
      verifyHashes(response, header.tree, header.expressionPath);
      return;
    default:
      header satisfies never;
  }
}

/** The value of a header that must stand there once. */
function single({ headers }: HttpResponse, name: string): string {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) {
    throw new CertificationError(`the response has ${values.length} headers ${name}, not one`);
  }
  return value;
}

/** The tree is the canister's, by a certificate of the network. */
async function verifyTree(tree: HashTree, encoded: Uint8Array, { canister, rootKey }: Question): Promise<void> {
  let certified: Uint8Array | null;
  try {
    const { cert } = await Certificate.create({
      certificate: encoded,
      rootKey,
      principal: { canisterId: canister },
      maxAgeInMinutes: MAX_AGE,
    });
    certified = isHashTree(cert.tree) ? leafAt(['canister', canister.toUint8Array(), 'certified_data'], cert.tree) : null;
  } catch (error) {
    throw new CertificationError(`the certificate is not acceptable: ${String(error)}`);
  }
  if (certified === null) throw new CertificationError('the certificate is not one of this canister');
  if (compareBytes(certified, await reconstruct(tree)) !== 0) {
    throw new CertificationError('the tree is not the one that the canister certified');
  }
}

/** Version 1 certifies the bodies of paths, and nothing else. */
function verifyBody({ body }: HttpResponse, tree: HashTree, path: string): void {
  const certified = leafAt(['http_assets', path], tree);
  if (certified === null || compareBytes(certified, hashValue(body)) !== 0) {
    throw new CertificationError(`the body is not certified for ${path}`);
  }
}

/** The response must be proven at the most specific place that the canister has for the path. */
function verifyExpressionPath(expressionPath: string[], tree: HashTree, path: string): void {
  const places = placesFor(path.slice(1).split('/'));
  const given = expressionPath.slice(1);
  const rank = places.findIndex((place) => place.length === given.length && place.every((label, i) => label === given[i]));
  if (expressionPath[0] !== 'http_expr' || rank < 0) {
    throw new CertificationError(`the response is certified for another path: ${expressionPath.join('/')}`);
  }
  for (const place of places.slice(0, rank)) {
    if (lookup(['http_expr', ...place], tree).kind !== 'absent') {
      throw new CertificationError(`the canister may have a more specific answer, at ${place.join('/')}`);
    }
  }
}

/** Where responses for a path may be certified, the most specific place first. */
function placesFor(path: string[]): string[][] {
  // What begins with `/a/` is less than what begins with `/a`.
  const above = path.flatMap((_, i) => [
    [...path.slice(0, i), '<*>'],
    [...path.slice(0, i), '', '<*>'],
  ]);
  return [[...path, '<$>'], [...path, '<*>'], ...above.reverse()];
}

function verifyHashes(response: HttpResponse, tree: HashTree, expressionPath: string[]): void {
  const text = single(response, 'ic-certificateexpression');
  const expression = parseExpression(text);
  if (expression === null) throw new CertificationError('the header IC-CertificateExpression is malformed');
  const hash = concat(headersHash(response, expression), hashValue(response.body));
  const place = lookup([...expressionPath, hashValue(text), '', hashValue(hash)], tree);
  if (place.kind !== 'found' || place.tree[0] !== NodeType.Leaf || place.tree[1].length !== 0) {
    throw new CertificationError('status, headers or body are not as the canister certified them');
  }
}

/** The representation-independent hash of the status and the certified headers. */
function headersHash({ status, headers }: HttpResponse, expression: Expression): Uint8Array {
  const isCertified = certifies(expression);
  const hashes = headers
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => name !== 'ic-certificate' && (name === 'ic-certificateexpression' || isCertified(name)))
    .map(([name, value]) => concat(hashValue(name), hashValue(value)));
  hashes.push(concat(hashValue(':ic-cert-status'), hashValue(status)));
  // Headers may come twice, so this is no map that the library could hash.
  return hashValue(concat(...hashes.sort(compareBytes)));
}

function certifies(expression: Expression): (name: string) => boolean {
  switch (expression.kind) {
    case 'certified':
      return (name) => expression.headers.includes(name);
    case 'excluded':
      return (name) => !expression.headers.includes(name);
    case 'nothing':
      throw new CertificationError('the canister chose to certify nothing of the response');
    case 'request':
      throw new CertificationError('the response is certified together with the request, which is not supported here');
    default:
      return expression satisfies never;
  }
}
