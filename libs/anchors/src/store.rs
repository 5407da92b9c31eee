//! The anchors of one shard in stable memory.
//!
//! ```text
//! +---------------------------------+ 0
//! | magic "ANC", version 1          | 4 bytes
//! | lo: first number of the range   | u64, all numbers little-endian
//! | hi: first number after it       | u64
//! | count: numbers given so far     | u64
//! | reserved, zero                  | 36 bytes
//! +---------------------------------+ 64
//! | slot of anchor lo               | 768 bytes (see `slots`)
//! | slot of anchor lo + 1           |
//! ```
//!
//! A number exists exactly if its record does: [`AnchorStore::allocate`] writes the record first and
//! counts it then, in one message, so neither a refusal nor a trap leaves a hole.

use crate::change::{Change, Registration};
use crate::record::{AnchorRecord, CorruptRecord};
use crate::slots::{OutOfMemory, Slots, ensure_size};
use ic_stable_structures::Memory;
use types::{AnchorNumber, AnchorRange};

#[cfg(test)]
mod tests;

const MAGIC: [u8; 4] = *b"ANC\x01";
const LO_AT: u64 = 4;
const HI_AT: u64 = 12;
const COUNT_AT: u64 = 20;
const HEADER_BYTES: u64 = 64;

/// Room for three passkeys with names and origins; longer records use a tail.
const SLOT_BYTES: usize = 768;

/// See the module's documentation.
pub struct AnchorStore<M: Memory> {
    slots: Slots<M>,
    range: AnchorRange,
    count: u64,
}

/// The memory is not this shard's store. Not worth a retry with the same arguments.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// It holds something else, or a layout of another version.
    #[error("the memory starts with {found:02x?}, not with an anchor store of this layout")]
    Layout {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// The header holds an empty range.
    #[error("the header holds an empty range")]
    Header,
    /// There is no store yet and its first page cannot be allocated.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

/// No number was given.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AllocateError {
    /// Every number of the range is given. Not worth a retry at this shard.
    #[error("every number of the range is given")]
    RangeFull,
    /// Worth a retry once there is more memory.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

/// The record of an existing anchor cannot be read. Not worth a retry.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Its slot is empty.
    #[error("anchor {anchor} has a number but no record")]
    Missing {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// Its bytes are no record.
    #[error("anchor {anchor}: {source}")]
    Corrupt {
        /// The anchor.
        anchor: AnchorNumber,
        /// What is wrong with them.
        source: CorruptRecord,
    },
}

impl<M: Memory> AnchorStore<M> {
    /// Makes an empty store for `range` in memories that hold nothing.
    pub fn create(memory: M, tails: M, range: AnchorRange) -> Result<Self, OpenError> {
        if memory.size() > 0 {
            return Err(OpenError::Layout {
                found: read_array(&memory, 0),
            });
        }
        ensure_size(&memory, HEADER_BYTES)?;
        memory.write(0, &MAGIC);
        memory.write(LO_AT, &range.lo().get().to_le_bytes());
        memory.write(HI_AT, &range.hi().get().to_le_bytes());
        Self::open(memory, tails)
    }

    /// Opens the store that [`AnchorStore::create`] made.
    pub fn open(memory: M, tails: M) -> Result<Self, OpenError> {
        let found = if memory.size() == 0 {
            [0; 4]
        } else {
            read_array(&memory, 0)
        };
        if found != MAGIC {
            return Err(OpenError::Layout { found });
        }
        let number = |at| u64::from_le_bytes(read_array(&memory, at));
        let (lo, hi, count) = (number(LO_AT), number(HI_AT), number(COUNT_AT));
        let range = AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(hi))
            .map_err(|_| OpenError::Header)?;
        Ok(Self {
            slots: Slots::new(memory, tails, HEADER_BYTES, SLOT_BYTES),
            range,
            count,
        })
    }

    /// The numbers that this store may give.
    pub fn range(&self) -> AnchorRange {
        self.range
    }

    /// How many numbers are given.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number that the next anchor gets; `hi` of the range if it is full.
    pub fn next(&self) -> AnchorNumber {
        self.range.lo().saturating_add(self.count)
    }

    /// Makes sure that a number can be given: the next [`AnchorStore::allocate`] of this message does
    /// not fail.
    pub fn reserve(&self) -> Result<AnchorNumber, AllocateError> {
        if self.count >= self.range.len() {
            return Err(AllocateError::RangeFull);
        }
        self.slots.reserve(self.count)?;
        Ok(self.next())
    }

    /// Writes a new anchor and gives it the next number.
    pub fn allocate(&mut self, registration: &Registration) -> Result<AnchorNumber, AllocateError> {
        let anchor = self.reserve()?;
        self.push(core::slice::from_ref(&registration.record))?;
        Ok(anchor)
    }

    /// Writes new anchors behind the others, all of them or none.
    pub(crate) fn push(&mut self, records: &[Vec<u8>]) -> Result<(), OutOfMemory> {
        let count = self.count + records.len() as u64;
        if let Some(last) = count.checked_sub(1) {
            self.slots.reserve(last)?;
        }
        for (index, record) in (self.count..).zip(records) {
            self.slots.write(index, record)?;
        }
        self.count = count;
        let memory = self.slots.memory();
        memory.write(COUNT_AT, &self.count.to_le_bytes());
        Ok(())
    }

    /// Writes a changed anchor. Its slot exists, so this needs no room but that of a longer tail.
    pub fn update(&mut self, change: &Change) -> Result<(), OutOfMemory> {
        self.overwrite(change.anchor, &change.record)
    }

    pub(crate) fn overwrite(
        &mut self,
        anchor: AnchorNumber,
        record: &[u8],
    ) -> Result<(), OutOfMemory> {
        let index = self
            .index(anchor)
            .expect("a change is made from a record of this store");
        self.slots.write(index, record)
    }

    /// An anchor's record; `None` if the number is not given (or not of this range).
    pub fn get(&self, anchor: AnchorNumber) -> Result<Option<AnchorRecord>, ReadError> {
        let Some(index) = self.index(anchor) else {
            return Ok(None);
        };
        let bytes = self
            .slots
            .read(index)
            .ok_or(ReadError::Missing { anchor })?;
        AnchorRecord::decode(&bytes)
            .map(Some)
            .map_err(|source| ReadError::Corrupt { anchor, source })
    }

    /// Anchors from `from` on in order, at most `limit`, none left out.
    pub fn page(
        &self,
        from: AnchorNumber,
        limit: u64,
    ) -> Result<Vec<(AnchorNumber, AnchorRecord)>, ReadError> {
        let from = from.max(self.range.lo());
        let to = from.saturating_add(limit).min(self.next());
        (from.get()..to.get())
            .map(AnchorNumber::new)
            .map(|anchor| {
                let record = self.get(anchor)?;
                Ok((anchor, record.ok_or(ReadError::Missing { anchor })?))
            })
            .collect()
    }

    fn index(&self, anchor: AnchorNumber) -> Option<u64> {
        let index = anchor.get().checked_sub(self.range.lo().get())?;
        (index < self.count).then_some(index)
    }
}

fn read_array<const N: usize>(memory: &impl Memory, at: u64) -> [u8; N] {
    let mut bytes = [0; N];
    memory.read(at, &mut bytes);
    bytes
}
