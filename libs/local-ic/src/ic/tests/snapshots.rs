//! Snapshots on another canister than the one they were taken of.

use super::*;
use crate::state::ChangeRecord;
use ic_management_canister_types::{
    CanisterSettings, DeleteCanisterSnapshotArgs, LoadCanisterSnapshotArgs, Snapshot,
    TakeCanisterSnapshotArgs, UpdateSettingsArgs,
};

fn take(ic: &mut Ic, id: CanisterId) -> Vec<u8> {
    let payload = Encode!(&TakeCanisterSnapshotArgs {
        canister_id: id.0,
        replace_snapshot: None,
        uninstall_code: None,
        sender_canister_version: None,
    });
    let payload = payload.unwrap();
    let method = "take_canister_snapshot";
    let reply = update(ic, CanisterId::MANAGEMENT, method, payload).unwrap();
    Decode!(&reply, Snapshot).unwrap().id
}

fn load(ic: &mut Ic, onto: CanisterId, snapshot_id: Vec<u8>) -> Result<Vec<u8>, Reject> {
    let payload = Encode!(&LoadCanisterSnapshotArgs {
        canister_id: onto.0,
        snapshot_id,
        sender_canister_version: None,
    });
    let method = "load_canister_snapshot";
    update(ic, CanisterId::MANAGEMENT, method, payload.unwrap())
}

#[test]
fn who_controls_both_canisters_loads_the_snapshot_of_one_onto_the_other() {
    on_big_stack(|| {
        let mut ic = ic();
        let from = install(&mut ic, COUNTER);
        update(&mut ic, from, "bump", vec![]).unwrap();
        let snapshot = take(&mut ic, from);
        let onto = install(&mut ic, "(module)");
        load(&mut ic, onto, snapshot.clone()).unwrap();
        assert_eq!(ic.query(call(onto, "get", vec![])).unwrap(), [1, 0, 0, 0]);
        let history = &ic.network.canister(onto).unwrap().history;
        let Some(ChangeRecord::LoadSnapshot {
            id, from: shown, ..
        }) = history.changes.back().map(|change| &change.record)
        else {
            panic!("{history:?}");
        };
        assert_eq!((id, shown), (&snapshot, &Some(from.0)));

        let payload = Encode!(&UpdateSettingsArgs {
            canister_id: from.0,
            settings: CanisterSettings {
                controllers: Some(Vec::new()),
                ..Default::default()
            },
            sender_canister_version: None,
        });
        let method = "update_settings";
        update(&mut ic, CanisterId::MANAGEMENT, method, payload.unwrap()).unwrap();
        let reject = load(&mut ic, onto, snapshot).unwrap_err();
        assert_eq!(reject.code, ErrorCode::CanisterRejectedMessage, "{reject}");
        let reject = load(&mut ic, onto, vec![0; 8]).unwrap_err();
        assert_eq!(reject.code, ErrorCode::CanisterSnapshotNotFound, "{reject}");
    });
}

#[test]
fn a_snapshot_that_the_canister_cannot_keep_is_not_loaded() {
    on_big_stack(|| {
        let mut ic = ic();
        let from = install(&mut ic, "(module (memory 16384))");
        let snapshot = take(&mut ic, from);
        let onto = install(&mut ic, COUNTER);
        update(&mut ic, onto, "bump", vec![]).unwrap();
        ic.network.canister_mut(onto).unwrap().cycles = 200_000_000_000;
        let reject = load(&mut ic, onto, snapshot).unwrap_err();
        assert_eq!(
            reject.code,
            ErrorCode::InsufficientCyclesInMemoryGrow,
            "{reject}"
        );
        assert_eq!(ic.query(call(onto, "get", vec![])).unwrap(), [1, 0, 0, 0]);
        let left = ic.cycles(onto).unwrap();
        assert!(left > 199_990_000_000, "only the message was paid: {left}");
    });
}

#[test]
fn what_cannot_be_done_with_a_snapshot_says_why() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let other = install(&mut ic, COUNTER);
        let foreign = take(&mut ic, other);
        let replace = |ic: &mut Ic, id: CanisterId, replaced: Option<Vec<u8>>| {
            let payload = Encode!(&TakeCanisterSnapshotArgs {
                canister_id: id.0,
                replace_snapshot: replaced,
                uninstall_code: None,
                sender_canister_version: None,
            });
            let method = "take_canister_snapshot";
            let reject = update(ic, CanisterId::MANAGEMENT, method, payload.unwrap()).unwrap_err();
            assert_eq!(reject.code, ErrorCode::CanisterRejectedMessage, "{reject}");
            reject.message
        };
        let delete = Encode!(&DeleteCanisterSnapshotArgs {
            canister_id: id.0,
            snapshot_id: foreign.clone(),
        });
        let method = "delete_canister_snapshot";
        let reject = update(&mut ic, CanisterId::MANAGEMENT, method, delete.unwrap()).unwrap_err();
        assert_eq!(reject.code, ErrorCode::CanisterRejectedMessage, "{reject}");
        let message = replace(&mut ic, id, Some(foreign));
        assert!(message.contains("does not belong to canister"), "{message}");
        for _ in 0..limits::MAX_SNAPSHOTS {
            take(&mut ic, id);
        }
        let message = replace(&mut ic, id, None);
        assert!(message.contains("maximum number of snapshots"), "{message}");
        let canister = ic.network.canister_mut(other).unwrap();
        canister.code = None;
        let message = replace(&mut ic, other, None);
        assert!(message.contains("empty canister"), "{message}");
    });
}
