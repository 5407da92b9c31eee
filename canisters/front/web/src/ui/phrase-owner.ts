// Acting with a recovery phrase that the user types for one change.
import type { Environment } from '../environment';
import { parsePhrase, PhraseError, phraseIdentity } from '../phrase';
import { frontFor, type Front } from '../service/front';
import { openSessionWith } from '../session';
import { isEqual } from '../bytes';

/** Front as the device with this key. Throws a `PhraseError`. */
export async function frontOfPhrase(env: Environment, anchor: bigint, key: Uint8Array, text: string): Promise<Front> {
  const phrase = parsePhrase(text);
  if (phrase.anchor !== anchor) throw new PhraseError({ code: 'other-anchor' });
  const identity = await phraseIdentity(phrase);
  if (!isEqual(identity.getPublicKey().toDer(), key)) throw new PhraseError({ code: 'not-its-phrase' });
  return frontFor(env, await openSessionWith(identity, anchor));
}
