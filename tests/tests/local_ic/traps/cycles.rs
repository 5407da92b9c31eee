//! Traps 4 and 5: calls that cannot be sent, and where cycles are at each moment.

use anchorage_tests::{Canister, network, numbers, probe};

/// What every update call must be able to pay before it starts: 40 billion instructions.
const PREPAYMENT: u64 = 40_000_000_000;

#[test]
fn trap_04_call_perform_answers_a_code_and_gives_the_cycles_back() {
    let network = network();
    let peer = Canister::install(
        &network,
        probe(r#"(func (export "canister_update ping") (call $msg_reply))"#),
    );
    let caller = Canister::install(
        &network,
        probe(
            r#"
  (data (i32.const 0) "ping")
  (elem (i32.const 0) $nothing)
  (func $nothing (param i32))
  ;; Calls with cycles until one is not taken; replies how many were, its code, and the cycles
  ;; that the refused one cost.
  (func $fill (param $cycles i64)
    (local $sent i64) (local $before i64) (local $code i32)
    (loop $more
      (local.set $before (call $balance))
      (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
      (call $call_cycles_add (i64.const 0) (local.get $cycles))
      (local.set $code (call $call_perform))
      (if (i32.eqz (local.get $code)) (then
        (local.set $sent (i64.add (local.get $sent) (i64.const 1)))
        (br $more))))
    (call $append_number (local.get $sent))
    (call $append_number (i64.extend_i32_u (local.get $code)))
    (call $append_number (i64.sub (local.get $before) (call $balance)))
    (call $msg_reply))
  (func (export "canister_update fill") (call $fill (i64.const 1000000)))
  ;; The same with little left beside what this execution was prepaid with.
  (func (export "canister_update fill_poor")
    (call $cycles_burn (i64.const 0) (i64.sub (call $balance) (i64.const 20000000000)) (i32.const 1048576))
    (call $fill (i64.const 1000000)))
"#,
        ),
    );
    assert_eq!(
        numbers(&caller.update("fill", peer.bytes())),
        [500, 2, 0],
        "a queue holds 500 calls, the next is refused with code 2 and costs nothing"
    );
    // When the responses have arrived there is room again.
    network.tick();
    network.tick();
    assert_eq!(numbers(&caller.update("fill", peer.bytes()))[0], 500);
    assert_eq!(
        numbers(&caller.update("fill_poor", peer.bytes())),
        [0, 2, 0],
        "without cycles for the response the call is refused and costs nothing"
    );
}

#[test]
fn trap_05_cycles_that_are_not_accepted_are_back_before_the_callback() {
    const BILLION: u64 = 1_000_000_000;
    let network = network();
    let peer = Canister::install(
        &network,
        probe(
            r#"
  (func $take
    (call $msg_cycles_accept (i64.const 0) (i64.const 4000000000) (i32.const 1048576)))
  (func (export "canister_update take") (call $take) (call $reply_number (call $low)))
  (func (export "canister_update take_and_trap") (call $take) (unreachable))
"#,
        ),
    );
    let caller = Canister::install(
        &network,
        probe(
            r#"
  (data (i32.const 0) "take" "take_and_trap")
  (elem (i32.const 0) $report)
  ;; Replies the balance before the call and after it, the refund, and the balance now.
  (func $report (param i32)
    (call $append_number (i64.load (i32.const 8192)))
    (call $append_number (i64.load (i32.const 8200)))
    (call $append_number (call $refunded))
    (call $reply_number (call $balance)))
  (func $pay (param $name i32) (param $len i32)
    (i64.store (i32.const 8192) (call $balance))
    (call $call_arg (local.get $name) (local.get $len) (i32.const 0) (i32.const 0))
    (call $call_cycles_add (i64.const 0) (i64.const 10000000000))
    (call $send)
    (i64.store (i32.const 8200) (call $balance)))
  (func (export "canister_update pay") (call $pay (i32.const 0) (i32.const 4)))
  (func (export "canister_update pay_for_nothing") (call $pay (i32.const 4) (i32.const 13)))
"#,
        ),
    );
    let (had, peer_had) = (caller.cycles(), peer.cycles());
    let reply = numbers(&caller.update("pay", peer.bytes()));
    let [before, after, refund, now] = reply[..] else {
        panic!("four numbers, not {reply:?}");
    };
    let lowered = had - u128::from(before);
    assert!(
        lowered >= u128::from(PREPAYMENT),
        "the prepayment is not part of the balance: {lowered}"
    );
    assert!(
        before - after >= 10 * BILLION + PREPAYMENT,
        "the cycles and the price of the response have left: {}",
        before - after
    );
    assert_eq!(refund, 6 * BILLION);
    assert!(
        now >= after + 6 * BILLION + PREPAYMENT,
        "the refund, and what was not used, are back: {}",
        now - after
    );
    let spent = had - caller.cycles();
    let accepted = u128::from(4 * BILLION);
    assert!(
        (accepted..accepted + 500_000_000).contains(&spent),
        "only what was accepted is gone, and small fees: {spent}"
    );
    let earned = peer.cycles() - peer_had;
    assert!(
        (accepted - 500_000_000..=accepted).contains(&earned),
        "the callee has what it accepted: {earned}"
    );

    let (had, peer_had) = (caller.cycles(), peer.cycles());
    let reply = numbers(&caller.update("pay_for_nothing", peer.bytes()));
    assert_eq!(reply[2], 10 * BILLION, "a trap accepts nothing");
    assert!(had - caller.cycles() < 500_000_000);
    assert!(peer.cycles() <= peer_had);
}
