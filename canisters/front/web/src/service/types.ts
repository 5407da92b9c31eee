// What the service answers and takes, as the Candid decoder makes it. Times are nanoseconds since 1970.
import type { Principal } from '@icp-sdk/core/principal';

/** Candid's `opt`: nothing, or one value. */
export type Opt<T> = [] | [T];

export type Purpose = { recovery: null } | { authentication: null };

export type KeyType =
  | { unknown: null }
  | { platform: null }
  | { cross_platform: null }
  | { seed_phrase: null }
  | { browser_storage_key: null };

export type Protection = { protected: null } | { unprotected: null };

/** Kept and handed back whole; the page neither reads nor makes it. */
export type Metadata = [string, { map: Metadata } | { string: string } | { bytes: Uint8Array }][];

export interface DeviceData {
  /** DER. */
  pubkey: Uint8Array;
  /** At most 64 bytes. */
  alias: string;
  credential_id: Opt<Uint8Array>;
  aaguid: Opt<Uint8Array>;
  purpose: Purpose;
  key_type: KeyType;
  protection: Protection;
  /** At most 50 bytes. */
  origin: Opt<string>;
  metadata: Opt<Metadata>;
}

export interface Device extends DeviceData {
  last_usage: Opt<bigint>;
}

export interface AnchorInfo {
  devices: Device[];
  device_registration: Opt<{ tentative_device: Opt<DeviceData>; expiration: bigint }>;
  created_at: Opt<bigint>;
}

export interface Credential {
  credential_id: Uint8Array;
  /** DER. */
  pubkey: Uint8Array;
}

export interface Credentials {
  credentials: Credential[];
  recovery_credentials: Credential[];
  recovery_phrases: Uint8Array[];
}

export interface Challenge {
  /** Empty: nothing is to be solved. */
  png_base64: string;
  challenge_key: string;
}

export type RegisterAnswer = { registered: { user_number: bigint } } | { canister_full: null } | { bad_challenge: null };

export type TentativeAnswer =
  | { added_tentatively: { verification_code: string; device_registration_timeout: bigint } }
  | { device_registration_mode_off: null }
  | { another_device_tentatively_added: null }
  | { passkey_with_this_public_key_is_already_used: null };

export type VerifyAnswer =
  | { verified: null }
  | { wrong_code: { retries_left: number } }
  | { device_registration_mode_off: null }
  | { no_device_to_verify: null };

export interface ServiceDelegation {
  delegation: { pubkey: Uint8Array; expiration: bigint; targets: Opt<Principal[]> };
  signature: Uint8Array;
}

export type DelegationAnswer = { signed_delegation: ServiceDelegation } | { no_such_delegation: null };

export interface KnownPasskey {
  pubkey: Uint8Array;
  anchor_number: bigint;
  since: bigint;
}

export type LookupAnswer = { Ok: Opt<KnownPasskey> } | { Err: { unindexed: bigint } };
