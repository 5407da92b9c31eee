// What browsers throw when there is no passkey, and what it means.

export type PasskeyProblem =
  /** The user closed the prompt, or let it run out; or no passkey here is one of those asked for. */
  | 'cancelled'
  /** The authenticator holds a passkey of this anchor already. */
  | 'already-registered'
  /** The browser, or the authenticator, cannot do what is asked. */
  | 'unsupported'
  /** The page is not where its passkeys belong. */
  | 'security'
  /** The authenticator answered what the page does not understand. */
  | 'malformed';

export class PasskeyError extends Error {
  override name = 'PasskeyError';
  constructor(
    readonly problem: PasskeyProblem,
    detail: string,
  ) {
    super(`${problem}: ${detail}`);
  }
}

/** By the names of WebAuthn, sections 5.1.3 (create) and 5.1.4 (get). */
export function toPasskeyError(error: unknown): PasskeyError {
  if (error instanceof PasskeyError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const detail = String(error);
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
    case 'TimeoutError':
      return new PasskeyError('cancelled', detail);
    case 'InvalidStateError':
      return new PasskeyError('already-registered', detail);
    case 'SecurityError':
      return new PasskeyError('security', detail);
    case 'NotSupportedError':
    case 'ConstraintError':
    case 'NotReadableError':
      return new PasskeyError('unsupported', detail);
    default:
      return new PasskeyError('malformed', detail);
  }
}
