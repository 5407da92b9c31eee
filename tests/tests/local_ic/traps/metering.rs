//! Trap 15: limits, counters and determinism.

use anchorage_tests::{Canister, network, numbers, probe};
use pocket_ic::{CanisterSettings, ErrorCode};

/// Work of several kinds; `work` replies the instructions of this execution so far.
const WORK: &str = r#"
  (data (i32.const 0) "work")
  (elem (i32.const 0) $report)
  (func $spin (param $times i32)
    (loop $more
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $more (local.get $times))))
  (func (export "canister_update work")
    (call $spin (i32.const 1000))
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 5000))
    (drop (call $stable_grow (i64.const 1)))
    (call $stable_write (i64.const 0) (i64.const 0) (i64.const 100))
    (call $reply_number (call $performance_counter (i32.const 0))))
  ;; Both counters at the end of the first execution, and in the callback.
  (func $report (param i32)
    (call $append_number (i64.load (i32.const 8192)))
    (call $append_number (i64.load (i32.const 8200)))
    (call $append_number (call $performance_counter (i32.const 0)))
    (call $reply_number (call $performance_counter (i32.const 1))))
  (func (export "canister_update counters")
    (call $spin (i32.const 100000))
    (call $call_self (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))
    (call $send)
    (i64.store (i32.const 8192) (call $performance_counter (i32.const 0)))
    (i64.store (i32.const 8200) (call $performance_counter (i32.const 1))))
  (func (export "canister_query bad_counter")
    (call $reply_number (call $performance_counter (i32.const 7))))
"#;

#[test]
fn trap_15_instructions_are_counted_the_same_every_time() {
    let measure = || {
        let network = network();
        let canister = Canister::install(&network, probe(WORK));
        let counted: Vec<Vec<u64>> = (0..3)
            .map(|_| numbers(&canister.update("work", vec![])))
            .collect();
        (counted, canister.cycles())
    };
    let first = measure();
    assert_eq!(first, measure(), "the same calls count and cost the same");
    let counted = first.0[2][0];
    // Five instructions a turn, of which the branch counts twice; 5,000 bytes are filled.
    assert!((10_000..50_000).contains(&counted), "{counted}");
}

#[test]
fn trap_15_a_call_context_has_a_counter_of_its_own() {
    let network = network();
    let canister = Canister::install(&network, probe(WORK));
    let reply = numbers(&canister.update("counters", vec![]));
    let [first, first_context, callback, context] = reply[..] else {
        panic!("four numbers, not {reply:?}");
    };
    assert!(first > 500_000, "a hundred thousand turns: {first}");
    assert!(first_context.abs_diff(first) < 10_000, "{reply:?}");
    assert!(
        callback < 100_000,
        "the callback counts from zero: {reply:?}"
    );
    assert!(
        context > first + callback,
        "the context counts on: {reply:?}"
    );
    canister
        .try_query("bad_counter", vec![])
        .expect_err("there is no such counter");
}

#[test]
fn trap_15_not_a_number_has_one_form() {
    let network = network();
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (func (export "canister_query nan")
    (i64.store (i32.const 8192) (i64.const 0))
    (call $append_number (i64.reinterpret_f64
      (f64.div (f64.load (i32.const 8192)) (f64.load (i32.const 8192)))))
    (call $append_number (i64.extend_i32_u (i32.reinterpret_f32
      (f32.sub (f32.const inf) (f32.div (f32.const 1) (f32.load (i32.const 8192)))))))
    (call $msg_reply))
"#,
        ),
    );
    assert_eq!(
        canister.numbers("nan"),
        [0x7ff8_0000_0000_0000, 0x7fc0_0000],
        "the canonical one, whatever the processor makes"
    );
}

#[test]
fn trap_15_limits_are_enforced() {
    let network = network();
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (func $forever (loop $more
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 900000)) (br $more)))
  (func (export "canister_update endless") (call $forever))
  (func (export "canister_query endless_query") (call $forever))
  (func $reply_pages (param $pages i32)
    (call $append (i32.const 0) (i32.const 1048576))
    (call $append (i32.const 0) (i32.const 1048575))
    (call $append (i32.const 0) (local.get $pages))
    (call $msg_reply))
  (func (export "canister_update two_mebibytes") (call $reply_pages (i32.const 1)))
  (func (export "canister_update more") (call $reply_pages (i32.const 2)))
  (func (export "canister_update grow") (call $reply_number
    (i64.extend_i32_s (memory.grow (i32.const 100)))))
  (func (export "canister_update prints")
    (call $debug_print (i32.const -1) (i32.const 10)) (call $reply_number (i64.const 0)))
  (func (export "canister_query sends")
    (call $call_self (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)))
  (func (export "canister_update asks_for_a_certificate")
    (drop (call $data_certificate_size)) (call $msg_reply))
"#,
        ),
    );
    let refused = |result: Result<Vec<u8>, anchorage_tests::Failure>| {
        result.expect_err("there is a limit").reject.error_code
    };
    let too_long = ErrorCode::CanisterInstructionLimitExceeded;
    assert_eq!(
        refused(canister.try_query("endless_query", vec![])),
        too_long
    );
    assert_eq!(refused(canister.try_update("endless", vec![])), too_long);

    assert_eq!(
        canister.update("two_mebibytes", vec![]).len(),
        2 * 1024 * 1024
    );
    let contract = ErrorCode::CanisterContractViolation;
    assert_eq!(refused(canister.try_update("more", vec![])), contract);
    assert_eq!(refused(canister.try_query("sends", vec![])), contract);
    assert_eq!(
        refused(canister.try_update("asks_for_a_certificate", vec![])),
        contract
    );

    canister.update("prints", vec![]);
    assert_eq!(numbers(&canister.update("grow", vec![])), [20]);
    let settings = CanisterSettings {
        wasm_memory_limit: Some(8_000_000_u64.into()),
        ..CanisterSettings::default()
    };
    network
        .update_canister_settings(canister.id, None, settings)
        .unwrap();
    assert_eq!(
        refused(canister.try_update("grow", vec![])),
        ErrorCode::CanisterWasmMemoryLimitExceeded
    );
}
