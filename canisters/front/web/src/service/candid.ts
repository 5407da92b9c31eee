// The Candid types of what the page calls: of front.did and registry.did, methods as `[arguments, results]`.
import { IDL } from '@icp-sdk/core/candid';

const Blob = IDL.Vec(IDL.Nat8);
const Anchor = IDL.Nat64;

const MetadataMap = IDL.Rec();
MetadataMap.fill(IDL.Vec(IDL.Tuple(IDL.Text, IDL.Variant({ map: MetadataMap, string: IDL.Text, bytes: Blob }))));

const deviceFields = {
  pubkey: Blob,
  alias: IDL.Text,
  credential_id: IDL.Opt(Blob),
  aaguid: IDL.Opt(Blob),
  purpose: IDL.Variant({ recovery: IDL.Null, authentication: IDL.Null }),
  key_type: IDL.Variant({
    unknown: IDL.Null,
    platform: IDL.Null,
    cross_platform: IDL.Null,
    seed_phrase: IDL.Null,
    browser_storage_key: IDL.Null,
  }),
  protection: IDL.Variant({ protected: IDL.Null, unprotected: IDL.Null }),
  origin: IDL.Opt(IDL.Text),
  metadata: IDL.Opt(MetadataMap),
};
/** `DeviceData`. */
export const DEVICE = IDL.Record(deviceFields);
const DeviceWithUsage = IDL.Record({ ...deviceFields, last_usage: IDL.Opt(IDL.Nat64) });

const AnchorInfo = IDL.Record({
  devices: IDL.Vec(DeviceWithUsage),
  device_registration: IDL.Opt(IDL.Record({ tentative_device: IDL.Opt(DEVICE), expiration: IDL.Nat64 })),
  created_at: IDL.Opt(IDL.Nat64),
});

const Credentials = IDL.Vec(IDL.Record({ credential_id: Blob, pubkey: Blob }));

const SignedDelegation = IDL.Record({
  delegation: IDL.Record({
    pubkey: Blob,
    expiration: IDL.Nat64,
    targets: IDL.Opt(IDL.Vec(IDL.Principal)),
  }),
  signature: Blob,
});

/** Arguments and results of a method. */
export interface Signature {
  args: IDL.Type[];
  results: IDL.Type[];
}

const method = (args: IDL.Type[], results: IDL.Type[]): Signature => ({ args, results });

/** Methods of front. */
export const FRONT = {
  create_challenge: method([], [IDL.Record({ png_base64: IDL.Text, challenge_key: IDL.Text })]),
  register: method(
    [DEVICE, IDL.Record({ key: IDL.Text, chars: IDL.Text }), IDL.Opt(IDL.Principal)],
    [
      IDL.Variant({
        registered: IDL.Record({ user_number: Anchor }),
        canister_full: IDL.Null,
        bad_challenge: IDL.Null,
      }),
    ],
  ),
  add: method([Anchor, DEVICE], []),
  update: method([Anchor, Blob, DEVICE], []),
  replace: method([Anchor, Blob, DEVICE], []),
  remove: method([Anchor, Blob], []),
  get_anchor_info: method([Anchor], [AnchorInfo]),
  enter_device_registration_mode: method([Anchor], [IDL.Nat64]),
  exit_device_registration_mode: method([Anchor], []),
  add_tentative_device: method(
    [Anchor, DEVICE],
    [
      IDL.Variant({
        added_tentatively: IDL.Record({
          verification_code: IDL.Text,
          device_registration_timeout: IDL.Nat64,
        }),
        device_registration_mode_off: IDL.Null,
        another_device_tentatively_added: IDL.Null,
        passkey_with_this_public_key_is_already_used: IDL.Null,
      }),
    ],
  ),
  verify_tentative_device: method(
    [Anchor, IDL.Text],
    [
      IDL.Variant({
        verified: IDL.Null,
        wrong_code: IDL.Record({ retries_left: IDL.Nat8 }),
        device_registration_mode_off: IDL.Null,
        no_device_to_verify: IDL.Null,
      }),
    ],
  ),
  prepare_delegation: method([Anchor, IDL.Text, Blob, IDL.Opt(IDL.Nat64)], [Blob, IDL.Nat64]),
  get_delegation: method(
    [Anchor, IDL.Text, Blob, IDL.Nat64],
    [IDL.Variant({ signed_delegation: SignedDelegation, no_such_delegation: IDL.Null })],
  ),
} as const;

/** Methods of the shards, all of them queries. */
export const SHARD = {
  get_anchor_credentials: method(
    [Anchor],
    [IDL.Record({ credentials: Credentials, recovery_credentials: Credentials, recovery_phrases: IDL.Vec(Blob) })],
  ),
  lookup_device_key: method(
    [Blob],
    [
      IDL.Variant({
        Ok: IDL.Opt(IDL.Record({ pubkey: Blob, anchor_number: Anchor, since: IDL.Nat64 })),
        Err: IDL.Record({ unindexed: IDL.Nat64 }),
      }),
    ],
  ),
} as const;
