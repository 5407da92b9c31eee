// What a page asks the network for between the passkey's signature and the delegation.
import type { LoginPage } from './login-page';

export interface Calls {
  /** Of each request to the network, in order. */
  methods(): string[];
  /** From the signature to the last answer. */
  milliseconds(): number;
}

/** Counts from the next signature on. Each request is one round trip, also one that only asks whether there is an answer. */
export function callsAfterPrompt({ page, device }: LoginPage, origin: string): Calls {
  const before = device.own.signatures;
  const found: { method: string; end: number }[] = [];
  page.on('request', (request) => {
    if (device.own.signatures === before || !request.url().startsWith(`${origin}/api/`)) return;
    const entry = { method: new URL(request.url()).pathname.split('/').at(-1) ?? '', end: Date.now() };
    found.push(entry);
    request.response().then(
      () => (entry.end = Date.now()),
      () => undefined,
    );
  });
  return {
    methods: () => found.map(({ method }) => method),
    milliseconds: () => Math.max(0, ...found.map(({ end }) => end - device.own.lastSigned)),
  };
}
