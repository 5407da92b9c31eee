//! Settings that decide who may call and who may look.

use super::*;
use crate::error::RejectCode;
use candid::Nat;
use ic_management_canister_types::{
    CanisterSettings, CanisterStatusResult, StatusVisibility, UpdateSettingsArgs,
};

const VIEWER: Principal = Principal::from_slice(&[1, 1]);
const STRANGER: Principal = Principal::from_slice(&[1, 2]);

/// `take` replies. `send` calls `take` of the canister that its argument names after a number of
/// cycles, eight bytes; it answers the reject code, 0 for a reply, and the cycles that came back.
const SENDER: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $data (param i32 i32)))
    (import "ic0" "msg_reject_code" (func $code (result i32)))
    (import "ic0" "msg_cycles_refunded" (func $refunded (result i64)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_cycles_add" (func $cycles (param i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 1 funcref)
    (elem (i32.const 0) $answered)
    (data (i32.const 0) "take")
    (func $answered (param i32)
        (i32.store8 (i32.const 50) (call $code))
        (i64.store (i32.const 51) (call $refunded))
        (call $data (i32.const 50) (i32.const 9))
        (call $reply))
    (func (export "canister_update take") (call $reply))
    (func (export "canister_update send")
        (call $copy (i32.const 100) (i32.const 0) (call $size))
        (call $new (i32.const 108) (i32.sub (call $size) (i32.const 8)) (i32.const 0) (i32.const 4)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $cycles (i64.load (i32.const 100)))
        (if (call $perform) (then unreachable))))"#;

fn set(ic: &mut Ic, id: CanisterId, settings: CanisterSettings) -> Result<Vec<u8>, Reject> {
    let args = UpdateSettingsArgs {
        canister_id: id.0,
        settings,
        sender_canister_version: None,
    };
    let payload = Encode!(&args).unwrap();
    update(ic, CanisterId::MANAGEMENT, "update_settings", payload)
}

fn status(ic: &mut Ic, sender: Principal, id: CanisterId) -> Result<CanisterStatusResult, Reject> {
    let payload = Encode!(&CanisterIdRecord { canister_id: id.0 }).unwrap();
    let call = Call {
        sender,
        ..call(CanisterId::MANAGEMENT, "canister_status", payload)
    };
    let by_query = ic.query(call.clone());
    let by_update = submit(ic, call).and_then(|id| ic.await_ingress(id).unwrap());
    assert_eq!(by_query.is_ok(), by_update.is_ok());
    by_update.map(|reply| Decode!(&reply, CanisterStatusResult).unwrap())
}

#[test]
fn the_status_is_for_those_whom_the_settings_name() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        for (visibility, viewer, stranger) in [
            (StatusVisibility::Controllers, false, false),
            (StatusVisibility::AllowedViewers(vec![VIEWER]), true, false),
            (StatusVisibility::Public, true, true),
        ] {
            let settings = CanisterSettings {
                status_visibility: Some(visibility.clone()),
                ..Default::default()
            };
            set(&mut ic, id, settings).unwrap();
            let own = status(&mut ic, Principal::anonymous(), id).unwrap();
            assert_eq!(own.settings.status_visibility, visibility);
            for (who, may) in [(VIEWER, viewer), (STRANGER, stranger)] {
                match status(&mut ic, who, id) {
                    Ok(_) => assert!(may, "{visibility:?}"),
                    Err(reject) => {
                        assert!(!may, "{visibility:?}");
                        assert_eq!(reject.code, ErrorCode::CanisterStatusAccessDenied);
                    }
                }
            }
        }
        let viewers = vec![VIEWER; limits::MAX_CONTROLLERS + 1];
        let settings = CanisterSettings {
            status_visibility: Some(StatusVisibility::AllowedViewers(viewers)),
            ..Default::default()
        };
        let reject = set(&mut ic, id, settings).unwrap_err();
        assert_eq!(reject.code, ErrorCode::InvalidManagementPayload);
    });
}

