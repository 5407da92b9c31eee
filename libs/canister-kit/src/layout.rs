//! The header that says whose stable memory this is and how it is laid out.
//!
//! It has a memory of its own, the one with id 0:
//!
//! ```text
//! offset  size  what
//!      0     8  magic, ASCII, names the kind of canister ("ANCHARCH")
//!      8     4  layout version, u32 little-endian, starts at 1
//!     12     -  unused
//! ```
//!
//! [`open`] is called before any other access. A memory of size zero is a new canister's. A known older
//! version is migrated one step at a time, and the version is written after each step; a trap in between
//! takes the whole upgrade back. Everything else is refused, so that a module never reads bytes that it
//! does not understand.

use ic_stable_structures::Memory;
use ic_stable_structures::memory_manager::MemoryManager;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Eight bytes that name the kind of canister a memory belongs to.
pub type Magic = [u8; 8];

const HEADER_BYTES: usize = 12;

/// One step from a layout version to the next.
pub struct Migration<'a> {
    /// The version that this step starts from; it leads to `from + 1`.
    pub from: u32,
    /// The step. An error stops the upgrade.
    pub run: &'a dyn Fn() -> Result<(), String>,
}

/// What [`open`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// Nothing: the header was written now.
    Fresh,
    /// The layout this module knows.
    Current,
    /// An older layout, migrated now.
    Migrated {
        /// The version that was found.
        from: u32,
    },
}

/// Why a canister must not start on this memory. None of these can be retried with the same module.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The stable memory has contents that no memory manager wrote.
    #[error(
        "the stable memory has contents that this family of canisters did not write: refusing to overwrite them"
    )]
    Foreign,
    /// The header carries another magic.
    #[error("the stable memory belongs to \"{found}\", this module is for \"{expected}\"")]
    WrongMagic {
        /// What the memory says, escaped.
        found: String,
        /// What the module is for.
        expected: String,
    },
    /// The layout is newer than the module, or version 0, which never existed.
    #[error(
        "the stable memory has layout version {found}, this module knows 1 to {current}: install a newer module"
    )]
    UnknownVersion {
        /// The version that was found.
        found: u32,
        /// The newest version that this module knows.
        current: u32,
    },
    /// The module lacks a step.
    #[error(
        "this module has no migration from layout version {from} (it needs {current}): install the versions in between first"
    )]
    NoMigration {
        /// The version without a step.
        from: u32,
        /// The version this module works with.
        current: u32,
    },
    /// A step failed.
    #[error("the migration from layout version {from} failed: {reason}")]
    MigrationFailed {
        /// The version that the step started from.
        from: u32,
        /// The step's own words.
        reason: String,
    },
    /// The platform gave no memory.
    #[error("the stable memory cannot grow to hold the layout header")]
    OutOfMemory,
}

/// A memory manager over the whole stable memory, unless the memory holds something else.
///
/// `MemoryManager::init` overwrites what it does not recognise; a canister with people's identities
/// refuses instead.
pub fn memory_manager<M: Memory>(raw: M) -> Result<MemoryManager<M>, LayoutError> {
    if raw.size() > 0 {
        let mut magic = [0; 3];
        raw.read(0, &mut magic);
        if &magic != b"MGR" {
            return Err(LayoutError::Foreign);
        }
    }
    Ok(MemoryManager::init(raw))
}

/// Reads the header, writes it for a new canister, migrates a known older layout to `current`.
///
/// `current` is at least 1. Steps may stand in any order; each version below `current` that a living
/// canister can have needs one.
pub fn open<M: Memory>(
    memory: &M,
    magic: Magic,
    current: u32,
    migrations: &[Migration<'_>],
) -> Result<Opened, LayoutError> {
    if memory.size() == 0 {
        if memory.grow(1) < 0 {
            return Err(LayoutError::OutOfMemory);
        }
        write(memory, magic, current);
        return Ok(Opened::Fresh);
    }
    let (found_magic, found) = read(memory);
    if found_magic != magic {
        return Err(LayoutError::WrongMagic {
            found: found_magic.escape_ascii().to_string(),
            expected: magic.escape_ascii().to_string(),
        });
    }
    if found == 0 || found > current {
        return Err(LayoutError::UnknownVersion { found, current });
    }
    for from in found..current {
        let step = migrations
            .iter()
            .find(|migration| migration.from == from)
            .ok_or(LayoutError::NoMigration { from, current })?;
        (step.run)().map_err(|reason| LayoutError::MigrationFailed { from, reason })?;
        write(memory, magic, from + 1);
    }
    if found == current {
        Ok(Opened::Current)
    } else {
        Ok(Opened::Migrated { from: found })
    }
}

fn read<M: Memory>(memory: &M) -> (Magic, u32) {
    let mut header = [0; HEADER_BYTES];
    memory.read(0, &mut header);
    let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, v2, v3] = header;
    (
        [m0, m1, m2, m3, m4, m5, m6, m7],
        u32::from_le_bytes([v0, v1, v2, v3]),
    )
}

fn write<M: Memory>(memory: &M, magic: Magic, version: u32) {
    memory.write(0, &magic);
    memory.write(8, &version.to_le_bytes());
}
