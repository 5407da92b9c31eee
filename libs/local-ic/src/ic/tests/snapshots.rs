//! Snapshots on another canister than the one they were taken of.

use super::*;
use crate::state::ChangeRecord;
use ic_management_canister_types::{
    CanisterSettings, LoadCanisterSnapshotArgs, Snapshot, TakeCanisterSnapshotArgs,
    UpdateSettingsArgs,
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
        assert_eq!(
            reject.code,
            ErrorCode::CanisterInvalidController,
            "{reject}"
        );
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
    });
}
