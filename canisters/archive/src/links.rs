//! Which blocks are about an anchor: each block names the next one about the same anchor.
//!
//! ```text
//! memory 6                                     memory 7
//! offset   size  what                          offset    size  what
//!      0      8  how many blocks are linked    16 * a       8  first block of anchor lo + a
//!  8+8*i      8  the block after block i       16 * a + 8   8  its last block
//! ```
//!
//! All numbers are little-endian. A block stands as its entry in the log plus 1; 0 stands for none. So a block more costs a
//! few writes, however many there are, and 8 bytes.
//!
//! Everything here follows from the blocks: [`crate::store`] links what is not linked yet when it opens.

use ic_stable_structures::Memory;

#[cfg(test)]
mod tests;

const WASM_PAGE_BYTES: u64 = 65_536;
const NEXT_AT: u64 = 8;
const NEXT_BYTES: u64 = 8;
const ENDS_BYTES: u64 = 16;

/// See the module's documentation. Anchors are counted from the lowest of the shard.
pub struct Links<M: Memory> {
    next: M,
    ends: M,
    count: u64,
}

/// The memory cannot grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl<M: Memory> Links<M> {
    /// Opens the memories; new ones hold no links.
    pub fn open(next: M, ends: M) -> Self {
        let count = if next.size() == 0 { 0 } else { read(&next, 0) };
        Self { next, ends, count }
    }

    /// How many blocks are linked.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Makes room for one more block, about this anchor: the next [`Links::append`] of the message does not fail.
    pub fn reserve(&self, anchor: u64) -> Result<(), NoRoom> {
        let next = (self.count + 1)
            .checked_mul(NEXT_BYTES)
            .and_then(|bytes| bytes.checked_add(NEXT_AT));
        let ends = anchor
            .checked_add(1)
            .and_then(|anchors| anchors.checked_mul(ENDS_BYTES));
        ensure(&self.next, next)?;
        ensure(&self.ends, ends)
    }

    /// Links the next block, which is about this anchor. [`Links::reserve`] came before it.
    pub fn append(&mut self, anchor: u64) {
        let block = self.count + 1;
        let ends = anchor * ENDS_BYTES;
        match self.ends_of(anchor) {
            None => write(&self.ends, ends, block),
            Some((_, last)) => write(&self.next, NEXT_AT + last * NEXT_BYTES, block),
        }
        write(&self.ends, ends + 8, block);
        write(&self.next, 0, block);
        self.count = block;
    }

    /// The first block about an anchor.
    pub fn first(&self, anchor: u64) -> Option<u64> {
        self.ends_of(anchor).map(|(first, _)| first)
    }

    /// The block after this one about the same anchor.
    pub fn after(&self, block: u64) -> Option<u64> {
        if block >= self.count {
            return None;
        }
        read(&self.next, NEXT_AT + block * NEXT_BYTES).checked_sub(1)
    }

    /// First and last block about an anchor.
    fn ends_of(&self, anchor: u64) -> Option<(u64, u64)> {
        let at = anchor.checked_mul(ENDS_BYTES)?;
        if at.checked_add(ENDS_BYTES)? > self.ends.size() * WASM_PAGE_BYTES {
            return None;
        }
        let first = read(&self.ends, at).checked_sub(1)?;
        Some((first, read(&self.ends, at + 8).checked_sub(1)?))
    }
}

fn ensure(memory: &impl Memory, bytes: Option<u64>) -> Result<(), NoRoom> {
    let pages = bytes.ok_or(NoRoom)?.div_ceil(WASM_PAGE_BYTES);
    let missing = pages.saturating_sub(memory.size());
    if missing == 0 || memory.grow(missing) >= 0 {
        Ok(())
    } else {
        Err(NoRoom)
    }
}

fn read(memory: &impl Memory, at: u64) -> u64 {
    let mut bytes = [0; 8];
    memory.read(at, &mut bytes);
    u64::from_le_bytes(bytes)
}

fn write(memory: &impl Memory, at: u64, number: u64) {
    memory.write(at, &number.to_le_bytes());
}
