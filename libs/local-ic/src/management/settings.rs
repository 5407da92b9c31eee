//! Settings: checked, then applied as a whole.

use super::{Answer, Outcome, Request, decode, empty_reply};
use crate::error::{ErrorCode, Reject};
use crate::ids::Cycles;
use crate::limits;
use crate::state::{ChangeRecord, Settings, Visibility};
use candid::{Nat, Principal};
use ic_management_canister_types::{
    CanisterSettings, EnvironmentVariable, LogVisibility, SnapshotVisibility, StatusVisibility,
    UpdateSettingsArgs,
};
use std::collections::BTreeMap;

const MAX_ALLOCATION_BYTES: u64 = limits::MAX_STABLE_BYTES + 2 * limits::MAX_HEAP_BYTES;
/// Bytes of an argument that is paid for afterwards, as in the replica.
const PAID_AFTERWARDS_BYTES: usize = 338;
/// Bytes that limit and threshold of the heap may name.
const MAX_WASM_MEMORY_BYTES: u64 = 1 << 48;

impl Request<'_, '_> {
    pub(super) fn update_settings(&mut self, payload: &[u8]) -> Answer {
        let (args,): (UpdateSettingsArgs,) = decode(payload)?;
        let canister = args.canister_id;
        let answer = self.change_settings(args);
        if !self.from_canister && paid_afterwards("update_settings", payload) {
            self.pay_afterwards(canister, payload);
        }
        answer
    }

    fn change_settings(&mut self, args: UpdateSettingsArgs) -> Answer {
        let fees = self.exec.subnet.fees();
        let canister = self.controlled(args.canister_id, "update_settings")?;
        let mut settings = canister.settings.clone();
        let names_controllers = args.settings.controllers.is_some();
        apply(&mut settings, args.settings)?;
        let before = std::mem::replace(&mut canister.settings, settings);
        let needed = canister.freezing_threshold(&fees);
        if let Err(reject) = afford(&before, &canister.settings, canister.cycles, needed) {
            canister.settings = before;
            return Err(reject);
        }
        canister.log.trim(canister.settings.log_memory_limit);
        canister.update_low_memory();
        canister.version += 1;
        let controllers = canister.settings.controllers.clone();
        if names_controllers {
            let origin = self.change_origin(args.sender_canister_version);
            let controllers = controllers.into_iter().collect();
            self.record(
                args.canister_id,
                origin,
                ChangeRecord::Controllers { controllers },
            );
        }
        Ok(Outcome::Reply(empty_reply()))
    }

    /// Takes the fee for receiving the message; who cannot pay it even now does without.
    fn pay_afterwards(&mut self, id: Principal, payload: &[u8]) {
        let fees = self.exec.subnet.fees();
        let fee = fees.ingress("update_settings".len() + payload.len());
        if let Ok(canister) = self.canister(id)
            && canister.withdraw(&fees, fee).is_ok()
        {
            canister.note_consumed(fee);
        }
    }
}

/// Whether the fee for receiving the message is taken after it was executed: small changes of
/// settings can repair a frozen canister.
pub(super) fn paid_afterwards(method: &str, payload: &[u8]) -> bool {
    method == "update_settings" && payload.len() <= PAID_AFTERWARDS_BYTES
}

/// Applies those settings that are given.
pub(super) fn apply(settings: &mut Settings, new: CanisterSettings) -> Result<(), Reject> {
    let CanisterSettings {
        controllers,
        compute_allocation,
        memory_allocation,
        freezing_threshold,
        reserved_cycles_limit,
        minimum_incoming_canister_call_cycles,
        log_visibility,
        log_memory_limit,
        snapshot_visibility,
        status_visibility,
        wasm_memory_limit,
        wasm_memory_threshold,
        environment_variables,
    } = new;
    if let Some(controllers) = controllers {
        if controllers.len() > limits::MAX_CONTROLLERS {
            return Err(invalid(format_args!(
                "Invalid settings: there are {} controllers, at most {} are allowed",
                controllers.len(),
                limits::MAX_CONTROLLERS
            )));
        }
        settings.controllers = controllers.into_iter().collect();
    }
    set(
        &mut settings.compute_allocation,
        compute_allocation,
        "compute_allocation",
        100,
    )?;
    set(
        &mut settings.memory_allocation,
        memory_allocation,
        "memory_allocation",
        MAX_ALLOCATION_BYTES,
    )?;
    set(
        &mut settings.freezing_threshold,
        freezing_threshold,
        "freezing_threshold",
        u64::MAX,
    )?;
    set(
        &mut settings.wasm_memory_limit,
        wasm_memory_limit,
        "wasm_memory_limit",
        MAX_WASM_MEMORY_BYTES,
    )?;
    set(
        &mut settings.wasm_memory_threshold,
        wasm_memory_threshold,
        "wasm_memory_threshold",
        MAX_WASM_MEMORY_BYTES,
    )?;
    if let Some(bytes) = log_memory_limit {
        settings.log_memory_limit = log_limit(&bytes)?;
    }
    set_cycles(
        &mut settings.reserved_cycles_limit,
        reserved_cycles_limit,
        "reserved_cycles_limit",
    )?;
    set_cycles(
        &mut settings.minimum_call_cycles,
        minimum_incoming_canister_call_cycles,
        "minimum_incoming_canister_call_cycles",
    )?;
    if let Some(visibility) = log_visibility {
        settings.log_visibility = match visibility {
            LogVisibility::Controllers => Visibility::Controllers,
            LogVisibility::Public => Visibility::Public,
            LogVisibility::AllowedViewers(viewers) => viewers_of(viewers)?,
        };
    }
    if let Some(visibility) = snapshot_visibility {
        settings.snapshot_visibility = match visibility {
            SnapshotVisibility::Controllers => Visibility::Controllers,
            SnapshotVisibility::Public => Visibility::Public,
            SnapshotVisibility::AllowedViewers(viewers) => viewers_of(viewers)?,
        };
    }
    if let Some(visibility) = status_visibility {
        settings.status_visibility = match visibility {
            StatusVisibility::Controllers => Visibility::Controllers,
            StatusVisibility::Public => Visibility::Public,
            StatusVisibility::AllowedViewers(viewers) => viewers_of(viewers)?,
        };
    }
    if let Some(variables) = environment_variables {
        settings.environment_variables = variables_of(variables)?;
    }
    Ok(())
}

