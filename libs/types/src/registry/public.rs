//! What a shard tells everybody, in Candid, and how its controllers set it up.

use candid::{CandidType, Principal};
use serde::Deserialize;

use super::ShardTip;
use crate::lean::{Lean, Read};
use crate::{AnchorNumber, AnchorRange, BlockIndex, DeviceKey, PublicDevice, TimestampNs};

/// Init argument of a shard.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct RegistryInit {
    /// The anchors it owns. Its end may be raised later.
    pub range: AnchorRange,
    /// The only canister whose orders it takes.
    pub front: Principal,
    /// What may change later.
    pub settings: RegistrySettings,
}

/// Settings of a shard; also its upgrade argument (`opt`). What is absent stays as it is, or
/// takes its default at the first installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct RegistrySettings {
    /// The archives that may fetch, with who is in service (at most one).
    pub archives: Option<Vec<ArchiveLink>>,
    /// How many devices an anchor may have; default 10.
    pub max_devices: Option<u32>,
    /// How many blocks may wait for an archive before orders are refused.
    pub backlog_limit: Option<u64>,
    /// How many acknowledged blocks are kept nevertheless.
    pub retention: Option<u64>,
    /// Refuse orders (retryable) while questions are answered.
    pub maintenance: Option<bool>,
    /// How often an anchor may be changed on one day (UTC); default 100. Removals are not counted.
    pub operations_per_day: Option<u32>,
    /// A later end of the range: the first number that the shard does not own.
    pub range_end: Option<AnchorNumber>,
}

/// An archive that may fetch from a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ArchiveLink {
    /// Its canister.
    pub canister: Principal,
    /// Whether what it has counts as archived.
    pub in_service: bool,
}

/// What a shard knows about one of its archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct ArchiveProgress {
    /// Its canister.
    pub canister: Principal,
    /// Whether what it has counts as archived.
    pub in_service: bool,
    /// How many blocks it has acknowledged: everything below this index.
    pub acknowledged: BlockIndex,
    /// When it last asked, if it ever did.
    pub last_fetch: Option<TimestampNs>,
    /// Whether its chain and the shard's differ; nothing is forgotten while they do.
    pub diverged: bool,
}

/// Answer of a shard's `status`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct RegistryStatus {
    /// The anchors it owns.
    pub range: AnchorRange,
    /// End of the log and next anchor number.
    pub tip: ShardTip,
    /// Index of the first block it still holds.
    pub first_kept: BlockIndex,
    /// Its archives.
    pub archives: Vec<ArchiveProgress>,
    /// The canister whose orders it takes.
    pub front: Principal,
    /// Whether orders are refused for now.
    pub maintenance: bool,
    /// How many devices an anchor may have.
    pub max_devices: u32,
    /// How many blocks may wait for an archive.
    pub backlog_limit: u64,
    /// How many acknowledged blocks are kept nevertheless.
    pub retention: u64,
    /// How often an anchor may be changed on one day; `None` from a release that did not count.
    pub operations_per_day: Option<u32>,
    /// How many anchors are not in the index of passkeys yet, which is built after an upgrade from a release
    /// without one; `None` from such a release.
    pub unindexed: Option<u64>,
    /// Version of the layout in stable memory.
    pub layout_version: u32,
    /// Release of the module.
    pub version: String,
    /// Commit of the source it was built from.
    pub commit: String,
}

/// Answer of a shard's `lookup_device_key`: whose passkey it is.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct KnownPasskey {
    /// Its public key, DER.
    pub pubkey: DeviceKey,
    /// The anchor; of several of the shard's with this credential id, the one that has had it longest.
    pub anchor_number: AnchorNumber,
    /// Block time since which the anchor has it.
    pub since: TimestampNs,
}

/// After an upgrade the index of passkeys is still being built. Retry in some minutes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean, Read,
)]
#[error("the index of passkeys is being built, {unindexed} anchors are missing")]
pub struct IndexIncomplete {
    /// Anchors that are not in it yet.
    pub unindexed: u64,
}

impl From<IndexIncomplete> for super::RegistryError {
    fn from(IndexIncomplete { unindexed }: IndexIncomplete) -> Self {
        Self::IndexIncomplete { unindexed }
    }
}

/// One page of a shard's public state: exactly what replaying its log gives.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct PublicState {
    /// Every anchor from the one asked for, in order, none left out. An anchor whose last device
    /// is gone is there with no devices.
    pub anchors: Vec<PublicAnchor>,
    /// Where the next page starts; `None` if this was the last.
    pub next: Option<AnchorNumber>,
    /// The tip that the page belongs to.
    pub tip: ShardTip,
}

/// What everybody may know about an anchor.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct PublicAnchor {
    /// Its number.
    pub anchor: AnchorNumber,
    /// Its devices, in their order.
    pub devices: Vec<PublicDevice>,
}
