//! Instances through the published client: subnets, time, progress, state that outlives a server.

mod common;

use candid::Principal;
use common::{application, builder, echo};
use pocket_ic::common::rest::SubnetKind;
use pocket_ic::{PocketIcState, Time};
use std::time::{Duration, SystemTime};

const GENESIS: u64 = 1_620_328_630_000_000_000;

#[test]
fn time_stands_still_but_for_a_nanosecond_a_round() {
    let ic = application();
    assert_eq!(ic.get_time().as_nanos_since_unix_epoch(), GENESIS);
    ic.advance_time(Duration::from_secs(5));
    assert_eq!(
        ic.get_time().as_nanos_since_unix_epoch(),
        GENESIS + 5_000_000_000
    );
    ic.tick();
    ic.tick();
    let passed = ic.get_time().as_nanos_since_unix_epoch() - (GENESIS + 5_000_000_000);
    assert!((1..=2).contains(&passed), "{passed} ns in two rounds");
    ic.set_certified_time(Time::from_nanos_since_unix_epoch(GENESIS + 6_000_000_000));
    assert_eq!(
        ic.get_time().as_nanos_since_unix_epoch(),
        GENESIS + 6_000_000_000
    );
}

#[test]
#[should_panic(expected = "SettingTimeIntoPast")]
fn time_does_not_go_back() {
    application().set_time(Time::from_nanos_since_unix_epoch(GENESIS - 1));
}

#[test]
fn subnets_and_keys() {
    let ic = builder()
        .with_nns_subnet()
        .with_ii_subnet()
        .with_application_subnet()
        .with_application_subnet()
        .build();
    let topology = ic.topology();
    let mut kinds: Vec<_> = topology
        .subnet_configs
        .values()
        .map(|one| one.subnet_kind)
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            SubnetKind::Application,
            SubnetKind::Application,
            SubnetKind::II,
            SubnetKind::NNS
        ]
    );
    let key = ic.root_key().expect("there is an NNS");
    assert_eq!(key.len(), 133);
    assert_eq!(
        Principal::self_authenticating(&key),
        topology.get_nns().unwrap()
    );
    assert_eq!(application().root_key(), None);
}

#[test]
fn live_time_is_real_time() {
    let ic = application();
    assert!(!ic.auto_progress_enabled());
    ic.auto_progress();
    assert!(ic.auto_progress_enabled());
    let now = || {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        i128::try_from(now.as_nanos()).unwrap()
    };
    let off = |ic: &pocket_ic::PocketIc| {
        (now() - i128::from(ic.get_time().as_nanos_since_unix_epoch())).abs()
    };
    assert!(off(&ic) < 5_000_000_000, "{} ns", off(&ic));
    let before = ic.get_time();
    std::thread::sleep(Duration::from_millis(500));
    assert!(ic.get_time() > before, "rounds happen by themselves");

    ic.stop_progress();
    assert!(!ic.auto_progress_enabled());
    let stopped = ic.get_time();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(ic.get_time(), stopped);
}

#[test]
fn state_outlives_its_instance() {
    let sender = Principal::anonymous();
    let ic = builder()
        .with_application_subnet()
        .with_state(PocketIcState::new())
        .build();
    let canister = ic.create_canister();
    ic.add_cycles(canister, 1 << 60);
    ic.install_canister(canister, echo(), vec![], None);
    ic.update_call(canister, sender, "grow", vec![]).unwrap();
    let (time, topology) = (ic.get_time(), ic.topology());
    let state = ic.drop_and_take_state().expect("the directory is ours");

    // Subnets come from the state; asking for the same ones does no harm.
    let ic = builder().with_state(state).build();
    assert_eq!((ic.get_time(), ic.topology()), (time, topology));
    assert_eq!(ic.get_stable_memory(canister)[0], b'!');
    assert_eq!(
        ic.update_call(canister, sender, "reply", vec![9]),
        Ok(vec![9])
    );
    let state = ic.drop_and_take_state().expect("the directory is ours");
    let ic = builder()
        .with_application_subnet()
        .with_state(state)
        .build();
    assert_eq!(ic.query_call(canister, sender, "ask", vec![8]), Ok(vec![8]));
}

#[test]
#[should_panic(expected = "other subnets")]
fn a_state_keeps_its_subnets() {
    let ic = builder()
        .with_application_subnet()
        .with_state(PocketIcState::new())
        .build();
    let state = ic.drop_and_take_state().expect("the directory is ours");
    let _ = builder().with_nns_subnet().with_state(state).build();
}

#[test]
#[should_panic(expected = "read/get_canister_http")]
fn outcalls_are_refused_loudly() {
    let _ = application().get_canister_http();
}
