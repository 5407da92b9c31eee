//! Outgoing calls and cycles.

use super::*;
use crate::ids::CanisterId;
use crate::sandbox::{Callbacks, Closure, OutgoingCall};
use crate::wasm::execute::fixture::BALANCE;
use candid::Principal;

const NEW: &str = "(call $call_new (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 4)
    (i32.const 11) (i32.const 12) (i32.const 21) (i32.const 22))";

#[test]
fn a_call_leaves_with_everything_it_was_given() {
    let finished = update(
        "\\04pingdata",
        &format!(
            "{NEW}
            (call $call_on_cleanup (i32.const 31) (i32.const 32))
            (call $call_data_append (i32.const 5) (i32.const 2))
            (call $call_data_append (i32.const 7) (i32.const 2))
            (call $call_cycles_add (i64.const 100))
            (call $call_cycles_add128 (i64.const 0) (i64.const 10))
            (call $call_with_best_effort_response (i32.const 1000))
            (if (call $call_perform) (then unreachable))"
        ),
    );
    let sandbox = finished.sandbox;
    assert!(finished.result.is_ok());
    let fees = sandbox.account.fees;
    let prepaid = fees.response(limits::MAX_REMOTE_REQUEST) + fees.execution(40_000_000_000);
    let expected = OutgoingCall {
        callee: CanisterId(Principal::anonymous()),
        method: "ping".into(),
        payload: b"data".to_vec(),
        cycles: 110,
        callbacks: Callbacks {
            reply: Closure { func: 11, env: 12 },
            reject: Closure { func: 21, env: 22 },
            cleanup: Some(Closure { func: 31, env: 32 }),
        },
        deadline: Some(sandbox.env.time + 300_000_000_000),
        prepaid,
    };
    assert_eq!(sandbox.calls, [expected]);
    assert_eq!(
        sandbox.account.balance,
        BALANCE - 110 - prepaid - fees.request(8)
    );
}

#[test]
fn a_call_that_is_not_performed_keeps_no_cycles() {
    let finished = update(
        "\\04ping",
        &format!("{NEW} (call $call_cycles_add (i64.const 100))"),
    );
    assert!(finished.result.is_ok());
    assert!(finished.sandbox.calls.is_empty());
    assert_eq!(finished.sandbox.account.balance, BALANCE);
}

#[test]
fn functions_of_a_call_need_one_under_construction() {
    for body in [
        "(call $call_data_append (i32.const 0) (i32.const 0))",
        "(call $call_on_cleanup (i32.const 0) (i32.const 0))",
        "(call $call_cycles_add (i64.const 0))",
        "(call $call_cycles_add128 (i64.const 0) (i64.const 0))",
        "(call $call_with_best_effort_response (i32.const 0))",
        "(drop (call $call_perform))",
    ] {
        assert!(violation(&update("", body)).ends_with("when no call is under construction"));
    }
}

#[test]
fn amounts_of_128_bits_enter_high_half_first_and_leave_little_endian() {
    let mut rich = sandbox(Mode::Update);
    rich.account.available = 5 << 64 | 7;
    let finished = run(
        "",
        "(call $msg_cycles_available128 (i32.const 0))
         (call $msg_cycles_accept128 (i64.const 3) (i64.const 2) (i32.const 16))
         (call $canister_cycle_balance128 (i32.const 32))
         (call $cycles_burn128 (i64.const 1) (i64.const 1) (i32.const 48))
         (call $canister_liquid_cycle_balance128 (i32.const 64))
         (call $msg_reply_data_append (i32.const 0) (i32.const 80)) (call $msg_reply)",
        rich,
    );
    let accepted = 3u128 << 64 | 2;
    let burned = 1u128 << 64 | 1;
    let amounts = [
        5 << 64 | 7,
        accepted,
        BALANCE + accepted,
        burned,
        BALANCE + accepted - burned,
    ];
    let expected: Vec<u8> = amounts.into_iter().flat_map(u128::to_le_bytes).collect();
    assert_eq!(reply(&finished), expected);
    assert_eq!(finished.sandbox.account.burned, burned);
}

#[test]
fn amounts_too_large_for_64_bits_trap_in_the_old_functions() {
    for (mode, function) in [
        (Mode::Update, "msg_cycles_available"),
        (Mode::Reply, "msg_cycles_refunded"),
        (Mode::Update, "canister_cycle_balance"),
    ] {
        let body = format!("(i64.store (i32.const 0) (call ${function}))");
        assert!(run("", &body, sandbox(mode)).result.is_ok());
        let mut rich = sandbox(mode);
        rich.account.available = 1 << 64;
        rich.account.refunded = 1 << 64;
        rich.account.balance = 1 << 64;
        let trap = run("", &body, rich).result.unwrap_err();
        assert_eq!(trap.code, ErrorCode::CanisterTrapped, "{function}");
    }
}
