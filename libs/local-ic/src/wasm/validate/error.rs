use crate::error::{ErrorCode, Reject};

/// Why a module is refused. Retrying with the same module is useless.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidModule {
    /// Neither Wasm nor gzip, or a damaged gzip.
    #[error("Failed to decode wasm module: {0}")]
    Decoding(String),
    /// Not a WebAssembly module of the features that canisters may use.
    #[error("Wasmtime failed to validate wasm module {0}")]
    Wasm(String),
    /// A module with a 64-bit memory.
    #[error("64-bit memory is not supported yet")]
    Memory64,
    /// An import that the System API does not have, or has with another type.
    #[error("Wasm module has an invalid import section. {0}")]
    Import(String),
    /// An export that the system does not know, or knows twice.
    #[error("Wasm module has an invalid export section. {0}")]
    Export(String),
    /// An entry point that is not `() -> ()`.
    #[error("Wasm module has an invalid function signature. {0}")]
    Signature(String),
    /// An active data segment that does not fit, or whose place is computed.
    #[error("Wasm module has an invalid data section. {0}")]
    Data(String),
    /// An active element segment that does not fit its table.
    #[error("Wasm module has an invalid element section. {0}")]
    Element(String),
    /// A mutable global whose value cannot be kept between executions.
    #[error("Wasm module has an invalid global section. {0}")]
    Global(String),
    /// A metadata section that is not well-formed.
    #[error("Wasm module has an invalid custom section. {0}")]
    Custom(String),
    /// More of something than allowed.
    #[error("The {place} has {count} {unit}, which exceeds the maximum number allowed {allowed}.")]
    TooLarge {
        /// Where.
        place: &'static str,
        /// Of what.
        unit: &'static str,
        /// How many there are.
        count: u64,
        /// How many may be.
        allowed: u64,
    },
    /// A function that is too long.
    #[error(
        "Wasm module contains a function at index {index} of size {size} that exceeds the maximum allowed size of {allowed}."
    )]
    FunctionTooLarge {
        /// Number of the function, not counting imports.
        index: usize,
        /// Its instructions.
        size: u64,
        /// The limit.
        allowed: u64,
    },
    /// A function that would take too long to compile.
    #[error(
        "Wasm module contains a function at index {index} with complexity {complexity} which exceeds the maximum complexity allowed {allowed}."
    )]
    FunctionTooComplex {
        /// Number of the function, not counting imports.
        index: usize,
        /// Its weight.
        complexity: u64,
        /// The limit.
        allowed: u64,
    },
    /// An instruction that changes a table.
    #[error(
        "Wasm module contains an unsupported instruction {instruction} in function at index {index}."
    )]
    UnsupportedInstruction {
        /// Number of the function, not counting imports.
        index: usize,
        /// Name in the text format.
        instruction: &'static str,
    },
    /// The module is valid, but rewriting or compiling it hit a limit of the engine.
    #[error("Failed to compile wasm module: {0}")]
    Compilation(String),
}

impl From<wasmparser::Error> for InvalidModule {
    fn from(error: wasmparser::Error) -> Self {
        InvalidModule::Wasm(error.to_string())
    }
}

impl From<InvalidModule> for Reject {
    fn from(error: InvalidModule) -> Self {
        Reject::new(
            ErrorCode::CanisterInvalidWasm,
            format!("Canister's Wasm module is not valid: {error}"),
        )
    }
}
