//! An instance in memory, and how it is brought to a state and read back.

use super::host::{Handles, Host, Running};
use super::{Entry, trap};
use crate::error::ErrorCode;
use crate::ids::ModuleHash;
use crate::memory::{PAGE_BYTES, PageMap, WASM_PAGE_BYTES};
use crate::sandbox::{StableMemory, Trap};
use crate::wasm::heap::Heaps;
use crate::wasm::instrument::{COUNTER, DIRTY, MEMORY, START, TABLE, global_export};
use crate::wasm::module::Module;
use crate::wasm::{ExecutionState, Global};
use wasmtime::{Func, Instance, Linker, Ref, Store, V128, Val};

const ZEROES: [u8; PAGE_BYTES] = [0; PAGE_BYTES];
/// Bytes of the dirty memory that stand for one Wasm page of heap.
const MARKS: usize = 16;
const _: () = assert!(MARKS as u64 * PAGE_BYTES as u64 == WASM_PAGE_BYTES);

/// A live instance. Between executions its memory holds exactly `heap` and no page is marked.
pub(super) struct Live {
    store: Store<Host>,
    heaps: Heaps,
    instance: Instance,
    handles: Handles,
    globals: Vec<wasmtime::Global>,
    module: ModuleHash,
    heap: PageMap,
    /// The heap's size before the execution, in Wasm pages.
    heap_pages: u64,
}

impl Live {
    /// A new instance with an empty heap; no code of the module has run.
    pub(super) fn new(linker: &Linker<Host>, heaps: Heaps, module: &Module) -> Result<Self, Trap> {
        let mut store = Store::new(module.compiled.engine(), Host::default());
        store.limiter(|host| host);
        let instance = linker
            .instantiate(&mut store, &module.compiled)
            .map_err(|error| trap::from_error(&error))?;
        let missing =
            |name: &str| trap::engine(format_args!("the module lacks the export '{name}'"));
        let handles = Handles {
            memory: instance
                .get_memory(&mut store, MEMORY)
                .ok_or_else(|| missing(MEMORY))?,
            dirty: instance
                .get_memory(&mut store, DIRTY)
                .ok_or_else(|| missing(DIRTY))?,
            counter: instance
                .get_global(&mut store, COUNTER)
                .ok_or_else(|| missing(COUNTER))?,
        };
        store.data_mut().set_handles(handles);
        let globals = (0..module.initial_globals.len())
            .map(|n| {
                let name = global_export(n);
                instance
                    .get_global(&mut store, &name)
                    .ok_or_else(|| missing(&name))
            })
            .collect::<Result<_, _>>()?;
        let heap_pages = handles.memory.size(&store);
        Ok(Self {
            store,
            heaps,
            instance,
            handles,
            globals,
            module: module.hash,
            heap: PageMap::default(),
            heap_pages,
        })
    }

    /// Whether this is an instance of that module, and so can be brought to each of its states.
    pub(super) fn is_of(&self, module: ModuleHash) -> bool {
        self.module == module
    }

    /// Brings the instance to a state; answers how many pages were copied.
    pub(super) fn load(&mut self, state: &ExecutionState) -> Result<u64, Trap> {
        self.heap_pages = state.heap_pages;
        self.shrink()?;
        let size = self.handles.memory.size(&self.store);
        if size < state.heap_pages {
            self.handles
                .memory
                .grow(&mut self.store, state.heap_pages - size)
                .map_err(trap::engine)?;
        }
        for (handle, value) in self.globals.iter().zip(&state.globals) {
            handle
                .set(&mut self.store, to_wasm(*value))
                .map_err(trap::engine)?;
        }
        let mut pages = self.heap.differing_pages(&state.heap);
        self.heap = state.heap.clone();
        // What lay beyond this state's size is gone already.
        pages.retain(|page| *page < state.heap_pages * MARKS as u64);
        self.restore(&pages);
        Ok(pages.len() as u64)
    }

    /// Takes away what the memory has grown beyond `heap_pages`.
    fn shrink(&mut self) -> Result<(), Trap> {
        if self.handles.memory.size(&self.store) <= self.heap_pages {
            return Ok(());
        }
        let bytes = usize::try_from(self.heap_pages * WASM_PAGE_BYTES).map_err(trap::engine)?;
        self.heaps
            .cut(&mut self.store, self.handles.memory, bytes)
            .map_err(trap::engine)
    }

    /// Copies these pages of `heap` into the instance's memory.
    fn restore(&mut self, pages: &[u64]) {
        let memory = self.handles.memory.data_mut(&mut self.store);
        for page in pages {
            let bytes = self.heap.page(*page).unwrap_or(&ZEROES);
            memory[place(*page)].copy_from_slice(bytes);
        }
    }

    /// Calls the entry point and gives the execution back as it ended.
    pub(super) fn call(
        &mut self,
        entry: Entry<'_>,
        running: Running,
    ) -> (Result<(), Trap>, Running) {
        let counter = self.handles.counter;
        let limit = Val::I64(running.limit);
        self.store.data_mut().begin(running);
        let result = counter
            .set(&mut self.store, limit)
            .map_err(trap::engine)
            .and_then(|()| self.enter(entry));
        (result, self.store.data_mut().end())
    }

