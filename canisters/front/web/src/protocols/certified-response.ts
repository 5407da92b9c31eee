// Whether a canister's tree certifies an HTTP response for a path (HTTP gateway protocol, versions 2 and 1).
import { hashValue, type HashTree, NodeType } from '@icp-sdk/core/agent';
import { concat } from '@icp-sdk/core/candid';
import { compareBytes } from './bytes';
import { type CertificateHeader, CertificationError, type HttpResponse, parseExpression, soleHeader } from './certification';
import { type Label, leafAt, lookup } from './hash-tree';

/** What is asked is GET, without query and body, and with these headers. */
export const REQUEST_HEADERS: [name: string, value: string][] = [['accept-encoding', 'identity']];

/**
 * Throws a `CertificationError` unless the tree of `header`, which must be the canister's, certifies this very response for
 * the path. The path starts with `/`, ends without, has no query and nothing that is percent-encoded.
 */
export function verifyResponse(response: HttpResponse, header: CertificateHeader, path: string): void {
  switch (header.version) {
    case 1:
      verifyBody(response, header.tree, path);
      return;
    case 2:
      verifyExpressionPath(header.expressionPath, header.tree, path);
      verifyHashes(response, header.tree, header.expressionPath);
      return;
    default:
      header satisfies never;
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
  const text = soleHeader(response, 'ic-certificateexpression');
  const expression = parseExpression(text);
  if (expression === null) throw new CertificationError('the header IC-CertificateExpression is malformed');
  if (expression.kind === 'nothing') throw new CertificationError('the canister chose to certify nothing of the response');
  const { requestHeaders, headers, areExcluded } = expression;

  const isCertified = (name: string): boolean => headers.includes(name) !== areExcluded;
  const certified = lowered(response.headers).filter(
    ([name]) => name !== 'ic-certificate' && (name === 'ic-certificateexpression' || isCertified(name)),
  );
  const responseHash = messageHash([...certified, [':ic-cert-status', response.status]], response.body);
  const place = lookup([...expressionPath, hashValue(text), requestLabel(requestHeaders), responseHash], tree);
  if (place.kind !== 'found' || place.tree[0] !== NodeType.Leaf || place.tree[1].length !== 0) {
    throw new CertificationError('request, status, headers or body are not as the canister certified them');
  }
}

/** Where the answers to this request stand; all requests share a place if the request is not certified. */
function requestLabel(certified: string[] | null): Label {
  if (certified === null) return '';
  const headers = lowered(REQUEST_HEADERS).filter(([name]) => certified.includes(name));
  return messageHash([...headers, [':ic-cert-method', 'GET']], new Uint8Array());
}

function lowered(headers: [string, string][]): [string, string][] {
  return headers.map(([name, value]) => [name.toLowerCase(), value]);
}

/** The hash of a message with headers and a body. Headers may come twice, so they are no map that the library could hash. */
function messageHash(headers: [string, string | number][], body: Uint8Array): Uint8Array {
  const hashes = headers.map(([name, value]) => concat(hashValue(name), hashValue(value))).sort(compareBytes);
  return hashValue(concat(hashValue(concat(...hashes)), hashValue(body)));
}
