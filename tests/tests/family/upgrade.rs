//! Upgrades and roll-backs, in the middle of what people do. Each upgrade installs a module with another hash.

use anchorage_tests::built;
use anchorage_tests::family::{
    Device, Family, Role, Setup, ask, principal_of, same_code_as_another_module, trapping_registry,
};
use std::time::Duration;
use types::front::RegisterResponse;
use types::{AnchorNumber, BlockIndex};

const DAPP: &str = "https://dapp.example";
const FRONT: Role = Role::Front;
const REGISTRY: Role = Role::Registry(0);
const ARCHIVE: Role = Role::Archive(0);

#[test]
fn everything_stored_survives_an_upgrade_of_every_canister() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let pseudonym = alice.logs_in_to(DAPP);
    family.waits_until_archived(0);
    let before = family.audits(0);
    let config = ask(family.front().config()).succeeds();
    let routes = ask(family.front().routing()).succeeds().routes;

    // There and back again.
    for role in family.roles().repeat(2) {
        family.upgrades(role);
        assert_eq!(alice.on(&phone).logs_in_to(DAPP), pseudonym, "{role:?}");
        assert_eq!(family.audits(0).hashes, before.hashes, "{role:?}");
    }
    assert_eq!(ask(family.front().config()).succeeds(), config);
    assert_eq!(ask(family.front().routing()).succeeds().routes, routes);
    let info = alice.asks_for_info().succeeds();
    assert_eq!(info.devices[1].alias, "private alias of phone");

    assert_eq!(family.register("bob").anchor.get(), 10_001);
    alice.adds("tablet");
    family.waits_until_archived(0);
    let after = family.audits(0);
    assert_eq!((after.blocks.len(), after.archived), (4, 4));
    assert_eq!(after.hashes[..2], before.hashes);
}

#[test]
fn an_upgrade_needs_no_argument_in_whatever_form_it_is_not_given() {
    let family = Setup::default()
        .ranges(&[(10_000, 20_000)])
        .backlog_limit(7)
        .deploy();
    let settings = |family: &Family| {
        let limit = family.status(0).backlog_limit;
        let archive = ask(family.archive(0).status()).succeeds();
        (
            ask(family.front().config()).succeeds(),
            limit,
            archive.poll_interval_ns,
        )
    };
    let before = settings(&family);
    let nobody = candid::encode_one(None::<()>).expect("plain data");
    for argument in [&b""[..], b"DIDL\0\0", &nobody] {
        for role in family.roles() {
            let upgraded = family.upgrades_with(role, argument);
            upgraded.unwrap_or_else(|error| panic!("{role:?}, {argument:?}: {error}"));
        }
        assert_eq!(settings(&family), before, "{argument:?}");
    }
    // Other bytes are refused with what to pass, and the old code goes on.
    for role in family.roles() {
        let error = family.upgrades_with(role, b"{}").expect_err("no Candid");
        let text = error.reject_message;
        assert!(text.contains("pass (null)"), "{role:?}: {text}");
    }
    assert_eq!(settings(&family), before);
}

#[test]
fn after_an_upgrade_of_front_the_client_prepares_again() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let prepared = alice.prepares(DAPP).succeeds();
    family.upgrades(FRONT);
    prepared.is_gone();
    let again = alice.prepares(DAPP).succeeds();
    assert_eq!(again.user_key, prepared.user_key);
    again.is_signed();
}

#[test]
fn after_an_upgrade_of_the_shard_a_prepared_delegation_is_there() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let prepared = alice.prepares(DAPP).succeeds();
    family.upgrades(REGISTRY);
    prepared.is_signed();
}

#[test]
fn an_upgrade_of_front_voids_challenges_and_an_upgrade_of_the_shard_does_not() {
    let family = Family::deploy();
    let alice = Device::new("alice");
    let challenge = family.challenge();
    family.upgrades(REGISTRY);
    let of_alice = family.registration(&alice).with(&challenge);
    assert_eq!(of_alice.gives_an_anchor().anchor.get(), 10_000);

    let bob = Device::new("bob");
    let challenge = family.challenge();
    family.upgrades(FRONT);
    let of_bob = family.registration(&bob).with(&challenge);
    assert_eq!(of_bob.is_sent().succeeds(), RegisterResponse::BadChallenge);
    assert_eq!(family.register("bob").anchor.get(), 10_001);
    assert_eq!(family.audits(0).blocks.len(), 2);
}

#[test]
fn an_order_is_answered_once_also_over_an_upgrade_of_the_shard() {
    let family = Family::deploy();
    let alice = Device::new("alice");
    let challenge = family.challenge();
    let of_alice = family.registration(&alice).with(&challenge);
    let first = of_alice.is_sent().succeeds();
    family.upgrades(REGISTRY);
    assert_eq!(of_alice.is_sent().succeeds(), first);
    assert_eq!(family.audits(0).blocks.len(), 1);
}