#[test]
fn a_call_that_brings_too_few_cycles_gets_them_back() {
    on_big_stack(|| {
        let mut ic = ic();
        let sender = install(&mut ic, SENDER);
        let receiver = install(&mut ic, SENDER);
        for id in [sender, receiver] {
            let settings = CanisterSettings {
                minimum_incoming_canister_call_cycles: Some(Nat::from(1_000u32)),
                ..Default::default()
            };
            set(&mut ic, id, settings).unwrap();
        }
        let own = status(&mut ic, Principal::anonymous(), receiver).unwrap();
        let minimum = own.settings.minimum_incoming_canister_call_cycles;
        assert_eq!(minimum, Nat::from(1_000u32));
        // Users bring none, and a canister may always call itself.
        update(&mut ic, receiver, "take", Vec::new()).unwrap();
        let too_few = RejectCode::CanisterError as u8;
        for (callee, cycles, code) in [
            (receiver, 999, too_few),
            (receiver, 1_000, 0),
            (sender, 0, 0),
        ] {
            let before = ic.cycles(receiver);
            let argument = [&u64::to_le_bytes(cycles), callee.0.as_slice()].concat();
            let answer = update(&mut ic, sender, "send", argument).unwrap();
            assert_eq!(answer, [&[code], &u64::to_le_bytes(cycles)[..]].concat());
            if code == too_few {
                assert_eq!(ic.cycles(receiver), before, "the receiver pays nothing");
            }
        }
    });
}

/// One percent of a core costs 26 trillion cycles in 30 days, a gibibyte 0.3 trillion.
#[test]
fn allocations_that_nobody_can_pay_for_are_refused() {
    on_big_stack(|| {
        let mut ic = ic();
        let compute = |percent: u64| CanisterSettings {
            compute_allocation: Some(percent.into()),
            ..Default::default()
        };
        let memory = |gibibytes: u64| CanisterSettings {
            memory_allocation: Some((gibibytes << 30).into()),
            ..Default::default()
        };
        let too_much = [
            (compute(4), ErrorCode::InsufficientCyclesInComputeAllocation),
            (memory(400), ErrorCode::InsufficientCyclesInMemoryAllocation),
        ];
        let method = "provisional_create_canister_with_cycles";
        for (settings, refused) in too_much.clone() {
            let create = ProvisionalCreateCanisterWithCyclesArgs {
                settings: Some(settings),
                ..Default::default()
            };
            let payload = Encode!(&create).unwrap();
            let reject = update(&mut ic, CanisterId::MANAGEMENT, method, payload).unwrap_err();
            assert_eq!(reject.code, refused, "{reject}");
        }
        let id = install(&mut ic, COUNTER);
        let before = ic.network.canister(id).unwrap().settings.clone();
        for (settings, refused) in too_much {
            let reject = set(&mut ic, id, settings).unwrap_err();
            assert_eq!(reject.code, refused, "{reject}");
            assert_eq!(ic.network.canister(id).unwrap().settings, before);
        }
        for settings in [compute(2), memory(50)] {
            set(&mut ic, id, settings).unwrap();
        }
        // Frozen by its owner: that is what the threshold is for, and less is always allowed.
        let settings = CanisterSettings {
            freezing_threshold: Some(u64::MAX.into()),
            ..compute(1)
        };
        set(&mut ic, id, settings).unwrap();
    });
}

#[test]
fn limit_and_threshold_of_the_heap_end_at_256_tebibytes() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let most = 1u64 << 48;
        for (bytes, taken) in [(most, true), (most + 1, false)] {
            let bytes = Some(Nat::from(bytes));
            let limit = CanisterSettings {
                wasm_memory_limit: bytes.clone(),
                ..Default::default()
            };
            let threshold = CanisterSettings {
                wasm_memory_threshold: bytes,
                ..Default::default()
            };
            for settings in [limit, threshold] {
                let result = set(&mut ic, id, settings).map(|_| ());
                let refused = (!taken).then_some(ErrorCode::CanisterContractViolation);
                assert_eq!(result.err().map(|reject| reject.code), refused);
            }
        }
    });
}

