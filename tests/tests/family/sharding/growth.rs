//! Ranges that are widened and shards that are added while people register.

use super::*;
use pocket_ic::common::rest::RawMessageId;
use std::collections::BTreeSet;
use types::front::RoutingError;

/// Registrations that are sent and not answered yet.
struct Registering<'a> {
    family: &'a Family,
    open: Vec<(Device, Vec<u8>, RawMessageId)>,
}

impl<'a> Registering<'a> {
    /// So many people with these names and numbers.
    fn submit(family: &'a Family, name: &str, people: u32) -> Self {
        let devices = (0..people).map(|n| Device::new(&format!("{name} {n}")));
        let open = devices.map(|device| {
            let argument = family.registration(&device).arguments();
            let call = family.network.submit_call(
                family.front,
                device.principal(),
                "register",
                argument.clone(),
            );
            (device, argument, call.expect("a device may register"))
        });
        let open = open.collect();
        Self { family, open }
    }

    /// Waits for all answers; who got none because everything was full comes again. Every number is routed.
    fn get_numbers(self) -> Vec<u64> {
        let Self { family, open } = self;
        let mut numbers = Vec::new();
        for (device, argument, call) in open {
            let answer = family.network.await_call(call).expect("an answer");
            let mut answer: RegisterResponse = candid::decode_one(&answer).unwrap();
            if answer == RegisterResponse::CanisterFull {
                let caller = device.principal();
                let again = family
                    .network
                    .update_call(family.front, caller, "register", argument);
                answer = candid::decode_one(&again.expect("an answer")).unwrap();
            }
            match answer {
                RegisterResponse::Registered { user_number } => {
                    family
                        .claim(user_number, device.principal())
                        .logs_in_to(DAPP);
                    numbers.push(user_number.get());
                }
                other => panic!("{other:?}"),
            }
        }
        let different: BTreeSet<u64> = numbers.iter().copied().collect();
        assert_eq!(different.len(), numbers.len(), "{numbers:?}");
        numbers.sort_unstable();
        numbers
    }
}

/// As an operator does it: the archive first, by an upgrade, then the shard.
fn widens_shard(family: &Family, end: u64) {
    let settings = types::archive::ArchiveSettings {
        range_end: Some(AnchorNumber::new(end)),
        ..Default::default()
    };
    let argument = candid::encode_one(Some(settings)).unwrap();
    family.upgrades_with(Role::Archive(0), &argument).unwrap();
    let wish = RegistrySettings {
        range_end: Some(AnchorNumber::new(end)),
        ..RegistrySettings::default()
    };
    let by_operator = family.registry_as(0, operator());
    ask(by_operator.configure(&wish)).succeeds().unwrap();
}

fn widens_row(family: &Family, end: u64) -> Result<(), RoutingError> {
    let mut routes = family.routes();
    routes[0].range = anchor_range(10_000, end);
    family.sets_routing(&routes)
}

#[test]
fn a_range_is_widened_while_people_register() {
    let mut family = Setup::default().ranges(&[(10_000, 10_003)]).deploy();
    let early = Registering::submit(&family, "early", 6);
    family.network.tick();
    // The table cannot promise what the shard does not have.
    let canister = family.shards[0].registry;
    let range = anchor_range(10_000, 10_003);
    let refused = widens_row(&family, 10_020).unwrap_err();
    assert_eq!(refused, RoutingError::RangeMismatch { canister, range });
    let late = Registering::submit(&family, "late", 6);
    widens_shard(&family, 10_020);
    // The shard has more numbers now, and gives none of them as long as front does not route them.
    let tip = family.status(0).tip.next_anchor;
    assert!(tip.get() <= 10_003, "{tip}");
    widens_row(&family, 10_020).unwrap();
    let mut numbers = early.get_numbers();
    numbers.extend(late.get_numbers());
    numbers.sort_unstable();
    assert_eq!(numbers, (10_000..10_012).collect::<Vec<u64>>());
    family.shards[0].range = anchor_range(10_000, 10_020);
    family.waits_until_archived(0);
    let audited = family.audits(0);
    assert_eq!((audited.blocks.len(), audited.archived), (12, 12));
    family.upgrades(Role::Registry(0));
    assert_eq!(family.status(0).range, anchor_range(10_000, 10_020));
    assert_eq!(family.register("zoe").anchor.get(), 10_012);
}

#[test]
fn a_shard_that_was_widened_alone_gives_no_number_that_front_does_not_route() {
    let family = Setup::default().ranges(&[(10_000, 10_001)]).deploy();
    family.register("alice");
    widens_shard(&family, 10_020);
    let bob = family.registration(&Device::new("bob"));
    assert_eq!(bob.is_sent().succeeds(), RegisterResponse::CanisterFull);
    assert_eq!(family.status(0).tip.next_anchor.get(), 10_001);
}

#[test]
fn a_shard_is_added_while_people_register() {
    let mut family = Setup::default().ranges(&[(10_000, 10_004)]).deploy();
    let shard = family.creates_shard(20_000, 30_000);
    let people = Registering::submit(&family, "person", 10);
    family.network.tick();
    let mut routes = family.routes();
    routes.push(shard.route());
    family.sets_routing(&routes).unwrap();
    let numbers = people.get_numbers();
    let (first, second): (Vec<u64>, Vec<u64>) = numbers.iter().partition(|n| **n < 20_000);
    assert_eq!(
        first,
        (10_000..10_000 + first.len() as u64).collect::<Vec<u64>>()
    );
    assert_eq!(
        second,
        (20_000..20_000 + second.len() as u64).collect::<Vec<u64>>()
    );
    assert_eq!(first.len() + second.len(), 10);
    for shard in 0..2 {
        family.waits_until_archived(shard);
    }
    assert_eq!(family.audits(0).blocks.len(), first.len());
    assert_eq!(family.audits(1).blocks.len(), second.len());
}

#[test]
fn registrations_at_once_spread_over_the_open_shards() {
    let ranges = [(10_000, 20_000), (20_000, 30_000), (30_000, 40_000)];
    let family = Setup::default().ranges(&ranges).all_open().deploy();
    let numbers = Registering::submit(&family, "person", 24).get_numbers();
    let shards = [10_000, 20_000, 30_000].map(|lo| {
        let of_shard = numbers.iter().filter(|n| (lo..lo + 10_000).contains(*n));
        of_shard.count()
    });
    assert!(shards.iter().all(|people| *people > 0), "{shards:?}");
    assert_eq!(shards.iter().sum::<usize>(), 24);
}
