//! What settings may be, and what they change.

use super::{install, put, value};
use anchorage_tests::{built, network};
use pocket_ic::{CanisterSettings, ErrorCode};

fn heap_limit(bytes: u64) -> CanisterSettings {
    CanisterSettings {
        wasm_memory_limit: Some(bytes.into()),
        ..CanisterSettings::default()
    }
}

#[test]
fn a_limit_below_the_heap_is_taken_and_stops_updates_and_upgrades() {
    let network = network();
    let probe = install(&network);
    put(&probe, 1, "kept");
    let status = network.canister_status(probe.id, None).unwrap();
    assert_eq!(status.settings.wasm_memory_limit, 3_u64 << 30);

    let set = |bytes| network.update_canister_settings(probe.id, None, heap_limit(bytes));
    set(1).unwrap();
    let exceeded = ErrorCode::CanisterWasmMemoryLimitExceeded;
    let refused = probe.try_call::<(Option<String>,)>("put", (1_u64, "lost"));
    assert_eq!(refused.unwrap_err().reject.error_code, exceeded);
    let refused = probe.upgrade(built("probe"));
    assert_eq!(refused.unwrap_err().reject.error_code, exceeded);
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));

    // No limit at all.
    set(0).unwrap();
    probe.upgrade(built("probe")).unwrap();
    assert_eq!(put(&probe, 1, "new").as_deref(), Some("kept"));
}

#[test]
fn what_a_setting_cannot_be_changes_nothing() {
    let network = network();
    let probe = install(&network);
    let too_much = CanisterSettings {
        compute_allocation: Some(101_u8.into()),
        ..heap_limit(1)
    };
    for settings in [too_much, heap_limit((1 << 48) + 1)] {
        let refused = network.update_canister_settings(probe.id, None, settings);
        assert_eq!(
            refused.unwrap_err().error_code,
            ErrorCode::CanisterContractViolation
        );
    }
    put(&probe, 1, "no limit has come to hold");
}
