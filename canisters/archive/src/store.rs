//! The blocks, and which of them are about an anchor.
//!
//! ```text
//! memories 3 and 4: a log of the stable structures library, entry i = block (first_index + i),
//!                   in the encoding of `oplog`, exactly the bytes that the shard sent
//! memories 6 and 7: see `links`
//! ```
//!
//! Nothing here changes or deletes a block. [`Store::append`] is the only writer, and it takes a block only if it continues
//! the chain.

use crate::links::Links;
use ic_stable_structures::{Log, Memory};
use oplog::{Block, ChainVerifier, EntryRef};
use thiserror::Error;
use types::{AnchorNumber, AnchorRange, BlockHash, BlockIndex, TimestampNs};

#[cfg(test)]
mod tests;

/// The blocks of an archive.
pub struct Store<M: Memory> {
    range: AnchorRange,
    first: BlockIndex,
    verifier: ChainVerifier,
    blocks: Log<Vec<u8>, M, M>,
    links: Links<M>,
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

/// Why the stored blocks cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// A block is no block of this archive's. No retry helps.
    #[error("a stored block cannot be read")]
    Unreadable,
    /// Only the first block of a log has none before it. No retry helps.
    #[error("a first index above 0 needs the hash of the block before it, and 0 has none")]
    Parent,
    /// The stable memory cannot grow. Retry when there is room or cycles.
    #[error("no room for the links of the stored blocks")]
    NoRoom,
}

impl<M: Memory> Store<M> {
    /// Opens the memories; new ones hold an empty run that starts at `first` after `parent_hash`. All blocks are about
    /// anchors of `range`. Blocks that earlier modules stored are linked now: some 10,000 instructions each.
    pub fn open(
        ends: M,
        bytes: M,
        links: Links<M>,
        range: AnchorRange,
        first: BlockIndex,
        parent_hash: Option<BlockHash>,
    ) -> Result<Self, OpenError> {
        let blocks: Log<Vec<u8>, M, M> = Log::init(ends, bytes);
        let last_hash = match blocks.last() {
            None => parent_hash,
            Some(last) => Some(
                Block::decode(&last)
                    .map_err(|_| OpenError::Unreadable)?
                    .hash(),
            ),
        };
        let next = first.saturating_add(blocks.len());
        let mut store = Self {
            range,
            first,
            verifier: ChainVerifier::resume(next, last_hash).map_err(|_| OpenError::Parent)?,
            blocks,
            links,
        };
        for entry in store.links.count()..store.blocks.len() {
            let bytes = store.blocks.get(entry).ok_or(OpenError::Unreadable)?;
            let anchor = anchor_of(&bytes).ok_or(OpenError::Unreadable)?;
            let place = store.place(anchor).ok_or(OpenError::Unreadable)?;
            store.links.reserve(place).map_err(|_| OpenError::NoRoom)?;
            store.links.append(place);
        }
        Ok(store)
    }

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
        let place = self
            .place(tx.anchor)
            .ok_or(AppendError::ForeignAnchor(tx.anchor))?;
        // The room for the links comes first: if the log has none then, nothing was written.
        self.links
            .reserve(place)
            .map_err(|_| AppendError::AtCapacity)?;
        self.blocks
            .append(&bytes.to_vec())
            .map_err(|_| AppendError::AtCapacity)?;
        self.links.append(place);
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

    /// Index of the first block that is not older than this, or of the one that is wanted next. Times of a log never go
    /// backwards.
    pub fn first_not_before(&self, time: TimestampNs) -> BlockIndex {
        let (mut low, mut high) = (self.first, self.next_index());
        while low < high {
            let middle = BlockIndex::new(low.get().midpoint(high.get()));
            let bytes = self.get(middle).unwrap_or_default();
            // What this module cannot read, a newer one has written.
            match EntryRef::read(middle, &bytes) {
                Ok(entry) if entry.time() < time => low = middle.saturating_add(1),
                _ => high = middle,
            }
        }
        low
    }

    /// The blocks about an anchor, in the log's order; from `start` on, which must be one of them.
    pub fn of_anchor(
        &self,
        anchor: AnchorNumber,
        start: Option<BlockIndex>,
    ) -> impl Iterator<Item = BlockIndex> {
        let first = match start {
            Some(start) => start.get().checked_sub(self.first.get()),
            None => self.place(anchor).and_then(|place| self.links.first(place)),
        };
        let entries = std::iter::successors(first, |entry| self.links.after(*entry));
        entries.map(|entry| self.first.saturating_add(entry))
    }

    /// Whom a block is about; none if it is not here.
    pub fn anchor_of(&self, index: BlockIndex) -> Option<AnchorNumber> {
        anchor_of(&self.get(index)?)
    }

    /// An anchor's place among those of the shard. The number after the last one has a place, too: a full shard's loss is
    /// about it.
    fn place(&self, anchor: AnchorNumber) -> Option<u64> {
        let is_near = (self.range.lo()..=self.range.hi()).contains(&anchor);
        is_near.then(|| anchor.get() - self.range.lo().get())
    }
}

/// Whom a stored block is about.
fn anchor_of(bytes: &[u8]) -> Option<AnchorNumber> {
    let entry = EntryRef::read(BlockIndex::new(0), bytes).ok()?;
    Some(entry.anchor())
}
