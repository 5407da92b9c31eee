//! The Wasm heap's size.

use super::{Mode, Sandbox, Trap};
use crate::error::ErrorCode;

/// Traps (IC0539) if a heap of so many bytes exceeds the limit of the settings; zero is none.
pub fn check_heap(limit: u64, bytes: u64) -> Result<(), Trap> {
    if limit == 0 || bytes <= limit {
        return Ok(());
    }
    Err(Trap::new(
        ErrorCode::CanisterWasmMemoryLimitExceeded,
        format!(
            "Canister exceeded its current Wasm memory limit of {limit} bytes. The peak Wasm memory usage was {bytes} bytes."
        ),
    ))
}

impl Sandbox {
    /// Traps (IC0539) if a heap of so many bytes exceeds the limit in the canister's settings. The
    /// limit holds for installing and for update calls only, so that a canister beyond it can
    /// still finish what it began and be upgraded.
    pub fn require_heap_limit(&self, bytes: u64) -> Result<(), Trap> {
        match self.mode {
            Mode::Update | Mode::Init | Mode::Start => {
                check_heap(self.env.wasm_memory_limit, bytes)
            }
            _ => Ok(()),
        }
    }

    /// The heap is about to grow to so many bytes: traps when a limit or the cycles forbid it.
    pub fn grow_heap(&mut self, bytes: u64) -> Result<(), Trap> {
        self.require_heap_limit(bytes)?;
        self.require_cycles_for_growth(bytes - self.heap_bytes)?;
        self.heap_bytes = bytes;
        Ok(())
    }
}
