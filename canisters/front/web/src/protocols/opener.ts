// The window that opened this one: what the two protocols of window messages have in common.
import { type Channel, ProtocolError } from './channel';
import { SILENCE_LIMIT } from './limits';

/** A browser names every opaque origin (sandboxed frames, files) so: an answer to it could go to anybody. */
export const OPAQUE_ORIGIN = 'null';

/** The messages of the window that opened this one, and answers to it. */
export class Opener {
  readonly #page: Window;
  readonly #window: WindowProxy;
  #silence: ReturnType<typeof setTimeout> | undefined;

  private constructor(page: Window, window: WindowProxy) {
    this.#page = page;
    this.#window = window;
  }

  /** Null: nobody opened this window, or that window is gone. */
  static of(page: Window): Opener | null {
    const window = page.opener as WindowProxy | null;
    return window === null || window.closed ? null : new Opener(page, window);
  }

  /** Calls `receive` with what that window, and no other, sends, for as long as the page lives. */
  listen(receive: (data: unknown, origin: string) => void): void {
    this.#page.addEventListener('message', (event) => {
      if (event.source === this.#window) receive(event.data, event.origin);
    });
  }

  /** Sends a message; the browser drops it if that window shows another origin by now. False: that window is gone. */
  post(message: unknown, origin: string): boolean {
    if (this.#window.closed) return false;
    this.#window.postMessage(message, origin);
    return true;
  }

  /** Calls `giveUp` once nothing was heard for a while; each call begins the time anew. */
  awaitMore(giveUp: () => void): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(giveUp, SILENCE_LIMIT);
  }

  /** Nothing more is awaited. */
  enough(): void {
    clearTimeout(this.#silence);
  }
}

/** A channel to nobody. */
export function withoutOpener(): Channel {
  const error = new ProtocolError('no-opener', 'This page shows log-ins only in a window that a dapp opened.');
  return { request: () => Promise.reject(error), succeed: () => false, fail: () => false };
}
