//! Answers of methods without an error variant: a reply, or a reject with the refusal's words.
//!
//! A reject and not a trap, because a trap would also take back what was counted and spent. The
//! functions answer themselves (`manual_reply`); what they return only names the Candid types.

use crate::refusal::Refusal;
use crate::state::Shared;
use candid::CandidType;
use candid::utils::ArgumentEncoder;
use canister_kit::counters::Method;
use ic_cdk::api::{msg_reject, msg_reply, performance_counter};
use std::marker::PhantomData;

/// Answers `() -> ()`.
pub(crate) fn unit(result: Result<(), Refusal>) {
    send(result);
}

/// Answers with one value.
pub(crate) fn one<T: CandidType>(result: Result<T, Refusal>) -> PhantomData<T> {
    send(result.map(|value| (value,)));
    PhantomData
}

/// Answers with two values.
pub(crate) fn two<A, B>(result: Result<(A, B), Refusal>) -> (PhantomData<A>, PhantomData<B>)
where
    A: CandidType,
    B: CandidType,
{
    send(result);
    (PhantomData, PhantomData)
}

fn send<T: ArgumentEncoder>(result: Result<T, Refusal>) {
    match result {
        Ok(values) => {
            let bytes = candid::encode_args(values);
            msg_reply(bytes.expect("plain data, which Candid can encode"));
        }
        Err(refusal) => msg_reject(refusal.words()),
    }
}

/// Counts the instructions of the whole call so far, all its executions together.
pub(crate) fn observe(state: &Shared, method: Method) {
    let state = state.borrow();
    state.counters.observe(method, performance_counter(1));
}
