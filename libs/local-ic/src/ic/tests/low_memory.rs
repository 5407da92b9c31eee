//! The hook for low memory is due whenever its condition has come to hold.

use super::*;
use candid::Nat;
use ic_management_canister_types::{
    CanisterSettings, LoadCanisterSnapshotArgs, Snapshot, TakeCanisterSnapshotArgs,
    UpdateSettingsArgs,
};

/// Ten pages of heap; the hook writes to the stable memory, `grow` adds a page of heap.
const HOOK: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
    (memory 10)
    (func (export "canister_update grow") (drop (memory.grow (i32.const 1))) (call $reply))
    (func (export "canister_on_low_wasm_memory") (drop (call $grow (i64.const 1)))))"#;

/// How often the hook has run; a snapshot takes that back.
fn runs(ic: &Ic, id: CanisterId) -> u64 {
    ic.network
        .canister(id)
        .unwrap()
        .code
        .as_ref()
        .unwrap()
        .stable
        .size
}

fn management<T: candid::CandidType>(ic: &mut Ic, method: &str, args: &T) -> Vec<u8> {
    update(ic, CanisterId::MANAGEMENT, method, Encode!(args).unwrap()).unwrap()
}

/// So many pages of heap are low memory.
fn low_at(pages: u64) -> CanisterSettings {
    let bytes = |pages: u64| Some(Nat::from(pages * WASM_PAGE_BYTES));
    CanisterSettings {
        wasm_memory_limit: bytes(100),
        wasm_memory_threshold: bytes(101 - pages),
        ..Default::default()
    }
}

fn set(ic: &mut Ic, id: CanisterId, settings: CanisterSettings) {
    let args = UpdateSettingsArgs {
        canister_id: id.0,
        settings,
        sender_canister_version: None,
    };
    management(ic, "update_settings", &args);
}

#[test]
fn after_an_installation_and_an_upgrade() {
    on_big_stack(|| {
        let mut ic = ic();
        let create = ProvisionalCreateCanisterWithCyclesArgs {
            settings: Some(low_at(10)),
            ..Default::default()
        };
        let reply = management(&mut ic, "provisional_create_canister_with_cycles", &create);
        let id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
        for (mode, expected) in [
            (CanisterInstallMode::Install, 1),
            (CanisterInstallMode::Upgrade(None), 2),
        ] {
            let code = InstallCodeArgs {
                mode,
                canister_id: id,
                wasm_module: wat::parse_str(HOOK).unwrap(),
                arg: Vec::new(),
                sender_canister_version: None,
            };
            management(&mut ic, "install_code", &code);
            ic.tick();
            ic.tick();
            assert_eq!(runs(&ic, CanisterId(id)), expected);
        }
    });
}

#[test]
fn after_a_change_of_settings() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, HOOK);
        for (pages, expected) in [(11, 0), (10, 1), (9, 1), (11, 1), (10, 2)] {
            set(&mut ic, id, low_at(pages));
            ic.tick();
            ic.tick();
            assert_eq!(runs(&ic, id), expected, "low at {pages} pages");
        }
    });
}

/// Then nothing remains, which is less than any threshold, also zero.
#[test]
fn when_the_heap_is_above_its_limit() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, HOOK);
        for (pages, expected) in [(10, 0), (9, 1), (10, 1)] {
            let settings = CanisterSettings {
                wasm_memory_limit: Some(Nat::from(pages * WASM_PAGE_BYTES)),
                ..Default::default()
            };
            set(&mut ic, id, settings);
            ic.tick();
            ic.tick();
            assert_eq!(runs(&ic, id), expected, "a limit of {pages} pages");
        }
    });
}

#[test]
fn after_a_snapshot_was_loaded() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, HOOK);
        update(&mut ic, id, "grow", vec![]).unwrap();
        let take = TakeCanisterSnapshotArgs {
            canister_id: id.0,
            replace_snapshot: None,
            uninstall_code: None,
            sender_canister_version: None,
        };
        let reply = management(&mut ic, "take_canister_snapshot", &take);
        let taken = Decode!(&reply, Snapshot).unwrap();
        let code = InstallCodeArgs {
            mode: CanisterInstallMode::Reinstall,
            canister_id: id.0,
            wasm_module: wat::parse_str(HOOK).unwrap(),
            arg: Vec::new(),
            sender_canister_version: None,
        };
        management(&mut ic, "install_code", &code);
        set(&mut ic, id, low_at(11));
        ic.tick();
        assert_eq!(runs(&ic, id), 0, "ten pages are not low yet");
        let load = LoadCanisterSnapshotArgs {
            canister_id: id.0,
            snapshot_id: taken.id,
            sender_canister_version: None,
        };
        management(&mut ic, "load_canister_snapshot", &load);
        ic.tick();
        ic.tick();
        assert_eq!(runs(&ic, id), 1);
    });
}
