//! Every stable memory of the archive. A number, once used, is never used for anything else.
//!
//! | id | what | where its layout is drawn |
//! |---|---|---|
//! | 0 | magic and layout version | `canister_kit::layout` |
//! | 1 | configuration | [`crate::config`] |
//! | 2 | counters | `canister_kit::counters` |
//! | 3 | ends of the blocks in 4 | [`crate::store`] |
//! | 4 | blocks | [`crate::store`] |
//! | 5 | nothing any more; archives of earlier modules have an index here | |
//! | 6 | next block about the same anchor | [`crate::links`] |
//! | 7 | first and last block about each anchor | [`crate::links`] |
//!
//! On the heap only, lost with an upgrade and not missed: the schedule of polls and its back-off, the
//! last failure's words, the hash of the last block (computed again from the block).

use canister_kit::layout::Migration;
use ic_stable_structures::Memory;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};

/// The archive's magic.
pub const MAGIC: canister_kit::layout::Magic = *b"ANCHARCH";
/// The layout that this module works with.
pub const LAYOUT_VERSION: u32 = 2;

/// In layout 2 blocks are linked by anchor, where layout 1 had an index. The links follow from the blocks, and
/// [`crate::store`] makes those that are missing when it opens, so nothing is left to do here: the new version only keeps
/// modules out that would append blocks without links.
pub const FROM_LAYOUT_1: Migration<'static> = Migration {
    from: 1,
    run: &|| Ok(()),
};

const LAYOUT: MemoryId = MemoryId::new(0);
const CONFIG: MemoryId = MemoryId::new(1);
const COUNTERS: MemoryId = MemoryId::new(2);
const BLOCK_ENDS: MemoryId = MemoryId::new(3);
const BLOCK_BYTES: MemoryId = MemoryId::new(4);
const NEXT_BLOCKS: MemoryId = MemoryId::new(6);
const ANCHOR_ENDS: MemoryId = MemoryId::new(7);

/// The memories by name.
pub struct Memories<M: Memory> {
    /// Magic and layout version.
    pub layout: VirtualMemory<M>,
    /// Configuration.
    pub config: VirtualMemory<M>,
    /// Counters.
    pub counters: VirtualMemory<M>,
    /// Ends of the blocks.
    pub block_ends: VirtualMemory<M>,
    /// Blocks.
    pub block_bytes: VirtualMemory<M>,
    /// Next block about the same anchor.
    pub next_blocks: VirtualMemory<M>,
    /// First and last block about each anchor.
    pub anchor_ends: VirtualMemory<M>,
}

impl<M: Memory> Memories<M> {
    /// Names the memories of a manager.
    pub fn of(manager: &MemoryManager<M>) -> Self {
        Self {
            layout: manager.get(LAYOUT),
            config: manager.get(CONFIG),
            counters: manager.get(COUNTERS),
            block_ends: manager.get(BLOCK_ENDS),
            block_bytes: manager.get(BLOCK_BYTES),
            next_blocks: manager.get(NEXT_BLOCKS),
            anchor_ends: manager.get(ANCHOR_ENDS),
        }
    }
}
