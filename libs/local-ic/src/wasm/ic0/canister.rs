//! The canister, its subnet, its controllers and its environment variables.

use super::api::{Api, Part};
use super::{functions, size};
use crate::sandbox::Trap;
use crate::wasm::execute::Host;
use wasmtime::Linker;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        canister_self_size(),
        canister_self_copy(dst, offset, size),
        canister_status(),
        canister_version(),
        subnet_self_size(),
        subnet_self_copy(dst, offset, size),
        subnet_self_node_count(),
        root_key_size(),
        root_key_copy(dst, offset, size),
        is_controller(src, size),
        in_replicated_execution(),
        env_var_count(),
        env_var_name_size(index),
        env_var_name_copy(index, dst, offset, size),
        env_var_name_exists(src, size),
        env_var_value_size(src, size),
        env_var_value_copy(name_src, name_size, dst, offset, size),
    );
}

fn canister_self_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().env.canister.0.as_slice())
}

fn canister_self_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.env.canister.0.as_slice())
    })
}

fn canister_status(api: &mut Api<'_>) -> Result<u32, Trap> {
    Ok(api.sandbox().env.status)
}

fn canister_version(api: &mut Api<'_>) -> Result<u64, Trap> {
    Ok(api.sandbox().env.version)
}

fn subnet_self_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(api.sandbox().env.subnet.0.as_slice())
}

fn subnet_self_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.env.subnet.0.as_slice())
    })
}

fn subnet_self_node_count(api: &mut Api<'_>) -> Result<u32, Trap> {
    Ok(api.sandbox().env.nodes)
}

fn root_key_size(api: &mut Api<'_>) -> Result<u32, Trap> {
    size(&api.sandbox().env.root_key)
}

fn root_key_copy(api: &mut Api<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(&sandbox.env.root_key)
    })
}

fn is_controller(api: &mut Api<'_>, src: u32, size: u32) -> Result<u32, Trap> {
    let principal = api.read(src, size)?;
    api.sandbox().is_controller(&principal).map(u32::from)
}

fn in_replicated_execution(api: &mut Api<'_>) -> Result<u32, Trap> {
    Ok(api.sandbox().env.replicated.into())
}

fn env_var_count(api: &mut Api<'_>) -> Result<u32, Trap> {
    let count = api.sandbox().env.variables.len();
    Ok(u32::try_from(count).expect("a canister has a few variables"))
}

fn env_var_name_size(api: &mut Api<'_>, index: u32) -> Result<u32, Trap> {
    size(api.sandbox().variable_name(index)?.as_bytes())
}

fn env_var_name_copy(
    api: &mut Api<'_>,
    index: u32,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Trap> {
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.variable_name(index)?.as_bytes())
    })
}

fn env_var_name_exists(api: &mut Api<'_>, src: u32, size: u32) -> Result<u32, Trap> {
    let name = api.read(src, size)?;
    api.sandbox().variable_exists(&name).map(u32::from)
}

fn env_var_value_size(api: &mut Api<'_>, src: u32, len: u32) -> Result<u32, Trap> {
    let name = api.read(src, len)?;
    size(api.sandbox().variable_value(&name)?.as_bytes())
}

fn env_var_value_copy(
    api: &mut Api<'_>,
    name_src: u32,
    name_size: u32,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Trap> {
    let name = api.read(name_src, name_size)?;
    api.copy(Part { dst, offset, size }, |sandbox| {
        Ok(sandbox.variable_value(&name)?.as_bytes())
    })
}
