// ICRC-167: the request stands in this page's fragment, the answer in the fragment of the callback that the browser goes
// to. The callback's origin is the dapp.
import { verifyCallback } from './callbacks';
import { type Channel, type LoginAnswer, type LoginRequest, ProtocolError, type Refusal } from './channel';
import type { Fetch } from './fetching';
import { delegationResult, refusalError, step } from './icrc';
import { errors, failure, type RpcId, type RpcResponse, success } from './json-rpc';

/** Characters of a request's fragment: browsers differ in how much they take. */
const MAX_FRAGMENT = 65_536;
/** Requests in a batch. */
const MAX_BATCH = 20;

/** What a redirect needs of the browser. */
export interface Browser {
  fetch: Fetch;
  /** Leaves this page; it is not to come back to. */
  navigate(url: string): void;
}

/** Whether a fragment, with its `#`, is a request by redirect. */
export function isRedirect(fragment: string): boolean {
  const parameters = new URLSearchParams(fragment.slice(1));
  return parameters.has('message') && parameters.has('callback');
}

/** Opens the channel to the dapp whose request stands in the fragment. */
export function openRedirect(fragment: string, browser: Browser): Channel {
  return new Redirect(fragment, browser);
}

/** A request as it came, nothing of it verified but its shape. */
interface Envelope {
  messages: unknown[];
  isBatch: boolean;
  callback: string;
  state: string | null;
}

/** What is owed to a callback that was verified. */
interface Debt {
  envelope: Envelope;
  /** The answers that need no user. */
  responses: RpcResponse[];
  /** The delegation request that the user is asked about. */
  id: RpcId;
}

class Redirect implements Channel {
  readonly #fragment: string;
  readonly #browser: Browser;
  #request: Promise<LoginRequest> | null = null;
  #debt: Debt | null = null;

  constructor(fragment: string, browser: Browser) {
    this.#fragment = fragment;
    this.#browser = browser;
  }

  request(): Promise<LoginRequest> {
    this.#request ??= this.#read().catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === 'callback-unreachable') this.#request = null;
      throw error;
    });
    return this.#request;
  }

  succeed(answer: LoginAnswer): boolean {
    return this.#answer((id) => success(id, delegationResult(answer)));
  }

  fail(refusal: Refusal, detail: string): boolean {
    return this.#answer((id) => failure(id, refusalError(refusal, detail)));
  }

  #answer(response: (id: RpcId) => RpcResponse): boolean {
    if (this.#debt === null) return false;
    const { envelope, responses, id } = this.#debt;
    this.#debt = null;
    this.#send(envelope, [...responses, response(id)]);
    return true;
  }

  async #read(): Promise<LoginRequest> {
    const envelope = open(this.#fragment);
    const origin = await verifyCallback(envelope.callback, this.#browser.fetch);
    const { responses, asked } = sort(envelope.messages, origin);
    if (asked !== null) {
      this.#debt = { envelope, responses, id: asked.id };
      return asked.request;
    }
    if (responses.length === 0) throw bad('message asks for nothing.');
    // There is nothing to ask the user. The page ends here, so whoever waits for a request waits for nothing.
    this.#send(envelope, responses);
    return new Promise<LoginRequest>(() => undefined);
  }

  /** To a verified callback only. */
  #send({ callback, isBatch, state }: Envelope, responses: RpcResponse[]): void {
    const parameters = new URLSearchParams({ message: JSON.stringify(isBatch ? responses : responses[0]) });
    if (state !== null) parameters.set('state', state);
    this.#browser.navigate(`${callback}#${parameters.toString()}`);
  }
}

function open(fragment: string): Envelope {
  if (fragment.length > MAX_FRAGMENT) throw bad(`The request is longer than ${MAX_FRAGMENT} characters.`);
  const parameters = new URLSearchParams(fragment.slice(1));
  const single = (name: string): string | null => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw bad(`${name} is given more than once.`);
    return values[0] ?? null;
  };
  const [text, callback, state] = [single('message'), single('callback'), single('state')];
  if (text === null || callback === null) throw bad('message and callback are needed.');
  const message = parse(text);
  const isBatch = Array.isArray(message);
  const messages: unknown[] = isBatch ? message : [message];
  if (messages.length > MAX_BATCH) throw bad(`A batch has at most ${MAX_BATCH} requests.`);
  return { messages, isBatch, callback, state };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('message must be JSON.');
  }
}

/** The answers that need no user, and the first acceptable request for a delegation. */
function sort(messages: unknown[], origin: string): { responses: RpcResponse[]; asked: Asked | null } {
  const responses: RpcResponse[] = [];
  let asked: Asked | null = null;
  for (const message of messages) {
    const next = step(message, origin);
    switch (next.kind) {
      case 'ignore':
        break;
      case 'answer':
      case 'refusal':
        responses.push(next.response);
        break;
      case 'delegation':
        if (asked === null) asked = next;
        else responses.push(failure(next.id, errors.generic('One delegation can be asked for at a time.')));
        break;
      default:
        next satisfies never;
    }
  }
  return { responses, asked };
}

interface Asked {
  id: RpcId;
  request: LoginRequest;
}

function bad(detail: string): ProtocolError {
  return new ProtocolError('bad-request', detail);
}
