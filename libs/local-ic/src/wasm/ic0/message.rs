//! The message that is executed, and its answer.

use super::api::{Api, Part};
use super::{functions, size};
use crate::sandbox::Trap;
use crate::wasm::execute::Host;
use wasmtime::Linker;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        msg_arg_data_size(),
        msg_arg_data_copy(dst, offset, size),
        msg_caller_size(),
        msg_caller_copy(dst, offset, size),
        msg_caller_info_data_size(),
        msg_caller_info_data_copy(dst, offset, size),
        msg_caller_info_signer_size(),
        msg_caller_info_signer_copy(dst, offset, size),
        msg_reject_code(),
        msg_reject_msg_size(),
        msg_reject_msg_copy(dst, offset, size),
        msg_deadline(),
        msg_method_name_size(),
        msg_method_name_copy(dst, offset, size),
        accept_message(),
        msg_reply_data_append(src, size),
        msg_reply(),
        msg_reject(src, size),
    );
}

fn msg_arg_data_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(&api.sandbox().input.payload)
}

fn msg_arg_data_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(&sandbox.input.payload)
    })
}

fn msg_caller_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().input.caller.as_slice())
}

fn msg_caller_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.input.caller.as_slice())
    })
}

fn msg_caller_info_data_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(&api.sandbox().input.caller_info.info)
}

fn msg_caller_info_data_copy(
    api: &mut Api<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(&sandbox.input.caller_info.info)
    })
}

fn msg_caller_info_signer_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(&api.sandbox().input.caller_info.signer)
}

fn msg_caller_info_signer_copy(
    api: &mut Api<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(&sandbox.input.caller_info.signer)
    })
}

fn msg_reject_code(api: &mut Api<'_>) -> Result<u32, Trap> {
    Ok(api.sandbox().reject_code())
}

fn msg_reject_msg_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().reject_message()?.as_bytes())
}

fn msg_reject_msg_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.reject_message()?.as_bytes())
    })
}

/// 0 for calls without a deadline.
fn msg_deadline(api: &mut Api<'_>) -> Result<u64, Trap> {
    Ok(api.sandbox().input.deadline.unwrap_or(0))
}

fn msg_method_name_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().input.method.as_bytes())
}

fn msg_method_name_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.input.method.as_bytes())
    })
}

fn accept_message(api: &mut Api<'_>) -> Result<(), Trap> {
    api.sandbox().accept_message()
}

fn msg_reply_data_append(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let bytes = api.read_to_send(src, size)?;
    api.sandbox().reply_data_append(&bytes)
}

fn msg_reply(api: &mut Api<'_>) -> Result<(), Trap> {
    api.sandbox().reply()
}

fn msg_reject(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let message = api.read_to_send(src, size)?;
    api.sandbox().reject(&message)
}
