//! Snapshots: take, load, list, delete.

use super::install::require_cycles_to_keep;
use super::{Answer, Outcome, Request, decode, empty_reply, encode};
use crate::error::{ErrorCode, Reject};
use crate::ids::CanisterId;
use crate::limits;
use crate::state::{Canister, ChangeRecord, Snapshot, SnapshotId};
use ic_management_canister_types as wire;

/// Instructions charged for taking or loading a snapshot, beside one for each byte.
const BASE_INSTRUCTIONS: u64 = 2_000_000_000;

impl Request<'_, '_> {
    pub(super) fn take_canister_snapshot(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::TakeCanisterSnapshotArgs,) = decode(payload)?;
        let now = self.exec.now;
        let replaced = args.replace_snapshot.map(SnapshotId);
        let canister = self.controlled(args.canister_id, "take_canister_snapshot")?;
        let Some(code) = canister.code.clone() else {
            return Reject::err(
                ErrorCode::CanisterWasmModuleNotFound,
                format!(
                    "Failed to create snapshot for empty canister {}",
                    args.canister_id
                ),
            );
        };
        if let Some(replaced) = &replaced {
            snapshot(canister, replaced)?;
        } else if canister.snapshots.len() >= limits::MAX_SNAPSHOTS {
            return Reject::err(
                ErrorCode::InvalidManagementPayload,
                format!(
                    "Canister {} has reached the maximum number of snapshots allowed: {}.",
                    args.canister_id,
                    limits::MAX_SNAPSHOTS
                ),
            );
        }
        let bytes = canister.execution_bytes() + canister.module_bytes.0 + canister.chunk_bytes();
        self.charge_instructions(args.canister_id, BASE_INSTRUCTIONS + bytes)?;
        let canister = self.controlled(args.canister_id, "take_canister_snapshot")?;
        if let Some(replaced) = replaced {
            canister.snapshots.remove(&replaced);
        }
        let id = next_id(canister);
        canister.snapshots.insert(
            id.clone(),
            Snapshot {
                taken: now,
                version: canister.version,
                code,
                certified_data: canister.certified_data.clone(),
                chunks: canister.chunks.clone(),
                bytes,
            },
        );
        if args.uninstall_code == Some(true) {
            super::uninstall(
                self.exec,
                CanisterId(args.canister_id),
                "Canister has been uninstalled.",
            );
            let origin = self.change_origin(args.sender_canister_version);
            self.record(args.canister_id, origin, ChangeRecord::Uninstall);
        }
        let answer = wire::Snapshot {
            id: id.0,
            taken_at_timestamp: now,
            total_size: bytes,
        };
        Ok(Outcome::Reply(encode((answer,))))
    }

    /// The snapshot may be another canister's, if the caller controls both.
    pub(super) fn load_canister_snapshot(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::LoadCanisterSnapshotArgs,) = decode(payload)?;
        let id = SnapshotId(args.snapshot_id);
        let (now, fees) = (self.exec.now, self.exec.subnet.fees());
        self.controlled(args.canister_id, "load_canister_snapshot")?;
        let source = id
            .canister()
            .filter(|source| self.canister(*source).is_ok())
            .unwrap_or(args.canister_id);
        let canister = self.controlled(source, "load_canister_snapshot")?;
        let Snapshot {
            taken,
            version,
            code,
            certified_data,
            chunks,
            bytes,
        } = snapshot(canister, &id)?.clone();
        self.charge_instructions(args.canister_id, BASE_INSTRUCTIONS + bytes)?;
        let module = self.exec.machine.module(self.exec.modules, code.module);
        let canister = self.controlled(args.canister_id, "load_canister_snapshot")?;
        let old_code = canister.code.replace(code);
        let old_chunks = std::mem::replace(&mut canister.chunks, chunks);
        let bytes = super::install::module_bytes(&module);
        let old_bytes = std::mem::replace(&mut canister.module_bytes, bytes);
        if let Err(reject) = require_cycles_to_keep(canister, fees, 0) {
            canister.code = old_code;
            canister.chunks = old_chunks;
            canister.module_bytes = old_bytes;
            return Err(reject);
        }
        canister.last_install = Some(now);
        canister.certified_data = certified_data;
        canister.update_low_memory();
        canister.version += 1;
        let origin = self.change_origin(args.sender_canister_version);
        let record = ChangeRecord::LoadSnapshot {
            id: id.0,
            version,
            taken,
            from: (source != args.canister_id).then_some(source),
        };
        self.record(args.canister_id, origin, record);
        Ok(Outcome::Reply(empty_reply()))
    }

    pub(super) fn list_canister_snapshots(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::CanisterIdRecord,) = decode(payload)?;
        let caller = self.caller;
        let mut canister = self.canister(args.canister_id)?;
        if !super::info::visible(&canister.settings.snapshot_visibility, canister, caller) {
            canister = self.controlled(args.canister_id, "list_canister_snapshots")?;
        }
        let list: Vec<wire::Snapshot> = canister
            .snapshots
            .iter()
            .map(|(id, snapshot)| wire::Snapshot {
                id: id.0.clone(),
                taken_at_timestamp: snapshot.taken,
                total_size: snapshot.bytes,
            })
            .collect();
        Ok(Outcome::Reply(encode((list,))))
    }

    pub(super) fn delete_canister_snapshot(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::DeleteCanisterSnapshotArgs,) = decode(payload)?;
        let id = SnapshotId(args.snapshot_id);
        let canister = self.controlled(args.canister_id, "delete_canister_snapshot")?;
        snapshot(canister, &id)?;
        canister.snapshots.remove(&id);
        Ok(Outcome::Reply(empty_reply()))
    }
}

fn snapshot<'a>(canister: &'a Canister, id: &SnapshotId) -> Result<&'a Snapshot, Reject> {
    canister.snapshots.get(id).ok_or_else(|| {
        Reject::new(
            ErrorCode::CanisterSnapshotNotFound,
            format!(
                "Could not find the snapshot ID {} for canister {}",
                hex::encode(&id.0),
                canister.id
            ),
        )
    })
}

fn next_id(canister: &mut Canister) -> SnapshotId {
    let mut id = canister.snapshots_taken.to_be_bytes().to_vec();
    canister.snapshots_taken += 1;
    id.extend_from_slice(canister.id.0.as_slice());
    SnapshotId(id)
}
