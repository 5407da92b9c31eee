//! Rewriting a module so that it counts its instructions and marks the heap pages it writes.
//!
//! ```text
//! functions   imports | out_of_instructions | the module's own (indices move by one)
//! globals     the module's own | counter
//! memories    heap (empty if the module has none) | dirty: a byte for each 4 KiB page of the heap
//! exports     the module's own | `local-ic ...`: counter, dirty, memory, table, start, globals
//! ```
//!
//! What a new instance would be initialised with is taken out, because instances are only caches of
//! an [`super::ExecutionState`]: active data segments become [`Instrumented::initial_heap`] and leave
//! empty passive segments behind, so that the other segments keep their indices; the values of mutable
//! globals are [`Instrumented::initial_globals`]; the start function is only exported. Custom
//! sections are left out, but for the names.

mod function;
mod initial;
mod metering;
mod renumber;
mod sections;
mod weights;
mod writes;

use super::Global;
use super::validate::{InvalidModule, ModuleInfo};
use crate::memory::PageMap;
use sections::Sections;

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

const HEAP_MEMORY_INDEX: u32 = 0;
const DIRTY_MEMORY_INDEX: u32 = 1;

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

/// Rewrites a module that [`super::validate::validate`] has accepted, with what it has found.
pub fn instrument(wasm: &[u8], info: &ModuleInfo) -> Result<Instrumented, InvalidModule> {
    let mut sections = Sections::new(info);
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        sections.read(payload?)?;
    }
    Ok(sections.finish())
}

#[cfg(test)]
mod tests;
