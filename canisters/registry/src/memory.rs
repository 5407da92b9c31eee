//! Every stable memory of this canister, by name. A number is never given to something else.
//!
//! What is not here dies with an upgrade: the temporary keys ([`crate::temporary_keys`]) and the index of
//! the order book, which is rebuilt.

use canister_kit::layout::{LayoutError, Magic, Migration, memory_manager, open};
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};
use ic_stable_structures::{DefaultMemoryImpl, Memory};

/// What this canister's stable memory calls itself.
pub const MAGIC: Magic = *b"ANCHREGS";

/// Version of everything below. A change brings a migration.
pub const LAYOUT_VERSION: u32 = 2;

/// The canister's own memory, as its parts see it.
pub type Stable = VirtualMemory<DefaultMemoryImpl>;

const HEADER: MemoryId = MemoryId::new(0);
const SETTINGS: MemoryId = MemoryId::new(1);
const ARCHIVES: MemoryId = MemoryId::new(2);
const COUNTERS: MemoryId = MemoryId::new(3);
const ANCHORS: MemoryId = MemoryId::new(4);
const ANCHOR_TAILS: MemoryId = MemoryId::new(5);
const BLOCKS: MemoryId = MemoryId::new(6);
const BLOCK_TAILS: MemoryId = MemoryId::new(7);
const ORDERS: MemoryId = MemoryId::new(8);
const ORDER_TAILS: MemoryId = MemoryId::new(9);
const REGISTRATION_MODES: MemoryId = MemoryId::new(12);
const REGISTRATION_MODE_ENDS: MemoryId = MemoryId::new(13);
const ACTIVITY: MemoryId = MemoryId::new(14);
const PASSKEYS: MemoryId = MemoryId::new(10);

/// Layout 2 has an index of passkeys, in a memory that layout 1 does not have. It says itself how many anchors it
/// covers, and a timer lets it catch up (see [`crate::passkeys`]), so nothing is left to do here: the new version
/// only keeps modules out that would change records and not the index.
const FROM_LAYOUT_1: Migration<'static> = Migration {
    from: 1,
    run: &|| Ok(()),
};

/// The memories of a shard.
#[derive(Clone)]
pub struct Memories<M> {
    /// Cell with [`crate::settings::Settings`].
    pub settings: M,
    /// Cell with [`crate::archives::Archives`].
    pub archives: M,
    /// Counters, see [`crate::metrics`].
    pub counters: M,
    /// The anchors' slots.
    pub anchors: M,
    /// What does not fit into their slots.
    pub anchor_tails: M,
    /// The blocks' slots.
    pub blocks: M,
    /// What does not fit into their slots.
    pub block_tails: M,
    /// The order book's slots.
    pub orders: M,
    /// What does not fit into its slots.
    pub order_tails: M,
    /// Open registrations of devices on other machines, by anchor.
    pub registration_modes: M,
    /// The same by their ends.
    pub registration_mode_ends: M,
    /// How many anchors and devices are active, see [`crate::activity`].
    pub activity: M,
    /// The index of the anchors' passkeys.
    pub passkeys: M,
}

impl<R: Memory> Memories<VirtualMemory<R>> {
    /// Checks magic and layout version of `raw` (a new memory gets them) and names its parts.
    pub fn open(raw: R) -> Result<Self, LayoutError> {
        let manager: MemoryManager<R> = memory_manager(raw)?;
        open(
            &manager.get(HEADER),
            MAGIC,
            LAYOUT_VERSION,
            &[FROM_LAYOUT_1],
        )?;
        Ok(Self {
            settings: manager.get(SETTINGS),
            archives: manager.get(ARCHIVES),
            counters: manager.get(COUNTERS),
            anchors: manager.get(ANCHORS),
            anchor_tails: manager.get(ANCHOR_TAILS),
            blocks: manager.get(BLOCKS),
            block_tails: manager.get(BLOCK_TAILS),
            orders: manager.get(ORDERS),
            order_tails: manager.get(ORDER_TAILS),
            registration_modes: manager.get(REGISTRATION_MODES),
            registration_mode_ends: manager.get(REGISTRATION_MODE_ENDS),
            activity: manager.get(ACTIVITY),
            passkeys: manager.get(PASSKEYS),
        })
    }
}
