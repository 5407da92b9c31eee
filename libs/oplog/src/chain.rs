//! Following a log block by block.

use types::{BlockHash, BlockIndex};

use crate::Block;

/// Follows the log of one shard and accepts only the block that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainVerifier {
    next_index: BlockIndex,
    last_hash: Option<BlockHash>,
}

/// A block that does not continue the chain. It was not accepted; the verifier is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Another block is next. Retry with that one.
    #[error("block {found} where block {expected} comes next")]
    WrongIndex {
        /// The index that comes next.
        expected: BlockIndex,
        /// The index that was given.
        found: BlockIndex,
    },
    /// The block follows another block than the one before it here. No retry helps.
    #[error("parent hash of block {index} is not the hash of the block before")]
    ParentMismatch {
        /// The block's index.
        index: BlockIndex,
        /// The hash of the block before it.
        expected: Option<BlockHash>,
        /// The parent hash that it has.
        found: Option<BlockHash>,
    },
    /// A chain starts at block 0 without a parent, or later with one.
    #[error("a chain starts at block 0 without a parent hash or later with one")]
    BadStart,
    /// Indices are used up.
    #[error("no block index left")]
    IndexOverflow,
}

impl ChainVerifier {
    /// Starts with the first block of a log.
    pub const fn from_genesis() -> Self {
        Self {
            next_index: BlockIndex::new(0),
            last_hash: None,
        }
    }

    /// Starts with block `next_index`, behind a block whose hash is known from elsewhere.
    pub fn resume(
        next_index: BlockIndex,
        last_hash: Option<BlockHash>,
    ) -> Result<Self, ChainError> {
        if (next_index.get() == 0) == last_hash.is_none() {
            Ok(Self {
                next_index,
                last_hash,
            })
        } else {
            Err(ChainError::BadStart)
        }
    }

    /// Accepts the next block and answers its hash.
    pub fn push(&mut self, index: BlockIndex, block: &Block) -> Result<BlockHash, ChainError> {
        if index != self.next_index {
            return Err(ChainError::WrongIndex {
                expected: self.next_index,
                found: index,
            });
        }
        if block.phash != self.last_hash {
            return Err(ChainError::ParentMismatch {
                index,
                expected: self.last_hash,
                found: block.phash,
            });
        }
        let next_index = index.checked_add(1).ok_or(ChainError::IndexOverflow)?;
        let hash = block.hash();
        *self = Self {
            next_index,
            last_hash: Some(hash),
        };
        Ok(hash)
    }

    /// Index of the block that comes next, which is also how many blocks there are.
    pub const fn next_index(&self) -> BlockIndex {
        self.next_index
    }

    /// Hash of the last block; `None` before the first.
    pub const fn last_hash(&self) -> Option<BlockHash> {
        self.last_hash
    }
}

#[cfg(test)]
mod tests;
