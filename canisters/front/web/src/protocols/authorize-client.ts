// The window messages of `@dfinity/auth-client`: this page says that it is ready, the opener sends one request, this page
// one answer. The client closes this window then.
import { type Channel, type LoginAnswer, type LoginRequest, ProtocolError, type Refusal } from './channel';
import { isLifetime, isOriginSized, isSessionKey, MAX_ORIGIN_BYTES, MAX_SESSION_KEY_BYTES } from './limits';
import { OPAQUE_ORIGIN, Opener, withoutOpener } from './opener';
import { Outcome } from './outcome';

/** Opens the channel to the window that opened `page`. Listens from now on. */
export function openAuthorizeClient(page: Window): Channel {
  const opener = Opener.of(page);
  return opener === null ? withoutOpener() : new AuthorizeClient(opener);
}

class AuthorizeClient implements Channel {
  readonly #opener: Opener;
  readonly #request = new Outcome<LoginRequest>();
  /** Where the one answer goes, while it is owed. */
  #requester: string | null = null;
  #gaveUp = false;

  constructor(opener: Opener) {
    this.#opener = opener;
    opener.listen((data, origin) => this.#receive(data, origin));
    opener.awaitMore(() => {
      this.#gaveUp = true;
      this.#request.reject(new ProtocolError('no-request', 'The opener did not answer "authorize-ready".'));
    });
    // Says nothing that its reader may not know, and who the opener is is not known yet.
    opener.post({ kind: 'authorize-ready' }, '*');
  }

  request(): Promise<LoginRequest> {
    return this.#request.promise;
  }

  succeed(answer: LoginAnswer): boolean {
    return this.#answer({
      kind: 'authorize-client-success',
      // Copies, because a message carries the whole buffer that an array is a view of.
      delegations: answer.delegations.map(({ delegation, signature }) => ({
        delegation: {
          pubkey: delegation.pubkey.slice(),
          expiration: delegation.expiration,
          ...(delegation.targets && { targets: delegation.targets.map((target) => target.slice()) }),
        },
        signature: signature.slice(),
      })),
      userPublicKey: answer.userKey.slice(),
      authnMethod: answer.isRecovery ? 'recovery' : 'passkey',
    });
  }

  fail(refusal: Refusal, detail: string): boolean {
    return this.#answer({ kind: 'authorize-client-failure', text: `${words(refusal)}: ${detail}` });
  }

  #answer(message: unknown): boolean {
    if (this.#requester === null) return false;
    const requester = this.#requester;
    this.#requester = null;
    return this.#opener.post(message, requester);
  }

  #receive(data: unknown, origin: string): void {
    if (!isRequest(data) || (this.#request.settled && !this.#gaveUp)) return;
    this.#opener.enough();
    if (origin === OPAQUE_ORIGIN) {
      this.#request.reject(new ProtocolError('opaque-origin', 'The page that asks has no origin that it could be known by.'));
      return;
    }
    this.#requester = origin;
    if (this.#gaveUp) {
      this.fail('failed', 'The request came too late.');
      return;
    }
    const request = parse(data, origin);
    if (typeof request === 'string') {
      this.fail('invalid', request);
      this.#request.reject(new ProtocolError('bad-request', request));
    } else {
      this.#request.resolve(request);
    }
  }
}

/** What an opener may have put into its request; nothing of it is checked. */
interface Wire {
  kind: 'authorize-client';
  sessionPublicKey?: unknown;
  maxTimeToLive?: unknown;
  derivationOrigin?: unknown;
}

function isRequest(data: unknown): data is Wire {
  return typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'authorize-client';
}

/** The request, or what is wrong with it. */
function parse({ sessionPublicKey, maxTimeToLive, derivationOrigin }: Wire, origin: string): LoginRequest | string {
  if (!(sessionPublicKey instanceof Uint8Array) || !isSessionKey(sessionPublicKey)) {
    return `sessionPublicKey must be a Uint8Array of 1 to ${MAX_SESSION_KEY_BYTES} bytes.`;
  }
  const request: LoginRequest = { origin, sessionKey: sessionPublicKey.slice() };
  if (maxTimeToLive !== undefined) {
    if (typeof maxTimeToLive !== 'bigint' || !isLifetime(maxTimeToLive)) {
      return 'maxTimeToLive must be a bigint: nanoseconds, more than 0, of at most 64 bits.';
    }
    request.maxTimeToLive = maxTimeToLive;
  }
  if (derivationOrigin !== undefined) {
    if (typeof derivationOrigin !== 'string' || !isOriginSized(derivationOrigin)) {
      return `derivationOrigin must be a text of 1 to ${MAX_ORIGIN_BYTES} bytes.`;
    }
    request.derivationOrigin = derivationOrigin;
  }
  return request;
}

/** The protocol has no codes: its clients hand the text to the dapp as it is. */
function words(refusal: Refusal): string {
  switch (refusal) {
    case 'declined':
      return 'The user declined';
    case 'invalid':
      return 'The request is not acceptable';
    case 'failed':
      return 'The log-in failed';
    default:
      return refusal satisfies never;
  }
}
