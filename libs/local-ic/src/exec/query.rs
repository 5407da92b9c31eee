//! Executions of one replica alone: queries, composite queries and `inspect_message`. They read
//! the latest state and keep nothing.

use super::{Machine, account, environment, no_method, no_module, require_running, trap_reject};
use crate::error::{ErrorCode, Reject};
use crate::ids::{CanisterId, TimeNs};
use crate::limits;
use crate::management;
use crate::sandbox::{
    Account, Answer, Environment, Input, Mode, OutgoingCall, Sandbox, SenderInfo, StableMemory,
    Trap,
};
use crate::state::{Canister, Modules, Subnet, not_found};
use crate::wasm::ExecutionState;
use crate::wasm::execute::{Entry, Finished};
use candid::Principal;
use std::collections::VecDeque;
use std::sync::Arc;

/// A query call, or an ingress message to inspect.
#[derive(Clone, Debug)]
pub struct QueryCall {
    /// Who calls.
    pub caller: Principal,
    /// What the caller's signature says about them.
    pub caller_info: SenderInfo,
    /// The method.
    pub method: String,
    /// The argument.
    pub payload: Vec<u8>,
}

/// One subnet, to be read.
pub struct Queries<'a> {
    /// Caches.
    pub machine: &'a mut Machine,
    /// The subnet.
    pub subnet: &'a Subnet,
    /// Modules in use.
    pub modules: &'a Modules,
    /// The network's time.
    pub now: TimeNs,
    /// The certificate of the called canister's certified data; other canisters have none.
    pub certificate: Option<(CanisterId, Arc<[u8]>)>,
}

/// A canister's part in a query's call graph.
struct Evaluation<'a> {
    canister: &'a Canister,
    state: ExecutionState,
    caller: Principal,
    caller_info: SenderInfo,
    answer: Option<Answer>,
    calls: VecDeque<OutgoingCall>,
    instructions: u64,
}

/// Why a query has no reply.
enum Failure {
    /// Its caller, which may be a canister, hears of this.
    Rejected(Reject),
    /// A limit of the call graph was met. That ends the user's query, and no canister hears of it: so
    /// the replica. In the interface specification it ends the composite query that met the limit.
    Ended(Reject),
}

impl From<Reject> for Failure {
    fn from(reject: Reject) -> Self {
        Failure::Rejected(reject)
    }
}