/// A log that is switched off keeps nothing.
#[test]
fn a_log_has_four_kibibytes_to_two_mebibytes_or_none() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        for (bytes, taken) in [
            (4_095_u64, false),
            (4_096, true),
            (2 << 20, true),
            ((2 << 20) + 1, false),
            (1, false),
            (0, true),
        ] {
            let settings = CanisterSettings {
                log_memory_limit: Some(Nat::from(bytes)),
                ..Default::default()
            };
            let result = set(&mut ic, id, settings).map(|_| ());
            let refused = (!taken).then_some(ErrorCode::CanisterRejectedMessage);
            assert_eq!(result.err().map(|reject| reject.code), refused, "{bytes}");
        }
        update(&mut ic, id, "burn", vec![]).unwrap_err();
        assert_eq!(ic.network.canister(id).unwrap().log.bytes(), 0);
    });
}

#[test]
fn what_a_setting_cannot_be_violates_the_contract() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let too_large = || Some(Nat::from(u128::MAX) * 2u8);
        let mut refused = |settings| set(&mut ic, id, settings).unwrap_err().code;
        let codes = [
            refused(CanisterSettings {
                compute_allocation: Some(101u8.into()),
                ..Default::default()
            }),
            refused(CanisterSettings {
                memory_allocation: too_large(),
                ..Default::default()
            }),
            refused(CanisterSettings {
                freezing_threshold: too_large(),
                ..Default::default()
            }),
            refused(CanisterSettings {
                reserved_cycles_limit: too_large(),
                ..Default::default()
            }),
        ];
        assert_eq!(codes, [ErrorCode::CanisterContractViolation; 4]);
    });
}

/// The setting is taken, and holds from the next update on; what else runs is not concerned.
#[test]
fn a_limit_below_the_heap_stops_updates_and_installations() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let own = status(&mut ic, Principal::anonymous(), id).unwrap();
        assert_eq!(own.settings.wasm_memory_limit, Nat::from(3u64 << 30));
        let limit = |bytes: u64| CanisterSettings {
            wasm_memory_limit: Some(bytes.into()),
            ..Default::default()
        };
        set(&mut ic, id, limit(65_535)).unwrap();
        let exceeded = Err(ErrorCode::CanisterWasmMemoryLimitExceeded);
        let upgrade = |ic: &mut Ic| {
            let args = InstallCodeArgs {
                mode: CanisterInstallMode::Upgrade(None),
                canister_id: id.0,
                wasm_module: wat::parse_str(COUNTER).unwrap(),
                arg: Vec::new(),
                sender_canister_version: None,
            };
            let payload = Encode!(&args).unwrap();
            let result = update(ic, CanisterId::MANAGEMENT, "install_code", payload);
            result.map(|_| ()).map_err(|reject| reject.code)
        };
        let bump = |ic: &mut Ic| update(ic, id, "bump", vec![]).map_err(|reject| reject.code);
        assert_eq!(bump(&mut ic).map(|_| ()), exceeded);
        // The module has no hook that could meet the limit.
        assert_eq!(upgrade(&mut ic), exceeded);
        assert!(ic.query(call(id, "get", vec![])).is_ok());
        for enough in [65_536, 0] {
            set(&mut ic, id, limit(enough)).unwrap();
            bump(&mut ic).unwrap();
            assert_eq!(upgrade(&mut ic), Ok(()));
        }
    });
}

#[test]
fn a_frozen_canister_can_be_repaired_and_pays_for_it_when_it_can() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let freezes_after = |seconds: u64| CanisterSettings {
            freezing_threshold: Some(seconds.into()),
            ..Default::default()
        };
        let mut paid = |settings: CanisterSettings| {
            let before = ic.cycles(id).unwrap();
            set(&mut ic, id, settings).unwrap();
            before - ic.cycles(id).unwrap()
        };
        assert_eq!(paid(freezes_after(u64::MAX)), 0);
        let fee = paid(freezes_after(1));
        assert!((1_200_000..2_000_000).contains(&fee), "{fee}");
    });
}
