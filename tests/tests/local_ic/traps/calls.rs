//! Traps 1 to 3: what happens to calls under way when an execution traps, and when calls leave.

use anchorage_tests::{Canister, network, numbers, probe};
use pocket_ic::ErrorCode;

/// A callee that counts.
const COUNTER: &str = r#"
  (func (export "canister_update bump")
    (i64.store (i32.const 8192) (i64.add (i64.load (i32.const 8192)) (i64.const 1)))
    (call $reply_number (i64.load (i32.const 8192))))
  (func (export "canister_query count") (call $reply_number (i64.load (i32.const 8192))))
"#;

#[test]
fn trap_01_a_trap_with_calls_outstanding_waits_for_the_other_callbacks() {
    let network = network();
    let peer = Canister::install(&network, probe(COUNTER));
    // Two calls; the callback of the first traps, that of the second replies, or traps too.
    let caller = Canister::install(
        &network,
        probe(
            r#"
  (data (i32.const 0) "bump" "first callback")
  (elem (i32.const 0) $fails $replies)
  (func $fails (param i32) (call $trap (i32.const 4) (i32.const 14)))
  (func $replies (param i32) (call $reply_number (i64.const 7)))
  (func (export "canister_update one_fails")
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (call $send)
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 1) (i32.const 1)) (call $send))
  (func (export "canister_update all_fail")
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (call $send)
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (call $send))
"#,
        ),
    );
    assert_eq!(numbers(&caller.update("one_fails", peer.bytes())), [7]);
    assert_eq!(peer.numbers("count"), [2]);

    let failure = caller
        .try_update("all_fail", peer.bytes())
        .expect_err("nobody replies");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterCalledTrap);
    assert!(
        failure.reject.reject_message.contains("first callback"),
        "{failure:?}"
    );
}

#[test]
fn trap_02_cleanup_runs_on_the_state_from_before_the_callback() {
    let network = network();
    let peer = Canister::install(&network, probe(COUNTER));
    // 8192 heap, 0 of the stable memory: 1 before the call, 50 by the callback that traps.
    // 8200: what the cleanup found, plus 100. 8208: cleanups run.
    let caller = Canister::install(
        &network,
        probe(
            r#"
  (data (i32.const 0) "bump")
  (elem (i32.const 0) $fails $cleans $cleans_and_fails)
  (func $set (param $value i64)
    (i64.store (i32.const 8192) (local.get $value))
    (i64.store (i32.const 1048576) (local.get $value))
    (call $stable_write (i64.const 0) (i64.const 1048576) (i64.const 8)))
  (func $fails (param i32) (call $set (i64.const 50)) (unreachable))
  (func $cleans (param i32)
    (call $stable_read (i64.const 1048576) (i64.const 0) (i64.const 8))
    (i64.store (i32.const 8200)
      (i64.add (i64.const 100) (i64.add (i64.load (i32.const 8192)) (call $low))))
    (i64.store (i32.const 8208) (i64.add (i64.load (i32.const 8208)) (i64.const 1))))
  (func $cleans_and_fails (param i32)
    (i64.store (i32.const 8208) (i64.const 999))
    (unreachable))
  (func $run (param $cleanup i32)
    (drop (call $stable_grow (i64.const 1)))
    (call $set (i64.const 1))
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
    (call $call_on_cleanup (local.get $cleanup) (i32.const 0))
    (call $send))
  (func (export "canister_update run") (call $run (i32.const 1)))
  (func (export "canister_update run_worse") (call $run (i32.const 2)))
  (func (export "canister_query found")
    (call $append_number (i64.load (i32.const 8192)))
    (call $append_number (i64.load (i32.const 8200)))
    (call $reply_number (i64.load (i32.const 8208))))
"#,
        ),
    );
    let failure = caller
        .try_update("run", peer.bytes())
        .expect_err("the callback traps");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterTrapped);
    // What was written before the call stays; the callback's writes are gone; the cleanup's stay.
    assert_eq!(caller.numbers("found"), [1, 102, 1], "{failure:?}");

    caller
        .try_update("run_worse", peer.bytes())
        .expect_err("callback and cleanup trap");
    assert_eq!(caller.numbers("found"), [1, 102, 1], "nothing new is kept");
}

#[test]
fn trap_03_calls_leave_through_queues_and_only_after_success() {
    let network = network();
    let other = Canister::install(&network, probe(COUNTER));
    let body = format!(
        r#"
  (data (i32.const 0) "bump")
  (elem (i32.const 0) $answer)
  ;; What the counter was right after the call was sent, and in its callback.
  (func $answer (param i32)
    (call $append_number (i64.load (i32.const 8200)))
    (call $reply_number (i64.load (i32.const 8192))))
  (func (export "canister_update call_myself")
    (call $call_self (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
    (call $send)
    (i64.store (i32.const 8200) (i64.load (i32.const 8192))))
  (func (export "canister_update call_and_trap")
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
    (call $send)
    (unreachable))
{COUNTER}"#
    );
    let caller = Canister::install(&network, probe(&body));
    assert_eq!(
        numbers(&caller.update("call_myself", vec![])),
        [0, 1],
        "a call to itself runs after the message that made it"
    );

    let failure = caller
        .try_update("call_and_trap", other.bytes())
        .expect_err("it traps");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterTrapped);
    network.tick();
    network.tick();
    assert_eq!(other.numbers("count"), [0], "the call was taken back");
}
