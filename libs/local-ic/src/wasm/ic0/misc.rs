//! Time, instructions, debugging.

use super::api::{Api, checked};
use super::functions;
use crate::error::ErrorCode;
use crate::limits;
use crate::sandbox::Trap;
use crate::wasm::execute::Host;
use wasmtime::Linker;

/// Instructions for each byte that the canister's log keeps.
const LOGGED_BYTE: u64 = 50;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        time(),
        global_timer_set(at),
        performance_counter(kind),
        debug_print(src, size),
        trap(src, size),
    );
}

fn time(api: &mut Api<'_>) -> Result<u64, Trap> {
    Ok(api.sandbox().env.time)
}

fn global_timer_set(api: &mut Api<'_>, at: u64) -> Result<u64, Trap> {
    Ok(api.sandbox().set_timer(at))
}

/// 0: instructions of this execution; 1: of its whole call context.
fn performance_counter(api: &mut Api<'_>, kind: u32) -> Result<u64, Trap> {
    let used = api.used();
    match kind {
        0 => Ok(used),
        1 => Ok(api.sandbox().context_instructions + used),
        _ => Err(Trap::contract(format_args!(
            "ic0.performance_counter: performance counter type {kind} is not supported"
        ))),
    }
}

/// Never fails for its arguments' sake.
fn debug_print(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let line = text(api, src, size)
        .unwrap_or_else(|| b"(debug_print message out of memory bounds)".to_vec());
    let replicated = api.sandbox().env.replicated;
    let kept = if replicated {
        line.len().min(limits::LOG_BYTES)
    } else {
        0
    };
    api.charge(line.len() as u64 + LOGGED_BYTE * kept as u64)?;
    api.sandbox().debug_print(&line);
    Ok(())
}

fn trap(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let message =
        text(api, src, size).unwrap_or_else(|| b"(trap message out of memory bounds)".to_vec());
    api.charge(message.len() as u64)?;
    Err(Trap::new(
        ErrorCode::CanisterCalledTrap,
        format!(
            "Canister called `ic0.trap` with message: '{}'",
            String::from_utf8_lossy(&message)
        ),
    ))
}

/// At most [`limits::MAX_LOG_LINE`] bytes of a text in the heap; `None` if it does not lie within.
fn text(api: &mut Api<'_>, src: u32, size: u32) -> Option<Vec<u8>> {
    let range = checked(src.into(), size.into(), api.heap_bytes())?;
    let bytes = &api.split().0[range];
    Some(bytes[..bytes.len().min(limits::MAX_LOG_LINE)].to_vec())
}
