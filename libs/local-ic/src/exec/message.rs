//! Calls to a canister's methods, by users and by canisters.

use super::{Exec, Job, no_method, no_module, out_of_cycles, require_running};
use crate::error::{ErrorCode, Reject};
use crate::ids::{CanisterId, Cycles, TimeNs};
use crate::sandbox::{Input, Mode, SenderInfo};
use crate::state::{Canister, Context, Ingress, Origin, Request};
use crate::wasm::execute::Entry;
use candid::Principal;

/// A call to a method, wherever it comes from.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the answer goes.
    pub origin: Origin,
    /// Who called.
    pub caller: Principal,
    /// What an ingress sender's signature says about them.
    pub caller_info: SenderInfo,
    /// The method.
    pub method: String,
    /// The argument.
    pub payload: Vec<u8>,
    /// Cycles that came with it.
    pub cycles: Cycles,
    /// When the caller stops waiting.
    pub deadline: Option<TimeNs>,
}

impl From<Ingress> for Call {
    fn from(ingress: Ingress) -> Self {
        Self {
            origin: Origin::Ingress(ingress.id),
            caller: ingress.sender,
            caller_info: ingress.sender_info,
            method: ingress.method,
            payload: ingress.payload,
            cycles: 0,
            deadline: None,
        }
    }
}

impl From<Request> for Call {
    fn from(request: Request) -> Self {
        Self {
            origin: Origin::Canister {
                caller: request.sender,
                callback: request.callback,
            },
            caller: request.sender.0,
            caller_info: SenderInfo::default(),
            method: request.method,
            payload: request.payload,
            cycles: request.cycles,
            deadline: request.deadline,
        }
    }
}

impl Exec<'_> {
    /// Executes a call and answers it if it is already over.
    pub fn call(&mut self, id: CanisterId, call: Call) {
        let Some(mut canister) = self.subnet.canisters.remove(&id) else {
            let reject = crate::state::not_found(id);
            self.answer(id, &call.origin, call.cycles, Err(reject));
            return;
        };
        let (origin, cycles) = (call.origin.clone(), call.cycles);
        if let Err(reject) = self.try_call(&mut canister, call) {
            self.answer(id, &origin, cycles, Err(reject));
        }
        self.subnet.canisters.insert(id, canister);
    }

    fn try_call(&mut self, canister: &mut Canister, call: Call) -> Result<(), Reject> {
        require_cycles(canister, &call)?;
        require_running(canister)?;
        let code = canister.code.clone().ok_or_else(|| no_module(canister))?;
        let limit = self.subnet.update_limit();
        let fees = self.subnet.fees();
        canister
            .withdraw(&fees, fees.execution(limit))
            .map_err(|missing| out_of_cycles(canister, missing))?;
        let module = self.machine.module(self.modules, code.module);
        let found = find_method(canister, &module.info, &call.method);
        let (mode, export) = match found {
            Ok(found) => found,
            Err(reject) => {
                canister.credit(fees.execution(limit));
                return Err(reject);
            }
        };
        let context = canister.open_context(Context {
            origin: call.origin,
            caller: call.caller,
            caller_info: call.caller_info.clone(),
            available: call.cycles,
            answered: false,
            deleted: false,
            outstanding: 0,
            instructions: 0,
            created: self.now,
            deadline: call.deadline,
        });
        let finished = self.run(
            canister,
            &code,
            Job {
                mode,
                entry: Entry::Export(&export),
                input: Input {
                    caller: call.caller,
                    caller_info: call.caller_info,
                    payload: call.payload,
                    reject: None,
                    method: call.method,
                    // A query shows none, also where an update or a canister called it.
                    deadline: call.deadline.filter(|_| mode == Mode::Update),
                },
                available: call.cycles,
                refunded: 0,
                answered: false,
                context_instructions: 0,
                limit,
            },
        );
        self.settle(canister, context, mode, finished, limit);
        Ok(())
    }
}

/// Refuses a call of another canister that brings fewer cycles than the settings ask for.
fn require_cycles(canister: &Canister, call: &Call) -> Result<(), Reject> {
    let minimum = canister.settings.minimum_call_cycles;
    match call.origin {
        Origin::Canister { caller, .. } if caller != canister.id && call.cycles < minimum => {
            Reject::err(
                ErrorCode::InsufficientCyclesInCall,
                format!(
                    "Canister {} takes calls with at least {minimum} cycles, this one has {}",
                    canister.id, call.cycles
                ),
            )
        }
        _ => Ok(()),
    }
}

/// The mode and the export behind a method, in a replicated call.
fn find_method(
    canister: &Canister,
    info: &crate::wasm::validate::ModuleInfo,
    method: &str,
) -> Result<(Mode, String), Reject> {
    if info.updates.contains(method) {
        Ok((Mode::Update, format!("canister_update {method}")))
    } else if info.queries.contains(method) {
        Ok((Mode::ReplicatedQuery, format!("canister_query {method}")))
    } else if info.composite_queries.contains(method) {
        Reject::err(
            ErrorCode::CompositeQueryCalledInReplicatedMode,
            "Composite query cannot be called in replicated mode",
        )
    } else {
        Err(no_method(canister, "update", method))
    }
}