#[test]
fn an_upgrade_of_the_shard_forgets_temporary_keys_and_the_device_goes_on() {
    let family = Family::deploy();
    let device = Device::new("alice");
    let temporary = principal_of("page of alice");
    let alice = family
        .registration(&device)
        .with_temporary_key(temporary)
        .gives_an_anchor();
    let page = family.claim(alice.anchor, temporary);
    let pseudonym = page.logs_in_to(DAPP);
    family.upgrades(REGISTRY);
    let words = format!("{temporary} could not be authenticated.");
    page.prepares(DAPP).is_refused_saying(&words);
    assert_eq!(alice.logs_in_to(DAPP), pseudonym);
}

#[test]
fn blocks_that_wait_for_the_archive_survive_an_upgrade_of_either_side() {
    let family = Family::deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    family.stops(ARCHIVE);
    alice.adds("phone");
    family.upgrades(REGISTRY);
    alice.adds("tablet");
    family.installs(ARCHIVE, same_code_as_another_module("archive"));
    family.starts(ARCHIVE);
    family.waits_until_archived(0);
    let audited = family.audits(0);
    assert_eq!((audited.blocks.len(), audited.archived), (3, 3));
}

#[test]
fn front_can_stop_while_people_register_and_all_get_their_answers() {
    let family = Family::deploy();
    let devices: Vec<Device> = (0..4)
        .map(|n| Device::new(&format!("person {n}")))
        .collect();
    let open: Vec<_> = devices
        .iter()
        .map(|device| {
            let argument = family.registration(device).arguments();
            let sender = device.principal();
            let call = family
                .network
                .submit_call(family.front, sender, "register", argument);
            call.expect("a device may register")
        })
        .collect();
    family.network.tick();
    family.upgrades(FRONT);
    for call in open {
        family.network.await_call(call).expect("an answer");
    }
    let audited = family.audits(0);
    assert_eq!(audited.tip.next_anchor, AnchorNumber::new(10_004));
    assert_eq!(family.register("late").anchor.get(), 10_004);
}

#[test]
fn a_shard_that_is_down_locks_nobody_out_afterwards() {
    let family = Setup::default()
        .ranges(&[(10_000, 20_000)])
        .rate_limit(2, 3_600_000_000_000)
        .deploy();
    let alice = Device::new("alice");
    let challenge = family.challenge();
    let of_alice = family.registration(&alice).with(&challenge);
    let down = |why: &str| {
        for _ in 0..3 {
            let error = of_alice.is_sent().is_refused().to_string();
            assert!(
                error.contains("is not available, try again later"),
                "{why}: {error}"
            );
        }
    };
    family.stops(REGISTRY);
    down("stopped");
    // No round trip to the shard is open, so front can be stopped at once.
    family.stops(FRONT);
    family.starts(FRONT);
    family.starts(REGISTRY);
    // What it wrote before it trapped is undone.
    family.installs(REGISTRY, trapping_registry());
    down("trapping");
    family.installs(REGISTRY, built("registry"));
    // Nothing was paid: the challenge is good, and both tokens are there.
    assert_eq!(of_alice.gives_an_anchor().anchor.get(), 10_000);
    assert_eq!(family.register("bob").anchor.get(), 10_001);
    let of_carol = family.registration(&Device::new("carol")).is_sent();
    of_carol.is_refused_saying("rate limit reached");
    assert_eq!(family.audits(0).blocks.len(), 2);
}

#[test]
fn a_shard_that_was_rolled_back_gives_no_number_a_second_time() {
    let family = Setup::default().ranges(&[(10_000, 20_000)]).deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    let snapshot = family.takes_snapshot(REGISTRY);
    let bob = family.register("bob");
    assert_eq!(bob.anchor.get(), 10_001);
    let of_bob = bob.logs_in_to(DAPP);
    family.waits_until_archived(0);
    family.restores(REGISTRY, snapshot);
    let next = family.status(0).tip.next_anchor;
    assert_eq!(next, bob.anchor, "the shard itself does not know");

    let carol = Device::new("carol");
    for _ in 0..2 {
        family
            .registration(&carol)
            .is_sent()
            .is_refused_saying("rolled back");
        // Nor is anybody let in: Bob's anchor might be somebody else's by now.
        alice.prepares(DAPP).is_refused_saying("rolled back");
        bob.prepares(DAPP).is_refused_saying("rolled back");
        alice
            .tries_to_add(&Device::new("phone"))
            .is_refused_saying("rolled back");
        // Front remembers also over its own upgrade.
        family.upgrades(FRONT);
    }
    assert_eq!(family.status(0).tip.next_anchor, next);

    // The archive keeps what it has, and both sides say that they differ.
    let limit = Duration::from_mins(10);
    family.waits_until("the shard notices", limit, |family| {
        family.status(0).archives[0].diverged
    });
    let archive = ask(family.archive(0).status()).succeeds();
    assert_eq!(archive.next_index, BlockIndex::new(2));
    let failure = archive.last_failure.expect("the archive noticed too");
    assert!(matches!(
        failure,
        types::archive::FetchFailure::Diverged { .. }
    ));
    let entries = ask(family.archive(0).get_anchor_entries(bob.anchor, None, None)).succeeds();
    assert_eq!(entries.entries.len(), 1);
    assert_ne!(of_bob, alice.caller);
}
