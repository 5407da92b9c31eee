//! Compiled modules and the caches of them.
//!
//! ```text
//! bytes as uploaded ─ decode ─ validate ─ instrument ─ compile ─> Module
//!    │                                        │
//!    └ cache in memory, by ModuleHash         └ cache on disk, by the hash of what is compiled
//! ```

mod disk;
mod engine;

use super::Global;
use super::heap::Heaps;
use super::instrument::{Instrumented, instrument};
use super::validate::{InvalidModule, ModuleInfo, decode, validate};
use crate::ids::ModuleHash;
use crate::memory::PageMap;
use disk::DiskCache;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use engine::MAX_WASM_STACK;

/// Instructions charged for compiling, per instruction of the instrumented module.
const COMPILE_COST: u64 = 6_000;
/// Modules above which those that nobody uses are forgotten.
const CACHED_MODULES: usize = 64;

/// A canister module, ready to be instantiated.
pub struct Module {
    /// SHA-256 of the bytes as uploaded.
    pub hash: ModuleHash,
    /// The bytes as uploaded.
    pub wasm: Arc<[u8]>,
    /// What is known about it.
    pub info: ModuleInfo,
    /// The heap of a new instance.
    pub initial_heap: PageMap,
    /// The mutable globals of a new instance.
    pub initial_globals: Vec<Global>,
    /// Instructions charged for compiling it. A subnet that has compiled it before charges a
    /// hundredth; which subnet has is not known here.
    pub compile_instructions: u64,
    /// The instrumented module in machine code.
    pub compiled: wasmtime::Module,
}

impl Module {
    /// Whether the code can ask for the certificate of its certified data.
    pub fn reads_data_certificate(&self) -> bool {
        self.compiled
            .imports()
            .any(|import| import.name().starts_with("data_certificate"))
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Module({:?})", self.hash)
    }
}

/// Checks, instruments and compiles modules; keeps what it compiled.
pub struct Compiler {
    engine: wasmtime::Engine,
    heaps: Heaps,
    loaded: Mutex<BTreeMap<ModuleHash, Arc<Module>>>,
    disk: Option<DiskCache>,
}

impl Compiler {
    /// A compiler; with a directory (made if need be) it keeps machine code there, too.
    ///
    /// Only directories that nobody else can write to: what is found there is executed.
    pub fn new(disk_cache: Option<PathBuf>) -> Self {
        let heaps = Heaps::default();
        Self {
            engine: engine::engine(&heaps),
            heaps,
            loaded: Mutex::default(),
            disk: disk_cache.map(DiskCache::new),
        }
    }

    /// The engine in which its modules run.
    pub fn engine(&self) -> &wasmtime::Engine {
        &self.engine
    }

    /// The memories of instances in that engine.
    pub(super) fn heaps(&self) -> &Heaps {
        &self.heaps
    }

    /// The module of these bytes (raw or gzip), compiled unless a cache has it.
    pub fn load(&self, bytes: &[u8]) -> Result<Arc<Module>, InvalidModule> {
        let hash = ModuleHash(Sha256::digest(bytes).into());
        if let Some(module) = self.loaded(hash) {
            return Ok(module);
        }
        let wasm = decode(bytes)?;
        let info = validate(&wasm)?;
        let Instrumented {
            wasm: instrumented,
            initial_heap,
            initial_globals,
            instructions,
        } = instrument(&wasm, &info)?;
        let module = Arc::new(Module {
            hash,
            wasm: bytes.into(),
            info,
            initial_heap,
            initial_globals,
            compile_instructions: COMPILE_COST * instructions,
            compiled: self.compile(&instrumented)?,
        });
        self.keep(Arc::clone(&module));
        Ok(module)
    }

    /// The module with this hash, if it has been loaded and not been forgotten.
    pub fn loaded(&self, hash: ModuleHash) -> Option<Arc<Module>> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.get(&hash).cloned()
    }

    fn keep(&self, module: Arc<Module>) {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.len() >= CACHED_MODULES {
            loaded.retain(|_, module| Arc::strong_count(module) > 1);
        }
        loaded.insert(module.hash, module);
    }

    fn compile(&self, instrumented: &[u8]) -> Result<wasmtime::Module, InvalidModule> {
        let kept = |disk: &DiskCache| disk.get(&self.engine, instrumented);
        if let Some(module) = self.disk.as_ref().and_then(kept) {
            return Ok(module);
        }
        // Who had to wait may find it.
        let turn = self.disk.as_ref().and_then(DiskCache::turn);
        if let Some(module) = turn.as_ref().and(self.disk.as_ref()).and_then(kept) {
            return Ok(module);
        }
        let module = wasmtime::Module::new(&self.engine, instrumented)
            .map_err(|error| InvalidModule::Compilation(format!("{error:#}")))?;
        if let Some(disk) = &self.disk {
            disk.put(instrumented, &module);
        }
        Ok(module)
    }
}

#[cfg(test)]
mod tests;
