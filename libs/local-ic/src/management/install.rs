//! Installing code: install, reinstall, upgrade. Either all of it happens or nothing.

use super::{Answer, Outcome, Request, decode, empty_reply};
use crate::error::{ErrorCode, Reject};
use crate::exec::{Job, no_module, out_of_cycles, trap_reject};
use crate::fees::Fees;
use crate::ids::{CanisterId, Cycles, ModuleHash};
use crate::memory::WASM_PAGE_BYTES;
use crate::sandbox::{Input, Mode, SenderInfo, check_heap};
use crate::state::{Blob, Canister, ChangeRecord, StoredModule};
use crate::wasm::ExecutionState;
use crate::wasm::execute::{Entry, fresh};
use crate::wasm::module::Module;
use candid::{CandidType, Deserialize, Principal};
use ic_management_canister_types::{
    CanisterInstallMode, ChunkHash, UpgradeFlags, WasmMemoryPersistence,
};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a module that was compiled before costs, as a divisor of the price of compiling it.
pub(super) const KNOWN_MODULE_DISCOUNT: u64 = 100;

#[derive(CandidType, Deserialize)]
struct InstallCode {
    mode: CanisterInstallMode,
    canister_id: Principal,
    wasm_module: ByteBuf,
    arg: ByteBuf,
    sender_canister_version: Option<u64>,
}

#[derive(CandidType, Deserialize)]
struct InstallChunkedCode {
    mode: CanisterInstallMode,
    target_canister: Principal,
    store_canister: Option<Principal>,
    chunk_hashes_list: Vec<ChunkHash>,
    wasm_module_hash: ByteBuf,
    arg: ByteBuf,
    sender_canister_version: Option<u64>,
}

/// An installation under way.
struct Installation {
    module: Arc<Module>,
    argument: Vec<u8>,
    caller: Principal,
    limit: u64,
    used: u64,
}

impl Request<'_, '_> {
    pub(super) fn install_code(&mut self, payload: &[u8]) -> Answer {
        let (args,): (InstallCode,) = decode(payload)?;
        let InstallCode {
            mode,
            canister_id,
            wasm_module,
            arg,
            sender_canister_version,
        } = args;
        self.controlled(canister_id, "install_code")?;
        self.install(
            canister_id,
            mode,
            &wasm_module,
            arg.into_vec(),
            sender_canister_version,
        )
    }

    pub(super) fn install_chunked_code(&mut self, payload: &[u8]) -> Answer {
        let (args,): (InstallChunkedCode,) = decode(payload)?;
        let InstallChunkedCode {
            mode,
            target_canister,
            store_canister,
            chunk_hashes_list,
            wasm_module_hash,
            arg,
            sender_canister_version,
        } = args;
        self.controlled(target_canister, "install_chunked_code")?;
        let module = self.assemble(
            store_canister.unwrap_or(target_canister),
            &chunk_hashes_list,
        )?;
        let hash = Sha256::digest(&module);
        if hash[..] != wasm_module_hash[..] {
            return Reject::err(
                ErrorCode::CanisterInvalidWasm,
                format!(
                    "Error from Canister {target_canister}: Canister's Wasm module is not valid: Wasm module hash {} does not match given hash {}.",
                    hex::encode(hash),
                    hex::encode(&wasm_module_hash)
                ),
            );
        }
        self.install(
            target_canister,
            mode,
            &module,
            arg.into_vec(),
            sender_canister_version,
        )
    }

    fn install(
        &mut self,
        id: Principal,
        mode: CanisterInstallMode,
        wasm: &[u8],
        argument: Vec<u8>,
        version: Option<u64>,
    ) -> Answer {
        let mut canister = self
            .exec
            .subnet
            .canisters
            .remove(&CanisterId(id))
            .ok_or_else(|| crate::state::not_found(CanisterId(id)))?;
        let result = self.install_on(&mut canister, mode, wasm, argument);
        self.exec.subnet.canisters.insert(CanisterId(id), canister);
        let module = result?;
        let origin = self.change_origin(version);
        let mode = match mode {
            CanisterInstallMode::Install => 0,
            CanisterInstallMode::Reinstall => 1,
            CanisterInstallMode::Upgrade(_) => 2,
        };
        self.record(id, origin, ChangeRecord::Deployment { mode, module });
        Ok(Outcome::Reply(empty_reply()))
    }

