//! The blocks and the index by anchor.
//!
//! ```text
//! memories 3 and 4: a log of the stable structures library, entry i = block (first_index + i),
//!                   in the encoding of `oplog`, exactly the bytes that the shard sent
//! memory 5:         a B-tree of the stable structures library, no values, keys of 24 bytes:
//!
//! offset  size  what
//!      0     8  anchor, big-endian
//!      8     8  the block's time, nanoseconds, big-endian
//!     16     8  the block's index, big-endian
//! ```
//!
//! Numbers are big-endian because keys are compared as bytes. Nothing here changes or deletes a block.
//! [`Store::append`] is the only writer, and it takes a block only if it continues the chain.

use ic_stable_structures::{Log, Memory, StableBTreeMap};
use oplog::{Block, ChainVerifier};
use thiserror::Error;
use types::{AnchorNumber, AnchorRange, BlockHash, BlockIndex, TimestampNs};

#[cfg(test)]
mod tests;

/// A place in the index by anchor.
pub type AnchorKey = [u8; 24];

const WASM_PAGE_BYTES: u64 = 65_536;
/// More than one entry of the index takes in the worst case (a test measures it).
const INDEX_BYTES_PER_ENTRY: u64 = 128;

/// The blocks of an archive.
pub struct Store<M: Memory> {
    range: AnchorRange,
    first: BlockIndex,
    verifier: ChainVerifier,
    blocks: Log<Vec<u8>, M, M>,
    by_anchor: StableBTreeMap<AnchorKey, (), M>,
    /// The same memory as the index: it grows before the index needs it.
    index_memory: M,
}

/// Why a block was not stored. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AppendError {
    /// The bytes are no block that this module reads. Retry after an upgrade.
    #[error("undecodable block")]
    Undecodable,
    /// It does not follow the last block. No retry helps.
    #[error("the block does not follow the last one")]
    ChainMismatch,
    /// It is about an anchor of another shard. No retry helps.
    #[error("anchor {0} belongs to another shard")]
    ForeignAnchor(AnchorNumber),
    /// The stable memory cannot grow. Retry when there is room or cycles.
    #[error("no room for another block")]
    AtCapacity,
}

/// Why the stored blocks cannot be opened. No retry helps.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the last stored block cannot be read")]
pub struct DamagedStore;

impl<M: Memory + Clone> Store<M> {
    /// Opens the memories; new ones hold an empty run that starts at `first` after `parent_hash`. All blocks are about
    /// anchors of `range`.
    pub fn open(
        ends: M,
        bytes: M,
        by_anchor: M,
        range: AnchorRange,
        first: BlockIndex,
        parent_hash: Option<BlockHash>,
    ) -> Result<Self, DamagedStore> {
        let blocks: Log<Vec<u8>, M, M> = Log::init(ends, bytes);
        let last_hash = match blocks.last() {
            None => parent_hash,
            Some(last) => Some(Block::decode(&last).map_err(|_| DamagedStore)?.hash()),
        };
        let next = first.saturating_add(blocks.len());
        Ok(Self {
            range,
            first,
            verifier: ChainVerifier::resume(next, last_hash).map_err(|_| DamagedStore)?,
            blocks,
            by_anchor: StableBTreeMap::init(by_anchor.clone()),
            index_memory: by_anchor,
        })
    }
}

impl<M: Memory> Store<M> {
    /// Verifies that these bytes are the next block, and keeps them.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        let block = Block::decode(bytes).map_err(|_| AppendError::Undecodable)?;
        let tx = block.tx().map_err(|_| AppendError::Undecodable)?;
        let mut verifier = self.verifier;
        let index = verifier.next_index();
        verifier
            .push(index, &block)
            .map_err(|_| AppendError::ChainMismatch)?;
        if !tx.belongs_to(self.range) {
            return Err(AppendError::ForeignAnchor(tx.anchor));
        }
        // The index cannot report that it has no room, it would trap. So its room comes first; the log can.
        if !self.reserve_index() {
            return Err(AppendError::AtCapacity);
        }
        self.blocks
            .append(&bytes.to_vec())
            .map_err(|_| AppendError::AtCapacity)?;
        self.by_anchor
            .insert(anchor_key(tx.anchor, block.ts, index), ());
        self.verifier = verifier;
        Ok(())
    }

    /// Index of the first block, which is here or will be.
    pub fn first_index(&self) -> BlockIndex {
        self.first
    }

    /// Index of the block that is wanted next.
    pub fn next_index(&self) -> BlockIndex {
        self.verifier.next_index()
    }

    /// Hash of the last block; of the one before the first as long as there is none.
    pub fn last_hash(&self) -> Option<BlockHash> {
        self.verifier.last_hash()
    }

    /// How many blocks are here.
    pub fn len(&self) -> u64 {
        self.blocks.len()
    }

    /// Whether no block is here.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// A block's bytes; none outside of `[first_index, next_index)`.
    pub fn get(&self, index: BlockIndex) -> Option<Vec<u8>> {
        let entry = index.get().checked_sub(self.first.get())?;
        self.blocks.get(entry)
    }

    /// The blocks of an anchor from a place in the index on, in the log's order.
    pub fn of_anchor(
        &self,
        anchor: AnchorNumber,
        from: AnchorKey,
    ) -> impl Iterator<Item = (AnchorKey, BlockIndex)> {
        let end = anchor_key(
            anchor,
            TimestampNs::new(u64::MAX),
            BlockIndex::new(u64::MAX),
        );
        // A start after the end (a place of a later anchor) is an empty run, not a panic.
        let from = from.min(end);
        self.by_anchor.range(from..=end).map(|entry| {
            let key = *entry.key();
            (key, index_of(&key))
        })
    }

    /// Grows the index's memory to what one entry more may take; false if the platform has none.
    fn reserve_index(&self) -> bool {
        let bytes = (self.blocks.len() + 1).saturating_mul(INDEX_BYTES_PER_ENTRY);
        let pages = 1 + bytes / WASM_PAGE_BYTES;
        let missing = pages.saturating_sub(self.index_memory.size());
        missing == 0 || self.index_memory.grow(missing) >= 0
    }
}

/// The place of a block in the index.
pub fn anchor_key(anchor: AnchorNumber, time: TimestampNs, index: BlockIndex) -> AnchorKey {
    let mut key = [0; 24];
    key[..8].copy_from_slice(&anchor.get().to_be_bytes());
    key[8..16].copy_from_slice(&time.get().to_be_bytes());
    key[16..].copy_from_slice(&index.get().to_be_bytes());
    key
}

fn index_of(key: &AnchorKey) -> BlockIndex {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&key[16..]);
    BlockIndex::new(u64::from_be_bytes(bytes))
}
