// Acting with a recovery phrase that the user types.
import type { Environment } from '../environment';
import { parsePhrase, PhraseError, phraseIdentity } from '../phrase';
import { frontFor, type Front } from '../service/front';
import { openSessionWith, type Session } from '../session';
import { isEqual } from '../bytes';

/** A session of the phrase's own, which the service may not know. `anchor`: the only one that will do. Throws a `PhraseError`. */
export async function sessionOfPhrase(text: string, anchor?: bigint): Promise<Session> {
  const phrase = parsePhrase(text);
  if (anchor !== undefined && phrase.anchor !== anchor) throw new PhraseError({ code: 'other-anchor' });
  return openSessionWith(await phraseIdentity(phrase), phrase.anchor);
}

/** Front as the device with this key. Throws a `PhraseError`. */
export async function frontOfPhrase(env: Environment, anchor: bigint, key: Uint8Array, text: string): Promise<Front> {
  const session = await sessionOfPhrase(text, anchor);
  if (!isEqual(session.device, key)) throw new PhraseError({ code: 'not-its-phrase' });
  return frontFor(env, session);
}
