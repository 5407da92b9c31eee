//! Why an execution failed, in the replica's words.

use crate::error::ErrorCode;
use crate::sandbox::Trap;
use wasmtime::Trap as Wasm;

/// The trap behind an error that came out of Wasm code.
pub(super) fn from_error(error: &wasmtime::Error) -> Trap {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return trap.clone();
    }
    match error.downcast_ref::<Wasm>() {
        Some(trap) => trapped(describe(*trap)),
        None => engine(format_args!("{error:#}")),
    }
}

/// The engine refused something that a checked module cannot do: a bug of ours or the host's limits.
pub(super) fn engine(message: impl std::fmt::Display) -> Trap {
    Trap::new(
        ErrorCode::CanisterWasmEngineError,
        format!("Canister encountered a Wasm engine error: {message}"),
    )
}

/// The execution needed more instructions than it may use.
pub(in crate::wasm) fn out_of_instructions(limit: i64) -> Trap {
    Trap::new(
        ErrorCode::CanisterInstructionLimitExceeded,
        format!(
            "Canister exceeded the limit of {limit} instructions for single message execution."
        ),
    )
}

/// A Wasm trap, or what the replica treats like one.
pub(in crate::wasm) fn trapped(reason: impl std::fmt::Display) -> Trap {
    Trap::new(
        ErrorCode::CanisterTrapped,
        format!("Canister trapped: {reason}"),
    )
}

fn describe(trap: Wasm) -> &'static str {
    match trap {
        Wasm::StackOverflow => "stack overflow",
        Wasm::MemoryOutOfBounds => "heap out of bounds",
        Wasm::TableOutOfBounds => "table out of bounds",
        Wasm::IndirectCallToNull => "uninitialized element",
        Wasm::BadSignature => "indirect call type mismatch",
        Wasm::IntegerOverflow => "integer overflow",
        Wasm::IntegerDivisionByZero => "integer division by zero",
        Wasm::BadConversionToInteger => "invalid conversion to integer",
        Wasm::UnreachableCodeReached => "unreachable",
        _ => "unknown trap",
    }
}
