//! What a live instance's store carries: the execution that runs on it, and its limits.

use crate::error::ErrorCode;
use crate::limits;
use crate::sandbox::{Sandbox, Trap};
use wasmtime::{Global, Memory, ResourceLimiter};

/// The store's data.
#[derive(Default)]
pub(in crate::wasm) struct Host {
    handles: Option<Handles>,
    running: Option<Running>,
}

/// What host functions need of the instance.
#[derive(Clone, Copy)]
pub(in crate::wasm) struct Handles {
    /// The heap.
    pub(in crate::wasm) memory: Memory,
    /// One byte per 4 KiB page of the heap; 1 = written.
    pub(in crate::wasm) dirty: Memory,
    /// Instructions that are left.
    pub(in crate::wasm) counter: Global,
}

/// The execution that runs.
pub(in crate::wasm) struct Running {
    /// What it sees and what it did.
    pub(in crate::wasm) sandbox: Sandbox,
    /// Its instruction limit; the counter started with it.
    pub(in crate::wasm) limit: i64,
}

impl Host {
    pub(super) fn set_handles(&mut self, handles: Handles) {
        self.handles = Some(handles);
    }

    pub(super) fn begin(&mut self, running: Running) {
        self.running = Some(running);
    }

    pub(super) fn end(&mut self) -> Running {
        self.running.take().expect("an execution was begun")
    }

    /// The instance's handles; host functions run only when there is an instance.
    pub(in crate::wasm) fn handles(&self) -> Handles {
        self.handles.expect("the instance exists")
    }

    /// The execution; host functions run only inside of one.
    pub(in crate::wasm) fn running(&mut self) -> &mut Running {
        self.running.as_mut().expect("an execution runs")
    }
}

impl ResourceLimiter for Host {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Between executions the executor itself brings the memory to a state's size.
        let Some(Running { sandbox, .. }) = &mut self.running else {
            return Ok(true);
        };
        let wanted = desired as u64;
        if maximum.is_some_and(|maximum| desired > maximum) || wanted > limits::MAX_HEAP_BYTES {
            return Ok(false);
        }
        sandbox.grow_heap(wanted)?;
        Ok(true)
    }

    /// Growth that the host has no memory for must not look like a limit of the canister's.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if error.downcast_ref::<std::io::Error>().is_some() {
            return Err(Trap::new(
                ErrorCode::CanisterOutOfMemory,
                "Canister cannot grow its memory usage.",
            )
            .into());
        }
        Ok(())
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
