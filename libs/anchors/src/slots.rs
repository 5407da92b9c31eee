//! Records of varying length in slots of one size, with a place for what sticks out.
//!
//! Reaching record `i` costs one multiplication and one read, whatever the number of records: no
//! tree has to be walked. Most records fit their slot; the tail of a longer one lives in a B-tree
//! under the slot's number.
//!
//! ```text
//! slots memory                                 tails memory (StableBTreeMap)
//! +----------------------+ 0                   slot number (u64) -> tail bytes
//! | the owner's header   |
//! +----------------------+ base
//! | slot 0               |   slot: u32 length of the whole record, little-endian
//! +----------------------+         (0 = empty), then its first `size - 4` bytes
//! | slot 1               |
//! ```
//!
//! The owner keeps a header with magic and version in the first `base` bytes.

use ic_stable_structures::{Memory, StableBTreeMap};

#[cfg(test)]
mod tests;

const PAGE_BYTES: u64 = 65_536;
const LENGTH_BYTES: usize = 4;

/// The memory cannot grow far enough to hold what was to be written. Nothing has been written.
/// Worth a retry once the canister has been given more memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the stable memory cannot grow to {pages} pages")]
pub struct OutOfMemory {
    /// Size that would have been needed, in pages of 64 KiB.
    pub pages: u64,
}

impl OutOfMemory {
    /// There is no room for `bytes` bytes.
    pub(crate) fn for_bytes(bytes: u64) -> Self {
        Self {
            pages: bytes.div_ceil(PAGE_BYTES),
        }
    }
}

/// Makes sure that `memory` holds at least `bytes` bytes.
pub fn ensure_size(memory: &impl Memory, bytes: u64) -> Result<(), OutOfMemory> {
    let needed = OutOfMemory::for_bytes(bytes);
    let present = memory.size();
    if needed.pages > present && memory.grow(needed.pages - present) == -1 {
        return Err(needed);
    }
    Ok(())
}

/// See the module's documentation.
pub struct Slots<M: Memory> {
    memory: M,
    tails: StableBTreeMap<u64, Vec<u8>, M>,
    base: u64,
    slot_size: usize,
}

impl<M: Memory> Slots<M> {
    /// Slots of `slot_size` bytes from byte `base` of `memory` on. Neither number may change during
    /// the life of the data.
    pub fn new(memory: M, tails: M, base: u64, slot_size: usize) -> Self {
        assert!(slot_size > LENGTH_BYTES, "a slot holds its length at least");
        Self {
            memory,
            tails: StableBTreeMap::init(tails),
            base,
            slot_size,
        }
    }

    /// The memory that holds the owner's header and the slots.
    pub fn memory(&self) -> &M {
        &self.memory
    }

    /// Makes sure that slot `index` can be written: the memory holds it.
    pub fn reserve(&self, index: u64) -> Result<(), OutOfMemory> {
        ensure_size(&self.memory, self.address(index) + self.slot_size as u64)
    }

    /// Replaces what slot `index` holds. An empty `record` empties the slot.
    pub fn write(&mut self, index: u64, record: &[u8]) -> Result<(), OutOfMemory> {
        self.reserve(index)?;
        let address = self.address(index);
        let length = u32::try_from(record.len()).expect("a record is shorter than 4 GiB");
        let head = record.len().min(self.head_capacity());
        let mut slot = Vec::with_capacity(LENGTH_BYTES + head);
        slot.extend_from_slice(&length.to_le_bytes());
        slot.extend_from_slice(&record[..head]);
        let had_tail = self.stored_length(address) > self.head_capacity();
        self.memory.write(address, &slot);
        if record.len() > head {
            self.tails.insert(index, record[head..].to_vec());
        } else if had_tail {
            self.tails.remove(&index);
        }
        Ok(())
    }

    /// What slot `index` holds; `None` if it is empty or was never written.
    pub fn read(&self, index: u64) -> Option<Vec<u8>> {
        let address = self.address(index);
        if address + self.slot_size as u64 > self.memory.size() * PAGE_BYTES {
            return None;
        }
        let length = self.stored_length(address);
        if length == 0 {
            return None;
        }
        let mut record = vec![0; length.min(self.head_capacity())];
        self.memory.read(address + LENGTH_BYTES as u64, &mut record);
        if length > record.len() {
            record.extend_from_slice(&self.tails.get(&index)?);
        }
        Some(record)
    }

    /// Replaces bytes of the record in slot `index`, from byte `at` of it on. False, and nothing is written, if they are
    /// not all in the slot itself.
    pub fn patch(&mut self, index: u64, at: usize, bytes: &[u8]) -> bool {
        let address = self.address(index);
        let end = at + bytes.len();
        let fits = end <= self.head_capacity() && end <= self.stored_length(address);
        if fits {
            self.memory
                .write(address + (LENGTH_BYTES + at) as u64, bytes);
        }
        fits
    }

    fn head_capacity(&self) -> usize {
        self.slot_size - LENGTH_BYTES
    }

    fn address(&self, index: u64) -> u64 {
        self.base + index * self.slot_size as u64
    }

    fn stored_length(&self, address: u64) -> usize {
        let mut length = [0; LENGTH_BYTES];
        self.memory.read(address, &mut length);
        u32::from_le_bytes(length) as usize
    }
}
