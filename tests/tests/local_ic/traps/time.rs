//! Trap 6: time stands still, and timers run in rounds.

use anchorage_tests::{Canister, network, numbers, probe};
use std::time::Duration;

/// 6 May 2021, 19:17:10 UTC: when a new network begins.
const START: u64 = 1_620_328_630_000_000_000;

#[test]
fn trap_06_time_moves_with_rounds_and_timers_run_only_in_rounds() {
    let network = network();
    let began = network.get_time().as_nanos_since_unix_epoch();
    assert!(
        (START..START + 1_000_000_000).contains(&began),
        "a new network does not begin at the wall clock's time: {began}"
    );
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(network.get_time().as_nanos_since_unix_epoch(), began);

    // 8192: timers run.
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (func (export "canister_global_timer")
    (i64.store (i32.const 8192) (i64.add (i64.load (i32.const 8192)) (i64.const 1))))
  (func (export "canister_update arm")
    (call $reply_number
      (call $global_timer_set (i64.add (call $time) (i64.const 10000000000)))))
  (func (export "canister_update disarm")
    (call $reply_number (call $global_timer_set (i64.const 0))))
  (func (export "canister_query fired") (call $reply_number (i64.load (i32.const 8192))))
  ;; The time before and after some work.
  (func (export "canister_update times")
    (call $append_number (call $time))
    (memory.fill (i32.const 65536) (i32.const 0) (i32.const 900000))
    (call $reply_number (call $time)))
"#,
        ),
    );
    let first = numbers(&canister.update("times", vec![]));
    assert_eq!(first[0], first[1], "time is constant during an execution");
    let second = numbers(&canister.update("times", vec![]));
    assert!(second[0] > first[0], "each round has its own time");
    assert!(
        second[0] < first[0] + 1_000,
        "without being told, time hardly moves"
    );

    assert_eq!(numbers(&canister.update("arm", vec![])), [0]);
    network.advance_time(Duration::from_secs(9));
    network.tick();
    assert_eq!(canister.numbers("fired"), [0], "it is not yet due");
    network.advance_time(Duration::from_secs(2));
    assert_eq!(canister.numbers("fired"), [0], "no round has been run");
    network.tick();
    assert_eq!(canister.numbers("fired"), [1], "due: it ran in this round");
    network.tick();
    network.tick();
    assert_eq!(canister.numbers("fired"), [1], "once");

    let armed = numbers(&canister.update("times", vec![]))[0];
    canister.update("arm", vec![]);
    let previous = numbers(&canister.update("disarm", vec![]))[0];
    assert!(
        previous > armed + 9_000_000_000,
        "the previous setting is answered"
    );
    network.advance_time(Duration::from_secs(20));
    network.tick();
    assert_eq!(
        canister.numbers("fired"),
        [1],
        "a timer that was taken back does not run"
    );
}

#[test]
fn trap_06_heartbeats_run_once_a_round_while_the_canister_runs() {
    let network = network();
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (func (export "canister_heartbeat")
    (i64.store (i32.const 8192) (i64.add (i64.load (i32.const 8192)) (i64.const 1))))
  (func (export "canister_query beats") (call $reply_number (i64.load (i32.const 8192))))
"#,
        ),
    );
    let beats = || canister.numbers("beats")[0];
    let before = beats();
    for _ in 0..3 {
        network.tick();
    }
    assert_eq!(beats(), before + 3);
    network.stop_canister(canister.id, None).unwrap();
    for _ in 0..10 {
        network.tick();
    }
    network.start_canister(canister.id, None).unwrap();
    let resumed = beats();
    assert!(
        resumed < before + 3 + 5,
        "none of ten while it was stopped: {resumed}"
    );
    network.tick();
    assert_eq!(beats(), resumed + 1);
}
