//! Starting, stopping, emptying and deleting canisters; randomness.

use super::{Answer, Outcome, Request, decode, empty_reply};
use crate::error::{ErrorCode, Reject};
use crate::exec::Exec;
use crate::ids::CanisterId;
use crate::round::answer_stop;
use crate::state::{ChangeRecord, DeferredAnswer, Management, Status, StopWaiter};
use ic_management_canister_types::{CanisterIdRecord, UninstallCodeArgs};

impl Request<'_, '_> {
    pub(super) fn start_canister(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        let canister = self.controlled(args.canister_id, "start_canister")?;
        canister.version += 1;
        let before = std::mem::replace(&mut canister.status, Status::Running);
        if let Status::Stopping(waiters) = before {
            for waiter in waiters {
                let reject = Reject::new(
                    ErrorCode::CanisterStoppingCancelled,
                    format!(
                        "Canister {}'s stop request was cancelled.",
                        args.canister_id
                    ),
                );
                answer_stop(self.exec, waiter, Err(reject));
            }
        }
        Ok(Outcome::Reply(empty_reply()))
    }

    pub(super) fn stop_canister(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        let since = self.exec.now;
        let waiter = match self.call.clone() {
            Management::Ingress(ingress) => StopWaiter::Ingress {
                id: ingress.id,
                since,
            },
            Management::Request(request) => StopWaiter::Canister { request, since },
        };
        let canister = self.controlled(args.canister_id, "stop_canister")?;
        canister.version += 1;
        match &mut canister.status {
            Status::Stopped => return Ok(Outcome::Reply(empty_reply())),
            Status::Stopping(waiters) => waiters.push(waiter),
            Status::Running => canister.status = Status::Stopping(vec![waiter]),
        }
        Ok(Outcome::Later)
    }

    pub(super) fn uninstall_code(&mut self, payload: &[u8]) -> Answer {
        let (args,): (UninstallCodeArgs,) = decode(payload)?;
        self.controlled(args.canister_id, "uninstall_code")?;
        uninstall(
            self.exec,
            CanisterId(args.canister_id),
            "Canister has been uninstalled.",
        );
        let origin = self.change_origin(args.sender_canister_version);
        self.record(args.canister_id, origin, ChangeRecord::Uninstall);
        Ok(Outcome::Reply(empty_reply()))
    }

    pub(super) fn delete_canister(&mut self, payload: &[u8]) -> Answer {
        let (args,): (CanisterIdRecord,) = decode(payload)?;
        let id = CanisterId(args.canister_id);
        if args.canister_id == self.caller {
            return Reject::err(
                ErrorCode::CanisterInvalidController,
                format!("Canister {id} cannot delete itself."),
            );
        }
        let canister = self.controlled(args.canister_id, "delete_canister")?;
        if canister.status != Status::Stopped {
            return Reject::err(
                ErrorCode::CanisterNotStopped,
                format!("Canister {id} must be stopped before it is deleted."),
            );
        }
        if !canister.inputs.is_empty() {
            return Reject::err(
                ErrorCode::CanisterQueueNotEmpty,
                format!(
                    "Canister {id} has messages in its queues and cannot be deleted now. Please retry after some time"
                ),
            );
        }
        self.exec.subnet.canisters.remove(&id);
        Ok(Outcome::Reply(empty_reply()))
    }

    /// The answer comes in a later round, so that nobody can know it when asking.
    pub(super) fn raw_rand(&mut self, payload: &[u8]) -> Answer {
        let () = decode(payload)?;
        let Management::Request(request) = self.call.clone() else {
            return Err(super::only_canisters("raw_rand"));
        };
        let round = self.exec.round + 1;
        self.exec
            .subnet
            .deferred
            .push(DeferredAnswer { round, request });
        Ok(Outcome::Later)
    }
}

/// Takes a canister's code and memories away and rejects its open calls.
pub fn uninstall(exec: &mut Exec<'_>, id: CanisterId, message: &str) {
    let Some(mut canister) = exec.subnet.canisters.remove(&id) else {
        return;
    };
    canister.code = None;
    canister.last_install = None;
    canister.module_bytes = (0, 0);
    canister.certified_data.clear();
    canister.chunks.clear();
    canister.timer = 0;
    canister.low_memory = (false, false);
    canister.log.forget_before(canister.log.next_index());
    canister.version += 1;
    for context in canister.contexts.values_mut() {
        context.deleted = true;
        if !std::mem::replace(&mut context.answered, true) {
            let reject = Reject::new(ErrorCode::CanisterRejectedMessage, message);
            let refund = std::mem::take(&mut context.available);
            exec.answer(id, &context.origin, refund, Err(reject));
        }
    }
    canister
        .contexts
        .retain(|_, context| context.outstanding > 0);
    exec.subnet.canisters.insert(id, canister);
}
