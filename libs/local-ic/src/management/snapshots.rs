//! Snapshots: take, load, list, delete.

use super::install::{KNOWN_MODULE_DISCOUNT, module_bytes, require_cycles_to_keep};
use super::{Answer, Outcome, Request, decode, empty_reply, encode};
use crate::error::{ErrorCode, Reject};
use crate::exec::out_of_cycles;
use crate::fees::Fees;
use crate::ids::{CanisterId, Cycles};
use crate::limits;
use crate::state::{Canister, ChangeRecord, Snapshot, SnapshotId};
use candid::Principal;
use ic_management_canister_types as wire;

/// Instructions charged for taking or loading a snapshot, beside one for each byte and, for loading,
/// those for a module that is known.
const BASE_INSTRUCTIONS: u64 = 2_000_000_000;

impl Request<'_, '_> {
    pub(super) fn take_canister_snapshot(&mut self, payload: &[u8]) -> Answer {
        let (args,): (wire::TakeCanisterSnapshotArgs,) = decode(payload)?;
        let (now, fees) = (self.exec.now, self.exec.subnet.fees());
        let replaced = args.replace_snapshot.map(SnapshotId);
        let canister = self.controlled(args.canister_id, "take_canister_snapshot")?;
        let Some(code) = canister.code.clone() else {
            return Reject::err(
                ErrorCode::CanisterRejectedMessage,
                format!(
                    "Failed to create snapshot for empty canister {}",
                    args.canister_id
                ),
            );
        };
        let count = canister.snapshots.len();
        let freed = match &replaced {
            Some(replaced) => self.own_snapshot(args.canister_id, replaced)?.bytes,
            None if count < limits::MAX_SNAPSHOTS => 0,
            None => {
                return Reject::err(
                    ErrorCode::CanisterRejectedMessage,
                    format!(
                        "Canister {} has reached the maximum number of snapshots allowed: {}.",
                        args.canister_id,
                        limits::MAX_SNAPSHOTS
                    ),
                );
            }
        };
        let canister = self.canister(args.canister_id)?;
        let bytes = canister.snapshot_bytes();
        let kept = if args.uninstall_code == Some(true) {
            canister.lasting_bytes()
        } else {
            canister.memory_bytes()
        };
        let instructions = BASE_INSTRUCTIONS + bytes;
        let price = fees.execution(instructions);
        pay(canister, fees, kept + bytes - freed, price)?;
        canister.note_consumed(price);
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
        self.exec.used += instructions;
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
        let source = self.owner(&id).unwrap_or(args.canister_id);
        let caller = self.caller;
        let owner = self.canister(source)?;
        let controls = owner.settings.controllers.contains(&caller);
        let Some(snapshot) = owner.snapshots.get(&id) else {
            return Err(not_found(args.canister_id, &id));
        };
        if !controls {
            return Reject::err(
                ErrorCode::CanisterRejectedMessage,
                format!(
                    "Only a controller of the canister that snapshot {} belongs to can load it on canister {}. Sender: {caller}.",
                    hex::encode(&id.0),
                    args.canister_id
                ),
            );
        }
        let Snapshot {
            taken,
            version,
            code,
            certified_data,
            chunks,
            bytes,
        } = snapshot.clone();
        let module = self.exec.machine.module(self.exec.modules, code.module);
        let instructions = module.compile_instructions / KNOWN_MODULE_DISCOUNT + bytes;
        let canister = self.canister(args.canister_id)?;
        let (cycles, used) = (canister.cycles, canister.memory_bytes());
        let prices = [BASE_INSTRUCTIONS, instructions].map(|count| fees.execution(count));
        pay(canister, fees, used, prices[0])?;
        let old_code = canister.code.replace(code);
        let old_chunks = std::mem::replace(&mut canister.chunks, chunks);
        let old_bytes = std::mem::replace(&mut canister.module_bytes, module_bytes(&module));
        let used = canister.memory_bytes();
        if let Err(reject) = pay(canister, fees, used, prices[1]) {
            canister.cycles = cycles;
            canister.code = old_code;
            canister.chunks = old_chunks;
            canister.module_bytes = old_bytes;
            return Err(reject);
        }
        canister.note_consumed(prices[0] + prices[1]);
        canister.last_install = Some(now);
        canister.certified_data = certified_data;
        canister.update_low_memory();
        canister.version += 1;
        self.exec.used += BASE_INSTRUCTIONS + instructions;
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
        self.controlled(args.canister_id, "delete_canister_snapshot")?;
        self.own_snapshot(args.canister_id, &id)?;
        self.canister(args.canister_id)?.snapshots.remove(&id);
        Ok(Outcome::Reply(empty_reply()))
    }

    /// The snapshot, if it is the canister's own.
    fn own_snapshot(&self, canister: Principal, id: &SnapshotId) -> Result<&Snapshot, Reject> {
        match self.owner(id) {
            None => Err(not_found(canister, id)),
            Some(owner) if owner != canister => Reject::err(
                ErrorCode::CanisterRejectedMessage,
                format!(
                    "The snapshot {} does not belong to canister {canister}.",
                    hex::encode(&id.0)
                ),
            ),
            Some(owner) => Ok(&self.exec.subnet.canisters[&CanisterId(owner)].snapshots[id]),
        }
    }

    /// The canister of this subnet that has the snapshot.
    fn owner(&self, id: &SnapshotId) -> Option<Principal> {
        let owner = id.canister()?;
        let canister = self.exec.subnet.canisters.get(&CanisterId(owner))?;
        canister.snapshots.contains_key(id).then_some(owner)
    }
}

/// Takes the price of an operation after which the canister uses so many bytes altogether, unless
/// that freezes it.
fn pay(canister: &mut Canister, fees: Fees, bytes: u64, price: Cycles) -> Result<(), Reject> {
    require_cycles_to_keep(canister, fees, 0, bytes)?;
    let needed = price + canister.freezing_threshold_with(&fees, bytes);
    if canister.cycles < needed {
        let reject = out_of_cycles(canister, needed - canister.cycles);
        return Reject::err(
            reject.code,
            format!("Canister snapshotting failed with: `{}`", reject.message),
        );
    }
    canister.cycles -= price;
    Ok(())
}

fn not_found(canister: Principal, id: &SnapshotId) -> Reject {
    Reject::new(
        ErrorCode::CanisterSnapshotNotFound,
        format!(
            "Could not find the snapshot ID {} for canister {canister}",
            hex::encode(&id.0)
        ),
    )
}

fn next_id(canister: &mut Canister) -> SnapshotId {
    let mut id = canister.snapshots_taken.to_be_bytes().to_vec();
    canister.snapshots_taken += 1;
    id.extend_from_slice(canister.id.0.as_slice());
    SnapshotId(id)
}
