//! Orders and questions to shards.
//!
//! Every message carries the highest tip that front saw of the shard, so that a shard that was rolled
//! back notices; every answer's tip is remembered. An order whose outcome is unknown is repeated once with the
//! same bytes and therefore the same id: a shard answers a repeated id with its first answer. Messages to one shard are
//! delivered in the order they were sent or not at all (interface specification, "Ordering guarantees"), so the answer to
//! the second says what became of the first.

use crate::crowd::{OpenCall, Sender};
use crate::metrics;
use crate::runtime::{NoReply, Runtime};
use crate::state::Shared;
use candid::Principal;
use canister_kit::blob;
use minicbor::Decode;
use types::AnchorNumber;
use types::front::ShardState;
use types::message::{self, Request};
use types::registry::{
    AddTentativeDevice, AnchorInfo, Answer, Apply, Authenticate, CreateAnchor,
    EnterRegistrationMode, ExitRegistrationMode, RegistryError, ShardTip, VerifyTentativeDevice,
};

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShardFailure {
    /// The shard said no and changed nothing. Whether to retry is the error's to say.
    #[error(transparent)]
    Refused(RegistryError),
    /// The shard did not execute the message, or its execution was undone. Retry.
    #[error("the shard did not take the message")]
    NotDone,
    /// The routing table says that nothing of the kind is sent to the shard now. Retry.
    #[error("the shard is in state {0:?}")]
    HeldBack(ShardState),
    /// Nobody knows whether the shard executed it. Retry with the same order id only.
    #[error("outcome unknown")]
    Unknown,
}

/// A message to a shard.
pub(crate) trait Message: Request {
    /// On whose behalf it is sent.
    fn sender(&self) -> Sender;
}

/// A message that changes something.
pub(crate) trait Order: Message {
    /// The anchor whose devices it may change; none if it makes a new one, or lets a device wait.
    fn anchor(&self) -> Option<AnchorNumber>;
}

impl Message for CreateAnchor {
    fn sender(&self) -> Sender {
        Sender::Newcomer {
            caller: self.caller,
        }
    }
}

impl Order for CreateAnchor {
    fn anchor(&self) -> Option<AnchorNumber> {
        None
    }
}

/// A device that waits may not act yet: what front knows of who may stays true.
impl Order for AddTentativeDevice {
    fn anchor(&self) -> Option<AnchorNumber> {
        None
    }
}

impl Message for AddTentativeDevice {
    fn sender(&self) -> Sender {
        Sender::NewDevice {
            anchor: self.anchor,
        }
    }
}

macro_rules! messages_of_devices {
    ($($message:ty),*) => {$(
        impl Message for $message {
            fn sender(&self) -> Sender {
                Sender::Device {
                    anchor: self.anchor,
                    caller: self.caller,
                }
            }
        }
    )*};
}

messages_of_devices!(
    AnchorInfo,
    Apply,
    Authenticate,
    EnterRegistrationMode,
    ExitRegistrationMode,
    VerifyTentativeDevice
);

macro_rules! orders_about_an_anchor {
    ($($order:ty),*) => {$(
        impl Order for $order {
            fn anchor(&self) -> Option<AnchorNumber> {
                Some(self.anchor)
            }
        }
    )*};
}

orders_about_an_anchor!(
    Apply,
    EnterRegistrationMode,
    ExitRegistrationMode,
    VerifyTentativeDevice
);

/// Sends an order. `make` gets the tip to expect; the order id inside must be the same for both attempts.
pub(crate) async fn order<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    make: impl FnOnce(Option<ShardTip>) -> Q,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Order + Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    may_send(state, shard, Kind::Order)?;
    let request = make(expected(state, shard));
    let open = begin(state, shard, &request)?;
    let begun = state
        .borrow_mut()
        .order_begins(shard, request.anchor(), runtime.now());
    let Ok(number) = begun else {
        count(state, metrics::CALLS_NOT_DONE);
        return Err(ShardFailure::NotDone);
    };
    let mut result = send(runtime, state, shard, &request, open).await;
    if result.as_ref().err() == Some(&ShardFailure::Unknown) {
        let again =
            may_send(state, shard, Kind::Order).and_then(|()| begin(state, shard, &request));
        if let Ok(open) = again {
            state
                .borrow_mut()
                .order_again(shard, number, request.anchor(), runtime.now());
            let second = send(runtime, state, shard, &request, open).await;
            // That the second was not executed says nothing about the first.
            if second.as_ref().err() != Some(&ShardFailure::NotDone) {
                result = second;
            }
        }
    }
    if result.as_ref().err() != Some(&ShardFailure::Unknown) {
        state.borrow_mut().unsettled.settle(shard, number);
    }
    result
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
    Q: Message + Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
    may_send(state, shard, Kind::Question)?;
    let request = make(expected(state, shard));
    let open = begin(state, shard, &request)?;
    match send(runtime, state, shard, &request, open).await {
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
    let Answer { tip: _, result } = read(reply.ok()?)?;
    Some(result)
}

