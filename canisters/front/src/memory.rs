//! The one place that knows which stable memory holds what. Ids are never used for anything else.
//!
//! Layout 3:
//!
//! | id | what | shape |
//! |---|---|---|
//! | 0 | layout header | magic `ANCHFRNT`, version |
//! | 1 | settings | cell, CBOR |
//! | 2 | routing table | cell, CBOR |
//! | 3 | salt | cell, 32 bytes once drawn |
//! | 4 | nothing any more; layout 2 had the tips here | |
//! | 5 | counters | see `canister_kit::counters` |
//! | 6 | highest tip per shard | see [`crate::tips`] |
//!
//! In the heap, and lost at an upgrade: signatures (clients prepare again), challenges and what they
//! were used for (clients ask for a new one), the token bucket's level, the last collection from the shards
//! (a timer repeats it at once), counts of open calls, orders of unknown outcome (an upgrade waits for all answers), who may
//! sign in (the shards are asked again), rates of registrations (a dynamic captcha comes on too early).

use crate::{routing, tips};
use canister_kit::layout::{self, LayoutError, Magic, Migration};
use ic_stable_structures::DefaultMemoryImpl;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};

/// One of front's stable memories.
pub(crate) type Memory = VirtualMemory<DefaultMemoryImpl>;

const LAYOUT: MemoryId = MemoryId::new(0);
const SETTINGS: MemoryId = MemoryId::new(1);
const ROUTING: MemoryId = MemoryId::new(2);
const SALT: MemoryId = MemoryId::new(3);
const TIPS_OF_LAYOUT_2: MemoryId = MemoryId::new(4);
const COUNTERS: MemoryId = MemoryId::new(5);
const TIPS: MemoryId = MemoryId::new(6);

const MAGIC: Magic = *b"ANCHFRNT";
/// The layout that this module reads and writes.
pub(crate) const LAYOUT_VERSION: u32 = 3;

/// The memories by name.
pub(crate) struct Memories {
    pub(crate) settings: Memory,
    pub(crate) routing: Memory,
    pub(crate) salt: Memory,
    pub(crate) tips: Memory,
    pub(crate) counters: Memory,
}

impl Memories {
    /// Checks the layout, then hands out the memories. A memory of another kind or of an unknown
    /// version is an error, and nothing was written. Layout 1 knew shards as open or closed only, layout 2 had the tips in a map.
    pub(crate) fn open(raw: DefaultMemoryImpl) -> Result<Self, LayoutError> {
        let manager: MemoryManager<DefaultMemoryImpl> = layout::memory_manager(raw)?;
        let from_1 = Migration {
            from: 1,
            run: &|| {
                routing::stored::migrate_from_layout_1(manager.get(ROUTING));
                Ok(())
            },
        };
        let from_2 = Migration {
            from: 2,
            run: &|| {
                tips::migrate_from_layout_2(manager.get(TIPS_OF_LAYOUT_2), manager.get(TIPS));
                Ok(())
            },
        };
        let header = manager.get(LAYOUT);
        layout::open(&header, MAGIC, LAYOUT_VERSION, &[from_1, from_2])?;
        Ok(Self {
            settings: manager.get(SETTINGS),
            routing: manager.get(ROUTING),
            salt: manager.get(SALT),
            tips: manager.get(TIPS),
            counters: manager.get(COUNTERS),
        })
    }
}
