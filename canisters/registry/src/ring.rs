//! A queue of records in stable memory: appended at one end, forgotten at the other, read by index.
//!
//! Indices count up for ever; record `i` lies in slot `i % capacity`. Forgetting moves a number
//! and touches nothing else, so its cost does not depend on how much is forgotten. The bytes of a
//! forgotten record stay until its slot is used again.
//!
//! ```text
//! +---------------------------+ 0
//! | magic "RNG", version 1    | 4 bytes
//! | capacity                  | u64, all numbers little-endian
//! | first: lowest index kept  | u64
//! | next: index to come       | u64
//! | reserved, zero            | 36 bytes
//! +---------------------------+ 64
//! | slots (see anchors::slots)|
//! ```

use anchors::slots::{OutOfMemory, Slots, ensure_size};
use ic_stable_structures::Memory;

#[cfg(test)]
mod tests;

const MAGIC: [u8; 4] = *b"RNG\x01";
const HEADER_BYTES: u64 = 64;
const CAPACITY_AT: u64 = 4;
const FIRST_AT: u64 = 12;
const NEXT_AT: u64 = 20;

/// Why a record was not appended. Nothing has been written; both are worth a retry later.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PushError {
    /// Every slot holds a record that has not been forgotten.
    #[error("all {capacity} slots are in use")]
    Full {
        /// Number of slots.
        capacity: u64,
    },
    /// The memory cannot grow.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

/// See the module's documentation.
pub struct Ring<M: Memory> {
    slots: Slots<M>,
    capacity: u64,
    first: u64,
    next: u64,
}

impl<M: Memory> Ring<M> {
    /// Opens the ring in `memory`, or makes an empty one with `capacity` slots if there is none.
    ///
    /// # Panics
    /// If `memory` holds something else, or a ring of another capacity: changing it would need a
    /// migration, and starting over the data would lose it.
    pub fn init(memory: M, tails: M, capacity: u64, slot_size: usize) -> Self {
        let fresh = memory.size() == 0;
        if fresh {
            ensure_size(&memory, HEADER_BYTES).expect("the first page can be allocated");
            memory.write(0, &MAGIC);
            memory.write(CAPACITY_AT, &capacity.to_le_bytes());
        }
        let mut magic = [0; 4];
        memory.read(0, &mut magic);
        assert_eq!(magic, MAGIC, "the memory holds no ring of this layout");
        assert_eq!(read_u64(&memory, CAPACITY_AT), capacity, "ring capacity");
        let (first, next) = (read_u64(&memory, FIRST_AT), read_u64(&memory, NEXT_AT));
        Self {
            slots: Slots::new(memory, tails, HEADER_BYTES, slot_size),
            capacity,
            first,
            next,
        }
    }

    /// Lowest index that is still kept; equals [`Ring::next`] if nothing is.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Index that the next record will get: the number of records ever appended.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Number of records kept.
    pub fn kept(&self) -> u64 {
        self.next - self.first
    }

    /// Makes sure that one more record can be appended: the next [`Ring::push`] of this message does
    /// not fail.
    pub fn reserve(&self) -> Result<(), PushError> {
        if self.kept() >= self.capacity {
            return Err(PushError::Full {
                capacity: self.capacity,
            });
        }
        self.slots.reserve(self.next % self.capacity)?;
        Ok(())
    }

    /// Appends `record` (not empty) and returns its index.
    pub fn push(&mut self, record: &[u8]) -> Result<u64, PushError> {
        assert!(!record.is_empty(), "an empty record would read as none");
        self.reserve()?;
        let index = self.next;
        self.slots.write(index % self.capacity, record)?;
        self.next = index + 1;
        let memory = self.slots.memory();
        memory.write(NEXT_AT, &self.next.to_le_bytes());
        Ok(index)
    }

    /// Record `index`; `None` if it is forgotten or to come.
    pub fn get(&self, index: u64) -> Option<Vec<u8>> {
        if index < self.first || index >= self.next {
            return None;
        }
        self.slots.read(index % self.capacity)
    }

    /// Forgets every record below `index`, at most all there are.
    pub fn forget_below(&mut self, index: u64) {
        let first = index.clamp(self.first, self.next);
        if first != self.first {
            self.first = first;
            let memory = self.slots.memory();
            memory.write(FIRST_AT, &first.to_le_bytes());
        }
    }
}

fn read_u64(memory: &impl Memory, at: u64) -> u64 {
    let mut bytes = [0; 8];
    memory.read(at, &mut bytes);
    u64::from_le_bytes(bytes)
}
