//! Outgoing calls.

use super::api::Api;
use super::cycles::amount;
use super::functions;
use crate::sandbox::{Closure, Trap};
use crate::wasm::execute::Host;
use wasmtime::Linker;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        call_new(callee, callee_size, name, name_size, reply, reply_env, reject, reject_env),
        call_on_cleanup(func, env),
        call_data_append(src, size),
        call_with_best_effort_response(seconds),
        call_cycles_add(cycles),
        call_cycles_add128(high, low),
        call_perform(),
    );
}

#[expect(clippy::too_many_arguments, reason = "the interface's own")]
fn call_new(
    api: &mut Api<'_>,
    callee: u32,
    callee_size: u32,
    name: u32,
    name_size: u32,
    reply: u32,
    reply_env: u32,
    reject: u32,
    reject_env: u32,
) -> Result<(), Trap> {
    let callee = api.read(callee, callee_size)?;
    let name = api.read(name, name_size)?;
    let reply = Closure {
        func: reply,
        env: reply_env,
    };
    let reject = Closure {
        func: reject,
        env: reject_env,
    };
    api.sandbox().call_new(&callee, &name, reply, reject)
}

fn call_on_cleanup(api: &mut Api<'_>, func: u32, env: u32) -> Result<(), Trap> {
    api.sandbox().call_on_cleanup(Closure { func, env })
}

fn call_data_append(api: &mut Api<'_>, src: u32, size: u32) -> Result<(), Trap> {
    let bytes = api.read_to_send(src, size)?;
    api.sandbox().call_data_append(&bytes)
}

fn call_with_best_effort_response(api: &mut Api<'_>, seconds: u32) -> Result<(), Trap> {
    api.sandbox().call_with_best_effort_response(seconds)
}

fn call_cycles_add(api: &mut Api<'_>, cycles: u64) -> Result<(), Trap> {
    api.sandbox().call_cycles_add(cycles.into())
}

fn call_cycles_add128(api: &mut Api<'_>, high: u64, low: u64) -> Result<(), Trap> {
    api.sandbox().call_cycles_add(amount(high, low))
}

fn call_perform(api: &mut Api<'_>) -> Result<u32, Trap> {
    api.sandbox().call_perform()
}
