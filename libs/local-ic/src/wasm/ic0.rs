//! The System API towards WebAssembly: moves bytes between a module's memory and the [`Sandbox`],
//! which knows what the functions mean.
//!
//! Every function first checks that its context allows it and pays the table's charge (`Api::enter`),
//! so the functions themselves are one or two lines each.
//!
//! [`Sandbox`]: crate::sandbox::Sandbox

#![expect(
    clippy::unnecessary_wraps,
    reason = "all functions have the form that linking expects"
)]

mod api;
mod calls;
mod canister;
mod costs;
mod cycles;
mod message;
mod misc;
mod stable;
pub mod table;

use super::execute::{Host, out_of_instructions};
use super::instrument::{OUT_OF_INSTRUCTIONS, OUT_OF_INSTRUCTIONS_MODULE};
use crate::sandbox::Trap;
use wasmtime::{Caller, Engine, Linker};

/// Links functions of the table: `functions!(linker; time(), trap(src, size))` calls the Rust functions of
/// these names in scope; the names of the arguments only count them.
macro_rules! functions {
    ($linker:expr; $($name:ident($($arg:ident),*)),* $(,)?) => {
        $({
            let spec = crate::wasm::ic0::table::find(stringify!($name)).expect("the table knows the function");
            $linker.func_wrap("ic0", spec.name, move |caller: wasmtime::Caller<'_, crate::wasm::execute::Host>, $($arg),*| {
                let mut api = crate::wasm::ic0::api::Api::enter(caller, spec)?;
                wasmtime::Result::Ok($name(&mut api, $($arg),*)?)
            }).expect("each function is linked once");
        })*
    };
}
use functions;

/// Everything that an instrumented module may import.
pub(super) fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    message::link_into(&mut linker);
    cycles::link_into(&mut linker);
    canister::link_into(&mut linker);
    calls::link_into(&mut linker);
    stable::link_into(&mut linker);
    costs::link_into(&mut linker);
    misc::link_into(&mut linker);
    linker
        .func_wrap(
            OUT_OF_INSTRUCTIONS_MODULE,
            OUT_OF_INSTRUCTIONS,
            |mut caller: Caller<'_, Host>| -> wasmtime::Result<()> {
                let limit = caller.data_mut().running().limit;
                Err(out_of_instructions(limit).into())
            },
        )
        .expect("linked once");
    linker
}

/// The length of something in memory, as the System API answers it.
fn size(bytes: &[u8]) -> Result<u32, Trap> {
    u32::try_from(bytes.len()).map_err(|_| Trap::contract("a size does not fit 32 bits"))
}

#[cfg(test)]
mod tests;
