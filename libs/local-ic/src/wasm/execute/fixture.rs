//! A canister under test: a module in text form, its state, and an executor.

use super::{Executor, Finished, fresh};
use crate::fees::Fees;
use crate::ids::{CanisterId, SubnetId};
use crate::sandbox::{
    Account, Answer, Environment, FreezePolicy, Input, Mode, Sandbox, SenderInfo, StableMemory,
};
use crate::wasm::ExecutionState;
use crate::wasm::execute::Entry;
use crate::wasm::ic0::table::{IMPORTS, ValType};
use crate::wasm::module::{Compiler, Module};
use candid::Principal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

pub(in crate::wasm) const LIMIT: u64 = 1_000_000_000;
pub(in crate::wasm) const BALANCE: u128 = 1_000_000_000_000_000;

pub(in crate::wasm) struct Rig {
    pub(in crate::wasm) executor: Executor,
    pub(in crate::wasm) module: Arc<Module>,
    pub(in crate::wasm) state: ExecutionState,
    compiler: Compiler,
}

impl Rig {
    /// A canister with these module fields; every function of `ic0` is there as `$<name>`.
    pub(in crate::wasm) fn new(fields: &str) -> Self {
        Self::with_capacity(fields, 10)
    }

    pub(in crate::wasm) fn with_capacity(fields: &str, capacity: usize) -> Self {
        let compiler = Compiler::new(None);
        let wat = format!("(module {} {fields})", imports());
        let wasm = wat::parse_str(&wat).expect("the test's module is well-formed");
        let module = compiler.load(&wasm).expect("the test's module is valid");
        Self {
            executor: Executor::new(&compiler, capacity),
            state: fresh(&module),
            module,
            compiler,
        }
    }

    /// Ends all live instances.
    pub(in crate::wasm) fn forget_instances(&mut self) {
        self.executor = Executor::new(&self.compiler, 1);
    }

    /// Runs an entry point without keeping what it does.
    pub(in crate::wasm) fn run(&mut self, entry: Entry<'_>, sandbox: Sandbox) -> Finished {
        self.run_within(entry, sandbox, LIMIT)
    }

    pub(in crate::wasm) fn run_within(
        &mut self,
        entry: Entry<'_>,
        sandbox: Sandbox,
        limit: u64,
    ) -> Finished {
        self.executor
            .run(&self.module, &self.state, entry, sandbox, limit)
    }

    /// Runs an export as an update call and keeps what it does, if it succeeds.
    pub(in crate::wasm) fn update(&mut self, export: &str, argument: &[u8]) -> Finished {
        let mut sandbox = sandbox(Mode::Update);
        sandbox.input.payload = argument.to_vec();
        self.commit(export, sandbox)
    }

    /// Runs an export and keeps what it does, if it succeeds.
    pub(in crate::wasm) fn commit(&mut self, export: &str, sandbox: Sandbox) -> Finished {
        let finished = self.run(Entry::Export(export), sandbox);
        if let Ok(state) = &finished.result {
            self.state = state.clone();
        }
        finished
    }

    /// The bytes of a reply of an export run as a query.
    pub(in crate::wasm) fn query(&mut self, export: &str) -> Vec<u8> {
        reply(&self.run(Entry::Export(export), sandbox(Mode::Query)))
    }
}

/// The bytes that an execution replied.
pub(in crate::wasm) fn reply(finished: &Finished) -> Vec<u8> {
    if let Err(trap) = &finished.result {
        panic!("the execution trapped: {trap}");
    }
    match &finished.sandbox.answer {
        Some(Answer::Reply(bytes)) => bytes.clone(),
        other => panic!("the execution answered {other:?}"),
    }
}

/// A sandbox of a canister without history that was called by the anonymous principal.
pub(in crate::wasm) fn sandbox(mode: Mode) -> Sandbox {
    let query = matches!(
        mode,
        Mode::Query
            | Mode::Transform
            | Mode::CompositeQuery
            | Mode::CompositeReply
            | Mode::CompositeReject
            | Mode::CompositeCleanup
            | Mode::InspectMessage
    );
    let environment = Environment {
        canister: CanisterId::from_index(7),
        subnet: SubnetId(Principal::self_authenticating([3])),
        nodes: 13,
        root_key: vec![9; 133].into(),
        time: 1_620_328_630_000_000_000,
        status: 1,
        version: 5,
        controllers: BTreeSet::from([Principal::anonymous()]),
        variables: BTreeMap::from([
            ("colour".into(), "blue".into()),
            ("size".into(), "small".into()),
        ]),
        replicated: !query,
        wasm_memory_limit: 0,
        data_certificate: None,
    };
    let input = Input {
        caller: Principal::anonymous(),
        caller_info: SenderInfo::default(),
        payload: Vec::new(),
        reject: None,
        method: "method".into(),
        deadline: None,
    };
    let account = Account {
        balance: BALANCE,
        available: 1_000,
        accepted: 0,
        refunded: 300,
        burned: 0,
        fees: Fees::new(13, false),
        freeze: FreezePolicy::default(),
        response_instructions: 40_000_000_000,
    };
    Sandbox::new(mode, environment, input, account, StableMemory::default())
}

/// The declarations of the whole System API, from the table.
fn imports() -> String {
    let mut wat = String::new();
    for spec in IMPORTS {
        write!(wat, "(import \"ic0\" \"{0}\" (func ${0} ", spec.name).expect("writing to a string");
        for (keyword, types) in [("param", spec.params), ("result", spec.results)] {
            for ty in types {
                let ty = match ty {
                    ValType::I32 => "i32",
                    ValType::I64 => "i64",
                };
                write!(wat, "({keyword} {ty})").expect("writing to a string");
            }
        }
        wat.push_str("))\n");
    }
    wat
}