impl Queries<'_> {
    /// Answers a query or composite query.
    pub fn query(&mut self, id: CanisterId, call: QueryCall) -> Result<Vec<u8>, Reject> {
        let mut budget = self.subnet.query_limit();
        self.evaluate(id, call, 0, &mut budget)
            .map_err(|failure| match failure {
                Failure::Rejected(reject) | Failure::Ended(reject) => reject,
            })
    }

    fn evaluate(
        &mut self,
        id: CanisterId,
        call: QueryCall,
        depth: u32,
        budget: &mut u64,
    ) -> Result<Vec<u8>, Failure> {
        let canister = self
            .subnet
            .canisters
            .get(&id)
            .ok_or_else(|| not_found(id))?;
        require_running(canister)?;
        let code = canister.code.as_ref().ok_or_else(|| no_module(canister))?;
        let module = self.machine.module(self.modules, code.module);
        let (mode, export) = if module.info.queries.contains(&call.method) {
            (Mode::Query, format!("canister_query {}", call.method))
        } else if module.info.composite_queries.contains(&call.method) {
            (
                Mode::CompositeQuery,
                format!("canister_composite_query {}", call.method),
            )
        } else {
            return Err(no_method(canister, "query", &call.method).into());
        };
        if depth > 0 {
            charge_overhead(budget)?;
        }
        if canister.cycles < canister.freezing_threshold(&self.subnet.fees()) {
            return Err(frozen(canister).into());
        }
        let mut evaluation = Evaluation {
            canister,
            state: code.clone(),
            caller: call.caller,
            caller_info: call.caller_info,
            answer: None,
            calls: VecDeque::new(),
            instructions: 0,
        };
        let input = Input {
            caller: call.caller,
            caller_info: evaluation.caller_info.clone(),
            payload: call.payload,
            reject: None,
            method: call.method,
            deadline: None,
        };
        let mut trap = self
            .step(&mut evaluation, mode, Entry::Export(&export), input, budget)
            .err();
        if depth == limits::COMPOSITE_DEPTH && trap.is_none() && evaluation.answer.is_none() {
            return Err(Failure::Ended(Reject::new(
                ErrorCode::QueryCallGraphTooDeep,
                "Composite query calls exceeded the maximum call depth.",
            )));
        }
        while evaluation.answer.is_none()
            && let Some(call) = evaluation.calls.pop_front()
        {
            trap = self.nested(&mut evaluation, call, depth, budget)?.err();
        }
        match (evaluation.answer, trap) {
            (Some(Answer::Reply(reply)), _) => Ok(reply),
            (Some(Answer::Reject(message)), _) => {
                Err(Reject::new(ErrorCode::CanisterRejectedMessage, message).into())
            }
            (None, Some(trap)) => Err(trap_reject(canister, &trap).into()),
            (None, None) => Err(Reject::new(
                ErrorCode::CanisterDidNotReply,
                format!("Canister {id} did not reply to the call"),
            )
            .into()),
        }
    }

    /// Evaluates a call made by a composite query and runs the callback. Canisters of other subnets
    /// are not found.
    fn nested(
        &mut self,
        evaluation: &mut Evaluation<'_>,
        call: OutgoingCall,
        depth: u32,
        budget: &mut u64,
    ) -> Result<Result<(), Trap>, Failure> {
        let nested = QueryCall {
            caller: evaluation.canister.id.0,
            caller_info: SenderInfo::default(),
            method: call.method,
            payload: call.payload,
        };
        let here = [Principal::management_canister(), self.subnet.id.0];
        let result = if here.contains(&call.callee.0) {
            if management::answers_queries(&nested.method) {
                charge_overhead(budget)?;
            }
            management::query(self.subnet, &nested)
        } else {
            match self.evaluate(call.callee, nested, depth + 1, budget) {
                Ok(reply) => Ok(reply),
                Err(Failure::Rejected(reject)) => Err(reject),
                Err(ended) => return Err(ended),
            }
        };
        require_budget(*budget)?;
        let (mode, closure, payload, reject) = match result {
            Ok(reply) => (Mode::CompositeReply, call.callbacks.reply, reply, None),
            Err(reject) => (
                Mode::CompositeReject,
                call.callbacks.reject,
                Vec::new(),
                Some((reject.code.reject_code() as u32, reject.message)),
            ),
        };
        let input = Input {
            caller: evaluation.caller,
            caller_info: evaluation.caller_info.clone(),
            payload,
            reject,
            method: String::new(),
            deadline: None,
        };
        let result = self.step(
            evaluation,
            mode,
            Entry::Closure(closure),
            input.clone(),
            budget,
        );
        if let (Err(_), Some(cleanup)) = (&result, call.callbacks.cleanup) {
            let input = Input {
                payload: Vec::new(),
                ..input
            };
            // Its own trap changes nothing: the evaluation already failed with the first one.
            let _ = self.step(
                evaluation,
                Mode::CompositeCleanup,
                Entry::Closure(cleanup),
                input,
                budget,
            );
        }
        Ok(result)
    }

    /// One execution of the evaluation; its writes stay visible to the ones after it.
    fn step(
        &mut self,
        evaluation: &mut Evaluation<'_>,
        mode: Mode,
        entry: Entry<'_>,
        input: Input,
        budget: &mut u64,
    ) -> Result<(), Trap> {
        let environment = Environment {
            replicated: false,
            data_certificate: match mode {
                Mode::Query | Mode::CompositeQuery => self
                    .certificate
                    .as_ref()
                    .filter(|(id, _)| *id == evaluation.canister.id)
                    .map(|(_, certificate)| Arc::clone(certificate)),
                // The interface has none for callbacks.
                _ => None,
            },
            ..environment(evaluation.canister, self.subnet, self.now)
        };
        let account = Account {
            available: 0,
            ..account(evaluation.canister, self.subnet)
        };
        let mut sandbox = Sandbox::new(mode, environment, input, account, StableMemory::default());
        sandbox.answered = evaluation.answer.is_some();
        sandbox.context_instructions = evaluation.instructions;
        let module = self.machine.module(self.modules, evaluation.state.module);
        let Finished {
            result,
            sandbox,
            instructions,
            ..
        } = self
            .machine
            .executor
            .run(&module, &evaluation.state, entry, sandbox, *budget);
        *budget -= instructions.min(*budget);
        evaluation.instructions += instructions;
        evaluation.state = result?;
        evaluation.calls.extend(sandbox.calls);
        if let Some(answer) = sandbox.answer {
            evaluation.answer = Some(answer);
        }
        Ok(())
    }

    /// Asks the canister whether it takes an ingress message.
    pub fn inspect(&mut self, id: CanisterId, call: QueryCall) -> Result<(), Reject> {
        let canister = self
            .subnet
            .canisters
            .get(&id)
            .ok_or_else(|| not_found(id))?;
        let code = canister.code.as_ref().ok_or_else(|| no_module(canister))?;
        let module = self.machine.module(self.modules, code.module);
        if !module.info.hooks.inspect_message {
            return Ok(());
        }
        let environment = Environment {
            replicated: false,
            ..environment(canister, self.subnet, self.now)
        };
        let input = Input {
            caller: call.caller,
            caller_info: call.caller_info,
            payload: call.payload,
            reject: None,
            method: call.method,
            deadline: None,
        };
        let sandbox = Sandbox::new(
            Mode::InspectMessage,
            environment,
            input,
            account(canister, self.subnet),
            StableMemory::default(),
        );
        let entry = Entry::Export("canister_inspect_message");
        let finished =
            self.machine
                .executor
                .run(&module, code, entry, sandbox, limits::INSPECT_INSTRUCTIONS);
        match finished.result {
            Err(trap) => Err(trap_reject(canister, &trap)),
            Ok(_) if finished.sandbox.accepted => Ok(()),
            Ok(_) => Reject::err(
                ErrorCode::CanisterRejectedMessage,
                "Canister rejected the message",
            ),
        }
    }
}

/// What each call costs the call graph, unless there is nothing to be called.
fn charge_overhead(budget: &mut u64) -> Result<(), Failure> {
    *budget = budget.saturating_sub(limits::COMPOSITE_CALL_OVERHEAD);
    require_budget(*budget)
}

/// Refuses to go on when the call graph has used its instructions up.
fn require_budget(left: u64) -> Result<(), Failure> {
    if left > 0 {
        return Ok(());
    }
    Err(Failure::Ended(Reject::new(
        ErrorCode::QueryCallGraphTotalInstructionLimitExceeded,
        "Composite query calls exceeded the instruction limit.",
    )))
}

fn frozen(canister: &Canister) -> Reject {
    Reject::new(
        ErrorCode::CanisterOutOfCycles,
        format!(
            "Canister {} is unable to process query calls because it's frozen. Please top up the canister with cycles and try again.",
            canister.id
        ),
    )
}
