//! WebAssembly: checking, instrumenting, compiling and running canister modules.
//!
//! A module is checked ([`validate`]) and rewritten ([`instrument`]) so that it counts its own
//! instructions and marks the heap pages it writes; then it is compiled once ([`module`]). An
//! execution ([`execute`]) takes an [`ExecutionState`] and gives back the next one; live instances
//! are only a cache of it.

pub mod execute;
mod heap;
pub mod ic0;
pub mod instrument;
pub mod module;
pub mod validate;

use crate::ids::ModuleHash;
use crate::memory::PageMap;
use crate::sandbox::StableMemory;
use serde::{Deserialize, Serialize};

/// Everything that canister code can change, between executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecutionState {
    /// The module that runs on it.
    pub module: ModuleHash,
    /// The Wasm heap's contents.
    pub heap: PageMap,
    /// The Wasm heap's size in pages of 64 KiB.
    pub heap_pages: u64,
    /// The mutable globals, in the order of their indices.
    pub globals: Vec<Global>,
    /// The stable memory.
    pub stable: StableMemory,
}

/// The value of a mutable global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Global {
    /// `i32`
    I32(i32),
    /// `i64`
    I64(i64),
    /// `f32`, as bits
    F32(u32),
    /// `f64`, as bits
    F64(u64),
    /// `v128`
    V128(u128),
}