/// The shard that the anchor belongs to, if any does.
pub(crate) fn owner(state: &Shared, anchor: AnchorNumber) -> Option<Principal> {
    state.borrow().routing().owner(anchor)
}

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A change.
    Order,
    /// An answer.
    Question,
}

/// Whether the routing table lets questions be sent that do not go through [`question`].
pub(crate) fn may_ask(state: &Shared, shard: Principal) -> Result<(), ShardFailure> {
    may_send(state, shard, Kind::Question)
}

/// Whether the routing table lets messages of this kind be sent. A shard that it does not name (any more) may be asked
/// what became of an order.
fn may_send(state: &Shared, shard: Principal, kind: Kind) -> Result<(), ShardFailure> {
    let found = state.borrow().routing().state(shard);
    let held_back = match found {
        Some(ShardState::Unreachable) => true,
        Some(ShardState::Maintenance) => kind == Kind::Order,
        Some(ShardState::Open | ShardState::Sealed) | None => false,
    };
    match found {
        Some(found) if held_back => {
            count(state, metrics::CALLS_HELD_BACK);
            Err(ShardFailure::HeldBack(found))
        }
        _ => Ok(()),
    }
}

fn expected(state: &Shared, shard: Principal) -> Option<ShardTip> {
    state.borrow().tips.get(shard)
}

/// One of the open calls to the shard, if there is one for the sender.
fn begin(
    state: &Shared,
    shard: Principal,
    request: &impl Message,
) -> Result<OpenCall, ShardFailure> {
    OpenCall::begin(state, shard, request.sender()).ok_or_else(|| {
        count(state, metrics::CALLS_NOT_DONE);
        ShardFailure::NotDone
    })
}

async fn send<R, Q, T>(
    runtime: &R,
    state: &Shared,
    shard: Principal,
    request: &Q,
    _open: OpenCall,
) -> Result<T, ShardFailure>
where
    R: Runtime,
    Q: Message + Request<Answer = Answer<T>>,
    T: for<'b> Decode<'b, ()>,
{
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
    let Some(Answer { tip, result }) = read(reply) else {
        // It was executed; what came of it cannot be read (a neighbour of another version).
        count(state, metrics::CALLS_UNREADABLE);
        return Err(ShardFailure::Unknown);
    };
    count(state, metrics::CALLS_ANSWERED);
    if result.as_ref().err() == Some(&RegistryError::RolledBack) {
        // Its tip is one that front has left behind.
        count(state, metrics::ROLLED_BACK);
        let mut state = state.borrow_mut();
        state.tips.refused(shard);
        state.distrust(shard);
    } else {
        let mut state = state.borrow_mut();
        state.heard(shard, tip, runtime.now());
        if compares_tips(result.as_ref().err()) {
            state.tips.confirmed(shard);
        }
        if let Sender::Device { anchor, caller } = request.sender() {
            match &result {
                Ok(_) => state.saw(anchor, caller),
                Err(RegistryError::Unauthorized) => state.crowd.turned_away(anchor, caller),
                Err(_) => {}
            }
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
    blob::encode(&message::encode(request))
}

fn read<T: for<'b> Decode<'b, ()>>(reply: Vec<u8>) -> Option<Answer<T>> {
    let blob = blob::decode(reply).ok()?;
    message::decode(&blob).ok()
}

fn count(state: &Shared, slot: canister_kit::counters::Slot) {
    state.borrow().counters.add(slot, 1);
}

#[cfg(test)]
pub(crate) mod tests;
