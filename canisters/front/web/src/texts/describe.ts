// Any error, in words for the user.
import { PasskeyError } from '../passkey/errors';
import { PhraseError } from '../phrase';
import { ProtocolError } from '../protocols/channel';
import { toServiceError } from '../service/errors';
import type { ErrorText } from './en';
import { texts } from './index';

export function describe(error: unknown): ErrorText {
  if (error instanceof PasskeyError) return texts.passkey[error.problem];
  if (error instanceof PhraseError) return { what: texts.phrase.problem(error.problem), todo: '' };
  if (error instanceof ProtocolError) return texts.protocol[error.code];
  return texts.errors[toServiceError(error).code];
}
