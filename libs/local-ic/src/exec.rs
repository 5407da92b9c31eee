//! Executing messages: what an execution starts from, and what its end does to the state.

mod callback;
mod message;
mod query;
mod settle;
mod task;

pub use message::Call;
pub use query::{Queries, QueryCall};

use crate::error::{ErrorCode, Reject};
use crate::ids::{ModuleHash, SubnetId, TimeNs};
use crate::sandbox::{Account, Environment, Input, Mode, Sandbox, StableMemory, Trap};
use crate::state::{Canister, Modules, Subnet};
use crate::wasm::ExecutionState;
use crate::wasm::execute::{Entry, Executor, Finished};
use crate::wasm::module::{Compiler, Module};
use std::collections::HashMap;
use std::sync::Arc;

/// Compiled modules and live instances: caches only, nothing in here is state.
pub struct Machine {
    /// Compiled modules, shared by all networks of the process.
    pub compiler: Arc<Compiler>,
    /// Live instances of this network.
    pub executor: Executor,
    /// Compiled modules that this network has used, by hash.
    modules: HashMap<ModuleHash, Arc<Module>>,
}

impl Machine {
    /// A machine with empty caches of its own.
    pub fn new(compiler: Arc<Compiler>) -> Self {
        Self {
            executor: Executor::new(&compiler, Executor::DEFAULT_CAPACITY),
            modules: HashMap::new(),
            compiler,
        }
    }

    /// The compiled form of a module that is in use.
    pub fn module(&mut self, modules: &Modules, hash: ModuleHash) -> Arc<Module> {
        let compiler = &self.compiler;
        let load = || {
            let stored = modules.get(&hash).expect("a module in use is kept");
            compiler
                .load(&stored.wasm.0)
                .expect("a module in use was compiled before")
        };
        self.modules.entry(hash).or_insert_with(load).clone()
    }
}

/// One subnet during one round.
pub struct Exec<'a> {
    /// Caches.
    pub machine: &'a mut Machine,
    /// The subnet.
    pub subnet: &'a mut Subnet,
    /// Modules in use.
    pub modules: &'a mut Modules,
    /// The round's time.
    pub now: TimeNs,
    /// The round's number.
    pub round: u64,
    /// DER of the network's root key.
    pub root_key: Arc<[u8]>,
    /// Instructions used in this round, with the overhead of each execution.
    pub used: u64,
}

/// Everything about an execution but the state it runs on.
pub(crate) struct Job<'a> {
    pub mode: Mode,
    pub entry: Entry<'a>,
    pub input: Input,
    pub available: u128,
    pub refunded: u128,
    pub answered: bool,
    pub context_instructions: u64,
    pub limit: u64,
}

impl Exec<'_> {
    /// Runs canister code; nothing of the canister changes.
    pub(crate) fn run(
        &mut self,
        canister: &Canister,
        code: &ExecutionState,
        job: Job<'_>,
    ) -> Finished {
        let module = self.machine.module(self.modules, code.module);
        let environment = Environment {
            root_key: self.root_key.clone(),
            ..environment(canister, self.subnet, self.now)
        };
        let account = Account {
            available: job.available,
            refunded: job.refunded,
            ..account(canister, self.subnet)
        };
        let mut sandbox = Sandbox::new(
            job.mode,
            environment,
            job.input,
            account,
            StableMemory::default(),
        );
        sandbox.answered = job.answered;
        sandbox.context_instructions = job.context_instructions;
        sandbox.timer = canister.timer;
        sandbox.room = canister.queue_room();
        let finished = self
            .machine
            .executor
            .run(&module, code, job.entry, sandbox, job.limit);
        self.used += finished.instructions + crate::limits::ROUND_MESSAGE_OVERHEAD;
        finished
    }
}

/// What canister code is told about itself, in a replicated execution.
pub(crate) fn environment(canister: &Canister, subnet: &Subnet, now: TimeNs) -> Environment {
    Environment {
        canister: canister.id,
        subnet: SubnetId(subnet.id.0),
        nodes: u32::try_from(subnet.nodes.len()).expect("a subnet has few nodes"),
        root_key: Arc::new([]),
        time: now,
        status: canister.status.code(),
        version: canister.version,
        controllers: canister.settings.controllers.clone(),
        variables: canister.settings.environment_variables.clone(),
        replicated: true,
        wasm_memory_limit: canister.settings.wasm_memory_limit,
        data_certificate: None,
    }
}

/// The canister's cycles as an execution starts with them.
pub(crate) fn account(canister: &Canister, subnet: &Subnet) -> Account {
    Account {
        balance: canister.cycles,
        available: 0,
        accepted: 0,
        refunded: 0,
        burned: 0,
        fees: subnet.fees(),
        freeze: canister.freeze_policy(),
        response_instructions: subnet.update_limit(),
    }
}

/// The rejection that a trap turns into.
pub(crate) fn trap_reject(canister: &Canister, trap: &Trap) -> Reject {
    Reject::new(
        trap.code,
        format!("Error from Canister {}: {}", canister.id, trap.message),
    )
}

/// The rejection of a canister that has too few cycles.
pub(crate) fn out_of_cycles(canister: &Canister, missing: u128) -> Reject {
    Reject::new(
        ErrorCode::CanisterOutOfCycles,
        format!(
            "Canister {} is out of cycles: please top up the canister with at least {missing} additional cycles",
            canister.id
        ),
    )
}

/// The rejection of an empty canister.
pub(crate) fn no_module(canister: &Canister) -> Reject {
    Reject::new(
        ErrorCode::CanisterWasmModuleNotFound,
        format!(
            "Error from Canister {}: Attempted to execute a message, but the canister contains no Wasm module.",
            canister.id
        ),
    )
}

/// The rejection of a method that is not there.
pub(crate) fn no_method(canister: &Canister, kind: &str, method: &str) -> Reject {
    Reject::new(
        ErrorCode::CanisterMethodNotFound,
        format!(
            "Error from Canister {}: Canister has no {kind} method '{method}'.",
            canister.id
        ),
    )
}

/// The rejection of a canister that takes no calls, if it takes none.
pub(crate) fn require_running(canister: &Canister) -> Result<(), Reject> {
    match canister.status {
        crate::state::Status::Running => Ok(()),
        crate::state::Status::Stopping(_) => Reject::err(
            ErrorCode::CanisterStopping,
            format!("Canister {} is not running", canister.id),
        ),
        crate::state::Status::Stopped => Reject::err(
            ErrorCode::CanisterStopped,
            format!("Canister {} is stopped", canister.id),
        ),
    }
}
