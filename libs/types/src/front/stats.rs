//! Answer of `stats`: every field of Internet Identity's published type, and the age of our sums.

use candid::{CandidType, Principal};
use serde::Deserialize;

use crate::lean::Lean;
use crate::{AnchorNumber, TimestampNs};

/// Totals over all shards, as a timer of front's last collected them.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct InternetIdentityStats {
    /// Anchors registered.
    pub users_registered: u64,
    /// Version of front's layout in stable memory.
    pub storage_layout_version: u8,
    /// Lowest number of all shards and first number after the highest.
    pub assigned_user_number_range: UserNumberRange,
    /// One archive, where there is one; the shards' `status` names all.
    pub archive_info: ArchiveInfo,
    /// Always 0: front creates no canisters.
    pub canister_creation_cycles_cost: u64,
    /// Always empty: nothing is counted by relying party. Activity is in the shards' metrics.
    pub event_aggregations: Vec<(String, Vec<(String, u64)>)>,
    /// When the sums were last collected; `None` if never since the last upgrade.
    pub collected_at: Option<TimestampNs>,
}

/// Candid `record { nat64; nat64 }`: lowest number and first number after the highest.
pub type UserNumberRange = (AnchorNumber, AnchorNumber);

/// About the archive.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ArchiveInfo {
    /// Its canister.
    pub archive_canister: Option<Principal>,
    /// How it is set up; front does not set up archives, so `None`.
    pub archive_config: Option<ArchiveConfig>,
}

/// How Internet Identity sets up its archive.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ArchiveConfig {
    /// Hash of the archive's module.
    #[serde(with = "serde_bytes")]
    pub module_hash: Vec<u8>,
    /// How many entries may wait.
    pub entries_buffer_limit: u64,
    /// How many entries are fetched at once.
    pub entries_fetch_limit: u16,
    /// Nanoseconds between two polls.
    pub polling_interval_ns: u64,
}
