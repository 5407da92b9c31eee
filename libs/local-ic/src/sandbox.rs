//! What one execution of canister code can see, and what it did: the meaning of the System API,
//! without any WebAssembly. The `wasm` module moves bytes between a module's memory and this.
//!
//! A [`Sandbox`] is made before an execution and read after it. Nothing in it is shared with the
//! network's state, so an execution that traps is undone by dropping it.

mod calls;
mod cycles;
mod heap;
mod mode;
mod stable;

pub use calls::{CALL_NOT_SENT, Callbacks, Closure, OutgoingCall, QueueRoom};
pub use cycles::{Account, FreezePolicy};
pub use heap::check_heap;
pub use mode::{Mode, Modes};
pub use stable::{StableLimits, StableMemory};

use crate::error::ErrorCode;
use crate::ids::{CanisterId, SubnetId, TimeNs};
use crate::limits;
use candid::Principal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Why an execution ended without completing. Everything it did is undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Trap {
    /// The kind of failure.
    pub code: ErrorCode,
    /// The text without the canister's name in front.
    pub message: String,
}

impl Trap {
    /// A trap of this kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A use of the System API against its contract (IC0504).
    pub fn contract(message: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::CanisterContractViolation,
            format!("Canister violated contract: {message}"),
        )
    }
}

/// Facts that do not change during an execution.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The canister that runs.
    pub canister: CanisterId,
    /// Its subnet.
    pub subnet: SubnetId,
    /// Nodes of the subnet; fees are proportional to it.
    pub nodes: u32,
    /// DER of the network's root key.
    pub root_key: Arc<[u8]>,
    /// The round's time.
    pub time: TimeNs,
    /// 1 running, 2 stopping, 3 stopped.
    pub status: u32,
    /// The canister version that `ic0.canister_version` answers.
    pub version: u64,
    /// Who controls the canister.
    pub controllers: BTreeSet<Principal>,
    /// The canister's environment variables.
    pub variables: BTreeMap<String, String>,
    /// False for queries and `inspect_message`.
    pub replicated: bool,
    /// Limit of the Wasm heap in bytes, from the settings; zero means none.
    pub wasm_memory_limit: u64,
    /// For non-replicated queries: the certificate of the canister's certified data.
    pub data_certificate: Option<Arc<[u8]>>,
}

/// Extra information about an ingress sender (interface specification: `sender_info`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderInfo {
    /// The attributes, signed by the signer.
    #[serde(with = "serde_bytes")]
    pub info: Vec<u8>,
    /// The canister that signed them.
    #[serde(with = "serde_bytes")]
    pub signer: Vec<u8>,
}

/// The message that is executed.
#[derive(Clone, Debug)]
pub struct Input {
    /// Who called; in callbacks the caller of the call context.
    pub caller: Principal,
    /// See [`SenderInfo`]; empty unless the caller had one.
    pub caller_info: SenderInfo,
    /// The argument, or in a reply callback the reply.
    pub payload: Vec<u8>,
    /// In reject callbacks and cleanups: reject code and text.
    pub reject: Option<(u32, String)>,
    /// The method's name, for `inspect_message`.
    pub method: String,
    /// The deadline of the context's call, if it was a best-effort call.
    pub deadline: Option<TimeNs>,
}