    fn enter(&mut self, entry: Entry<'_>) -> Result<(), Trap> {
        match entry {
            Entry::Export(name) => {
                let func = self
                    .instance
                    .get_func(&mut self.store, name)
                    .ok_or_else(|| {
                        Trap::new(
                            ErrorCode::CanisterMethodNotFound,
                            format!("Canister has no method '{name}'."),
                        )
                    })?;
                self.invoke(func, ())
            }
            Entry::Start => match self.instance.get_func(&mut self.store, START) {
                Some(func) => self.invoke(func, ()),
                None => Ok(()),
            },
            Entry::Closure(closure) => {
                let func = self.table_function(closure.func)?;
                self.invoke(func, closure.env)
            }
        }
    }

    fn invoke<P: wasmtime::WasmParams>(&mut self, func: Func, params: P) -> Result<(), Trap> {
        let func = func
            .typed::<P, ()>(&self.store)
            .map_err(|_| Trap::contract("function invocation does not match its signature"))?;
        func.call(&mut self.store, params)
            .map_err(|error| trap::from_error(&error))
    }

    fn table_function(&mut self, index: u32) -> Result<Func, Trap> {
        let element = self
            .instance
            .get_table(&mut self.store, TABLE)
            .and_then(|table| table.get(&mut self.store, u64::from(index)));
        match element {
            Some(Ref::Func(Some(func))) => Ok(func),
            _ => Err(Trap::new(
                ErrorCode::CanisterFunctionNotFound,
                format!(
                    "Canister requested to invoke a non-existent Wasm function {index} from table 0"
                ),
            )),
        }
    }

    /// Instructions that the last call used, out of `limit`.
    pub(super) fn used(&mut self, limit: i64) -> u64 {
        let left = self.handles.counter.get(&mut self.store).unwrap_i64();
        (limit - left.max(0)).unsigned_abs()
    }

    /// The pages marked as written, in order. The time it takes grows by one comparison of 16 bytes
    /// per 64 KiB of heap.
    pub(super) fn dirty_pages(&self) -> Vec<u64> {
        let wasm_pages = self.handles.memory.size(&self.store);
        let marks = self.handles.dirty.data(&self.store);
        let mut pages = Vec::new();
        for (wasm_page, marks) in (0..wasm_pages).zip(marks.as_chunks::<MARKS>().0) {
            if u128::from_ne_bytes(*marks) != 0 {
                let first = wasm_page * MARKS as u64;
                let marked = (first..).zip(marks).filter(|(_, mark)| **mark != 0);
                pages.extend(marked.map(|(page, _)| page));
            }
        }
        pages
    }

    /// Keeps what was written.
    pub(super) fn commit(&mut self, dirty: &[u64]) {
        let memory = self.handles.memory.data(&self.store);
        for page in dirty {
            let bytes = memory[place(*page)]
                .try_into()
                .expect("a page has 4096 bytes");
            self.heap.set_page(*page, bytes);
        }
        self.heap_pages = self.handles.memory.size(&self.store);
        self.unmark(dirty);
    }

    /// Undoes what was written. Growth remains until the next [`Live::load`].
    pub(super) fn roll_back(&mut self, dirty: &[u64]) {
        self.restore(dirty);
        self.unmark(dirty);
    }

    fn unmark(&mut self, dirty: &[u64]) {
        let marks = self.handles.dirty.data_mut(&mut self.store);
        for page in dirty {
            marks[index(*page)] = 0;
        }
    }

    /// The state after a commit.
    pub(super) fn state(&mut self, stable: StableMemory) -> ExecutionState {
        let globals = self
            .globals
            .iter()
            .map(|handle| from_wasm(&handle.get(&mut self.store)));
        ExecutionState {
            module: self.module,
            heap: self.heap.clone(),
            heap_pages: self.heap_pages,
            globals: globals.collect(),
            stable,
        }
    }
}

fn index(page: u64) -> usize {
    usize::try_from(page).expect("heap pages fit the address space")
}

fn place(page: u64) -> std::ops::Range<usize> {
    let start = index(page) * PAGE_BYTES;
    start..start + PAGE_BYTES
}

fn to_wasm(value: Global) -> Val {
    match value {
        Global::I32(value) => Val::I32(value),
        Global::I64(value) => Val::I64(value),
        Global::F32(bits) => Val::F32(bits),
        Global::F64(bits) => Val::F64(bits),
        Global::V128(bits) => Val::V128(V128::from(bits)),
    }
}

fn from_wasm(value: &Val) -> Global {
    match value {
        Val::I32(value) => Global::I32(*value),
        Val::I64(value) => Global::I64(*value),
        Val::F32(bits) => Global::F32(*bits),
        Val::F64(bits) => Global::F64(*bits),
        Val::V128(bits) => Global::V128(bits.as_u128()),
        other => unreachable!("validation refuses globals of type {other:?}"),
    }
}
