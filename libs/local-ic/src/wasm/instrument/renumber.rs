use crate::wasm::validate::InvalidModule;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};

/// Moves function indices: one import is added behind the module's own.
pub(super) struct Renumber {
    /// Functions that the module imports.
    pub(super) imported: u32,
}

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, func: u32) -> Result<u32, Error<Infallible>> {
        Ok(if func < self.imported { func } else { func + 1 })
    }
}

impl From<Error<Infallible>> for InvalidModule {
    fn from(error: Error<Infallible>) -> Self {
        InvalidModule::Compilation(error.to_string())
    }
}
