//! How instructions are counted from outside, by what the Internet Computer publishes.
//!
//! What the balance of a canister that calls nobody lost, beside the fees for execution and message, is the number of its
//! instructions, the reply included. Calls of several executions are read from the canister's own histograms, which
//! `family_instructions` compares with what the network charges.

use anchorage_tests::family::{Family, Role};
use anchorage_tests::fees;
use candid::utils::{ArgumentDecoder, ArgumentEncoder};
use types::Principal;

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
    let charged = fees::ingress(method.len() + bytes.len());
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
    let (answer, spent) = family.charges(role, f);
    let instructions = spent
        .checked_sub(executions * fees::EXECUTION)
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
    family.counts(role, method).instructions
}
