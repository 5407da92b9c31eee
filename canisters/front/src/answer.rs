//! Answers of methods without an error variant: a reply, or a reject with the refusal's words.
//!
//! A reject and not a trap, because a trap would also take back what was counted and spent. The
//! functions answer themselves (`manual_reply`); what they return only names the Candid types.

use crate::refusal::Refusal;
use crate::state::Shared;
use canister_kit::counters::Method;
use ic_cdk::api::{msg_reject, msg_reply, performance_counter};
use std::marker::PhantomData;
use types::lean::answers::Answer;
use types::lean::{self, Lean, Typed};

/// Answers `() -> ()`.
pub(crate) fn unit(result: Result<(), Refusal>) {
    send(result.map(|()| ().message()));
}

/// Answers with one value.
pub(crate) fn one<T: Lean + Typed>(result: Result<T, Refusal>) -> PhantomData<T> {
    send(result.map(|value| lean::message(&value)));
    PhantomData
}

/// Answers with one value whose types stand written in the module: for what is asked most.
pub(crate) fn frequent<T: Answer>(result: Result<T, Refusal>) -> PhantomData<T> {
    send(result.map(|value| value.message()));
    PhantomData
}

/// Answers with two values.
pub(crate) fn two<A, B>(result: Result<(A, B), Refusal>) -> (PhantomData<A>, PhantomData<B>)
where
    (A, B): Answer,
{
    send(result.map(|values| values.message()));
    (PhantomData, PhantomData)
}

fn send(result: Result<Vec<u8>, Refusal>) {
    match result {
        Ok(message) => msg_reply(message),
        Err(refusal) => msg_reject(refusal.words()),
    }
}

/// Counts the instructions of the whole call so far, and those of this execution, which is its last.
pub(crate) fn observe(state: &Shared, method: Method) {
    let [last, whole] = [0, 1].map(performance_counter);
    let counters = &state.borrow().counters;
    counters.observe(method, whole);
    counters.observe(method.last_execution(), last);
}
