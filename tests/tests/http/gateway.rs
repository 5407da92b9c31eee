//! The canisters behind an HTTP gateway: on plain hosts only what is certified (or certified as not to be verified),
//! on raw hosts everything.

use anchorage_tests::family::{Family, Role, Scraped, Shard, TARGETS_PATH, Target};
use anchorage_tests::{Canister, Gateway, Visited, built};
use std::collections::BTreeSet;
use std::time::Duration;
use types::front::ShardState;

/// The two kinds of host that a canister has.
const HOSTS: [&str; 2] = ["localhost", "raw.localhost"];

#[track_caller]
fn assert_counts(scraped: &Scraped, metric: &str, labels: &[(&str, &str)], expected: u32) {
    let found = scraped.value(metric, labels);
    let difference = (found - f64::from(expected)).abs();
    assert!(difference < 0.5, "{metric}: {found} is not {expected}");
}

#[test]
fn prometheus_scrapes_every_canister_through_the_gateway() {
    let mut family = Family::deploy();
    let alice = family.register("alice");
    alice.adds("phone");
    family.waits_until_archived(0);
    // Front asks the shards once a minute.
    family.waits(Duration::from_secs(61));
    let gateway = Gateway::start(&mut family.network);
    for role in family.roles() {
        for domain in HOSTS {
            let host = format!("{}.{domain}", family.id(role));
            let page = gateway.get(&host, "/metrics");
            let scraped = Scraped::read(page.text_of("text/plain; version=0.0.4"));
            assert_eq!(scraped.lacks(role), BTreeSet::new(), "{host} {role:?}");
            let canister = [("canister", role.package())];
            assert_counts(&scraped, "anchorage_build_info", &canister, 1);
            let has = |metric, labels, count| assert_counts(&scraped, metric, labels, count);
            match role {
                Role::Front => {
                    let registered = [("outcome", "registered")];
                    has("anchorage_registrations_total", &registered, 1);
                    let shard = family.shards[0].registry.to_text();
                    has("anchorage_shard_anchors", &[("shard", &shard)], 1);
                }
                Role::Registry(shard) => {
                    let (anchors, blocks) = if shard == 0 { (1, 2) } else { (0, 0) };
                    has("registry_anchors", &[], anchors);
                    has("registry_log_blocks", &[], blocks);
                }
                Role::Archive(shard) => {
                    let blocks = if shard == 0 { 2 } else { 0 };
                    has("anchorage_archive_next_index", &[], blocks);
                }
            }
        }
    }
}

/// The gateway verifies this body, which is not marked as unverifiable, with front's certificate.
#[test]
fn the_routing_table_comes_verified_through_the_gateway() {
    let mut family = Family::deploy();
    let row = |shard: usize, state: &str| {
        let Shard {
            range, registry, ..
        } = family.shards[shard];
        let (lo, hi) = (range.lo(), range.hi());
        format!(r#"{{"lo":"{lo}","hi":"{hi}","canister":"{registry}","state":"{state}"}}"#)
    };
    let expected = format!("[{},{}]", row(0, "open"), row(1, "unreachable"));
    family.upgrades(Role::Front);
    family.puts(1, ShardState::Unreachable);
    let host = format!("{}.localhost", family.front);
    let gateway = Gateway::start(&mut family.network);
    let page = gateway.get(&host, "/routing?x=1");
    assert_eq!(page.text_of("application/json"), expected);
}

#[test]
fn the_list_of_whom_to_scrape_comes_through_the_gateway() {
    let mut family = Family::deploy();
    family.waits(Duration::from_secs(61));
    let gateway = Gateway::start(&mut family.network);
    for domain in HOSTS {
        let page = gateway.get(&format!("{}.{domain}", family.front), TARGETS_PATH);
        let targets = Target::list(page.text_of("application/json"));
        assert_eq!(targets, family.is_to_be_discovered(), "{domain}");
    }
    // And what the list names can be scraped, by the parameter that it gives for hosts that do not resolve.
    for target in family.is_to_be_discovered() {
        let path = format!("/metrics?canisterId={}", target.canister);
        let page = gateway.get("localhost", &path);
        Scraped::read(page.text_of("text/plain"));
    }
}

/// The gateway shows an error of its own: which one is its business, but not what the canister said.
#[track_caller]
fn refused(page: &Visited) {
    assert!(page.status >= 500, "{page:?}");
    for said in ["as certified", "forged", "nothing here"] {
        assert_ne!(page.text, said);
    }
}

#[test]
fn a_page_that_is_not_what_was_certified_is_refused() {
    let mut network = anchorage_tests::builder()
        .with_nns_subnet()
        .with_application_subnet()
        .build();
    let gateway = Gateway::start(&mut network);
    let probe = Canister::install(&network, built("probe"));
    let [plain, raw] = HOSTS.map(|domain| format!("{}.{domain}", probe.id));
    let spoil = |method: &str, to: &str| {
        let (): () = probe.call("publish", ("as certified",));
        let page = gateway.get(&plain, "/page");
        assert_eq!(page.text_of("text/plain"), "as certified");
        let (): () = probe.call(method, (to,));
        refused(&gateway.get(&plain, "/page"));
        gateway.get(&raw, "/page")
    };
    assert_eq!(spoil("forge", "forged").text_of("text/plain"), "forged");
    // The header is one of those that the page's expression names.
    let page = spoil("forge_type", "text/html");
    assert_eq!(page.text_of("text/html"), "as certified");
    // Nothing was ever certified for other paths.
    refused(&gateway.get(&plain, "/other"));
    assert_eq!(gateway.get(&raw, "/other").status, 404);
}
