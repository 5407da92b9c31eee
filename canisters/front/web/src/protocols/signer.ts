// ICRC-29: JSON-RPC by window messages. The client asks `icrc29_status` several times a second and hangs up when nobody
// answers; so the answers come from here, whatever the screens do.
import { type Channel, type LoginAnswer, type LoginRequest, ProtocolError, type Refusal } from './channel';
import { delegationResult, refusalError, step } from './icrc';
import { errors, failure, parseRequest, type RpcId, type RpcResponse, success } from './json-rpc';
import { OPAQUE_ORIGIN, Opener, withoutOpener } from './opener';
import { Outcome } from './outcome';

/** Opens the channel to the window that opened `page`. Listens, and answers heartbeats, from now on. */
export function openSigner(page: Window): Channel {
  const opener = Opener.of(page);
  return opener === null ? withoutOpener() : new Signer(opener);
}

class Signer implements Channel {
  readonly #opener: Opener;
  readonly #request = new Outcome<LoginRequest>();
  /** Whose the channel is: the origin of the first status request. */
  #origin: string | null = null;
  /** The delegation request that has no answer yet. */
  #pending: { id: RpcId } | null = null;

  constructor(opener: Opener) {
    this.#opener = opener;
    opener.listen((data, origin) => this.#receive(data, origin));
    this.#awaitRequest();
  }

  request(): Promise<LoginRequest> {
    return this.#request.promise;
  }

  succeed(answer: LoginAnswer): boolean {
    return this.#answer((id) => success(id, delegationResult(answer)));
  }

  fail(refusal: Refusal, detail: string): boolean {
    return this.#answer((id) => failure(id, refusalError(refusal, detail)));
  }

  #answer(response: (id: RpcId) => RpcResponse): boolean {
    if (this.#pending === null || this.#origin === null) return false;
    const { id } = this.#pending;
    this.#pending = null;
    return this.#opener.post(response(id), this.#origin);
  }

  #awaitRequest(): void {
    // Once there is a request this comes to nothing.
    this.#opener.awaitMore(() => {
      this.#request.reject(new ProtocolError('no-request', 'The opener asked for no delegation.'));
    });
  }

  #receive(data: unknown, origin: string): void {
    if (this.#origin === null) this.#establish(data, origin);
    if (this.#origin !== origin) return;
    this.#awaitRequest();
    const asked = heartbeat(data);
    if (asked !== null) {
      this.#opener.post(success(asked.id, 'ready'), origin);
    } else if (Array.isArray(data)) {
      const detail = 'Batches are for ICRC-167; here each message is a single request.';
      this.#opener.post(failure(null, errors.invalidRequest(detail)), origin);
    } else {
      this.#take(data, origin);
    }
  }

  #establish(data: unknown, origin: string): void {
    if (heartbeat(data) === null) return;
    if (origin === OPAQUE_ORIGIN) {
      this.#request.reject(new ProtocolError('opaque-origin', 'The page that asks has no origin that it could be known by.'));
    } else {
      this.#origin = origin;
    }
  }

  #take(data: unknown, origin: string): void {
    const next = step(data, origin);
    switch (next.kind) {
      case 'ignore':
        return;
      case 'answer':
        this.#opener.post(next.response, origin);
        return;
      case 'refusal':
        this.#opener.post(next.response, origin);
        this.#request.reject(new ProtocolError('bad-request', next.detail));
        return;
      case 'delegation':
        this.#takeDelegation(next.id, next.request, origin);
        return;
      default:
        next satisfies never;
    }
  }

  #takeDelegation(id: RpcId, request: LoginRequest, origin: string): void {
    // Sent twice, it is still one request and gets one answer.
    if (this.#pending !== null && this.#pending.id === id) return;
    if (this.#request.settled) {
      this.#opener.post(failure(id, errors.generic('This window takes one delegation request. Open another one.')), origin);
      return;
    }
    this.#pending = { id };
    this.#request.resolve(request);
  }
}

/** Who waits for the answer to a status request; null if the message is something else, or a notification. */
function heartbeat(data: unknown): { id: RpcId } | null {
  const request = parseRequest(data);
  if (request === null || !('method' in request) || request.method !== 'icrc29_status') return null;
  return request.id === undefined ? null : { id: request.id };
}