/// An answer to the call context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// `ic0.msg_reply`.
    Reply(#[serde(with = "serde_bytes")] Vec<u8>),
    /// `ic0.msg_reject`, always with reject code 4.
    Reject(String),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Sandbox {
    /// The kind of entry point.
    pub mode: Mode,
    /// Constant facts.
    pub env: Environment,
    /// The message.
    pub input: Input,
    /// Cycles of canister and call.
    pub account: Account,
    /// The stable memory, changed in place.
    pub stable: StableMemory,
    /// Whether the call context has been answered, by an earlier execution or this one.
    pub answered: bool,
    /// The answer of this execution.
    pub answer: Option<Answer>,
    /// Calls that leave if the execution succeeds.
    pub calls: Vec<OutgoingCall>,
    /// Room in the queues to other canisters.
    pub room: QueueRoom,
    /// Certified data, if it was set.
    pub certified_data: Option<Vec<u8>>,
    /// The global timer, 0 if off; as it was before, then as it was set.
    pub timer: TimeNs,
    /// Whether `accept_message` was called.
    pub accepted: bool,
    /// Lines of `debug_print`, kept even if the execution traps; the newest ones, as many as the
    /// largest log has room for.
    pub log: VecDeque<Vec<u8>>,
    /// Lines before these that were printed and not kept.
    pub log_skipped: u64,
    /// Instructions of this call context before this execution.
    pub context_instructions: u64,
    /// The Wasm heap's size in bytes, kept current by the engine.
    pub heap_bytes: u64,
    log_bytes: usize,
    reply: Vec<u8>,
    call: Option<calls::CallBuilder>,
}

impl Sandbox {
    /// A sandbox in which nothing has happened yet.
    pub fn new(
        mode: Mode,
        env: Environment,
        input: Input,
        account: Account,
        stable: StableMemory,
    ) -> Self {
        Self {
            mode,
            env,
            input,
            account,
            stable,
            answered: false,
            answer: None,
            calls: Vec::new(),
            room: QueueRoom::default(),
            certified_data: None,
            timer: 0,
            accepted: false,
            log: VecDeque::new(),
            log_skipped: 0,
            context_instructions: 0,
            heap_bytes: 0,
            log_bytes: 0,
            reply: Vec::new(),
            call: None,
        }
    }

    /// Checks that a function may be called in this context.
    pub fn require(&self, modes: Modes, name: &str) -> Result<(), Trap> {
        if modes.contains(self.mode) {
            return Ok(());
        }
        Err(Trap::contract(format_args!(
            "\"ic0_{name}\" cannot be executed in {} mode",
            self.mode.name()
        )))
    }

    /// `msg_reply_data_append`.
    pub fn reply_data_append(&mut self, bytes: &[u8]) -> Result<(), Trap> {
        self.require_unanswered()?;
        let limit = if self.env.replicated {
            limits::MAX_REPLICATED_REPLY
        } else {
            limits::MAX_QUERY_REPLY
        };
        if self.reply.len() + bytes.len() > limit {
            return Err(Trap::contract(format_args!(
                "ic0.msg_reply_data_append: application payload size ({}) cannot be larger than {limit}",
                self.reply.len() + bytes.len()
            )));
        }
        self.reply.extend_from_slice(bytes);
        Ok(())
    }

    /// `msg_reply`.
    pub fn reply(&mut self) -> Result<(), Trap> {
        self.require_unanswered()?;
        let reply = std::mem::take(&mut self.reply);
        self.give_answer(Answer::Reply(reply));
        Ok(())
    }

    /// `msg_reject`.
    pub fn reject(&mut self, message: &[u8]) -> Result<(), Trap> {
        self.require_unanswered()?;
        let limit = if self.env.replicated {
            limits::MAX_REPLICATED_REPLY
        } else {
            limits::MAX_QUERY_REPLY
        };
        if message.len() > limit {
            return Err(Trap::contract(format_args!(
                "ic0.msg_reject: application payload size ({}) cannot be larger than {limit}",
                message.len()
            )));
        }
        let message = String::from_utf8(message.to_vec())
            .map_err(|_| Trap::contract("ic0.msg_reject: invalid UTF-8 string provided"))?;
        self.give_answer(Answer::Reject(message));
        Ok(())
    }

    fn give_answer(&mut self, answer: Answer) {
        self.answered = true;
        self.answer = Some(answer);
    }

    fn require_unanswered(&self) -> Result<(), Trap> {
        if self.answered {
            return Err(Trap::contract("the call is already replied"));
        }
        Ok(())
    }

    /// The reject code: 0 unless the call was rejected.
    pub fn reject_code(&self) -> u32 {
        self.input.reject.as_ref().map_or(0, |(code, _)| *code)
    }

    /// The reject text.
    pub fn reject_message(&self) -> Result<&str, Trap> {
        match &self.input.reject {
            Some((_, message)) => Ok(message),
            None => Err(Trap::contract("the message was not rejected")),
        }
    }

    /// `certified_data_set`.
    pub fn set_certified_data(&mut self, data: Vec<u8>) -> Result<(), Trap> {
        if data.len() > 32 {
            return Err(Trap::contract(format_args!(
                "ic0.certified_data_set failed because the passed data must be no larger than 32 bytes. Found {} bytes",
                data.len()
            )));
        }
        self.certified_data = Some(data);
        Ok(())
    }

    /// The data certificate, or the contract violation of asking without one.
    pub fn data_certificate(&self) -> Result<&[u8], Trap> {
        self.env.data_certificate.as_deref().ok_or_else(|| {
            Trap::contract("ic0.data_certificate_size/copy was called without a certificate")
        })
    }

    /// `global_timer_set`: the previous value.
    pub fn set_timer(&mut self, at: TimeNs) -> TimeNs {
        std::mem::replace(&mut self.timer, at)
    }

    /// `accept_message`.
    pub fn accept_message(&mut self) -> Result<(), Trap> {
        if std::mem::replace(&mut self.accepted, true) {
            return Err(Trap::contract(
                "ic0.accept_message: the function was already called",
            ));
        }
        Ok(())
    }

    /// `is_controller`.
    pub fn is_controller(&self, bytes: &[u8]) -> Result<bool, Trap> {
        let principal = Principal::try_from_slice(bytes).map_err(|error| {
            Trap::contract(format_args!(
                "ic0.is_controller: invalid principal: {error}"
            ))
        })?;
        Ok(self.env.controllers.contains(&principal))
    }

    /// The name of the environment variable with this index, in the order of names.
    pub fn variable_name(&self, index: u32) -> Result<&str, Trap> {
        self.env
            .variables
            .keys()
            .nth(index as usize)
            .map(String::as_str)
            .ok_or_else(|| {
                Trap::contract(format_args!(
                    "ic0.env_var_name: index {index} is out of bounds, there are {} variables",
                    self.env.variables.len()
                ))
            })
    }

    /// The value of an environment variable.
    pub fn variable_value(&self, name: &[u8]) -> Result<&str, Trap> {
        let name = variable_key(name)?;
        self.env
            .variables
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| {
                Trap::contract(format_args!(
                    "ic0.env_var_value: there is no variable '{name}'"
                ))
            })
    }

    /// `env_var_name_exists`.
    pub fn variable_exists(&self, name: &[u8]) -> Result<bool, Trap> {
        Ok(self.env.variables.contains_key(variable_key(name)?))
    }

    /// Records a line of `debug_print`; only replicated executions have a log.
    pub fn debug_print(&mut self, line: &[u8]) {
        if self.env.replicated {
            let line = &line[..line.len().min(limits::MAX_LOG_LINE)];
            self.log.push_back(line.to_vec());
            self.log_bytes += line.len() + limits::LOG_LINE_OVERHEAD;
            while self.log_bytes > limits::MAX_LOG_BYTES
                && let Some(oldest) = self.log.pop_front()
            {
                self.log_bytes -= oldest.len() + limits::LOG_LINE_OVERHEAD;
                self.log_skipped += 1;
            }
        }
    }
}

fn variable_key(name: &[u8]) -> Result<&str, Trap> {
    if name.len() > limits::MAX_VARIABLE_NAME {
        return Err(Trap::contract(format_args!(
            "ic0.env_var: name of {} bytes exceeds the limit of {}",
            name.len(),
            limits::MAX_VARIABLE_NAME
        )));
    }
    std::str::from_utf8(name)
        .map_err(|_| Trap::contract("ic0.env_var: the name is not valid UTF-8"))
}

#[cfg(test)]
mod tests;
