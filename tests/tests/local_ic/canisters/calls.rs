//! Calls between canisters: awaits, guards, traps after an await, cycles.

use super::{install, put, value};
use anchorage_tests::{Canister, network};
use candid::Principal;

fn guarded(
    probe: &Canister<'_>,
    peer: &Canister<'_>,
    method: &str,
    panics: bool,
) -> Result<u64, String> {
    let (answer,): (Result<u64, String>,) = probe
        .try_call("guarded", (peer.id, method, panics))
        .map_err(|failure| failure.reject.reject_message)?;
    answer
}

fn busy(probe: &Canister<'_>) -> bool {
    let (busy,): (bool,) = probe.ask("busy", ());
    busy
}

#[test]
fn a_canister_awaits_one_call_after_another() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let (sum,): (Result<u64, String>,) = probe.call("ask_in_turn", (peer.id, 4_u32));
    assert_eq!(sum, Ok(1 + 2 + 3 + 4));
    // To itself, too.
    let (sum,): (Result<u64, String>,) = probe.call("ask_in_turn", (probe.id, 2_u32));
    assert_eq!(sum, Ok(1 + 2));
}

#[test]
fn a_trap_after_an_await_keeps_what_was_before_it_and_releases_the_guard() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let error = guarded(&probe, &peer, "ping", true).expect_err("it panics");
    assert!(error.contains("panicked after the await"), "{error}");
    assert_eq!(value(&probe, 1).as_deref(), Some("before"));
    assert_eq!(
        value(&probe, 2),
        None,
        "written by the execution that trapped"
    );
    assert!(!busy(&probe), "the cleanup dropped the guard");
    let (pings,): (u64,) = peer.ask("pings", ());
    assert_eq!(pings, 1, "what the peer did stays done");

    assert_eq!(
        guarded(&probe, &peer, "ping", false),
        Ok(2),
        "and it can be taken again"
    );
    assert_eq!(value(&probe, 2).as_deref(), Some("after"));
    assert!(!busy(&probe));
}

#[test]
fn a_rejected_call_is_an_error_and_not_a_trap() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let tell = |peer: Principal, method: &str| -> (u32, String) {
        let (answer,): (Result<(), (u32, String)>,) = probe.call("ask_and_tell", (peer, method));
        answer.expect_err("the call is rejected")
    };
    let (code, text) = tell(peer.id, "fail");
    assert_eq!(code, 5);
    assert!(text.contains("failed on purpose"), "{text}");
    let (pings,): (u64,) = peer.ask("pings", ());
    assert_eq!(pings, 0, "its own write was taken back");
    assert_eq!(tell(peer.id, "missing").0, 5);
    let nobody = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 9, 1, 1]);
    assert_eq!(tell(nobody, "ping").0, 3);

    assert!(guarded(&probe, &peer, "fail", false).is_err());
    assert!(!busy(&probe));
}

#[test]
fn a_guard_is_held_while_the_call_is_under_way() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    // `draw` answers only in a later round.
    let anonymous = Principal::anonymous();
    let argument = candid::encode_args((peer.id, "slow_ping", false)).unwrap();
    let first = network
        .submit_call(probe.id, anonymous, "guarded", argument.clone())
        .unwrap();
    network.tick();
    assert!(busy(&probe), "it waits for its peer");
    assert_eq!(
        guarded(&probe, &peer, "ping", false),
        Err("busy".to_owned())
    );
    network.await_call(first).unwrap();
    assert!(!busy(&probe));
}

#[test]
fn a_panic_takes_all_writes_back_and_says_where() {
    let network = network();
    let probe = install(&network);
    put(&probe, 5, "kept");
    let failure = probe
        .try_call::<()>("put_and_trap", (5_u64, "lost"))
        .expect_err("it panics");
    assert!(
        failure.reject.reject_message.contains("put, then panicked"),
        "{failure:?}"
    );
    assert_eq!(value(&probe, 5).as_deref(), Some("kept"));
    let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
    assert_eq!(writes, 1, "the heap, too");
}

#[test]
fn cycles_travel_with_calls_and_come_back() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let before = peer.cycles();
    let amount = 8_000_000_000_u128;
    let (back,): (Result<u128, String>,) = probe.call("pay", (peer.id, amount));
    assert_eq!(back, Ok(amount / 2));
    let earned = peer.cycles() - before;
    assert!((3_500_000_000..=amount / 2).contains(&earned), "{earned}");
}

#[test]
fn randomness_differs_with_each_draw_and_takes_rounds() {
    let network = network();
    let probe = install(&network);
    let (drawn,): (Result<Vec<Vec<u8>>, String>,) = probe.call("draw", (3_u32,));
    let mut drawn = drawn.unwrap();
    assert!(drawn.iter().all(|bytes| bytes.len() == 32));
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 3);
}

#[test]
fn a_best_effort_call_gives_up_and_the_callee_does_not_mind() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let argument = candid::encode_args((peer.id, 10_u32, 50_u32)).unwrap();
    let call = network
        .submit_call(
            probe.id,
            Principal::anonymous(),
            "ask_impatiently",
            argument,
        )
        .unwrap();
    network.tick();
    network.advance_time(std::time::Duration::from_secs(15));
    let reply = network.await_call(call).unwrap();
    let (answer,): (Result<(), u32>,) = candid::decode_args(&reply).unwrap();
    assert_eq!(answer, Err(6), "unknown: the peer may still do it");
    for _ in 0..60 {
        network.tick();
    }
    network
        .stop_canister(peer.id, None)
        .expect("no call stays open");
}
