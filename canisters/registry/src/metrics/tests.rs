use super::*;
use crate::fixtures::{ARCHIVE, World, anchor, principal};
use types::registry::RegistrySettings;

const BUILD: BuildInfo = BuildInfo {
    canister: "registry",
    version: "1.2.3",
    commit: "abc",
};
const RESOURCES: Resources = Resources {
    cycles: 4,
    liquid_cycles: 3,
    heap_bytes: 2,
    stable_bytes: 1,
};

fn text(world: &World) -> String {
    String::from_utf8(render(&world.shard, BUILD, RESOURCES, world.now)).unwrap()
}

fn value(text: &str, sample: &str) -> String {
    let line = text.lines().find(|line| {
        line.strip_prefix(sample)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    let line = line.unwrap_or_else(|| panic!("no sample {sample} in\n{text}"));
    line[sample.len()..]
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

/// Names and types: what dashboards and alerts rely on.
#[test]
fn every_family_is_there_from_the_beginning() {
    let text = text(&World::new());
    let families: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect();
    assert_eq!(
        families,
        [
            "anchorage_build_info gauge",
            "anchorage_layout_version gauge",
            "anchorage_cycle_balance_cycles gauge",
            "anchorage_liquid_balance_cycles gauge",
            "anchorage_heap_memory_bytes gauge",
            "anchorage_stable_memory_bytes gauge",
            "registry_anchors gauge",
            "registry_anchors_limit gauge",
            "registry_unindexed_anchors gauge",
            "registry_devices_per_anchor_limit gauge",
            "registry_log_blocks gauge",
            "registry_held_blocks gauge",
            "registry_held_blocks_limit gauge",
            "registry_retained_blocks_limit gauge",
            "registry_backlog_blocks gauge",
            "registry_backlog_blocks_limit gauge",
            "registry_orders_remembered gauge",
            "registry_orders_remembered_limit gauge",
            "registry_temporary_keys gauge",
            "registry_operations_per_day_limit gauge",
            "registry_registration_modes gauge",
            "registry_registration_modes_limit gauge",
            "registry_maintenance gauge",
            "registry_active_anchors gauge",
            "registry_active_devices gauge",
            "registry_archives gauge",
            "registry_archives_in_service gauge",
            "registry_archives_diverged gauge",
            "registry_last_fetch_timestamp_seconds gauge",
            "registry_oldest_backlog_age_seconds gauge",
            "registry_operations_total counter",
            "registry_orders_repeated_total counter",
            "registry_authentications_total counter",
            "registry_device_uses_lost_total counter",
            "registry_blocks_handed_out_total counter",
            "registry_blocks_forgotten_total counter",
            "registry_blocks_repaired_total counter",
            "registry_refusals_total counter",
            "registry_fetches_total counter",
            "registry_settings_changes_total counter",
            "registry_remote_registrations_total counter",
            "anchorage_method_instructions histogram",
        ]
    );
    assert_eq!(
        value(&text, "registry_refusals_total{reason=\"backlog\"}"),
        "0"
    );
    assert_eq!(value(&text, "registry_last_fetch_timestamp_seconds"), "0");
}

#[test]
fn values_follow_the_shard_and_counters_survive_an_upgrade() {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        retention: Some(0),
        ..RegistrySettings::default()
    });
    let mut order = world.creation("a");
    order.temporary_key = Some(principal("session"));
    world.create(&order).unwrap();
    world.create(&order).unwrap();
    world.add(anchor(0), "a", "b");
    world.ask(anchor(0), principal("a"), None).unwrap();
    world.pass(30);
    world.acknowledge(ARCHIVE, 1);
    for (sample, expected) in [
        ("registry_anchors", "1"),
        ("registry_anchors_limit", "5"),
        ("registry_log_blocks", "2"),
        ("registry_held_blocks", "1"),
        ("registry_backlog_blocks", "1"),
        ("registry_temporary_keys", "1"),
        ("registry_orders_remembered", "2"),
        ("registry_archives_in_service", "1"),
        ("registry_last_fetch_timestamp_seconds", "1700000030"),
        ("registry_oldest_backlog_age_seconds", "30"),
    ] {
        assert_eq!(value(&text(&world), sample), expected, "{sample}");
    }
    world.upgrade();
    let text = text(&world);
    for (sample, expected) in [
        ("registry_temporary_keys", "0"),
        ("registry_operations_total{operation=\"register\"}", "1"),
        ("registry_operations_total{operation=\"add\"}", "1"),
        ("registry_orders_repeated_total", "1"),
        ("registry_authentications_total", "1"),
        ("registry_blocks_forgotten_total", "1"),
    ] {
        assert_eq!(value(&text, sample), expected, "{sample}");
    }
}

#[test]
fn a_diverged_archive_shows() {
    let mut world = World::new();
    world.register("a");
    world.fetch(ARCHIVE, 1, None, 1);
    assert_eq!(value(&text(&world), "registry_archives_diverged"), "1");
}

#[test]
fn active_anchors_and_devices_are_counted_by_whole_days() {
    let mut world = World::new();
    world.register("a");
    world.add(anchor(0), "a", "b");
    world.register("c");
    world.pass(86_400);
    world.ask(anchor(0), principal("b"), None).unwrap();
    world.ask(anchor(0), principal("b"), None).unwrap();
    world.info(anchor(0), "b").unwrap();
    world.upgrade();
    let text = text(&world);
    for (labels, anchors, devices) in [
        ("window=\"day\",state=\"completed\"", "2", "2"),
        ("window=\"day\",state=\"running\"", "1", "1"),
        ("window=\"30_days\",state=\"completed\"", "2", "2"),
        ("window=\"30_days\",state=\"running\"", "2", "3"),
    ] {
        let sample = format!("registry_active_anchors{{{labels}}}");
        assert_eq!(value(&text, &sample), anchors, "{sample}");
        let sample = format!("registry_active_devices{{kind=\"passkey\",{labels}}}");
        assert_eq!(value(&text, &sample), devices, "{sample}");
        let sample = format!("registry_active_devices{{kind=\"other\",{labels}}}");
        assert_eq!(value(&text, &sample), "0", "{sample}");
    }
}
