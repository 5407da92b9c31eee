//! The end of an execution: commit or not, pay, send, answer.

use super::{Exec, trap_reject};
use crate::error::{ErrorCode, Reject};
use crate::ids::{CanisterId, ContextId, Cycles};
use crate::limits;
use crate::management::decode_bounded;
use crate::sandbox::{Answer, Mode, OutgoingCall, Sandbox, Trap};
use crate::state::{Callback, Canister, Message, Origin, Request, Response};
use crate::wasm::execute::Finished;
use candid::{CandidType, Deserialize};

impl Exec<'_> {
    /// Ends an execution that had been prepaid for `limit` instructions, and its call if it is over.
    pub(super) fn settle(
        &mut self,
        canister: &mut Canister,
        context: ContextId,
        mode: Mode,
        finished: Finished,
        limit: u64,
    ) {
        let used = finished.instructions;
        let trap = self.commit(canister, context, mode, finished);
        self.pay_back(canister, limit, used);
        self.conclude(canister, context, trap);
    }

    /// Keeps what a successful execution did, or drops it all; answers the rejection of a trap.
    pub(super) fn commit(
        &mut self,
        canister: &mut Canister,
        context: ContextId,
        mode: Mode,
        finished: Finished,
    ) -> Option<Reject> {
        let Finished {
            result,
            mut sandbox,
            instructions,
            ..
        } = finished;
        canister.write_log(self.now, sandbox.log_skipped, sandbox.log.drain(..));
        if let Some(context) = canister.contexts.get_mut(&context) {
            context.instructions += instructions;
        }
        let state = match result
            .and_then(|state| check_sender_version(canister, &sandbox).map(|()| state))
        {
            Ok(state) => state,
            Err(trap) => {
                let line = format!("[TRAP]: {}", trap.message);
                canister.write_log(self.now, 0, [line.into_bytes()]);
                return Some(trap_reject(canister, &trap));
            }
        };
        sandbox.finish();
        canister.cycles = sandbox.account.balance;
        canister.note_consumed(sandbox.account.burned);
        canister.version += 1;
        if let Some(context) = canister.contexts.get_mut(&context) {
            context.available = sandbox.account.available;
        }
        if mode.keeps_changes() {
            self.keep(canister, context, state, &mut sandbox);
        }
        if mode == Mode::Update {
            self.subnet.update_transactions += 1;
        }
        if let Some(answer) = sandbox.answer.take() {
            self.give(canister, context, answer);
        }
        None
    }

    fn keep(
        &mut self,
        canister: &mut Canister,
        context: ContextId,
        state: crate::wasm::ExecutionState,
        sandbox: &mut Sandbox,
    ) {
        canister.code = Some(state);
        canister.timer = sandbox.timer;
        if let Some(data) = sandbox.certified_data.take() {
            canister.certified_data = data;
        }
        for call in sandbox.calls.drain(..) {
            self.send(canister, context, call);
        }
        canister.update_low_memory();
    }

    fn send(&mut self, canister: &mut Canister, context: ContextId, call: OutgoingCall) {
        let OutgoingCall {
            callee,
            method,
            payload,
            cycles,
            callbacks,
            deadline,
            prepaid,
        } = call;
        let callback = canister.register_callback(Callback {
            context,
            callee,
            closures: callbacks,
            prepaid,
            deadline,
        });
        self.subnet.outbox.push(Message::Request(Request {
            sender: canister.id,
            callback,
            receiver: callee,
            method,
            payload,
            cycles,
            deadline,
        }));
    }

    fn give(&mut self, canister: &mut Canister, context: ContextId, answer: Answer) {
        let Some(context) = canister.contexts.get_mut(&context) else {
            return;
        };
        context.answered = true;
        let refund = std::mem::take(&mut context.available);
        let origin = context.origin.clone();
        let result = match answer {
            Answer::Reply(reply) => Ok(reply),
            Answer::Reject(message) => Reject::err(ErrorCode::CanisterRejectedMessage, message),
        };
        self.answer(canister.id, &origin, refund, result);
    }

    /// Sends an answer to where the call came from.
    pub fn answer(
        &mut self,
        respondent: CanisterId,
        origin: &Origin,
        refund: Cycles,
        result: Result<Vec<u8>, Reject>,
    ) {
        match origin {
            Origin::Ingress(id) => self.subnet.finish_ingress(*id, self.now, result),
            Origin::Canister { caller, callback } => {
                let result = result.map(serde_bytes::ByteBuf::from).map_err(shorten);
                self.subnet.outbox.push(Message::Response(Response {
                    originator: *caller,
                    callback: *callback,
                    respondent,
                    refund,
                    result,
                }));
            }
            Origin::System => {}
        }
    }

    /// Gives back the price of instructions that were prepaid and not used.
    pub(super) fn pay_back(&self, canister: &mut Canister, limit: u64, used: u64) {
        let fees = self.subnet.fees();
        let unused = fees.execution(limit) - fees.execution(used.min(limit));
        canister.credit(unused);
        canister.note_consumed(fees.execution(used.min(limit)));
    }

    /// Ends the call if nothing is outstanding: an unanswered one is rejected, with the trap of
    /// the last execution if that is how it ended.
    pub(super) fn conclude(
        &mut self,
        canister: &mut Canister,
        id: ContextId,
        trap: Option<Reject>,
    ) {
        let Some(context) = canister.contexts.get(&id) else {
            return;
        };
        if context.outstanding > 0 {
            return;
        }
        let context = canister.contexts.remove(&id).expect("looked up above");
        if context.answered {
            return;
        }
        let reject = trap.unwrap_or_else(|| {
            Reject::new(
                ErrorCode::CanisterDidNotReply,
                format!("Canister {} did not reply to the call", canister.id),
            )
        });
        self.answer(canister.id, &context.origin, context.available, Err(reject));
    }
}

/// A canister that names its version in a call to the management canister must name the one it has.
fn check_sender_version(canister: &Canister, sandbox: &Sandbox) -> Result<(), Trap> {
    #[derive(CandidType, Deserialize)]
    struct SenderVersion {
        sender_canister_version: Option<u64>,
    }
    for call in &sandbox.calls {
        if call.callee != CanisterId::MANAGEMENT {
            continue;
        }
        let Ok((args,)) = decode_bounded::<(SenderVersion,)>(&call.payload) else {
            continue;
        };
        match args.sender_canister_version {
            Some(named) if named != canister.version => {
                return Err(Trap::contract(format_args!(
                    "Management canister call payload includes sender canister version {named} that does not match the actual sender canister version {}.",
                    canister.version
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn shorten(mut reject: Reject) -> Reject {
    if reject.code != ErrorCode::CanisterRejectedMessage
        && reject.message.len() > limits::MAX_REJECT_MESSAGE
    {
        let end = (0..=limits::MAX_REJECT_MESSAGE)
            .rev()
            .find(|end| reject.message.is_char_boundary(*end))
            .unwrap_or(0);
        reject.message.truncate(end);
    }
    reject
}
