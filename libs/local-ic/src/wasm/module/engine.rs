use crate::wasm::heap::Heaps;
use crate::wasm::validate::FEATURES;
use std::num::NonZeroUsize;
use std::sync::Arc;
use wasmtime::{Config, Engine, WasmBacktraceDetails, WasmFeatures};

/// Bytes of stack that a canister's code may use, as in the replica. The thread that runs it
/// must have more than that.
pub const MAX_WASM_STACK: usize = 5 * 1024 * 1024;

/// The engine in which all canisters run: deterministic, and without features that validation does
/// not let through. The second memory is the instrumentation's. Its memories are those of `heaps`.
pub(super) fn engine(heaps: &Heaps) -> Engine {
    let features = FEATURES.union(WasmFeatures::MULTI_MEMORY);
    let mut config = Config::new();
    config
        // First everything off that is on by default, then on what is wanted.
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(features, true)
        // The bits of a NaN depend on the processor otherwise.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .consume_fuel(false)
        .epoch_interruption(false)
        .max_wasm_stack(MAX_WASM_STACK)
        .async_stack_size(MAX_WASM_STACK + 1024 * 1024)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20))
        // Function names come from the name section; lines would need debug information, which
        // instrumentation drops.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        // Instances are not initialised from the module: see `instrument`.
        .memory_init_cow(false)
        .with_host_memory(Arc::new(heaps.clone()))
        .parallel_compilation(true);
    Engine::new(&config)
        .expect("the configuration is valid on every host that wasmtime compiles for")
}
