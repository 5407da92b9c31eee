//! Messages under way, and what waits for them.

use crate::error::Reject;
use crate::ids::{CallbackId, CanisterId, ContextId, Cycles, MessageId, TimeNs};
use crate::sandbox::{Callbacks, SenderInfo};
use candid::Principal;
use serde::{Deserialize, Serialize};

/// A message from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingress {
    /// The request id.
    pub id: MessageId,
    /// Who sent it.
    pub sender: Principal,
    /// What the sender's signature says about them.
    pub sender_info: SenderInfo,
    /// The receiver; [`CanisterId::MANAGEMENT`] for the management canister.
    pub receiver: CanisterId,
    /// The method.
    pub method: String,
    /// The argument.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// When it may no longer be executed.
    pub expiry: TimeNs,
}

/// A call from one canister to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The calling canister.
    pub sender: CanisterId,
    /// What waits for the response there.
    pub callback: CallbackId,
    /// The receiver; [`CanisterId::MANAGEMENT`] for the management canister.
    pub receiver: CanisterId,
    /// The method.
    pub method: String,
    /// The argument.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
    /// Cycles that travel with it.
    pub cycles: Cycles,
    /// When the caller stops waiting; `None` for a guaranteed response.
    pub deadline: Option<TimeNs>,
}

impl Request {
    /// Whether nobody waits for the answer any more: then it is not executed.
    pub fn expired(&self, now: TimeNs) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The canister that called.
    pub originator: CanisterId,
    /// What waits there.
    pub callback: CallbackId,
    /// The canister that was called.
    pub respondent: CanisterId,
    /// Cycles that were not accepted.
    pub refund: Cycles,
    /// Reply or rejection.
    pub result: Result<serde_bytes::ByteBuf, Reject>,
}

/// What travels between canisters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// A call.
    Request(Request),
    /// An answer.
    Response(Response),
}

impl Message {
    /// Whose queue it goes to.
    pub fn destination(&self) -> CanisterId {
        match self {
            Message::Request(request) => request.receiver,
            Message::Response(response) => response.originator,
        }
    }
}

/// Where a call context came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A user's message.
    Ingress(MessageId),
    /// A canister's call.
    Canister {
        /// The caller.
        caller: CanisterId,
        /// What waits there.
        callback: CallbackId,
    },
    /// A heartbeat, a timer or another task of the system.
    System,
}

/// The life of one call at the called canister, from its start to its last callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Where it came from.
    pub origin: Origin,
    /// Who called.
    pub caller: Principal,
    /// What an ingress sender's signature says about them.
    pub caller_info: SenderInfo,
    /// Cycles that may still be accepted.
    pub available: Cycles,
    /// Whether an answer was given.
    pub answered: bool,
    /// Whether the canister's code was uninstalled meanwhile: callbacks no longer run.
    pub deleted: bool,
    /// Calls made on its behalf whose responses are still to come.
    pub outstanding: u64,
    /// Instructions used so far.
    pub instructions: u64,
    /// When it began.
    pub created: TimeNs,
    /// The deadline of the call, if it is a best-effort call.
    pub deadline: Option<TimeNs>,
}

/// What waits for a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The context on whose behalf the call was made.
    pub context: ContextId,
    /// The canister that was called.
    pub callee: CanisterId,
    /// What runs when the response comes.
    pub closures: Callbacks,
    /// Paid in advance for receiving the response and executing the callback.
    pub prepaid: Cycles,
    /// When the call gives up; `None` for a guaranteed response.
    pub deadline: Option<TimeNs>,
}
