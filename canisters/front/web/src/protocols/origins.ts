// May a dapp have the pseudonyms of another origin (ICRC-95)? If the canister behind that origin says so, in
// /.well-known/ii-alternative-origins, certified.
import { Principal } from '@icp-sdk/core/principal';
import { type Asker, type CertifiedDocument, certifiedGet, CertifiedHttpError } from './certified-http';
import type { Signer } from './certified-tree';
import type { LoginRequest } from './channel';
import { type Fetch, fetchAnew } from './fetching';
import { fields } from './json-rpc';
import { isOriginSized, MAX_ORIGIN_BYTES } from './limits';
import { isTrustworthy, parseUrl } from './urls';

const ORIGINS_PATH = '/.well-known/ii-alternative-origins';
const DOMAINS_PATH = '/.well-known/ic-domains';
/** With more entries than this a list counts for nothing. */
const MAX_ALTERNATIVES = 10;
/** Hosts whose first label is a canister id. */
const GATEWAYS = ['icp0.io', 'ic0.app', 'icp.net', 'localhost'];

/** Why a derivation origin may not be used; `message` tells the dapp's developer what to do. */
export class OriginError extends Error {
  override name = 'OriginError';
  constructor(
    readonly code: /** It is no origin, or too long, or not protected. */
      | 'malformed'
      /** Its host is one that nothing is certified on. */
      | 'raw'
      /** No canister behind it is known. */
      | 'no-canister'
      /** The canister that it names does not call it its own. */
      | 'not-confirmed'
      /** The host, or the canister, did not answer. */
      | 'unreachable'
      /** What the canister answered is not proven, or not of a kind that is read here. */
      | 'unverified'
      /** The list is not as it must be. */
      | 'bad-list'
      /** The list does not name the dapp's origin. */
      | 'not-listed',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Resolves if the request's derivation origin, if it has one, may be used. Rejects with an `OriginError`.
 *
 * `agent` asks through this page's own host, anonymously. `fetch` is the browser's, unless a test brings its own.
 */
export async function checkDerivationOrigin(
  network: Pick<Signer, 'rootKey'>,
  agent: Asker,
  { origin, derivationOrigin }: Pick<LoginRequest, 'origin' | 'derivationOrigin'>,
  fetch: Fetch = (url, init) => globalThis.fetch(url, init),
): Promise<void> {
  if (derivationOrigin === undefined || derivationOrigin === origin) return;
  const url = originUrl(derivationOrigin);
  const read = (canister: Principal, path: string): Promise<string> => readText(network, agent, canister, path);
  const canister = canisterInHost(url) ?? (await canisterBehind(url, fetch, read));
  const alternatives = parseAlternatives(await read(canister, ORIGINS_PATH));
  if (!alternatives.includes(origin)) {
    throw new OriginError('not-listed', `${derivationOrigin}${ORIGINS_PATH} does not list ${origin}: add it, exactly so.`);
  }
}

function originUrl(text: string): URL {
  if (!isOriginSized(text)) {
    throw new OriginError('malformed', `The derivation origin must have 1 to ${MAX_ORIGIN_BYTES} bytes.`);
  }
  const url = parseUrl(text);
  // Pseudonyms are made from the text, so two ways to write an origin would be two origins.
  if (url === null || url.origin !== text || !isTrustworthy(url)) {
    const example = 'https://dapp.example, without path and slash at the end';
    throw new OriginError('malformed', `The derivation origin must be an https origin (${example}), not ${text}`);
  }
  return url;
}

/** The canister whose id the host name is; null if it is another kind of name. */
function canisterInHost({ hostname }: URL): Principal | null {
  const gateway = GATEWAYS.find((name) => hostname.endsWith(`.${name}`));
  if (gateway === undefined) return null;
  const label = hostname.slice(0, -gateway.length - 1);
  if (label.endsWith('.raw')) {
    throw new OriginError('raw', `Nothing is certified on ${hostname}: use the host without "raw" as derivation origin.`);
  }
  return parsePrincipal(label);
}

/** The canister that serves a domain of its own: the gateway names it, and it must confirm. */
async function canisterBehind(
  { origin, hostname }: URL,
  fetch: Fetch,
  read: (canister: Principal, path: string) => Promise<string>,
): Promise<Principal> {
  let named: string | null;
  try {
    const response = await fetchAnew(fetch, `${origin}${ORIGINS_PATH}`, 'HEAD');
    named = response.headers.get('x-ic-canister-id');
  } catch (error) {
    // Browsers do not tell a missing connection from a missing header.
    const hint = 'it must answer without redirect, with Access-Control-Allow-Origin: *';
    throw new OriginError('unreachable', `${origin}${ORIGINS_PATH} cannot be read (${hint}): ${String(error)}`);
  }
  const canister = parsePrincipal(named ?? '');
  if (canister === null) {
    const hint = 'its answers need the header x-ic-canister-id, exposed to other origins (Access-Control-Expose-Headers)';
    throw new OriginError('no-canister', `Which canister serves ${origin} is not known: ${hint}.`);
  }
  const domains = (await read(canister, DOMAINS_PATH)).split('\n').map((line) => line.trim().toLowerCase());
  if (!domains.includes(hostname)) {
    const where = `${DOMAINS_PATH} of canister ${canister.toText()}`;
    throw new OriginError('not-confirmed', `${where} does not list ${hostname}: add a line with it.`);
  }
  return canister;
}

function parsePrincipal(text: string): Principal | null {
  try {
    return Principal.fromText(text);
  } catch {
    return null;
  }
}

/** A certified text. */
async function readText({ rootKey }: Pick<Signer, 'rootKey'>, agent: Asker, canister: Principal, path: string): Promise<string> {
  const where = `${path} of canister ${canister.toText()}`;
  let document: CertifiedDocument;
  try {
    document = await certifiedGet(agent, { canister, path, rootKey });
  } catch (error) {
    if (!(error instanceof CertifiedHttpError)) throw error;
    const code = error.code === 'unreachable' ? 'unreachable' : 'unverified';
    throw new OriginError(code, `${where} must be a certified resource: ${error.message}`);
  }
  if (document.status !== 200) {
    throw new OriginError('bad-list', `${where} must have status 200, not ${document.status}.`);
  }
  // Bytes that are no text become replacement characters, which no origin and no host has.
  return new TextDecoder().decode(document.body);
}

function parseAlternatives(text: string): string[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = null;
  }
  const list = fields(document)?.alternativeOrigins;
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string')) {
    throw new OriginError('bad-list', `${ORIGINS_PATH} must be JSON: {"alternativeOrigins": ["https://...", ...]}`);
  }
  if (list.length > MAX_ALTERNATIVES) {
    throw new OriginError('bad-list', `${ORIGINS_PATH} has ${list.length} entries; at most ${MAX_ALTERNATIVES} are allowed.`);
  }
  return list;
}
