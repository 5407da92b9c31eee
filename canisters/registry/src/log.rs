//! The part of the shard's log that it still holds: a hash-chained run of blocks up to the tip.
//!
//! An entry of the ring is the block's hash (32 bytes) followed by the block's bytes, so that nobody
//! has to hash a block again to know what it is.

use crate::ring::{PushError, Ring};
use ic_stable_structures::Memory;
use oplog::{Block, Tx};
use types::{BlockHash, BlockIndex, EncodedBlock, TimestampNs};

#[cfg(test)]
mod tests;

/// Blocks that the shard can hold: backlog and retention together.
pub const CAPACITY: u64 = 1 << 17;

/// A block about one passkey fits its slot.
const SLOT_BYTES: usize = 512;

/// See the module's documentation.
pub struct Log<M: Memory> {
    ring: Ring<M>,
    /// Hash of the last block; read from the ring when the canister starts.
    last_hash: Option<BlockHash>,
}

/// A block of the log with its hash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeldBlock {
    /// Its hash.
    pub hash: BlockHash,
    /// Its bytes.
    pub block: EncodedBlock,
}

impl<M: Memory> Log<M> {
    /// Opens the log, or makes an empty one.
    pub fn init(memory: M, tails: M) -> Self {
        let mut log = Self {
            ring: Ring::init(memory, tails, CAPACITY, SLOT_BYTES),
            last_hash: None,
        };
        log.last_hash = log
            .length()
            .checked_sub(1)
            .and_then(|last| log.block(BlockIndex::new(last)))
            .map(|block| block.hash);
        log
    }

    /// Number of blocks ever appended; the index of the next one.
    pub fn length(&self) -> u64 {
        self.ring.next()
    }

    /// Index of the first block that is still held.
    pub fn first_kept(&self) -> u64 {
        self.ring.first()
    }

    /// Hash of the last block; `None` if there never was one.
    pub fn last_hash(&self) -> Option<BlockHash> {
        self.last_hash
    }

    /// Makes sure that a block can be appended: the next [`Log::append`] of this message does not fail.
    pub fn reserve(&self) -> Result<(), PushError> {
        self.ring.reserve()
    }

    /// Chains a block about `tx` to the log.
    pub fn append(&mut self, tx: &Tx, now: TimestampNs) -> Result<BlockIndex, PushError> {
        self.append_block(&Block::new(self.last_hash, now, tx))
    }

    /// Appends a block whose parent is the last one.
    pub fn append_block(&mut self, block: &Block) -> Result<BlockIndex, PushError> {
        let hash = block.hash();
        let mut entry = hash.as_bytes().to_vec();
        entry.extend_from_slice(block.encode().as_slice());
        let index = self.ring.push(&entry)?;
        self.last_hash = Some(hash);
        Ok(BlockIndex::new(index))
    }

    /// A block; `None` if it is forgotten or to come.
    pub fn block(&self, index: BlockIndex) -> Option<HeldBlock> {
        let entry = self.ring.get(index.get())?;
        let (hash, block) = entry.split_first_chunk()?;
        Some(HeldBlock {
            hash: BlockHash::new(*hash),
            block: EncodedBlock::from(block),
        })
    }

    /// Hash of the block before `index`, as far as it is known: of held blocks, and of the one before
    /// them. `None` also for index 0, which has none before it.
    pub fn hash_before(&self, index: u64) -> Option<BlockHash> {
        if index > self.length() {
            return None;
        }
        if index == self.length() {
            return self.last_hash;
        }
        if let Some(before) = index.checked_sub(1)
            && let Some(block) = self.block(BlockIndex::new(before))
        {
            return Some(block.hash);
        }
        let held = self.block(BlockIndex::new(index))?;
        let block = Block::decode(held.block.as_slice()).expect("a block that this log encoded");
        block.phash
    }

    /// Forgets blocks below `index`, but never the last one, whose hash the next block needs.
    /// Returns how many it forgot.
    pub fn forget_below(&mut self, index: u64) -> u64 {
        let before = self.first_kept();
        self.ring
            .forget_below(index.min(self.length().saturating_sub(1)));
        self.first_kept() - before
    }
}
