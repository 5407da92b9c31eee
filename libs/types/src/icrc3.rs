//! Candid types of ICRC-3, the standard for reading block logs
//! (dfinity/ICRC-1, `standards/ICRC-3/README.md`).

use candid::{CandidType, Deserialize, Int, Nat, Principal};
use serde_bytes::ByteBuf;

use crate::lean::{Lean, Read};

/// A generic value.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
#[lean(holds_itself)]
pub enum Value {
    /// Bytes.
    Blob(ByteBuf),
    /// A text.
    Text(String),
    /// A natural number.
    Nat(Nat),
    /// An integer.
    Int(Int),
    /// Values in order.
    Array(Vec<Value>),
    /// Values by name; the standard gives the order no meaning.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Bytes.
    pub fn blob(bytes: impl AsRef<[u8]>) -> Self {
        Self::Blob(ByteBuf::from(bytes.as_ref()))
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A natural number.
    pub fn nat(number: u64) -> Self {
        Self::Nat(number.into())
    }

    /// The natural number, if it is one and fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Nat(number) => u64::try_from(&number.0).ok(),
            Self::Blob(_) | Self::Text(_) | Self::Int(_) | Self::Array(_) | Self::Map(_) => None,
        }
    }
}

/// A run of block indices that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct GetBlocksRequest {
    /// The first index.
    pub start: Nat,
    /// How many.
    pub length: Nat,
}

/// Answer of `icrc3_get_blocks`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct GetBlocksResult {
    /// Number of blocks in the whole log.
    pub log_length: Nat,
    /// Those of the asked blocks that this canister has.
    pub blocks: Vec<BlockWithId>,
    /// Where others are.
    pub archived_blocks: Vec<ArchivedBlocks>,
}

/// A block with its index.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct BlockWithId {
    /// Its index in the log.
    pub id: Nat,
    /// The block as a generic value.
    pub block: Value,
}

pub use callback::GetBlocksCallback;

/// The macro leaves no room for documentation, so its type stands alone.
mod callback {
    #![expect(missing_docs, reason = "candid's macro takes no documentation")]

    use super::{GetBlocksRequest, GetBlocksResult};

    candid::define_function!(
        pub GetBlocksCallback : (Vec<GetBlocksRequest>) -> (GetBlocksResult) query
    );
}

/// Blocks that another canister has.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ArchivedBlocks {
    /// Which ones.
    pub args: Vec<GetBlocksRequest>,
    /// Whom to ask for them.
    pub callback: GetBlocksCallback,
}

/// Argument of `icrc3_get_archives`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct GetArchivesArgs {
    /// Only archives after this one, by canister id.
    pub from: Option<Principal>,
}

/// An archive and the run of blocks that it holds; an element of the answer of
/// `icrc3_get_archives`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct ArchiveInfo {
    /// Its canister.
    pub canister_id: Principal,
    /// Index of its first block.
    pub start: Nat,
    /// Index of its last block.
    pub end: Nat,
}

/// Answer of `icrc3_get_tip_certificate` (`opt`).
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct TipCertificate {
    /// The subnet's certificate of the canister's certified data.
    pub certificate: ByteBuf,
    /// CBOR of the tree with `last_block_index` and `last_block_hash`.
    pub hash_tree: ByteBuf,
}

/// An element of the answer of `icrc3_supported_block_types`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct SupportedBlockType {
    /// The `btype`.
    pub block_type: String,
    /// Where it is described.
    pub url: String,
}

#[cfg(test)]
mod tests;
