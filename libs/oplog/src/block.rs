//! Blocks and their bytes.
//!
//! ```text
//! CBOR [btype (number), phash (32 bytes or null), ts (nanoseconds), tx (bytes)]
//! ```
//!
//! Canonical like the transaction inside, so the same block is the same bytes in the shard and in
//! every archive.

use minicbor::{Decode, Decoder, Encode};
use types::{BlockHash, EncodedBlock, TimestampNs};

use crate::{Tx, TxBytes, TxError, hash};

/// What kind of operation a block carries.
///
/// ICRC-3 lets a standard's block types begin with its number (`1xfer`). Ours belong to no
/// standard, so they begin with the project's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum BlockType {
    /// [`crate::Operation::Register`]
    #[n(0)]
    Register,
    /// [`crate::Operation::Add`]
    #[n(1)]
    Add,
    /// [`crate::Operation::Update`]
    #[n(2)]
    Update,
    /// [`crate::Operation::Replace`]
    #[n(3)]
    Replace,
    /// [`crate::Operation::Remove`]
    #[n(4)]
    Remove,
    /// [`crate::Operation::Lost`]
    #[n(5)]
    Lost,
}

impl BlockType {
    /// Every type there is, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Register,
        Self::Add,
        Self::Update,
        Self::Replace,
        Self::Remove,
        Self::Lost,
    ];

    /// The `btype` that readers see, and that the block's hash covers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "anchorage_register",
            Self::Add => "anchorage_add",
            Self::Update => "anchorage_update",
            Self::Replace => "anchorage_replace",
            Self::Remove => "anchorage_remove",
            Self::Lost => "anchorage_lost",
        }
    }

    /// The type with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|btype| btype.name() == name)
    }
}

/// One operation in the log of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Block {
    /// What kind of operation it carries.
    #[n(0)]
    pub btype: BlockType,
    /// Hash of the block before; `None` exactly in the first block of a shard's log.
    #[n(1)]
    pub phash: Option<BlockHash>,
    /// When it happened.
    #[n(2)]
    pub ts: TimestampNs,
    /// What happened.
    #[n(3)]
    pub tx: TxBytes,
}

/// Bytes that are no block of ours, or a block whose parts disagree. No retry helps, except with
/// newer code where the transaction's error says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Not the CBOR that was expected.
    #[error("malformed block: {reason}")]
    Malformed {
        /// What the decoder says; for logs, not for decisions.
        reason: String,
    },
    /// Another encoding than the one that this content has, or bytes after it.
    #[error("block not in canonical form")]
    NotCanonical,
    /// The transaction cannot be read.
    #[error(transparent)]
    Tx(#[from] TxError),
    /// The block says that it carries another kind of operation than it does.
    #[error("block type {found:?} around an operation of type {expected:?}")]
    WrongType {
        /// The type that the operation asks for.
        expected: BlockType,
        /// The type that the block has.
        found: BlockType,
    },
}

impl Block {
    /// The block that carries `tx` behind the block with hash `parent`.
    pub fn new(parent: Option<BlockHash>, ts: TimestampNs, tx: &Tx) -> Self {
        Self {
            btype: tx.operation.block_type(),
            phash: parent,
            ts,
            tx: tx.encode(),
        }
    }

    /// The one encoding of this block.
    pub fn encode(&self) -> EncodedBlock {
        let mut bytes = Vec::with_capacity(64 + self.tx.as_slice().len());
        match minicbor::encode(self, &mut bytes) {
            Ok(()) => EncodedBlock::new(bytes),
            // A vector takes every byte, and no encoder here reports an error of its own.
            Err(error) => unreachable!("writing to a vector: {error}"),
        }
    }

    /// Reads canonical bytes, all of them. The transaction is not looked at: an archive keeps
    /// what its hash covers; whoever needs the contents calls [`Block::tx`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BlockError> {
        let block = Self::decode_stored(bytes)?;
        if block.encode().as_slice() == bytes {
            Ok(block)
        } else {
            Err(BlockError::NotCanonical)
        }
    }

    /// Reads bytes that [`Block::decode`] has taken before, without comparing them with the encoding of what was read.
    pub fn decode_stored(bytes: &[u8]) -> Result<Self, BlockError> {
        Decoder::new(bytes)
            .decode()
            .map_err(|error| BlockError::Malformed {
                reason: error.to_string(),
            })
    }

    /// What the block carries.
    pub fn tx(&self) -> Result<Tx, BlockError> {
        let tx = Tx::decode(&self.tx)?;
        let expected = tx.operation.block_type();
        if self.btype == expected {
            Ok(tx)
        } else {
            Err(BlockError::WrongType {
                expected,
                found: self.btype,
            })
        }
    }

    /// The block's ICRC-3 hash: the representation-independent hash of
    /// `{ btype: Text, phash: Blob, ts: Nat, tx: Blob }`, without `phash` in the first block.
    pub fn hash(&self) -> BlockHash {
        let Self {
            btype,
            phash,
            ts,
            tx,
        } = self;
        hash::block_hash(*btype, phash.as_ref(), *ts, tx)
    }
}

#[cfg(test)]
mod tests;
