//! Running canister code: an [`ExecutionState`] and an entry point in, the next state out.
//!
//! Live instances are a cache. Whether one was at hand changes how long a run takes and nothing
//! else: every run begins with exactly the state it was given.

use super::ExecutionState;
use super::module::Module;
use crate::error::ErrorCode;
use crate::sandbox::{Closure, Sandbox, StableMemory, Trap};
use std::sync::Arc;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// The exported function of this name, of type `() -> ()`.
    Export(&'a str),
    /// A callback: a function of table 0, of type `(i32) -> ()`.
    Closure(Closure),
    /// The module's start function; succeeds without doing anything if the module has none.
    Start,
}

/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    /// The next state (its stable memory is the one the run has written), or why there is none.
    pub result: Result<ExecutionState, Trap>,
    /// What the execution did. Its stable memory is empty now. After a trap only the log counts.
    pub sandbox: Sandbox,
    /// Instructions used, written heap pages included; never more than the limit.
    pub instructions: u64,
    /// Pages of 4 KiB of the heap that were written, for the heap delta; zero after a trap.
    pub dirty_heap_pages: u64,
}

/// The state of a newly instantiated module whose start function has not run.
pub fn fresh(module: &Module) -> ExecutionState {
    ExecutionState {
        module: module.hash,
        heap: module.initial_heap.clone(),
        heap_pages: module.info.heap_min_pages,
        globals: module.initial_globals.clone(),
        stable: StableMemory::default(),
    }
}

/// Runs canister code; keeps live instances of the canisters that ran last.
pub struct Executor {
    engine: wasmtime::Engine,
    capacity: usize,
}

impl Executor {
    /// How many live instances are kept unless said otherwise.
    pub const DEFAULT_CAPACITY: usize = 100;

    /// An executor for modules compiled by this engine that keeps at most `capacity` instances.
    pub fn new(engine: &wasmtime::Engine, capacity: usize) -> Self {
        Self {
            engine: engine.clone(),
            capacity,
        }
    }

    /// Runs one entry point on `state`, which stays as it is. `sandbox.stable` is ignored and
    /// replaced by the state's. Needs a host stack of more than 5 MiB: see [`on_big_stack`].
    pub fn run(
        &mut self,
        module: &Arc<Module>,
        state: &ExecutionState,
        entry: Entry<'_>,
        sandbox: Sandbox,
        instruction_limit: u64,
    ) -> Finished {
        let _ = (module, state, entry, instruction_limit, &self.engine, self.capacity);
        Finished {
            result: Err(Trap::new(ErrorCode::CanisterWasmEngineError, "not built yet")),
            sandbox,
            instructions: 0,
            dirty_heap_pages: 0,
        }
    }
}

/// Calls `f` on a thread whose stack is large enough for canister code.
pub fn on_big_stack<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    const STACK_BYTES: usize = 16 * 1024 * 1024;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, f)
            .expect("the host gives a thread");
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
