//! Reading: status, history, metadata and logs.

use super::{Answer, Outcome, Request, decode, encode};
use crate::error::{ErrorCode, Reject};
use crate::ids::CanisterId;
use crate::memory::WASM_PAGE_BYTES;
use crate::state::{
    Canister, Change, ChangeOrigin, ChangeRecord, Status, Subnet, Visibility, not_found,
};
use candid::{Nat, Principal, Reserved};
use ic_management_canister_types as wire;

const DAY_NS: u64 = 24 * 60 * 60 * 1_000_000_000;

impl Request<'_, '_> {
    pub(super) fn canister_status(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::CanisterIdRecord,) = decode(payload)?;
        self.controlled(args.canister_id, "canister_status")?;
        let canister = &self.exec.subnet.canisters[&CanisterId(args.canister_id)];
        Ok(Outcome::Reply(encode(
            (status(canister, self.exec.subnet),),
        )))
    }

    pub(super) fn canister_info(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::CanisterInfoArgs,) = decode(payload)?;
        let canister = self.canister(args.canister_id)?;
        let wanted = usize::try_from(args.num_requested_changes.unwrap_or(0)).unwrap_or(usize::MAX);
        let changes = &canister.history.changes;
        let info = wire::CanisterInfoResult {
            total_num_changes: canister.history.total,
            recent_changes: changes
                .iter()
                .skip(changes.len().saturating_sub(wanted))
                .map(change)
                .collect(),
            module_hash: canister.code.as_ref().map(|code| code.module.0.to_vec()),
            controllers: canister.settings.controllers.iter().copied().collect(),
        };
        Ok(Outcome::Reply(encode((info,))))
    }

    pub(super) fn canister_metadata(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::CanisterMetadataArgs,) = decode(payload)?;
        let caller = self.caller;
        let canister = self.canister(args.canister_id)?;
        let controls = canister.settings.controllers.contains(&caller);
        let module = canister.code.as_ref().map(|code| code.module);
        let module = module.map(|hash| self.exec.machine.module(self.exec.modules, hash));
        let section = module
            .as_ref()
            .and_then(|module| module.info.custom_sections.get(&args.name))
            .filter(|section| section.public || controls);
        match section {
            Some(section) => {
                let value = section.content.clone();
                Ok(Outcome::Reply(encode((wire::CanisterMetadataResult {
                    value,
                },))))
            }
            None => Reject::err(
                ErrorCode::InvalidManagementPayload,
                format!("The custom section '{}' cannot be found.", args.name),
            ),
        }
    }
}

/// The log, for those who may see it.
pub(super) fn fetch_logs(
    subnet: &Subnet,
    caller: Principal,
    payload: &[u8],
) -> Result<Vec<u8>, Reject> {
    let (args,): (wire::FetchCanisterLogsArgs,) = decode(payload)?;
    let id = CanisterId(args.canister_id);
    let canister = subnet.canisters.get(&id).ok_or_else(|| not_found(id))?;
    if !visible(&canister.settings.log_visibility, canister, caller) {
        return Reject::err(
            ErrorCode::CanisterRejectedMessage,
            format!("Caller {caller} is not allowed to access canister logs"),
        );
    }
    let wanted = |line: &&crate::state::LogLine| match &args.filter {
        None => true,
        Some(wire::CanisterLogFilter::ByIdx { start, end }) => (*start..*end).contains(&line.index),
        Some(wire::CanisterLogFilter::ByTimestampNanos { start, end }) => {
            (*start..*end).contains(&line.time)
        }
    };
    let records = canister
        .log
        .lines()
        .filter(wanted)
        .map(|line| wire::CanisterLogRecord {
            idx: line.index,
            timestamp_nanos: line.time,
            content: line.content.clone(),
        })
        .collect();
    Ok(encode((wire::FetchCanisterLogsResult {
        canister_log_records: records,
    },)))
}

/// Whether the caller may see something.
pub(super) fn visible(visibility: &Visibility, canister: &Canister, caller: Principal) -> bool {
    canister.settings.controllers.contains(&caller)
        || match visibility {
            Visibility::Controllers => false,
            Visibility::Public => true,
            Visibility::Viewers(viewers) => viewers.contains(&caller),
        }
}