    fn install_on(
        &mut self,
        canister: &mut Canister,
        mode: CanisterInstallMode,
        wasm: &[u8],
        argument: Vec<u8>,
    ) -> Result<ModuleHash, Reject> {
        if mode == CanisterInstallMode::Install && canister.code.is_some() {
            return Reject::err(
                ErrorCode::CanisterAlreadyInstalled,
                format!(
                    "Canister {} cannot be installed because the canister is not empty. Try installing with mode='reinstall' instead.",
                    canister.id
                ),
            );
        }
        let fees = self.exec.subnet.fees();
        let limit = self.exec.subnet.install_limit();
        if let Err(missing) = canister.withdraw(&fees, fees.execution(limit)) {
            return Err(out_of_cycles(canister, missing));
        }
        let kept = Kept::of(canister);
        let first_line = canister.log.next_index();
        let mut installation = None;
        let result = self
            .compile(canister, wasm, argument, limit)
            .and_then(|compiled| {
                let compiled = installation.insert(compiled);
                self.replace(canister, mode, compiled)
            });
        let used = installation
            .as_ref()
            .map_or(0, |installation| installation.used);
        let price = fees.execution(used.min(limit));
        let refund = fees.execution(limit) - price;
        let result = result.and_then(|module| {
            require_cycles_to_keep(canister, fees, refund, canister.memory_bytes())?;
            Ok(module)
        });
        match (&result, mode) {
            (Err(_), _) => kept.restore(canister),
            (Ok(_), CanisterInstallMode::Upgrade(_)) => {}
            (Ok(_), _) => canister.log.forget_before(first_line),
        }
        if result.is_ok() {
            canister.last_install = Some(self.exec.now);
            canister.update_low_memory();
        }
        canister.credit(refund);
        canister.note_consumed(price);
        result
    }

    fn compile(
        &mut self,
        canister: &Canister,
        wasm: &[u8],
        argument: Vec<u8>,
        limit: u64,
    ) -> Result<Installation, Reject> {
        let module = self.exec.machine.compiler.load(wasm).map_err(|error| {
            Reject::new(
                ErrorCode::CanisterInvalidWasm,
                format!("Error from Canister {}: {error}", canister.id),
            )
        })?;
        let mut used = module.compile_instructions;
        if self.exec.modules.contains_key(&module.hash) {
            used /= KNOWN_MODULE_DISCOUNT;
        }
        self.exec.used += used;
        Ok(Installation {
            module,
            argument,
            caller: self.caller,
            limit,
            used,
        })
    }

    /// Puts the new module in place and runs the hooks.
    fn replace(
        &mut self,
        canister: &mut Canister,
        mode: CanisterInstallMode,
        installation: &mut Installation,
    ) -> Result<ModuleHash, Reject> {
        let module = installation.module.clone();
        let mut state = fresh(&module);
        let hook = match mode {
            CanisterInstallMode::Install | CanisterInstallMode::Reinstall => {
                canister.certified_data.clear();
                module.info.hooks.init.then_some("canister_init")
            }
            CanisterInstallMode::Upgrade(flags) => {
                let flags = flags.unwrap_or_default();
                let old = canister.code.clone().ok_or_else(|| no_module(canister))?;
                let keep = keeps_heap(canister, self.module_of(&old).as_ref(), &module, flags)?;
                let old = if flags.skip_pre_upgrade == Some(true) {
                    old
                } else {
                    self.pre_upgrade(canister, old, installation)?
                };
                if keep {
                    state.heap = old.heap;
                    state.heap_pages = state.heap_pages.max(old.heap_pages);
                }
                state.stable = old.stable;
                module
                    .info
                    .hooks
                    .post_upgrade
                    .then_some("canister_post_upgrade")
            }
        };
        canister.timer = 0;
        canister.low_memory = (false, false);
        canister.version += 1;
        self.exec
            .modules
            .entry(module.hash)
            .or_insert_with(|| StoredModule {
                wasm: Blob(module.wasm.clone()),
                sections: module.info.custom_sections.clone(),
            });
        if module.info.has_start {
            state = self.hook(canister, &state, Mode::Start, Entry::Start, installation)?;
        }
        if let Some(hook) = hook {
            state = self.hook(
                canister,
                &state,
                Mode::Init,
                Entry::Export(hook),
                installation,
            )?;
        }
        // A module without hooks has a heap, too.
        let heap = state.heap_pages * WASM_PAGE_BYTES;
        check_heap(canister.settings.wasm_memory_limit, heap)
            .map_err(|trap| trap_reject(canister, &trap))?;
        canister.module_bytes = module_bytes(&module);
        canister.code = Some(state);
        Ok(module.hash)
    }

    fn module_of(&mut self, state: &ExecutionState) -> Arc<Module> {
        self.exec.machine.module(self.exec.modules, state.module)
    }

    fn pre_upgrade(
        &mut self,
        canister: &mut Canister,
        old: ExecutionState,
        installation: &mut Installation,
    ) -> Result<ExecutionState, Reject> {
        if !self.module_of(&old).info.hooks.pre_upgrade {
            return Ok(old);
        }
        let entry = Entry::Export("canister_pre_upgrade");
        self.hook(canister, &old, Mode::PreUpgrade, entry, installation)
    }

