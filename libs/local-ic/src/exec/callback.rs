//! Responses to a canister's own calls.

use super::{Exec, Job, trap_reject};
use crate::ids::CanisterId;
use crate::limits;
use crate::sandbox::{Input, Mode};
use crate::state::{Callback, Canister, Context, Response};
use crate::wasm::execute::Entry;

impl Exec<'_> {
    /// Delivers a response: refunds, runs the callback, and the cleanup if that traps.
    pub fn response(&mut self, id: CanisterId, response: Response) {
        let Some(mut canister) = self.subnet.canisters.remove(&id) else {
            return;
        };
        // A best-effort call that gave up has no callback any more: the answer is dropped.
        if let Some(callback) = canister.callbacks.remove(&response.callback) {
            self.deliver(&mut canister, &callback, response);
        }
        self.subnet.canisters.insert(id, canister);
    }

    fn deliver(&mut self, canister: &mut Canister, callback: &Callback, response: Response) {
        let fees = self.subnet.fees();
        let limit = self.subnet.update_limit();
        let bytes = match &response.result {
            Ok(reply) => reply.len(),
            Err(reject) => reject.message.len(),
        };
        let execution = fees.execution(limit).min(callback.prepaid);
        let transmission = fees.response(bytes).min(callback.prepaid - execution);
        canister.credit(response.refund);
        canister.credit(callback.prepaid - execution - transmission);
        canister.note_consumed(transmission);
        let Some(context) = canister.contexts.get_mut(&callback.context) else {
            canister.credit(execution);
            return;
        };
        context.outstanding -= 1;
        let context = context.clone();
        match canister.code.clone() {
            Some(code) if !context.deleted => {
                let refund = response.refund;
                let input = input(&context, response);
                self.run_callback(canister, callback, &context, &code, input, refund, limit);
            }
            _ => {
                canister.credit(execution);
                self.conclude(canister, callback.context, None);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all of it is this one execution's start"
    )]
    fn run_callback(
        &mut self,
        canister: &mut Canister,
        callback: &Callback,
        context: &Context,
        code: &crate::wasm::ExecutionState,
        input: Input,
        refunded: u128,
        limit: u64,
    ) {
        let (mode, closure) = match input.reject {
            None => (Mode::Reply, callback.closures.reply),
            Some(_) => (Mode::Reject, callback.closures.reject),
        };
        let job = Job {
            mode,
            entry: Entry::Closure(closure),
            input: input.clone(),
            available: context.available,
            refunded,
            answered: context.answered,
            context_instructions: context.instructions,
            limit: limit - limit / limits::CLEANUP_SHARE,
        };
        let finished = self.run(canister, code, job);
        let (Err(trap), Some(cleanup)) = (&finished.result, callback.closures.cleanup) else {
            self.settle(canister, callback.context, mode, finished, limit);
            return;
        };
        let mut reject = trap_reject(canister, trap);
        let used = finished.instructions;
        self.commit(canister, callback.context, mode, finished);
        let finished = self.run(
            canister,
            code,
            Job {
                mode: Mode::Cleanup,
                entry: Entry::Closure(cleanup),
                input: Input {
                    payload: Vec::new(),
                    ..input
                },
                available: context.available,
                refunded: 0,
                answered: context.answered,
                context_instructions: context.instructions + used,
                limit: limit - used,
            },
        );
        let cleanup_used = finished.instructions;
        if let Some(second) = self.commit(canister, callback.context, Mode::Cleanup, finished) {
            reject.message = format!(
                "{}\ncall_on_cleanup also failed:\n\n{}",
                reject.message, second.message
            );
        }
        self.pay_back(canister, limit, used + cleanup_used);
        self.conclude(canister, callback.context, Some(reject));
    }
}

fn input(context: &Context, response: Response) -> Input {
    let (payload, reject) = match response.result {
        Ok(reply) => (reply.into_vec(), None),
        Err(reject) => (
            Vec::new(),
            Some((reject.code.reject_code() as u32, reject.message)),
        ),
    };
    Input {
        caller: context.caller,
        caller_info: context.caller_info.clone(),
        payload,
        reject,
        method: String::new(),
        deadline: context.deadline,
    }
}
