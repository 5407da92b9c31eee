//! What ICRC-3 asks of an archive beside its blocks.

use candid::{CandidType, Nat, Principal};
use serde::Deserialize;
use types::icrc3::SupportedBlockType;

/// Where the blocks are described.
const DESCRIPTION: &str = "urn:anchorage:docs:oplog";

/// Argument of `icrc3_get_archives`.
#[derive(Debug, Clone, PartialEq, Eq, CandidType, Deserialize)]
pub struct GetArchivesArgs {
    /// Only archives after this one.
    pub from: Option<Principal>,
}

/// An archive and the run of blocks that it holds.
#[derive(Debug, Clone, PartialEq, Eq, CandidType, Deserialize)]
pub struct ArchiveInfo {
    /// Its canister.
    pub canister_id: Principal,
    /// Index of its first block.
    pub start: Nat,
    /// Index of its last block.
    pub end: Nat,
}

/// The types of blocks that there are, with the place that describes them.
pub fn block_types() -> Vec<SupportedBlockType> {
    oplog::BlockType::ALL
        .into_iter()
        .map(|block_type| SupportedBlockType {
            block_type: block_type.name().to_owned(),
            url: DESCRIPTION.to_owned(),
        })
        .collect()
}
