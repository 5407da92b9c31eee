//! Checking a canister module before it is accepted.
//!
//! The rules are those of the interface specification ("Canister module format") and, where it is
//! silent, of the replica. A module that passes needs no further questions asked: it imports only
//! what `ic0` has, and uses only instructions that [`super::instrument`] knows how to rewrite.

mod code;
mod custom;
mod decode;
mod error;
mod exports;
mod imports;
mod info;

pub use decode::decode;
pub use error::InvalidModule;
pub use info::{CustomSection, Hooks, ModuleInfo};

use crate::limits::MAX_MODULE_BYTES;
use wasmparser::{
    FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator, WasmFeatures,
};

/// What modules may use; everything that is not named is off. References are those to functions:
/// a host's references (`externref`) have no meaning in a canister.
pub(super) const FEATURES: WasmFeatures = WasmFeatures::FLOATS
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::TAIL_CALL);

/// Functions that a module may define.
pub const MAX_FUNCTIONS: usize = 50_000;
/// Globals that a module may define.
pub const MAX_GLOBALS: usize = 1_000;
/// Bytes of the code section.
pub const MAX_CODE_BYTES: u64 = 11 * 1024 * 1024;

/// Checks a decompressed module.
pub fn validate(wasm: &[u8]) -> Result<ModuleInfo, InvalidModule> {
    at_most("Wasm module", "bytes", wasm.len() as u64, MAX_MODULE_BYTES)?;
    let mut info = ModuleInfo::default();
    let mut custom = custom::Sections::default();
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut functions = 0;
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    for payload in parser.parse_all(wasm) {
        let payload = payload?;
        rules_of_section(&payload, &mut info, &mut custom)?;
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => {
                let mut function = function.into_validator(allocations);
                info.uses_drop |= code::check(functions, &mut function, &body)?;
                allocations = function.into_allocations();
                functions += 1;
            }
            ValidPayload::End(types) => {
                imports::check(&types)?;
                exports::collect(&types, &mut info)?;
            }
            ValidPayload::Ok | ValidPayload::Parser(_) => {}
        }
    }
    custom.finish(&mut info);
    Ok(info)
}

fn rules_of_section(
    payload: &Payload<'_>,
    info: &mut ModuleInfo,
    custom: &mut custom::Sections,
) -> Result<(), InvalidModule> {
    match payload {
        Payload::FunctionSection(section) => at_most(
            "function section",
            "functions",
            section.count().into(),
            MAX_FUNCTIONS as u64,
        ),
        Payload::GlobalSection(section) => at_most(
            "global section",
            "globals",
            section.count().into(),
            MAX_GLOBALS as u64,
        ),
        Payload::CodeSectionStart { size, .. } => {
            at_most("code section", "bytes", (*size).into(), MAX_CODE_BYTES)
        }
        Payload::MemorySection(section) => {
            for memory in section.clone() {
                let memory = memory?;
                if memory.memory64 {
                    return Err(InvalidModule::Memory64);
                }
                info.has_memory = true;
                info.heap_min_pages = memory.initial;
                info.heap_max_pages = memory.maximum;
            }
            Ok(())
        }
        Payload::StartSection { .. } => {
            info.has_start = true;
            Ok(())
        }
        Payload::CustomSection(section) => custom.add(section.name(), section.data()),
        _ => Ok(()),
    }
}

fn at_most(
    place: &'static str,
    unit: &'static str,
    count: u64,
    allowed: u64,
) -> Result<(), InvalidModule> {
    if count > allowed {
        return Err(InvalidModule::TooLarge {
            place,
            unit,
            count,
            allowed,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
