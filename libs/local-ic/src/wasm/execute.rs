//! Running canister code: an [`ExecutionState`] and an entry point in, the next state out.
//!
//! Live instances are a cache. Whether one was at hand changes how long a run takes and nothing
//! else: every run begins with exactly the state it was given.
//!
//! ```text
//! state ──load──► live instance ──call──► success ──commit──► next state
//!  only the pages     │                      │   pages marked as written are read out
//!  that differ        │                      └─► trap ──roll back──► marked pages are restored
//! ```

mod host;
mod live;
mod trap;

pub(super) use host::{Handles, Host, Running};
pub(super) use trap::{out_of_instructions, trapped};

use super::ExecutionState;
use super::heap::Heaps;
use super::ic0;
use super::module::{Compiler, MAX_WASM_STACK, Module};
use crate::ids::CanisterId;
use crate::memory::WASM_PAGE_BYTES;
use crate::sandbox::{Closure, Sandbox, StableLimits, StableMemory, Trap};
use live::Live;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Instructions charged for each 4 KiB page, of heap or stable memory, that an execution writes.
pub(super) const DIRTY_PAGE_INSTRUCTIONS: u64 = 1_000;

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
    /// Instructions used, written pages included; never more than the limit.
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
    linker: wasmtime::Linker<Host>,
    heaps: Heaps,
    capacity: usize,
    live: BTreeMap<CanisterId, Cached>,
    runs: u64,
    copied_pages: u64,
}

struct Cached {
    instance: Live,
    /// Number of the run that used it last.
    last_run: u64,
}

impl Executor {
    /// How many live instances are kept unless said otherwise.
    pub const DEFAULT_CAPACITY: usize = 100;

    /// An executor for this compiler's modules that keeps at most `capacity` instances.
    pub fn new(compiler: &Compiler, capacity: usize) -> Self {
        Self {
            linker: ic0::linker(compiler.engine()),
            heaps: compiler.heaps().clone(),
            capacity,
            live: BTreeMap::new(),
            runs: 0,
            copied_pages: 0,
        }
    }

    /// Heap pages of 4 KiB copied into and out of live instances so far: what caching saves.
    pub const fn copied_pages(&self) -> u64 {
        self.copied_pages
    }

    /// Runs one entry point on `state`, which stays as it is. `sandbox.stable` is ignored and
    /// replaced by the state's. Needs a host stack of more than 5 MiB: see [`on_big_stack`].
    pub fn run(
        &mut self,
        module: &Arc<Module>,
        state: &ExecutionState,
        entry: Entry<'_>,
        mut sandbox: Sandbox,
        instruction_limit: u64,
    ) -> Finished {
        debug_assert_eq!(
            module.hash, state.module,
            "the state belongs to another module"
        );
        let canister = sandbox.env.canister;
        sandbox.stable = state.stable.clone();
        sandbox.stable.begin(StableLimits::of(sandbox.mode));
        sandbox.heap_bytes = state.heap_pages * WASM_PAGE_BYTES;
        let instance = sandbox
            .require_heap_limit(sandbox.heap_bytes)
            .and_then(|()| self.instance(canister, module, state));
        let mut instance = match instance {
            Ok(instance) => instance,
            Err(trap) => {
                sandbox.stable = StableMemory::default();
                return Finished {
                    result: Err(trap),
                    sandbox,
                    instructions: 0,
                    dirty_heap_pages: 0,
                };
            }
        };

        let limit = i64::try_from(instruction_limit).unwrap_or(i64::MAX);
        let (outcome, Running { mut sandbox, .. }) =
            instance.call(entry, Running { sandbox, limit });
        let mut stable = std::mem::take(&mut sandbox.stable);
        let mut instructions = instance.used(limit);
        let mut dirty = Vec::new();
        let outcome = outcome.and_then(|()| {
            dirty = instance.dirty_pages();
            let charge = dirty.len() as u64 * DIRTY_PAGE_INSTRUCTIONS;
            if instructions.saturating_add(charge) > instruction_limit {
                instructions = instruction_limit;
                return Err(trap::out_of_instructions(limit));
            }
            instructions += charge;
            Ok(())
        });
        let result = match outcome {
            Ok(()) => {
                sandbox.finish();
                stable.begin(StableLimits::default());
                instance.commit(&dirty);
                Ok(instance.state(stable))
            }
            Err(trap) => {
                dirty = instance.dirty_pages();
                instance.roll_back(&dirty);
                Err(trap)
            }
        };
        self.copied_pages += dirty.len() as u64;
        let dirty_heap_pages = if result.is_ok() {
            dirty.len() as u64
        } else {
            0
        };
        self.keep(canister, module, instance);
        Finished {
            result,
            sandbox,
            instructions,
            dirty_heap_pages,
        }
    }

    /// A live instance in exactly this state.
    fn instance(
        &mut self,
        canister: CanisterId,
        module: &Module,
        state: &ExecutionState,
    ) -> Result<Live, Trap> {
        let mut instance = match self.live.remove(&canister) {
            Some(cached) if cached.instance.is_of(state.module) => cached.instance,
            _ => Live::new(&self.linker, self.heaps.clone(), module)?,
        };
        self.copied_pages += instance.load(state)?;
        Ok(instance)
    }

    fn keep(&mut self, canister: CanisterId, module: &Module, instance: Live) {
        // Dropped segments are state that is neither heap nor globals; it ends with the execution.
        if self.capacity == 0 || module.info.uses_drop {
            return;
        }
        if self.live.len() >= self.capacity {
            let oldest = self.live.iter().min_by_key(|(_, cached)| cached.last_run);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.live.remove(&oldest);
            }
        }
        self.runs += 1;
        self.live.insert(
            canister,
            Cached {
                instance,
                last_run: self.runs,
            },
        );
    }
}

/// Calls `f` on a thread whose stack is large enough for canister code.
pub fn on_big_stack<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    const STACK_BYTES: usize = MAX_WASM_STACK + 8 * 1024 * 1024;
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

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
