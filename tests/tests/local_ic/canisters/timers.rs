//! Timers of ic-cdk-timers: each is a message of the canister to itself.

use super::install;
use anchorage_tests::{Canister, built, network};
use pocket_ic::PocketIc;
use std::time::Duration;

type Ran = (u64, u64, Vec<Result<u64, String>>);

fn ran(probe: &Canister<'_>) -> Ran {
    probe.ask("ran", ())
}

/// Lets time pass, and rounds enough for a timer, its message to itself and the calls it makes.
fn wait(network: &PocketIc, seconds: u64) {
    network.advance_time(Duration::from_secs(seconds));
    for _ in 0..4 {
        network.tick();
    }
}

#[test]
fn a_timer_runs_once_when_it_is_due() {
    let network = network();
    let probe = install(&network);
    let () = probe.call("run_once", (10_u64,));
    wait(&network, 9);
    assert_eq!(ran(&probe).0, 0);
    wait(&network, 2);
    assert_eq!(ran(&probe).0, 1);
    wait(&network, 100);
    assert_eq!(ran(&probe).0, 1);
}

#[test]
fn an_interval_timer_runs_until_it_is_stopped() {
    let network = network();
    let probe = install(&network);
    let () = probe.call("run_every", (10_u64,));
    for expected in 1..=3 {
        wait(&network, 10);
        assert_eq!(ran(&probe).1, expected);
    }
    let () = probe.call("run_no_more", ());
    wait(&network, 50);
    assert_eq!(ran(&probe).1, 3);
}

#[test]
fn a_timer_that_panics_does_not_disturb_the_others() {
    let network = network();
    let probe = install(&network);
    let () = probe.call("panic_once", (10_u64,));
    let () = probe.call("run_once", (10_u64,));
    let () = probe.call("run_every", (10_u64,));
    wait(&network, 11);
    let (once, interval, _) = ran(&probe);
    assert_eq!((once, interval), (1, 1), "log: {:?}", probe.log());
    assert!(
        probe
            .log()
            .iter()
            .any(|line| line.contains("a timer that panics")),
        "{:?}",
        probe.log()
    );
}

#[test]
fn a_timer_can_call_another_canister() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let () = probe.call("ask_once", (5_u64, peer.id));
    wait(&network, 6);
    assert_eq!(ran(&probe).2, [Ok(1)], "log: {:?}", probe.log());
}

#[test]
fn an_upgrade_turns_timers_off_and_the_canister_restarts_its_own() {
    let network = network();
    let probe = install(&network);
    let () = probe.call("run_every", (10_u64,));
    let () = probe.call("run_once", (10_u64,));
    wait(&network, 10);
    assert_eq!((ran(&probe).0, ran(&probe).1), (1, 1));
    let () = probe.call("run_once", (10_u64,));
    probe.upgrade(built("probe")).unwrap();
    // The counters lived on the heap. The one-shot timer is gone; the interval is started again.
    wait(&network, 10);
    assert_eq!((ran(&probe).0, ran(&probe).1), (0, 1));
    wait(&network, 10);
    assert_eq!((ran(&probe).0, ran(&probe).1), (0, 2));
}
