// Any error, in words for the user.
import { PasskeyError } from '../passkey/errors';
import { PhraseError } from '../phrase';
import { ProtocolError } from '../protocols/channel';
import { toServiceError } from '../service/errors';
import type { ErrorText } from './en';
import { texts } from './index';

/** `home`: the origin that this page's passkeys belong to, if it is another one. */
export function describe(error: unknown, home: string | null = null): ErrorText {
  // At a related origin there is nothing wrong with the address: the browser does not ask the canonical one about it.
  if (error instanceof PasskeyError && error.problem === 'security' && home !== null) return texts.passkeyElsewhere(home);
  if (error instanceof PasskeyError) return texts.passkey[error.problem];
  if (error instanceof PhraseError) return { what: texts.phrase.problem(error.problem), todo: '' };
  if (error instanceof ProtocolError) return texts.protocol[error.code];
  return texts.errors[toServiceError(error).code];
}
