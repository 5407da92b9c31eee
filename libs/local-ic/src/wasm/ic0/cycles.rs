//! Cycles of the canister and of the call.

use super::api::Api;
use super::functions;
use crate::ids::Cycles;
use crate::sandbox::Trap;
use crate::wasm::execute::{Host, trapped};
use wasmtime::Linker;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        msg_cycles_available(),
        msg_cycles_available128(dst),
        msg_cycles_refunded(),
        msg_cycles_refunded128(dst),
        msg_cycles_accept(max),
        msg_cycles_accept128(high, low, dst),
        cycles_burn128(high, low, dst),
        canister_cycle_balance(),
        canister_cycle_balance128(dst),
        canister_liquid_cycle_balance128(dst),
    );
}

/// An amount that enters as two halves.
pub(super) fn amount(high: u64, low: u64) -> Cycles {
    u128::from(high) << 64 | u128::from(low)
}

fn narrow(cycles: Cycles) -> Result<u64, Trap> {
    u64::try_from(cycles).map_err(|_| {
        trapped(format_args!(
            "the amount of {cycles} cycles does not fit 64 bits"
        ))
    })
}

fn msg_cycles_available(api: &mut Api<'_>) -> Result<u64, Trap> {
    narrow(api.sandbox().account.available)
}

fn msg_cycles_available128(api: &mut Api<'_>, dst: u32) -> Result<(), Trap> {
    let cycles = api.sandbox().account.available;
    api.write_amount(dst, cycles)
}

fn msg_cycles_refunded(api: &mut Api<'_>) -> Result<u64, Trap> {
    narrow(api.sandbox().account.refunded)
}

fn msg_cycles_refunded128(api: &mut Api<'_>, dst: u32) -> Result<(), Trap> {
    let cycles = api.sandbox().account.refunded;
    api.write_amount(dst, cycles)
}

fn msg_cycles_accept(api: &mut Api<'_>, max: u64) -> Result<u64, Trap> {
    narrow(api.sandbox().accept_cycles(max.into()))
}

fn msg_cycles_accept128(api: &mut Api<'_>, high: u64, low: u64, dst: u32) -> Result<(), Trap> {
    let accepted = api.sandbox().accept_cycles(amount(high, low));
    api.write_amount(dst, accepted)
}

fn cycles_burn128(api: &mut Api<'_>, high: u64, low: u64, dst: u32) -> Result<(), Trap> {
    let burned = api.sandbox().burn_cycles(amount(high, low));
    api.write_amount(dst, burned)
}

fn canister_cycle_balance(api: &mut Api<'_>) -> Result<u64, Trap> {
    narrow(api.sandbox().account.balance)
}

fn canister_cycle_balance128(api: &mut Api<'_>, dst: u32) -> Result<(), Trap> {
    let cycles = api.sandbox().account.balance;
    api.write_amount(dst, cycles)
}

fn canister_liquid_cycle_balance128(api: &mut Api<'_>, dst: u32) -> Result<(), Trap> {
    let cycles = api.sandbox().liquid_balance();
    api.write_amount(dst, cycles)
}
