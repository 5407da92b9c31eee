// Any error, in words for the user.
import { PasskeyError } from '../passkey/errors';
import { PhraseError } from '../phrase';
import { ProtocolError } from '../protocols/channel';
import { isWorthRetrying, toServiceError } from '../service/errors';
import type { ErrorText } from './en';
import { texts } from './index';

/** What a screen shows of an error; `retry` tells whether doing the same again may help. */
export interface Problem extends ErrorText {
  retry: boolean;
}

export function describe(error: unknown): Problem {
  if (error instanceof PasskeyError) {
    return { ...texts.passkey[error.problem], retry: error.problem === 'cancelled' };
  }
  if (error instanceof PhraseError) return { what: texts.phrase.problem(error.problem), todo: '', retry: false };
  if (error instanceof ProtocolError) return { ...texts.protocol[error.code], retry: false };
  const { code } = toServiceError(error);
  return { ...texts.errors[code], retry: isWorthRetrying(code) };
}
