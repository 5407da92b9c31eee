// What the login page asks the network for: each request is one round trip, also one that only asks whether there is an answer.
import type { Device } from './device';

interface Call {
  /** The last part of its path: `call`, `query`, `read_state`. */
  method: string;
  /** Whether it was sent after the passkey's signature. */
  isAfterPrompt: boolean;
  /** When the answer was there, ms since 1970. */
  end: number;
}

export class Calls {
  private readonly found: Call[] = [];

  /** Counts from now on, in all tabs of the device: also in those that are opened later. `origin`: the login page's. */
  constructor(
    private readonly device: Device,
    origin: string,
  ) {
    const before = device.own.signatures;
    device.context.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/api/`)) return;
      const method = new URL(request.url()).pathname.split('/').at(-1) ?? '';
      const call = { method, isAfterPrompt: device.own.signatures > before, end: Date.now() };
      this.found.push(call);
      request.response().then(
        () => (call.end = Date.now()),
        () => undefined,
      );
    });
  }

  /** In order. */
  methods(): string[] {
    return this.found.map(({ method }) => method);
  }

  methodsAfterPrompt(): string[] {
    return this.found.filter(({ isAfterPrompt }) => isAfterPrompt).map(({ method }) => method);
  }

  /** From the passkey's signature to the last answer. */
  millisecondsAfterPrompt(): number {
    return Math.max(0, ...this.found.map(({ end }) => end - this.device.own.lastSigned));
  }
}
