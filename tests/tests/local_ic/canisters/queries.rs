//! Queries keep nothing; composite queries ask others; users are inspected, canisters are not.

use super::{install, put, value};
use anchorage_tests::{Canister, builder, built, network};
use candid::Principal;
use pocket_ic::ErrorCode;

#[test]
fn a_query_sees_its_own_writes_and_keeps_none() {
    let network = network();
    let probe = install(&network);
    put(&probe, 1, "kept");
    let (seen,): (Option<String>,) = probe.ask("put_in_a_query", (1_u64, "changed"));
    assert_eq!(seen.as_deref(), Some("changed"));
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));
    let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
    assert_eq!(writes, 1);
    // The same method executed by consensus keeps nothing either.
    let (seen,): (Option<String>,) = probe.call("put_in_a_query", (1_u64, "changed"));
    assert_eq!(seen.as_deref(), Some("changed"));
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));
}

#[test]
fn a_composite_query_asks_other_canisters() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    put(&peer, 3, "the peer's");
    let (found,): (Result<Option<String>, String>,) = probe.ask("get_from", (peer.id, 3_u64));
    assert_eq!(found, Ok(Some("the peer's".to_owned())));

    let argument = (peer.id, 3_u64);
    let failure = probe
        .try_call::<(Result<Option<String>, String>,)>("get_from", argument)
        .expect_err("composite queries are not for consensus");
    assert_eq!(
        failure.reject.error_code,
        ErrorCode::CompositeQueryCalledInReplicatedMode
    );
}

#[test]
fn a_composite_query_finds_no_canister_of_another_subnet() {
    let network = builder()
        .with_application_subnet()
        .with_application_subnet()
        .build();
    let subnets = network.topology().get_app_subnets();
    let here = Canister::install_on(&network, subnets[0], built("probe"));
    let far = Canister::install_on(&network, subnets[1], built("probe"));
    let (found,): (Result<Option<String>, String>,) = here.ask("get_from", (far.id, 3_u64));
    let reason = found.expect_err("queries stay on their subnet");
    let expected = format!("Canister {} not found", far.id);
    assert!(reason.contains(&expected), "{reason}");
}

#[test]
fn inspection_is_for_users_only() {
    let network = network();
    let (probe, peer) = (install(&network), install(&network));
    let failure = probe
        .try_call::<(Principal,)>("only_canisters", ())
        .expect_err("inspected and not accepted");
    assert_eq!(
        failure.reject.error_code,
        ErrorCode::CanisterRejectedMessage
    );
    let (answer,): (Result<(), (u32, String)>,) =
        peer.call("ask_and_tell", (probe.id, "only_canisters"));
    assert_eq!(answer, Ok(()));
}

#[test]
fn the_log_has_what_was_printed_and_why_it_trapped() {
    let network = network();
    let probe = install(&network);
    let () = probe.call("say", ("a word",));
    let () = probe.ask("say_in_a_query", ("not for the log",));
    probe
        .try_call::<()>("put_and_trap", (1_u64, "lost"))
        .expect_err("it panics");
    let log = probe.log();
    assert_eq!(log[0], "a word");
    assert!(log.last().unwrap().starts_with("[TRAP]"), "{log:?}");
    assert!(log.iter().any(|line| line.contains("put, then panicked")));
    assert!(!log.iter().any(|line| line.contains("not for the log")));

    let stranger = Principal::self_authenticating([3; 32]);
    network
        .fetch_canister_logs(probe.id, stranger)
        .expect_err("the log is for controllers");
}
