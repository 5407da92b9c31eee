//! Orders and questions to shards.
//!
//! Every message carries the highest tip that front saw of the shard, so that a shard that was rolled
//! back notices; every answer's tip is remembered. An order whose outcome is unknown is repeated once with the
//! same bytes and therefore the same id: a shard answers a repeated id with its first answer.

use crate::metrics;
use crate::runtime::{NoReply, Runtime};
use crate::state::{OpenCall, Shared};
use candid::Principal;
use minicbor::Decode;
use serde_bytes::{ByteBuf, Bytes};
use types::message::{self, Request};
use types::registry::{Answer, RegistryError, ShardTip};

/// Open calls per shard. The system's queue holds 500; what is left is for the collector and for
/// controllers.
pub(crate) const OPEN_CALLS_LIMIT: u32 = 400;
/// Open calls per shard up to which orders of people without a device are sent. The rest is for those who
/// have one.
const ANYBODYS_OPEN_CALLS_LIMIT: u32 = 200;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShardFailure {
    /// The shard said no and changed nothing. Whether to retry is the error's to say.
    #[error(transparent)]
    Refused(RegistryError),
    /// The shard did not execute the message, or its execution was undone. Retry.
    #[error("the shard did not take the message")]
    NotDone,
    /// Nobody knows whether the shard executed it. Retry with the same order id only.
    #[error("outcome unknown")]
    Unknown,
}

/// Sends an order. `make` gets the tip to expect; the order id inside must be the same for both attempts.
pub(crate) async fn order<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    make: impl FnOnce(Option<ShardTip>) -> Q,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    let request = make(expected(state, shard));
    match send(runtime, state, shard, &request).await {
        Err(ShardFailure::Unknown) => match send(runtime, state, shard, &request).await {
            // That the second was not executed says nothing about the first.
            Err(ShardFailure::NotDone) => Err(ShardFailure::Unknown),
            other => other,
        },
        other => other,
    }
}

/// Sends an order for somebody who need not have a device, if enough calls are left for those who have one.
pub(crate) async fn anybodys_order<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    make: impl FnOnce(Option<ShardTip>) -> Q,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    if state.borrow().open_calls(shard) >= ANYBODYS_OPEN_CALLS_LIMIT {
        count(state, metrics::CALLS_NOT_DONE);
        return Err(ShardFailure::NotDone);
    }
    order(runtime, state, shard, make).await
}

/// Asks a question: not repeated, and without an answer nothing is lost.
pub(crate) async fn question<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    make: impl FnOnce(Option<ShardTip>) -> Q,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    let request = make(expected(state, shard));
    match send(runtime, state, shard, &request).await {
        Err(ShardFailure::Unknown) => Err(ShardFailure::NotDone),
        other => other,
    }
}

/// Asks a question in a composite query, where nothing that front notes would stay. `None` if the shard gave no
/// answer that can be read.
pub(crate) async fn ask<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    make: impl FnOnce(Option<ShardTip>) -> Q,
) -> Option<Result<T, RegistryError>>
where
    R: Runtime,
    Q: Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    let request = make(expected(state, shard));
    let reply = runtime.call(shard, Q::METHOD, arguments(&request)).await;
    let Answer { tip: _, result } = read(&reply.ok()?)?;
    Some(result)
}

fn expected(state: &Shared, shard: Principal) -> Option<ShardTip> {
    state.borrow().tips.get(shard)
}

async fn send<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    request: &Q,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    let Some(_open) = OpenCall::begin(state, shard, OPEN_CALLS_LIMIT) else {
        count(state, metrics::CALLS_NOT_DONE);
        return Err(ShardFailure::NotDone);
    };
    let reply = match runtime.call(shard, Q::METHOD, arguments(request)).await {
        Ok(reply) => reply,
        // A shard's methods await nothing (see the registry's door): one that failed wrote nothing.
        Err(NoReply::NotDone | NoReply::CalleeFailed) => {
            count(state, metrics::CALLS_NOT_DONE);
            return Err(ShardFailure::NotDone);
        }
        Err(NoReply::Unknown) => {
            count(state, metrics::CALLS_UNKNOWN);
            return Err(ShardFailure::Unknown);
        }
    };
    let Some(Answer { tip, result }) = read(&reply) else {
        // It was executed; what came of it cannot be read (a neighbour of another version).
        count(state, metrics::CALLS_UNREADABLE);
        return Err(ShardFailure::Unknown);
    };
    count(state, metrics::CALLS_ANSWERED);
    if result.as_ref().err() == Some(&RegistryError::RolledBack) {
        // Its tip is one that front has left behind.
        count(state, metrics::ROLLED_BACK);
        state.borrow_mut().tips.refused(shard);
    } else {
        let tips = &mut state.borrow_mut().tips;
        tips.learn(shard, tip);
        if compares_tips(result.as_ref().err()) {
            tips.confirmed(shard);
        }
    }
    result.map_err(ShardFailure::Refused)
}

/// Whether a shard compares the tip that is expected of it before it gives this answer.
fn compares_tips(error: Option<&RegistryError>) -> bool {
    !matches!(
        error,
        Some(
            RegistryError::NotFront
                | RegistryError::Malformed
                | RegistryError::UnsupportedVersion { .. }
                | RegistryError::NotMine { .. }
        )
    )
}

fn arguments(request: &impl Request) -> Vec<u8> {
    let message = message::encode(request);
    candid::encode_one(Bytes::new(&message)).expect("a blob, which Candid can encode")
}

fn read<T: for<'b> Decode<'b, ()>>(reply: &[u8]) -> Option<Answer<T>> {
    let blob: ByteBuf = candid::decode_one(reply).ok()?;
    message::decode(&blob).ok()
}

fn count(state: &Shared, slot: canister_kit::counters::Slot) {
    state.borrow().counters.add(slot, 1);
}

#[cfg(test)]
pub(crate) mod tests;
