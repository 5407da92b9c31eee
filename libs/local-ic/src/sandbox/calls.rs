//! Outgoing calls: built step by step, kept until the execution has succeeded.

use super::{Sandbox, Trap};
use crate::ids::{CanisterId, Cycles, TimeNs};
use crate::limits;
use candid::Principal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A function of the module's table and the value it is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Index in the table.
    pub func: u32,
    /// Its argument.
    pub env: u32,
}

/// What happens when the response comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callbacks {
    /// Called with a reply.
    pub reply: Closure,
    /// Called with a rejection.
    pub reject: Closure,
    /// Called on the state before, if one of the two traps.
    pub cleanup: Option<Closure>,
}

/// A call that was performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingCall {
    /// The receiver; the empty principal is the management canister.
    pub callee: CanisterId,
    /// The method.
    pub method: String,
    /// The argument.
    pub payload: Vec<u8>,
    /// Cycles that travel with it, already taken from the balance.
    pub cycles: Cycles,
    /// What happens when the response comes.
    pub callbacks: Callbacks,
    /// When a best-effort call gives up; `None` for a guaranteed response.
    pub deadline: Option<TimeNs>,
    /// Paid in advance for receiving the response and executing the callback; what is not used
    /// comes back with the response.
    pub prepaid: Cycles,
}

/// How much room there is in the queues of the running canister.
#[derive(Clone, Debug, Default)]
pub struct QueueRoom {
    /// Entries in use for each callee.
    pub used: BTreeMap<CanisterId, usize>,
}

#[derive(Debug)]
pub(super) struct CallBuilder {
    callee: CanisterId,
    method: String,
    payload: Vec<u8>,
    cycles: Cycles,
    callbacks: Callbacks,
    timeout_seconds: Option<u32>,
}

/// `call_perform` could not send the call; it answers this code (`SYS_TRANSIENT`).
pub const CALL_NOT_SENT: u32 = 2;

impl Sandbox {
    /// `call_new`. An unfinished earlier call is dropped and its cycles come back.
    pub fn call_new(
        &mut self,
        callee: &[u8],
        method: &[u8],
        reply: Closure,
        reject: Closure,
    ) -> Result<(), Trap> {
        self.drop_call();
        let callee = Principal::try_from_slice(callee).map_err(|error| {
            Trap::contract(format_args!("ic0.call_new: invalid callee: {error}"))
        })?;
        if method.len() > limits::MAX_CALL_METHOD_NAME {
            return Err(Trap::contract(format_args!(
                "ic0.call_new: size {} of the method name exceeds the limit of {} bytes",
                method.len(),
                limits::MAX_CALL_METHOD_NAME
            )));
        }
        let method = String::from_utf8(method.to_vec())
            .map_err(|_| Trap::contract("ic0.call_new: the method name is not valid UTF-8"))?;
        self.call = Some(CallBuilder {
            callee: CanisterId(callee),
            method,
            payload: Vec::new(),
            cycles: 0,
            callbacks: Callbacks {
                reply,
                reject,
                cleanup: None,
            },
            timeout_seconds: None,
        });
        Ok(())
    }

    /// `call_on_cleanup`.
    pub fn call_on_cleanup(&mut self, cleanup: Closure) -> Result<(), Trap> {
        let call = self.open_call("call_on_cleanup")?;
        if call.callbacks.cleanup.replace(cleanup).is_some() {
            return Err(Trap::contract(
                "ic0.call_on_cleanup can be called at most once between `ic0.call_new` and `ic0.call_perform`",
            ));
        }
        Ok(())
    }

    /// `call_data_append`.
    pub fn call_data_append(&mut self, bytes: &[u8]) -> Result<(), Trap> {
        let call = self.open_call("call_data_append")?;
        let size = call.method.len() + call.payload.len() + bytes.len();
        if size > limits::MAX_LOCAL_REQUEST {
            return Err(Trap::contract(format_args!(
                "ic0.call_data_append: payload size {size} exceeds the limit of {} bytes",
                limits::MAX_LOCAL_REQUEST
            )));
        }
        call.payload.extend_from_slice(bytes);
        Ok(())
    }

    /// `call_with_best_effort_response`.
    pub fn call_with_best_effort_response(&mut self, seconds: u32) -> Result<(), Trap> {
        let call = self.open_call("call_with_best_effort_response")?;
        let seconds = seconds.min(limits::MAX_CALL_TIMEOUT_SECONDS);
        if call.timeout_seconds.replace(seconds).is_some() {
            return Err(Trap::contract(
                "ic0.call_with_best_effort_response can be called at most once between `ic0.call_new` and `ic0.call_perform`",
            ));
        }
        Ok(())
    }

    /// `call_cycles_add`.
    pub fn call_cycles_add(&mut self, amount: Cycles) -> Result<(), Trap> {
        self.open_call("call_cycles_add")?;
        self.withdraw(amount)?;
        let call = self.open_call("call_cycles_add")?;
        call.cycles = call.cycles.saturating_add(amount);
        Ok(())
    }

    /// `call_perform`: 0 if the call leaves when the execution succeeds, else [`CALL_NOT_SENT`].
    pub fn call_perform(&mut self) -> Result<u32, Trap> {
        self.open_call("call_perform")?;
        let call = self.call.take().expect("checked the line before");
        let used = self.room.used.entry(call.callee).or_default();
        let bytes = call.method.len() + call.payload.len();
        let prepaid = self.account.prepaid();
        if *used >= limits::QUEUE_CAPACITY {
            self.account.credit(call.cycles);
            return Ok(CALL_NOT_SENT);
        }
        if self.mode.keeps_changes()
            && self
                .withdraw(self.account.fees.request(bytes) + prepaid)
                .is_err()
        {
            self.account.credit(call.cycles);
            return Ok(CALL_NOT_SENT);
        }
        *self.room.used.get_mut(&call.callee).expect("entered above") += 1;
        let deadline = call
            .timeout_seconds
            .map(|seconds| self.env.time + u64::from(seconds) * 1_000_000_000);
        self.calls.push(OutgoingCall {
            callee: call.callee,
            method: call.method,
            payload: call.payload,
            cycles: call.cycles,
            callbacks: call.callbacks,
            deadline,
            prepaid,
        });
        Ok(0)
    }

    /// `cost_call`: what sending a call costs whose method name and payload have so many bytes.
    pub fn call_cost(&self, bytes: u64) -> Cycles {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.account.fees.request(bytes) + self.account.prepaid()
    }

    fn drop_call(&mut self) {
        if let Some(call) = self.call.take() {
            self.account.credit(call.cycles);
        }
    }

    /// To be called when the execution ended: a call that was not performed gives its cycles back.
    pub fn finish(&mut self) {
        self.drop_call();
    }

    fn open_call(&mut self, function: &str) -> Result<&mut CallBuilder, Trap> {
        self.call.as_mut().ok_or_else(|| {
            Trap::contract(format_args!(
                "ic0.{function} called when no call is under construction"
            ))
        })
    }
}
