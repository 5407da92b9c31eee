// What all three pages show, and what people can wish for.

/** What was typed or stands in the page's address. */
export interface Wishes {
  /** Nanoseconds. */
  maxTimeToLive: bigint | undefined;
  derivationOrigin: string | undefined;
}

export interface Session {
  principal: string;
  /** Nanoseconds since 1970. */
  expiration: bigint;
  /** The delegations as the library's own JSON: everything in hex. */
  chain: unknown;
  /** From the click to the delegation, in ms. With what the person did meanwhile. */
  took: number;
  /** The canister's answers to who calls it. */
  seen: { byQuery: string; byUpdate: string };
}

const NANOSECONDS_PER_MINUTE = 60e9;

/** The buttons work from now on. `start` is called within the click, as popups need. */
export function onLogIn(start: (wishes: Wishes) => Promise<Session | undefined>): void {
  const form = element('wishes', HTMLFormElement);
  const button = form.querySelector('button');
  const { minutes, derivation } = fields(form);
  const query = new URLSearchParams(location.search);
  minutes.value = query.get('minutes') ?? '';
  derivation.value = query.get('derivation') ?? '';
  // The click itself, not what comes of it: one of the libraries opens windows in clicks only.
  button?.addEventListener('click', () => {
    const wishes: Wishes = {
      maxTimeToLive: minutes.value ? BigInt(Math.round(Number(minutes.value) * NANOSECONDS_PER_MINUTE)) : undefined,
      derivationOrigin: derivation.value || undefined,
    };
    void show(() => start(wishes));
  });
  button?.removeAttribute('disabled');
}

/** Shows what becomes of a log-in. `undefined`: it goes on on another page. */
export async function show(work: () => Promise<Session | undefined>): Promise<void> {
  text('error', '');
  text('status', 'Logging in …');
  element('result', HTMLElement).hidden = true;
  try {
    const session = await work();
    if (!session) return;
    text('principal', session.principal);
    text('seen-by-query', session.seen.byQuery);
    text('seen-by-update', session.seen.byUpdate);
    text('expiration', new Date(Number(session.expiration / 1_000_000n)).toISOString());
    text('took', String(Math.round(session.took)));
    text('chain', JSON.stringify(session.chain));
    element('result', HTMLElement).hidden = false;
    text('status', 'Logged in');
  } catch (error) {
    text('status', 'Not logged in');
    text('error', error instanceof Error ? error.message : String(error));
  }
}

function fields(form: HTMLFormElement): { minutes: HTMLInputElement; derivation: HTMLInputElement } {
  const [minutes, derivation] = form.querySelectorAll('input');
  if (!minutes || !derivation) throw new Error('the page lacks its inputs');
  return { minutes, derivation };
}

function text(id: string, value: string): void {
  element(id, HTMLElement).textContent = value;
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page lacks #${id}`);
  return found;
}
