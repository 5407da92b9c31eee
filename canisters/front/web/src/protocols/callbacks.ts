// Where the answer to a redirect may go. Anybody can make a link to this page with a callback of their choice; so the
// callback counts only if its own origin lists it.
import { ProtocolError } from './channel';
import { type Fetch, fetchAnew, readAtMost } from './fetching';
import { fields } from './json-rpc';
import { isTrustworthy, parseUrl } from './urls';

const LIST_PATH = '/.well-known/ii-auth-callbacks';
/** Bytes. */
const MAX_LIST = 8192;

/**
 * The origin that a callback belongs to, once that origin has listed the callback. Rejects with `bad-callback`, or with
 * `callback-unreachable` if the origin did not answer.
 */
export async function verifyCallback(callback: string, fetch: Fetch): Promise<string> {
  const url = callbackUrl(callback);
  if (url === null) throw bad(`callback must be an absolute https URL without fragment and credentials, not ${callback}`);
  const listed = await fetchList(url.origin, fetch);
  for (const entry of listed) {
    if (callbackUrl(entry)?.origin !== url.origin) {
      throw bad(`${url.origin}${LIST_PATH} has an entry that is no callback of that origin: ${entry}`);
    }
  }
  // Byte for byte: a URL that only means the same is not what the dapp's developer wrote down.
  if (!listed.includes(callback)) throw bad(`${url.origin}${LIST_PATH} does not list ${callback}`);
  return url.origin;
}

function callbackUrl(text: string): URL | null {
  // `new URL` forgets a fragment that is empty, and skips white space.
  if (/[#\s]/.test(text)) return null;
  const url = parseUrl(text);
  return url !== null && isTrustworthy(url) && url.username === '' && url.password === '' ? url : null;
}

async function fetchList(origin: string, fetch: Fetch): Promise<string[]> {
  const where = `${origin}${LIST_PATH}`;
  let bytes: Uint8Array | null;
  try {
    const response = await fetchAnew(fetch, where, 'GET');
    if (response.status !== 200) throw bad(`${where} answers with status ${response.status}`);
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') throw bad(`${where} must have the content type application/json`);
    bytes = response.body === null ? new Uint8Array() : await readAtMost(response.body, MAX_LIST);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    // Browsers do not tell a missing connection from a missing header.
    const hint = 'is Access-Control-Allow-Origin set, and no redirect in the way?';
    throw new ProtocolError('callback-unreachable', `${where} cannot be read (${hint}): ${String(error)}`);
  }
  if (bytes === null) throw bad(`${where} has more than ${MAX_LIST} bytes`);
  const list = parseList(bytes);
  if (list === null) throw bad(`${where} must be JSON: {"callbacks": ["https://...", ...]}`);
  return list;
}

function parseList(bytes: Uint8Array): string[] | null {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  const callbacks = fields(document)?.callbacks;
  return Array.isArray(callbacks) && callbacks.every((entry) => typeof entry === 'string') ? callbacks : null;
}

function bad(detail: string): ProtocolError {
  return new ProtocolError('bad-callback', detail);
}
