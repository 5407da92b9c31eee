//! Front's Candid types: wire-compatible with Internet Identity where it has the method, our own
//! for the routing table and the set-up.

use candid::{CandidType, Principal};
use minicbor::{Decode, Encode};
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::registry::ShardTip;
use crate::{AnchorNumber, AnchorRange, DeviceData, DeviceWithUsage, SessionKey, TimestampNs};

mod stats;

pub use stats::{ArchiveConfig, ArchiveInfo, InternetIdentityStats, UserNumberRange};

/// A captcha to solve, valid for 5 minutes.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct Challenge {
    /// The picture, PNG in base64; empty if there is nothing to solve: then every solution is right.
    pub png_base64: String,
    /// Names the challenge in [`ChallengeResult`].
    pub challenge_key: String,
}

/// A solution.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ChallengeResult {
    /// The challenge's key.
    pub key: String,
    /// What the picture says.
    pub chars: String,
}

/// Answer of `register`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum RegisterResponse {
    /// There is a new anchor.
    #[serde(rename = "registered")]
    Registered {
        /// Its number.
        user_number: AnchorNumber,
    },
    /// No shard takes new anchors. Retry when the operator has added one.
    #[serde(rename = "canister_full")]
    CanisterFull,
    /// Wrong, spent or expired solution. Retry with a new challenge.
    #[serde(rename = "bad_challenge")]
    BadChallenge,
}

/// Answer of `get_anchor_info`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct IdentityAnchorInfo {
    /// The devices, in their order.
    pub devices: Vec<DeviceWithUsage>,
    /// The open remote registration, if there is one.
    pub device_registration: Option<DeviceRegistrationInfo>,
    /// When the anchor was registered, if that is known.
    pub created_at: Option<TimestampNs>,
}

/// An open registration of a device on another machine.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct DeviceRegistrationInfo {
    /// The device that waits to be verified.
    pub tentative_device: Option<DeviceData>,
    /// When the registration closes by itself.
    pub expiration: TimestampNs,
}

/// Answer of `add_tentative_device`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum AddTentativeDeviceResponse {
    /// The device waits to be verified by another device of the anchor.
    #[serde(rename = "added_tentatively")]
    AddedTentatively {
        /// Six digits that the user types on the other device.
        verification_code: String,
        /// When the registration closes by itself.
        device_registration_timeout: TimestampNs,
    },
    /// No registration is open. Open one on a device of the anchor.
    #[serde(rename = "device_registration_mode_off")]
    DeviceRegistrationModeOff,
    /// A device waits already. Close the registration on a device of the anchor, and open another one.
    #[serde(rename = "another_device_tentatively_added")]
    AnotherDeviceTentativelyAdded,
    /// The key belongs to a device already. Not worth a retry.
    #[serde(rename = "passkey_with_this_public_key_is_already_used")]
    PasskeyWithThisPublicKeyIsAlreadyUsed,
}

/// Answer of `verify_tentative_device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum VerifyTentativeDeviceResponse {
    /// The device is one of the anchor's.
    #[serde(rename = "verified")]
    Verified,
    /// Retry with the right code.
    #[serde(rename = "wrong_code")]
    WrongCode {
        /// How often; with 0 the registration is closed.
        retries_left: u8,
    },
    /// No registration is open (any more).
    #[serde(rename = "device_registration_mode_off")]
    DeviceRegistrationModeOff,
    /// No device waits. Retry when one does.
    #[serde(rename = "no_device_to_verify")]
    NoDeviceToVerify,
}

/// Answer of `get_delegation`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub enum GetDelegationResponse {
    /// The delegation, signed.
    #[serde(rename = "signed_delegation")]
    SignedDelegation(SignedDelegation),
    /// Nothing is prepared for these arguments (any more, or yet on this replica).
    #[serde(rename = "no_such_delegation")]
    NoSuchDelegation,
}

/// A delegation and front's canister signature over it.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct SignedDelegation {
    /// What is signed.
    pub delegation: Delegation,
    /// The canister signature: CBOR of certificate and tree.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// A session key may act for a pseudonym until a time.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct Delegation {
    /// The session's public key, DER.
    pub pubkey: SessionKey,
    /// Last moment, exclusive.
    pub expiration: TimestampNs,
    /// Canisters it is limited to; `None`: no limit.
    pub targets: Option<Vec<Principal>>,
}

/// Init and upgrade argument of front (`opt`), and answer of `config`. What is absent stays as it is, or takes its default
/// at the first installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct FrontInit {
    /// Whether registrations need a captcha; default yes. Off is for local use.
    pub captcha: Option<CaptchaMode>,
    /// How fast anchors may be registered.
    pub register_rate_limit: Option<RateLimit>,
    /// The whole routing table; default empty. The rules of `set_routing` hold.
    pub routes: Option<Vec<ShardRoute>>,
    /// Longest life of a delegation in nanoseconds; default, and at most, 30 days.
    pub max_delegation_ttl_ns: Option<u64>,
    /// Where Prometheus reaches the canisters: `http[s]://host[:port]`, in which `{canister}` stands
    /// for a canister's id; default `https://{canister}.icp0.io`.
    pub metrics_gateway: Option<String>,
    /// Liquid cycles below which front registers nobody; below half of it front changes no anchor, below a quarter it
    /// prepares no delegation. Default 500 billion.
    pub cycles_floor: Option<u64>,
    /// The origin whose host is the relying party id of passkeys, `https://host` or, for tests, `http://` with a host in
    /// `localhost`; an empty text: each origin that serves the page is for itself (the default).
    pub canonical_origin: Option<String>,
    /// Other origins that serve the page and may use the canonical origin's passkeys, at most
    /// [`LONGEST_RELATED_ORIGINS`]; default none.
    pub related_origins: Option<Vec<String>>,
}

