//! What operators and their tools see: metrics, service discovery, statistics, status.

use anchorage_tests::family::{Device, Family, Role, Setup, Shard, TARGETS_PATH, Target, ask};
use std::collections::BTreeSet;
use std::time::Duration;
use types::AnchorNumber;
use types::front::ShardRoute;

const DAPP: &str = "https://dapp.example";
#[track_caller]
fn assert_counts(found: f64, expected: u32) {
    assert!(
        (found - f64::from(expected)).abs() < 0.5,
        "{found} is not {expected}"
    );
}

#[test]
fn every_canister_serves_its_metrics_from_the_first_scrape_on() {
    let family = Family::deploy();
    for role in family.roles() {
        let scraped = family.scrapes(role);
        assert_eq!(scraped.lacks(role), BTreeSet::new(), "{role:?}");
        let canister = [("canister", role.package())];
        assert_counts(scraped.value("anchorage_build_info", &canister), 1);
        assert!(scraped.value("anchorage_cycle_balance_cycles", &[]) > 1e12);
        assert_eq!(family.gets(role, "/metrics/none").status(), 404, "{role:?}");
    }
}

#[test]
fn metrics_count_what_happened_and_survive_upgrades() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.adds("phone");
    alice.tries_to_add(&Device::new("phone")).is_refused();
    alice.logs_in_to(DAPP);
    family.waits_until_archived(0);
    for _ in 0..2 {
        let front = family.scrapes(Role::Front);
        let outcome = |outcome| [("outcome", outcome)];
        for (metric, outcome, count) in [
            ("anchorage_registrations_total", outcome("registered"), 1),
            ("anchorage_registrations_total", outcome("bad_challenge"), 0),
            ("anchorage_anchor_changes_total", outcome("changed"), 1),
            ("anchorage_anchor_changes_total", outcome("refused"), 1),
            (
                "anchorage_delegations_prepared_total",
                outcome("prepared"),
                1,
            ),
        ] {
            assert_counts(front.value(metric, &outcome), count);
        }
        let shard = family.shards[0].registry.to_text();
        let of_shard = [("shard", shard.as_str())];
        assert_counts(front.value("anchorage_shard_blocks", &of_shard), 2);

        let registry = family.scrapes(Role::Registry(0));
        assert_counts(registry.value("registry_anchors", &[]), 1);
        assert_counts(registry.value("registry_backlog_blocks", &[]), 0);
        let device = [("reason", "device")];
        assert_counts(registry.value("registry_refusals_total", &device), 1);
        let add = [("operation", "add")];
        assert_counts(registry.value("registry_operations_total", &add), 1);

        let archive = family.scrapes(Role::Archive(0));
        assert_counts(
            archive.value("anchorage_archive_blocks_stored_total", &[]),
            2,
        );
        assert_counts(archive.value("anchorage_archive_next_index", &[]), 2);
        for role in family.roles() {
            family.upgrades(role);
        }
    }
}

#[test]
fn prometheus_finds_every_canister_of_the_family() {
    let family = Family::deploy();
    family.waits(Duration::from_secs(61));
    assert_eq!(targets(&family), family.is_to_be_discovered());
}

#[test]
fn a_shard_that_did_not_answer_once_is_asked_again() {
    let mut family = Setup::default().ranges(&[(10_000, 20_000)]).deploy();
    // The first questions are over, or fail.
    family.stops(Role::Registry(0));
    family.waits(Duration::from_secs(61));
    family.starts(Role::Registry(0));
    let shard = family.creates_shard(20_000, 30_000);
    let routes: Vec<ShardRoute> = family.shards.iter().map(Shard::route).collect();
    family.sets_routing(&routes).unwrap();
    let archive = shard.archive.to_text();
    let limit = Duration::from_mins(5);
    family.waits_until("the new archive is discovered", limit, |family| {
        targets(family)
            .iter()
            .any(|target| target.canister == archive)
    });
}

#[test]
fn statistics_cover_all_shards() {
    let family = Setup::default()
        .ranges(&[(10_000, 10_001), (20_000, 30_000)])
        .all_open()
        .deploy();
    family.register("alice");
    family.register("bob");
    family.waits(Duration::from_secs(61));
    let stats = ask(family.front().stats()).succeeds();
    assert_eq!(stats.users_registered, 2);
    let (lowest, end) = stats.assigned_user_number_range;
    assert_eq!(
        (lowest, end),
        (AnchorNumber::new(10_000), AnchorNumber::new(30_000))
    );
    let archive = stats.archive_info.archive_canister;
    assert_eq!(archive, Some(family.shards[0].archive));
    let now = family.network.get_time().as_nanos_since_unix_epoch();
    let age = now - stats.collected_at.expect("all shards answered").get();
    assert!(age < 61_000_000_000, "{age}");
    // Right after an upgrade the numbers are there and their age is not.
    family.upgrades(Role::Front);
    let stats = ask(family.front().stats()).succeeds();
    assert_eq!(stats.users_registered, 2);
}

#[test]
fn statistics_do_without_a_shard_that_does_not_answer_and_tell_their_age() {
    let family = Setup::default().all_open().deploy();
    for n in 0..6 {
        family.register(&format!("person {n}"));
    }
    family.waits(Duration::from_secs(61));
    let before = ask(family.front().stats()).succeeds();
    assert_eq!(before.users_registered, 6);
    family.stops(Role::Registry(1));
    for _ in 0..3 {
        family.waits(Duration::from_secs(61));
    }
    family.register("alice");
    let stats = ask(family.front().stats()).succeeds();
    assert_eq!(stats.users_registered, 7);
    let age = family.network.get_time().as_nanos_since_unix_epoch()
        - stats.collected_at.expect("all have answered once").get();
    assert!(age > 180_000_000_000, "{age}");
    family.starts(Role::Registry(1));
    family.waits(Duration::from_secs(61));
    let after = ask(family.front().stats()).succeeds();
    assert!(after.collected_at > stats.collected_at);
}

#[test]
fn status_names_release_and_layout() {
    let family = Family::deploy();
    let registry = family.status(0);
    let archive = ask(family.archive(0).status()).succeeds();
    assert_eq!(registry.version, archive.version);
    assert_eq!((registry.layout_version, archive.layout_version), (2, 2));
    assert!(!registry.commit.is_empty());
    assert_eq!(registry.front, family.front);
    assert_eq!(archive.registry, family.shards[0].registry);
    assert_eq!(archive.range, registry.range);
    assert_eq!(registry.archives[0].canister, family.shards[0].archive);
}

#[track_caller]
fn targets(family: &Family) -> BTreeSet<Target> {
    let text = family
        .gets(Role::Front, TARGETS_PATH)
        .text("application/json");
    Target::list(&text)
}
