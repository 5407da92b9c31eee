mod indices;
mod marks;
mod metering;
mod random;

use super::*;
use crate::memory::WASM_PAGE_BYTES;
use crate::wasm::module::Compiler;
use crate::wasm::validate::validate;
use wasmtime::{Engine, Instance, Linker, Memory, Module, Store, Val};

/// What the import of the instrumentation traps with.
const EXHAUSTED: &str = "the counter is negative";
/// More than any test uses.
const PLENTY: i64 = 1 << 40;

/// An instance of an instrumented module; the store's data is what `performance_counter` saw.
struct Running {
    store: Store<Vec<i64>>,
    instance: Instance,
}

fn instrumented(wat: &str) -> Result<Instrumented, InvalidModule> {
    let wasm = wat::parse_str(wat).expect("the test's WAT is well-formed");
    instrument(&wasm, &validate(&wasm).expect("the test's module is valid"))
}

fn run(wat: &str) -> Running {
    thread_local! {
        static ENGINE: Engine = Compiler::new(None).engine().clone();
    }
    let instrumented = instrumented(wat).expect("the test's module can be instrumented");
    let engine = ENGINE.with(Engine::clone);
    let module = Module::new(&engine, &instrumented.wasm).expect("an instrumented module is valid");
    let mut linker = Linker::<Vec<i64>>::new(&engine);
    linker
        .func_wrap(
            OUT_OF_INSTRUCTIONS_MODULE,
            OUT_OF_INSTRUCTIONS,
            || -> wasmtime::Result<()> { Err(wasmtime::Error::msg(EXHAUSTED)) },
        )
        .unwrap()
        .func_wrap(
            "ic0",
            "performance_counter",
            |mut caller: wasmtime::Caller<'_, Vec<i64>>, _: i32| {
                let counter = caller.get_export(COUNTER).unwrap().into_global().unwrap();
                let left = counter.get(&mut caller).unwrap_i64();
                caller.data_mut().push(PLENTY - left);
                0_i64
            },
        )
        .unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let mut running = Running { store, instance };
    running.fill(&instrumented.initial_heap);
    running.limit(PLENTY);
    running
}

impl Running {
    fn fill(&mut self, heap: &PageMap) {
        let memory = self.memory(MEMORY);
        for (page, bytes) in heap.pages() {
            let at = usize::try_from(page).unwrap() * bytes.len();
            memory.data_mut(&mut self.store)[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    fn memory(&mut self, name: &str) -> Memory {
        self.instance.get_memory(&mut self.store, name).unwrap()
    }

    fn global(&mut self, name: &str) -> Val {
        let global = self.instance.get_global(&mut self.store, name).unwrap();
        global.get(&mut self.store)
    }

    fn limit(&mut self, instructions: i64) {
        let counter = self.instance.get_global(&mut self.store, COUNTER).unwrap();
        counter
            .set(&mut self.store, Val::I64(instructions))
            .unwrap();
    }

    fn call(&mut self, export: &str) -> wasmtime::Result<()> {
        let func = self
            .instance
            .get_typed_func::<(), ()>(&mut self.store, export)?;
        func.call(&mut self.store, ())
    }

    fn call_i32(&mut self, export: &str, arg: i32) -> wasmtime::Result<i32> {
        let func = self
            .instance
            .get_typed_func::<i32, i32>(&mut self.store, export)?;
        func.call(&mut self.store, arg)
    }

    /// Instructions that `export` uses, called with [`PLENTY`].
    fn cost(&mut self, export: &str) -> i64 {
        self.limit(PLENTY);
        self.call(export).unwrap();
        PLENTY - self.global(COUNTER).unwrap_i64()
    }

    /// The marked pages; marks are 0 or 1 and nothing else.
    fn marked(&mut self) -> Vec<usize> {
        let marks = self.memory(DIRTY);
        let marks = marks.data(&self.store);
        assert_eq!(marks.len() as u64, DIRTY_MEMORY_PAGES * WASM_PAGE_BYTES);
        let pages = marks.iter().enumerate().filter(|(_, mark)| **mark != 0);
        pages
            .map(|(page, mark)| {
                assert_eq!(*mark, 1);
                page
            })
            .collect()
    }

    fn heap(&mut self) -> Vec<u8> {
        let memory = self.memory(MEMORY);
        memory.data(&self.store).to_vec()
    }
}