/// How many related origins there may be. Browsers take five different names before they may stop reading (Web
/// Authentication, level 3, "Related origin requests"); these may be subdomains of one.
pub const LONGEST_RELATED_ORIGINS: usize = 10;

/// Whether registrations need a captcha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub enum CaptchaMode {
    /// They do.
    #[serde(rename = "enabled")]
    Enabled,
    /// Every solution is right, and challenges have no picture.
    #[serde(rename = "disabled")]
    Disabled,
    /// They do while there are unusually many.
    #[serde(rename = "dynamic")]
    Dynamic(DynamicCaptcha),
}

/// When registrations need a captcha: while the rate of registrations over the current interval is above the one over the
/// reference interval by more than the threshold. Named as in Internet Identity's `captcha_config`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
pub struct DynamicCaptcha {
    /// By how many percent.
    #[n(0)]
    pub threshold_pct: u16,
    /// The current interval in seconds.
    #[n(1)]
    pub current_rate_sampling_interval_s: u64,
    /// The reference interval in seconds; not shorter.
    #[n(2)]
    pub reference_rate_sampling_interval_s: u64,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct RateLimit {
    /// Nanoseconds until one more token is there.
    pub time_per_token_ns: u64,
    /// How many tokens there are at most.
    pub max_tokens: u64,
}

/// One row of the routing table: who owns these anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ShardRoute {
    /// The anchors.
    pub range: AnchorRange,
    /// The shard's canister.
    pub canister: Principal,
    /// What front sends it.
    pub state: ShardState,
}

/// Answer of `routing`: the table, and the proof that it is front's.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct CertifiedRouting {
    /// The rows, sorted by range.
    pub routes: Vec<ShardRoute>,
    /// The rows as Candid: the bytes of the certified leaf.
    #[serde(with = "serde_bytes")]
    pub table: Vec<u8>,
    /// The Internet Computer's certificate of the tree's root; only in a query.
    pub certificate: Option<serde_bytes::ByteBuf>,
    /// The tree that shows the leaf, CBOR.
    #[serde(with = "serde_bytes")]
    pub witness: Vec<u8>,
}

/// What front sends a shard. Each state sends less than the one before.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
#[cbor(index_only)]
pub enum ShardState {
    /// Everything.
    #[n(0)]
    #[serde(rename = "open")]
    Open,
    /// Its anchors are served, new ones go elsewhere.
    #[n(1)]
    #[serde(rename = "sealed")]
    Sealed,
    /// Questions only: log-ins and reads go on, changes are refused (retryable).
    #[n(2)]
    #[serde(rename = "maintenance")]
    Maintenance,
    /// Nothing: everything about its anchors is refused (retryable).
    #[n(3)]
    #[serde(rename = "unreachable")]
    Unreachable,
}

/// What front expects of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ExpectedTip {
    /// The shard's canister.
    pub canister: Principal,
    /// The highest tip that front saw; `None` if it never heard of the shard.
    pub tip: Option<ShardTip>,
    /// Whether the shard lacked it when front last heard of it. Such a shard is to be repaired.
    pub rolled_back: bool,
}

/// Why front goes on to expect what it did. Not worth a retry as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean)]
pub enum ExpectTipError {
    /// Front never heard of such a shard, so it expects nothing of it.
    #[error("front expects nothing of this shard")]
    #[serde(rename = "unknown_shard")]
    UnknownShard,
    /// The shard would give numbers that front knows to be given. Declare them lost at the shard first.
    #[error("front knows numbers below {next_anchor} to be given")]
    #[serde(rename = "numbers_given")]
    NumbersGiven {
        /// The first number that is not.
        next_anchor: AnchorNumber,
    },
}

/// Why a routing table is refused. Change it and retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean)]
pub enum RoutingError {
    /// Two rows own the same number.
    #[error("ranges {first} and {second} overlap")]
    #[serde(rename = "overlap")]
    Overlap {
        /// One of the two.
        first: AnchorRange,
        /// The other.
        second: AnchorRange,
    },
    /// A number that a shard owned would belong to another canister or to nobody.
    #[error("range {range} would change its owner")]
    #[serde(rename = "owner_changed")]
    OwnerChanged {
        /// The range in question.
        range: AnchorRange,
    },
    /// The shard takes orders from another front.
    #[error("shard {canister} belongs to front {front}")]
    #[serde(rename = "foreign_front")]
    ForeignFront {
        /// The shard in question.
        canister: Principal,
        /// Whose orders it takes.
        front: Principal,
    },
    /// The shard's own range begins elsewhere than its row, or ends before it.
    #[error("shard {canister} has range {range}")]
    #[serde(rename = "range_mismatch")]
    RangeMismatch {
        /// The shard in question.
        canister: Principal,
        /// Its own range.
        range: AnchorRange,
    },
    /// The shard did not tell its status. Retry, or name it unreachable.
    #[error("shard {canister} does not answer")]
    #[serde(rename = "no_answer")]
    NoAnswer {
        /// The shard in question.
        canister: Principal,
    },
    /// Two rows name the same canister.
    #[error("canister {canister} twice")]
    #[serde(rename = "canister_twice")]
    CanisterTwice {
        /// The canister in question.
        canister: Principal,
    },
}
