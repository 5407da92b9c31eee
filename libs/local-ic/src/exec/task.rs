//! Tasks of the system: the low memory hook, heartbeats and global timers.

use super::{Exec, Job};
use crate::ids::CanisterId;
use crate::sandbox::{Input, Mode, SenderInfo};
use crate::state::{Canister, Context, Origin, Status};
use crate::wasm::execute::Entry;
use candid::Principal;

impl Exec<'_> {
    /// Runs the tasks of a canister that are due in this round.
    pub fn tasks(&mut self, id: CanisterId) {
        let Some(mut canister) = self.subnet.canisters.remove(&id) else {
            return;
        };
        if matches!(canister.status, Status::Running) {
            self.due_tasks(&mut canister);
        }
        self.subnet.canisters.insert(id, canister);
    }

    fn due_tasks(&mut self, canister: &mut Canister) {
        let Some(code) = &canister.code else { return };
        let hooks = &self.machine.module(self.modules, code.module).info.hooks;
        if std::mem::take(&mut canister.low_memory.0) {
            canister.low_memory.1 = true;
            if hooks.on_low_wasm_memory {
                self.task(canister, "canister_on_low_wasm_memory");
            }
        }
        if hooks.heartbeat {
            self.task(canister, "canister_heartbeat");
        }
        if hooks.global_timer && canister.timer != 0 && canister.timer <= self.now {
            canister.timer = 0;
            self.task(canister, "canister_global_timer");
        }
    }

    /// Runs one task; a canister that cannot pay for it does without.
    fn task(&mut self, canister: &mut Canister, export: &str) {
        let fees = self.subnet.fees();
        let limit = self.subnet.update_limit();
        let Some(code) = canister.code.clone() else {
            return;
        };
        if canister.withdraw(&fees, fees.execution(limit)).is_err() {
            return;
        }
        let caller = Principal::management_canister();
        let context = canister.open_context(Context {
            origin: Origin::System,
            caller,
            caller_info: SenderInfo::default(),
            available: 0,
            answered: false,
            deleted: false,
            outstanding: 0,
            instructions: 0,
            created: self.now,
            deadline: None,
        });
        let finished = self.run(
            canister,
            &code,
            Job {
                mode: Mode::SystemTask,
                entry: Entry::Export(export),
                input: Input {
                    caller,
                    caller_info: SenderInfo::default(),
                    payload: Vec::new(),
                    reject: None,
                    method: String::new(),
                    deadline: None,
                },
                available: 0,
                refunded: 0,
                answered: false,
                context_instructions: 0,
                limit,
            },
        );
        self.settle(canister, context, Mode::SystemTask, finished, limit);
    }
}