/// Refuses larger allocations if they make the freezing threshold, `needed`, exceed the balance.
/// Without them the canister may be frozen by its settings.
pub(super) fn afford(
    old: &Settings,
    new: &Settings,
    balance: Cycles,
    needed: Cycles,
) -> Result<(), Reject> {
    let (code, what) = if balance >= needed {
        return Ok(());
    } else if new.compute_allocation > old.compute_allocation {
        let what = format!("compute allocation of {}%", new.compute_allocation);
        (ErrorCode::InsufficientCyclesInComputeAllocation, what)
    } else if new.memory_allocation > old.memory_allocation {
        let what = format!("memory allocation of {} bytes", new.memory_allocation);
        (ErrorCode::InsufficientCyclesInMemoryAllocation, what)
    } else {
        return Ok(());
    };
    Reject::err(
        code,
        format!(
            "Cannot increase {what} due to insufficient cycles. At least {} additional cycles are required.",
            needed - balance
        ),
    )
}

fn set(setting: &mut u64, value: Option<Nat>, name: &str, max: u64) -> Result<(), Reject> {
    if let Some(value) = value {
        *setting = u64::try_from(&value.0)
            .ok()
            .filter(|value| *value <= max)
            .ok_or_else(|| out_of_range(name, max.into(), &value))?;
    }
    Ok(())
}

fn set_cycles(setting: &mut Cycles, value: Option<Nat>, name: &str) -> Result<(), Reject> {
    if let Some(value) = value {
        *setting = u128::try_from(&value.0).map_err(|_| out_of_range(name, Cycles::MAX, &value))?;
    }
    Ok(())
}

/// Bytes of the log: none at all, or at least as many as a log has by default.
fn log_limit(bytes: &Nat) -> Result<u64, Reject> {
    let (min, max) = (limits::LOG_BYTES as u64, limits::MAX_LOG_BYTES as u64);
    match u64::try_from(&bytes.0) {
        Ok(bytes) if bytes == 0 || (min..=max).contains(&bytes) => Ok(bytes),
        _ => Reject::err(
            ErrorCode::CanisterRejectedMessage,
            format!(
                "The canister log memory limit {bytes} is not allowed. It must be zero, or at least {min} and at most {max}."
            ),
        ),
    }
}

fn out_of_range(name: &str, max: u128, value: &Nat) -> Reject {
    Reject::new(
        ErrorCode::CanisterContractViolation,
        format!("{name} expected to be in the range of [0..{max}], got {value}"),
    )
}

fn viewers_of(viewers: Vec<Principal>) -> Result<Visibility, Reject> {
    if viewers.len() > limits::MAX_CONTROLLERS {
        return Err(invalid(format_args!(
            "there are {} allowed viewers, at most {} are allowed",
            viewers.len(),
            limits::MAX_CONTROLLERS
        )));
    }
    Ok(Visibility::Viewers(viewers.into_iter().collect()))
}

fn variables_of(variables: Vec<EnvironmentVariable>) -> Result<BTreeMap<String, String>, Reject> {
    let count = variables.len();
    if count > limits::MAX_VARIABLES {
        return Err(invalid(format_args!(
            "Too many environment variables: {count}, at most {} are allowed",
            limits::MAX_VARIABLES
        )));
    }
    let mut map = BTreeMap::new();
    for EnvironmentVariable { name, value } in variables {
        if name.len() > limits::MAX_VARIABLE_NAME || value.len() > limits::MAX_VARIABLE_NAME {
            return Err(invalid(format_args!(
                "Environment variable '{name}': names and values have at most {} bytes",
                limits::MAX_VARIABLE_NAME
            )));
        }
        if map.insert(name.clone(), value).is_some() {
            return Err(invalid(format_args!(
                "Duplicate environment variable '{name}'"
            )));
        }
    }
    Ok(map)
}

/// What the replica refuses while it reads the argument.
fn invalid(message: std::fmt::Arguments<'_>) -> Reject {
    Reject::new(ErrorCode::InvalidManagementPayload, message.to_string())
}
