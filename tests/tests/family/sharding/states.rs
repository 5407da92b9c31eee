//! What front sends to shards, and what it asks them before it routes to them.

use super::*;
use anchorage_tests::built;
use types::front::RoutingError;
use types::registry::RegistryInit;

const LATER: &str = "try again later";

#[test]
fn in_maintenance_log_ins_go_on_and_changes_wait() {
    let family = Family::deploy();
    let alice = family.register("alice");
    family.puts(0, ShardState::Maintenance);
    alice.logs_in_to(DAPP);
    alice.asks_for_info().succeeds();
    let phone = Device::new("phone");
    alice
        .tries_to_add(&phone)
        .is_refused_saying("maintenance, try again later");
    let bob = Device::new("bob");
    let challenge = family.challenge();
    let of_bob = family.registration(&bob).with(&challenge);
    of_bob
        .is_sent()
        .is_refused_saying("maintenance, try again later");
    assert_eq!(family.status(0).tip.log_length, 1);
    // The state is front's, and survives its upgrade.
    family.upgrades(Role::Front);
    alice.tries_to_add(&phone).is_refused_saying(LATER);
    alice.logs_in_to(DAPP);
    family.puts(0, ShardState::Open);
    alice.tries_to_add(&phone).succeeds();
    assert_eq!(family.register("bob").anchor.get(), 10_001);
}

#[test]
fn nothing_is_sent_to_an_unreachable_shard_and_others_go_on() {
    let family = Setup::default().deploy();
    let alice = family.register("alice");
    alice.logs_in_to(DAPP);
    family.puts(1, ShardState::Open);
    family.puts(0, ShardState::Unreachable);
    let shard = family.shards[0].registry.to_text();
    for words in [shard.as_str(), "unreachable", LATER] {
        alice.prepares(DAPP).is_refused_saying(words);
        alice.asks_for_info().is_refused_saying(words);
        alice
            .tries_to_add(&Device::new("phone"))
            .is_refused_saying(words);
    }
    let bob = family.register("bob");
    assert_eq!(bob.anchor.get(), 20_000);
    bob.logs_in_to(DAPP);
    // The shard must agree before anything is sent to it again.
    family.stops(Role::Registry(0));
    let mut routes = family.routes();
    routes[0].state = ShardState::Open;
    let canister = family.shards[0].registry;
    let refused = family.sets_routing(&routes).unwrap_err();
    assert_eq!(refused, RoutingError::NoAnswer { canister });
    family.starts(Role::Registry(0));
    family.sets_routing(&routes).unwrap();
    alice.logs_in_to(DAPP);
}

#[test]
fn a_shard_of_another_front_or_with_other_numbers_is_not_routed_to() {
    let family = Family::deploy();
    let canister = family.creates_canister();
    let range = anchor_range(30_000, 40_000);
    let init = RegistryInit {
        range,
        front: stranger(),
        settings: RegistrySettings::default(),
    };
    family.install(canister, "registry", &init);
    let before = family.routes();
    let tries = |range| {
        let mut routes = before.clone();
        routes.push(ShardRoute {
            range,
            canister,
            state: ShardState::Open,
        });
        family.sets_routing(&routes)
    };
    let front = stranger();
    let foreign = RoutingError::ForeignFront { canister, front };
    assert_eq!(tries(range), Err(foreign));
    let init = RegistryInit {
        front: family.front,
        ..init
    };
    let argument = candid::encode_one(&init).unwrap();
    let network = &family.network;
    network
        .reinstall_canister(canister, built("registry"), argument, Some(operator()))
        .unwrap();
    let mismatch = Err(RoutingError::RangeMismatch { canister, range });
    assert_eq!(tries(anchor_range(30_000, 40_001)), mismatch);
    assert_eq!(tries(anchor_range(30_001, 40_000)), mismatch);
    assert_eq!(family.routes(), before);
    assert_eq!(tries(anchor_range(30_000, 35_000)), Ok(()));
}

#[test]
fn a_shard_that_cannot_take_orders_leaves_registrations_to_another_one() {
    let family = Setup::default().all_open().deploy();
    family.stops(Role::Registry(0));
    for n in 0..4 {
        let person = family.register(&format!("person {n}"));
        assert_eq!(person.anchor.get(), 20_000 + n);
    }
    family.starts(Role::Registry(0));
    let maintenance = |maintenance| RegistrySettings {
        maintenance: Some(maintenance),
        ..RegistrySettings::default()
    };
    let other = family.registry_as(1, operator());
    ask(other.configure(&maintenance(true))).succeeds().unwrap();
    for n in 0..4 {
        let person = family.register(&format!("late person {n}"));
        assert_eq!(person.anchor.get(), 10_000 + n);
    }
    // With none left the challenge is not lost.
    family.puts(0, ShardState::Maintenance);
    let zoe = Device::new("zoe");
    let challenge = family.challenge();
    let of_zoe = family.registration(&zoe).with(&challenge);
    of_zoe.is_sent().is_refused_saying(LATER);
    ask(other.configure(&maintenance(false)))
        .succeeds()
        .unwrap();
    assert_eq!(of_zoe.gives_an_anchor().anchor.get(), 20_004);
}