/// What `canister_status` answers.
pub(super) fn status(canister: &Canister, subnet: &Subnet) -> wire::CanisterStatusResult {
    let settings = &canister.settings;
    let (heap, stable, globals) = canister.code.as_ref().map_or((0, 0, 0), |code| {
        (
            code.heap_pages * WASM_PAGE_BYTES,
            code.stable.bytes(),
            8 * code.globals.len() as u64,
        )
    });
    let snapshots: u64 = canister
        .snapshots
        .values()
        .map(|snapshot| snapshot.bytes)
        .sum();
    wire::CanisterStatusResult {
        status: match canister.status {
            Status::Running => wire::CanisterStatusType::Running,
            Status::Stopping(_) => wire::CanisterStatusType::Stopping,
            Status::Stopped => wire::CanisterStatusType::Stopped,
        },
        ready_for_migration: canister.status == Status::Stopped && canister.inputs.is_empty(),
        version: canister.version,
        settings: wire::DefiniteCanisterSettings {
            controllers: settings.controllers.iter().copied().collect(),
            compute_allocation: settings.compute_allocation.into(),
            memory_allocation: settings.memory_allocation.into(),
            freezing_threshold: settings.freezing_threshold.into(),
            reserved_cycles_limit: settings.reserved_cycles_limit.into(),
            minimum_incoming_canister_call_cycles: settings.minimum_call_cycles.into(),
            log_visibility: match &settings.log_visibility {
                Visibility::Controllers => wire::LogVisibility::Controllers,
                Visibility::Public => wire::LogVisibility::Public,
                Visibility::Viewers(viewers) => {
                    wire::LogVisibility::AllowedViewers(viewers.iter().copied().collect())
                }
            },
            log_memory_limit: settings.log_memory_limit.into(),
            snapshot_visibility: match &settings.snapshot_visibility {
                Visibility::Controllers => wire::SnapshotVisibility::Controllers,
                Visibility::Public => wire::SnapshotVisibility::Public,
                Visibility::Viewers(viewers) => {
                    wire::SnapshotVisibility::AllowedViewers(viewers.iter().copied().collect())
                }
            },
            status_visibility: match &settings.status_visibility {
                Visibility::Controllers => wire::StatusVisibility::Controllers,
                Visibility::Public => wire::StatusVisibility::Public,
                Visibility::Viewers(viewers) => {
                    wire::StatusVisibility::AllowedViewers(viewers.iter().copied().collect())
                }
            },
            wasm_memory_limit: settings.wasm_memory_limit.into(),
            wasm_memory_threshold: settings.wasm_memory_threshold.into(),
            environment_variables: settings
                .environment_variables
                .iter()
                .map(|(name, value)| wire::EnvironmentVariable {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
        },
        module_hash: canister.code.as_ref().map(|code| code.module.0.to_vec()),
        memory_size: canister.memory_bytes().into(),
        memory_metrics: wire::MemoryMetrics {
            wasm_memory_size: heap.into(),
            stable_memory_size: stable.into(),
            global_memory_size: globals.into(),
            wasm_binary_size: canister.module_bytes.0.into(),
            custom_sections_size: canister.module_bytes.1.into(),
            canister_history_size: canister.history_bytes().into(),
            wasm_chunk_store_size: canister.chunk_bytes().into(),
            snapshots_size: snapshots.into(),
            log_memory_store_size: (canister.log.bytes() as u64).into(),
        },
        cycles: canister.cycles.into(),
        reserved_cycles: Nat::from(0u8),
        idle_cycles_burned_per_day: canister.idle_cost(&subnet.fees(), DAY_NS).into(),
        query_stats: wire::QueryStats {
            num_calls_total: Nat::from(0u8),
            num_instructions_total: Nat::from(0u8),
            request_payload_bytes_total: Nat::from(0u8),
            response_payload_bytes_total: Nat::from(0u8),
        },
    }
}

fn change(change: &Change) -> wire::Change {
    wire::Change {
        timestamp_nanos: change.time,
        canister_version: change.version,
        origin: match change.origin {
            ChangeOrigin::User(user_id) => {
                wire::ChangeOrigin::FromUser(wire::FromUserRecord { user_id })
            }
            ChangeOrigin::Canister(canister_id, canister_version) => {
                wire::ChangeOrigin::FromCanister(wire::FromCanisterRecord {
                    canister_id,
                    canister_version,
                })
            }
        },
        details: Some(match &change.record {
            ChangeRecord::Creation { controllers } => {
                wire::ChangeDetails::Creation(wire::CreationRecord {
                    controllers: controllers.clone(),
                    environment_variables_hash: None,
                })
            }
            ChangeRecord::Uninstall => wire::ChangeDetails::CodeUninstall,
            ChangeRecord::Deployment { mode, module } => {
                wire::ChangeDetails::CodeDeployment(wire::CodeDeploymentRecord {
                    mode: match mode {
                        0 => wire::CodeDeploymentMode::Install,
                        1 => wire::CodeDeploymentMode::Reinstall,
                        _ => wire::CodeDeploymentMode::Upgrade,
                    },
                    module_hash: module.0.to_vec(),
                })
            }
            ChangeRecord::LoadSnapshot {
                id,
                version,
                taken,
                from,
            } => wire::ChangeDetails::LoadSnapshot(wire::LoadSnapshotRecord {
                from_canister_id: *from,
                snapshot_id: id.clone(),
                canister_version: *version,
                taken_at_timestamp: *taken,
                source: wire::SnapshotSource::TakenFromCanister(Reserved),
            }),
            ChangeRecord::Controllers { controllers } => {
                wire::ChangeDetails::ControllersChange(wire::ControllersChangeRecord {
                    controllers: controllers.clone(),
                })
            }
        }),
    }
}
