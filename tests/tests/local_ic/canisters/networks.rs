//! Several subnets, and networks that are saved and loaded.

use super::{install, put, value};
use anchorage_tests::{Canister, builder, built};
use candid::Principal;
use pocket_ic::PocketIcState;
use std::time::Duration;

#[test]
fn a_call_to_another_subnet_takes_rounds_and_arrives() {
    let network = builder()
        .with_application_subnet()
        .with_application_subnet()
        .build();
    let subnets = network.topology().get_app_subnets();
    let here = Canister::install_on(&network, subnets[0], built("probe"));
    let near = Canister::install_on(&network, subnets[0], built("probe"));
    let far = Canister::install_on(&network, subnets[1], built("probe"));
    assert_eq!(network.get_subnet(here.id), Some(subnets[0]));
    assert_eq!(network.get_subnet(far.id), Some(subnets[1]));

    let rounds = |peer: &Canister<'_>| {
        let argument = candid::encode_args((peer.id, 2_u32)).unwrap();
        let call = network
            .submit_call(here.id, Principal::anonymous(), "ask_in_turn", argument)
            .unwrap();
        let mut rounds = 0;
        loop {
            network.tick();
            rounds += 1;
            if let Some(result) = network.ingress_status(call.clone()) {
                let (sum,): (Result<u64, String>,) = candid::decode_args(&result.unwrap()).unwrap();
                assert_eq!(sum, Ok(1 + 2));
                return rounds;
            }
            assert!(rounds < 50, "no answer comes");
        }
    };
    let (at_home, abroad) = (rounds(&near), rounds(&far));
    assert!(
        at_home <= 2,
        "calls within a subnet need no rounds of their own: {at_home}"
    );
    assert!(abroad >= at_home + 4, "two calls, there and back: {abroad}");

    // What goes wrong abroad comes back as well.
    let (answer,): (Result<(), (u32, String)>,) = here.call("ask_and_tell", (far.id, "fail"));
    assert_eq!(answer.unwrap_err().0, 5);
    let (back,): (Result<u128, String>,) = here.call("pay", (far.id, 1_000_000_u128));
    assert_eq!(back, Ok(500_000));
}

#[test]
fn a_saved_network_goes_on_where_it_was() {
    let state = PocketIcState::new();
    let network = builder()
        .with_application_subnet()
        .with_state(state)
        .build();
    let probe = install(&network);
    put(&probe, 1, "saved");
    let () = probe.call("run_every", (10_u64,));
    let taken = network
        .take_canister_snapshot(probe.id, None, None)
        .unwrap();
    let (id, hash, cycles) = (probe.id, probe.module_hash(), probe.cycles());
    let time = network.get_time();
    let state = network.drop_and_take_state().expect("it had a state");

    let network = builder().with_state(state).build();
    assert!(network.get_time() >= time);
    assert!(network.canister_exists(id));
    let probe = Canister {
        network: &network,
        id,
    };
    assert_eq!(probe.cycles(), cycles);
    assert_eq!(probe.module_hash(), hash);
    assert_eq!(value(&probe, 1).as_deref(), Some("saved"));
    let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
    assert_eq!(writes, 1, "the heap was saved, too");

    // Timers go on, new canisters get new ids, snapshots are there.
    network.advance_time(Duration::from_secs(11));
    for _ in 0..4 {
        network.tick();
    }
    let (_, interval, _): (u64, u64, Vec<Result<u64, String>>) = probe.ask("ran", ());
    assert_eq!(interval, 1);
    assert_ne!(install(&network).id, id);
    put(&probe, 1, "later");
    network.load_canister_snapshot(id, None, taken.id).unwrap();
    assert_eq!(value(&probe, 1).as_deref(), Some("saved"));
}
