//! How instructions are counted from outside, by what the Internet Computer publishes.
//!
//! A call of a canister that calls nobody costs it 5 M cycles for the execution, 1.2 M and 2,000 per byte for
//! the message from outside, and one cycle for each instruction (Internet Computer documentation, "Gas and cycles
//! cost", application subnet of 13 nodes). The rest of what its balance lost is the number of instructions, the reply
//! included. Calls of several executions are read from the canister's own histograms.

use anchorage_tests::family::{Family, Role};
use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use types::Principal;

const EXECUTION: u128 = 5_000_000;
const INGRESS: u128 = 1_200_000;
const INGRESS_BYTE: u128 = 2_000;

/// A call of one execution: what it answered and how many instructions it took.
#[track_caller]
pub(crate) fn call<A, R>(
    family: &Family,
    role: Role,
    sender: Principal,
    method: &str,
    arguments: A,
) -> (R, u64)
where
    A: ArgumentEncoder,
    R: for<'a> ArgumentDecoder<'a>,
{
    let bytes = candid::encode_args(arguments).expect("arguments of our own");
    let charged = INGRESS + INGRESS_BYTE * (method.len() + bytes.len()) as u128;
    let canister = family.id(role);
    let (answer, instructions) = beside(family, role, 1, || {
        family
            .network
            .update_call(canister, sender, method, bytes)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    });
    let answer = candid::decode_args(&answer).expect("the method's own answer");
    let charged = u64::try_from(charged).expect("a fee");
    (answer, instructions - charged)
}

/// The instructions that a canister spends in so many executions while `f` runs. It is called by canisters only and
/// calls none.
pub(crate) fn beside<T>(
    family: &Family,
    role: Role,
    executions: u128,
    f: impl FnOnce() -> T,
) -> (T, u64) {
    let canister = family.id(role);
    let before = family.network.cycle_balance(canister);
    let answer = f();
    let spent = before - family.network.cycle_balance(canister);
    let instructions = spent
        .checked_sub(executions * EXECUTION)
        .expect("each execution has its price");
    (answer, u64::try_from(instructions).expect("64 bits"))
}

/// The instructions that a canister's histogram of a method gains while `f` runs, and the calls.
pub(crate) fn counted<T>(
    family: &Family,
    role: Role,
    method: &str,
    f: impl FnOnce() -> T,
) -> (T, u64) {
    let before = sum(family, role, method);
    let answer = f();
    (answer, sum(family, role, method) - before)
}

/// The sum of instructions that a canister shows for a method.
pub(crate) fn sum(family: &Family, role: Role, method: &str) -> u64 {
    let text = family.gets(role, "/metrics").text("text/plain");
    let name = format!("anchorage_method_instructions_sum{{method=\"{method}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    let value = line.unwrap_or_else(|| panic!("no histogram of {method}"));
    let value = value.split(' ').next().expect("a value");
    value.parse().expect("a whole number")
}
