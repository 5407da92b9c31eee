// What must outlive the way to the login page and back: the session's key and what binds the answer to the request.
// Kept by this tab only, and used once.
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';

const STORED = 'departure';
const STATE_BYTES = 16;

export interface Departure {
  session: Ed25519KeyIdentity;
  /** Came back unchanged, or the answer is somebody else's. */
  state: string;
  /** The id of the only request. */
  id: string;
  /** When the button was clicked, ms since 1970. */
  begin: number;
}

interface Stored {
  session: string;
  state: string;
  id: string;
  begin: number;
}

/** A new session about to leave, remembered. */
export function depart(): Departure {
  const session = Ed25519KeyIdentity.generate();
  const departure = { session, state: random(), id: crypto.randomUUID(), begin: Date.now() };
  const stored: Stored = { ...departure, session: JSON.stringify(session.toJSON()) };
  sessionStorage.setItem(STORED, JSON.stringify(stored));
  return departure;
}

/** The departure that this tab remembers, which it forgets. */
export function comeBack(): Departure | undefined {
  const text = sessionStorage.getItem(STORED);
  if (text === null) return undefined;
  sessionStorage.removeItem(STORED);
  const stored = JSON.parse(text) as Stored;
  return { ...stored, session: Ed25519KeyIdentity.fromJSON(stored.session) };
}

function random(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(STATE_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
