//! Stable memory as one execution sees it.

use super::{Mode, Trap};
use crate::error::ErrorCode;
use crate::limits;
use crate::memory::{PAGE_BYTES, PageMap, WASM_PAGE_BYTES};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Contents and size; the part that is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StableMemory {
    /// The bytes.
    pub pages: PageMap,
    /// The size in Wasm pages of 64 KiB.
    pub size: u64,
    /// 4 KiB pages written by this execution.
    #[serde(skip)]
    dirty: BTreeSet<u64>,
    /// 4 KiB pages read or written by this execution.
    #[serde(skip)]
    accessed: BTreeSet<u64>,
    #[serde(skip)]
    limits: StableLimits,
}

/// How much of the stable memory one execution may touch, in 4 KiB pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StableLimits {
    /// Pages written.
    pub dirty: u64,
    /// Pages read or written.
    pub accessed: u64,
}

impl Default for StableLimits {
    fn default() -> Self {
        Self {
            dirty: limits::STABLE_PAGES_PER_MESSAGE,
            accessed: limits::STABLE_PAGES_PER_MESSAGE,
        }
    }
}

impl StableLimits {
    /// The limits of an execution of this kind.
    pub const fn of(mode: Mode) -> Self {
        let pages = match mode {
            Mode::Init | Mode::PreUpgrade | Mode::Start => limits::STABLE_PAGES_PER_INSTALL,
            Mode::Update
            | Mode::ReplicatedQuery
            | Mode::Reply
            | Mode::Reject
            | Mode::Cleanup
            | Mode::SystemTask => limits::STABLE_PAGES_PER_MESSAGE,
            Mode::Query
            | Mode::Transform
            | Mode::CompositeQuery
            | Mode::CompositeReply
            | Mode::CompositeReject
            | Mode::CompositeCleanup
            | Mode::InspectMessage => limits::STABLE_PAGES_PER_QUERY,
        };
        Self {
            dirty: pages,
            accessed: pages,
        }
    }
}

impl StableMemory {
    /// Forgets what was touched before and sets the limits of the next execution.
    pub fn begin(&mut self, limits: StableLimits) {
        self.dirty.clear();
        self.accessed.clear();
        self.limits = limits;
    }

    /// The size in bytes.
    pub fn bytes(&self) -> u64 {
        self.size * WASM_PAGE_BYTES
    }

    /// Reads `out.len()` bytes; traps outside of the memory. A zero-length access never fails.
    pub fn read(&mut self, offset: u64, out: &mut [u8]) -> Result<(), Trap> {
        if out.is_empty() {
            return Ok(());
        }
        self.touch(offset, out.len() as u64, false)?;
        self.pages.read(offset, out);
        Ok(())
    }

    /// Writes bytes; answers how many pages this execution wrote for the first time.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<u64, Trap> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let first = self.touch(offset, bytes.len() as u64, true)?;
        self.pages.write(offset, bytes);
        Ok(first)
    }

    /// How many pages a write of this run would be the first to write.
    pub fn new_dirty_pages(&self, offset: u64, len: u64) -> u64 {
        if len == 0 {
            return 0;
        }
        let (from, to) = span(offset, len);
        (to - from + 1) - self.dirty.range(from..=to).count() as u64
    }

    /// Traps unless the bytes lie within the memory.
    pub fn check(&self, offset: u64, len: u64) -> Result<(), Trap> {
        let in_bounds = offset
            .checked_add(len)
            .is_some_and(|end| end <= self.bytes());
        if !in_bounds {
            return Err(Trap::new(
                ErrorCode::CanisterTrapped,
                "Canister trapped: stable memory out of bounds",
            ));
        }
        Ok(())
    }

    fn touch(&mut self, offset: u64, len: u64, write: bool) -> Result<u64, Trap> {
        self.check(offset, len)?;
        let (from, to) = span(offset, len);
        let mut first = 0;
        for page in from..=to {
            self.accessed.insert(page);
            if write && self.dirty.insert(page) {
                first += 1;
            }
        }
        if self.dirty.len() as u64 > self.limits.dirty
            || self.accessed.len() as u64 > self.limits.accessed
        {
            return Err(Trap::new(
                ErrorCode::CanisterMemoryAccessLimitExceeded,
                format!(
                    "Canister exceeded the limit for the number of {} pages in the stable memory in a single execution",
                    if write { "modified" } else { "accessed" }
                ),
            ));
        }
        Ok(first)
    }
}

fn span(offset: u64, len: u64) -> (u64, u64) {
    let page = PAGE_BYTES as u64;
    (offset / page, (offset + len - 1) / page)
}
