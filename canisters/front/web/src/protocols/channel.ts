// What all login protocols have in common. A screen shows a request and answers it; which protocol carries
// it is the business of the modules beside this one.

/** What a dapp asks for. */
export interface LoginRequest {
  /** The relying party's origin, as the browser told it (never what the dapp claims). */
  origin: string;
  /** Another origin whose pseudonym is wished for (ICRC-95). Not yet checked: see `origins.ts`. */
  derivationOrigin?: string;
  /** The session's public key, DER. */
  sessionKey: Uint8Array;
  /** Nanoseconds. */
  maxTimeToLive?: bigint;
}

/** One link of the chain that a dapp gets. */
export interface SignedDelegation {
  delegation: { pubkey: Uint8Array; expiration: bigint; targets?: Uint8Array[] };
  signature: Uint8Array;
}

export interface LoginAnswer {
  delegations: SignedDelegation[];
  /** The pseudonym's public key, DER. */
  userKey: Uint8Array;
  /** The user came in by a recovery phrase or key. */
  isRecovery: boolean;
}

/** Why a dapp gets no delegation. */
export type Refusal =
  /** The user said no. */
  | 'declined'
  /** The request breaks a rule of its protocol, or the derivation origin may not be used. */
  | 'invalid'
  /** The service did not answer as it should. */
  | 'failed';

/** The way to one dapp. A channel carries one request, and one answer. */
export interface Channel {
  /** The request; rejects with a `ProtocolError` when none comes or it is not acceptable (the dapp was told already, if
   * the protocol allows to tell it). */
  request(): Promise<LoginRequest>;
  /** Sends the delegation. For a redirect this navigates away. False: nobody waits for an answer, or not any more. */
  succeed(answer: LoginAnswer): boolean;
  /** Tells the dapp that there is none; `detail` is for its developer. False as above. */
  fail(refusal: Refusal, detail: string): boolean;
}

/** Why there is no request to show. `code` selects the words that the user sees. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
  constructor(
    readonly code:
      | 'no-opener'
      | 'opaque-origin'
      | 'no-request'
      | 'bad-request'
      | 'bad-callback' /** `request` may be called again. */
      | 'callback-unreachable',
    detail: string,
  ) {
    super(detail);
  }
}