    /// Runs one hook; its effects beside the state go to the canister.
    fn hook(
        &mut self,
        canister: &mut Canister,
        state: &ExecutionState,
        mode: Mode,
        entry: Entry<'_>,
        installation: &mut Installation,
    ) -> Result<ExecutionState, Reject> {
        let job = Job {
            mode,
            entry,
            input: Input {
                caller: installation.caller,
                caller_info: SenderInfo::default(),
                payload: installation.argument.clone(),
                reject: None,
                method: String::new(),
                deadline: None,
            },
            available: 0,
            refunded: 0,
            answered: false,
            context_instructions: 0,
            limit: installation.limit.saturating_sub(installation.used),
        };
        let mut finished = self.exec.run(canister, state, job);
        installation.used += finished.instructions;
        let lines = finished.sandbox.log.drain(..);
        canister.write_log(self.exec.now, finished.sandbox.log_skipped, lines);
        match finished.result {
            Err(trap) => {
                let line = format!("[TRAP]: {}", trap.message);
                canister.write_log(self.exec.now, 0, [line.into_bytes()]);
                Err(trap_reject(canister, &trap))
            }
            Ok(state) => {
                finished.sandbox.finish();
                canister.cycles = finished.sandbox.account.balance;
                canister.note_consumed(finished.sandbox.account.burned);
                canister.timer = finished.sandbox.timer;
                if let Some(data) = finished.sandbox.certified_data.take() {
                    canister.certified_data = data;
                }
                Ok(state)
            }
        }
    }
}

/// What an installation that fails gives back.
struct Kept {
    code: Option<ExecutionState>,
    module_bytes: (u64, u64),
    cycles: u128,
    consumed: u128,
    version: u64,
    timer: u64,
    low_memory: (bool, bool),
    certified_data: Vec<u8>,
}

impl Kept {
    fn of(canister: &Canister) -> Self {
        Self {
            code: canister.code.clone(),
            module_bytes: canister.module_bytes,
            cycles: canister.cycles,
            consumed: canister.consumed,
            version: canister.version,
            timer: canister.timer,
            low_memory: canister.low_memory,
            certified_data: canister.certified_data.clone(),
        }
    }

    fn restore(self, canister: &mut Canister) {
        let Kept {
            code,
            module_bytes,
            cycles,
            consumed,
            version,
            timer,
            low_memory,
            certified_data,
        } = self;
        canister.code = code;
        canister.module_bytes = module_bytes;
        canister.cycles = cycles;
        canister.consumed = consumed;
        canister.version = version;
        canister.timer = timer;
        canister.low_memory = low_memory;
        canister.certified_data = certified_data;
    }
}

/// Refuses what makes a canister use `bytes` altogether if it would be frozen by that, with the
/// cycles that come back to it.
pub(super) fn require_cycles_to_keep(
    canister: &Canister,
    fees: Fees,
    refund: Cycles,
    bytes: u64,
) -> Result<(), Reject> {
    let balance = canister.cycles.saturating_add(refund);
    let needed = canister.freezing_threshold_with(&fees, bytes);
    if balance >= needed {
        return Ok(());
    }
    Reject::err(
        ErrorCode::InsufficientCyclesInMemoryGrow,
        format!(
            "Canister {} cannot grow memory to {bytes} bytes due to insufficient cycles. At least {} additional cycles are required.",
            canister.id,
            needed - balance
        ),
    )
}

/// Bytes of a module as uploaded, and of its custom sections.
pub(super) fn module_bytes(module: &Module) -> (u64, u64) {
    let sections: usize = module
        .info
        .custom_sections
        .iter()
        .map(|(name, section)| name.len() + section.content.len())
        .sum();
    (module.wasm.len() as u64, sections as u64)
}

/// Whether an upgrade keeps the heap. Modules with orthogonal persistence must say.
fn keeps_heap(
    canister: &Canister,
    old: &Module,
    new: &Module,
    flags: UpgradeFlags,
) -> Result<bool, Reject> {
    let refuse = |message: &str| {
        Reject::err(
            ErrorCode::CanisterContractViolation,
            format!("Error from Canister {}: {message}", canister.id),
        )
    };
    match flags.wasm_memory_persistence {
        Some(WasmMemoryPersistence::Keep) if !new.info.orthogonal_persistence => refuse(
            "The `wasm_memory_persistence: opt Keep` upgrade option requires that the new canister module supports enhanced orthogonal persistence.",
        ),
        Some(WasmMemoryPersistence::Keep) => Ok(true),
        None if old.info.orthogonal_persistence => refuse(
            "Missing upgrade option: Enhanced orthogonal persistence requires the `wasm_memory_persistence` upgrade option.",
        ),
        Some(WasmMemoryPersistence::Replace) | None => Ok(false),
    }
}
