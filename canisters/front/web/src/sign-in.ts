// Sessions by passkey: one prompt, then nothing but the session's key signs.
import type { App } from './app-context';
import { isEqual } from './bytes';
import { hasKey } from './devices';
import { askPasskey } from './passkey/ask';
import { PasskeyError } from './passkey/errors';
import { ServiceError } from './service/errors';
import { credentialsOf, ownerOf } from './service/shards';
import type { Credential, Credentials } from './service/types';
import { openSession, type Session } from './session';

/** What of the application is needed here. */
type Context = Pick<App, 'env' | 'agent' | 'rpId' | 'nextKey'>;

/** Which of an anchor's passkeys are asked for; `again`: whoever came in by recovery has a session that is over. */
export type Occasion = 'sign-in' | 'recovery' | 'again';

/**
 * Credentials that were asked for before the user clicks, so that the prompt follows the click at once. After a minute they are
 * asked for again: meanwhile a device may have been added.
 */
export class CredentialCache {
  private readonly asked = new Map<bigint, { answer: Promise<Credentials>; at: number }>();

  constructor(private readonly ask: (anchor: bigint) => Promise<Credentials>) {}

  get(anchor: bigint, now: number = Date.now()): Promise<Credentials> {
    const known = this.asked.get(anchor);
    if (known && now - known.at < 60_000) return known.answer;
    const answer = this.ask(anchor);
    this.asked.set(anchor, { answer, at: now });
    // A failure is not worth remembering.
    answer.catch(() => this.asked.delete(anchor));
    return answer;
  }
}

/** Throws a `ServiceError` ('unknown-anchor', 'no-passkey', 'no-recovery-key', ...) or a `PasskeyError`. */
export async function signIn(
  app: Context,
  anchor: bigint,
  occasion: Occasion = 'sign-in',
  known: Promise<Credentials> = credentialsOf(app.env, app.agent, anchor),
): Promise<Session> {
  const [key, credentials] = await Promise.all([app.nextKey(), known]);
  const candidates = choose(credentials, occasion);
  if (candidates.length === 0) {
    throw new ServiceError(occasion === 'sign-in' ? 'no-passkey' : 'no-recovery-key', `${anchor} has none`);
  }
  const draft = key.draft();
  const ids = candidates.map(({ credential_id }) => credential_id);
  const { credentialId, signature } = await askPasskey(app.rpId, ids, draft.challenge);
  const used = candidates.find(({ credential_id }) => isEqual(credential_id, credentialId));
  if (!used) throw new PasskeyError('malformed', 'another passkey than those that were asked for');
  return openSession(draft, anchor, used.pubkey, signature, credentials.recovery_credentials.includes(used));
}

/** Recovery keys open an anchor whose other passkeys are all gone, without a detour. */
function choose({ credentials, recovery_credentials }: Credentials, occasion: Occasion): Credential[] {
  switch (occasion) {
    case 'sign-in':
      return credentials.length > 0 ? credentials : recovery_credentials;
    case 'recovery':
      return recovery_credentials;
    case 'again':
      return [...recovery_credentials, ...credentials];
  }
}

/**
 * A passkey that the authenticator chooses. The user has to be shown the session's number before anything is done with it.
 * `onPrompted`: the prompt is over, and the service is asked whose passkey it was.
 */
export async function discover(app: Context, onPrompted: () => void): Promise<Session> {
  const draft = (await app.nextKey()).draft();
  const { credentialId, signature } = await askPasskey(app.rpId, [], draft.challenge);
  onPrompted();
  const { anchor_number: anchor, pubkey } = await ownerOf(app.env, app.agent, credentialId);
  const { recovery_credentials } = await credentialsOf(app.env, app.agent, anchor);
  return openSession(draft, anchor, pubkey, signature, hasKey(recovery_credentials, pubkey));
}
