// What the tests of window messages share: a page and the window that opened it, without a browser.

export interface Sent {
  message: unknown;
  target: string;
}

/** A window that another page lives in; it keeps what is sent to it. */
export class FakeOpener {
  closed = false;
  readonly inbox: Sent[] = [];

  postMessage(message: unknown, target: string): void {
    this.inbox.push({ message: structuredClone(message), target });
  }

  /** Empties the inbox. */
  take(): Sent[] {
    return this.inbox.splice(0);
  }
}

/** The window of the page under test. */
export class FakePage extends EventTarget {
  constructor(readonly opener: FakeOpener | null) {
    super();
  }

  /** A message arrives, by default from the opener. */
  receive(data: unknown, origin: string, source: unknown = this.opener): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }));
  }

  asWindow(): Window {
    return this as unknown as Window;
  }
}
