use super::*;
use crate::fixtures::{ARCHIVE, LO, World, anchor, passkey};
use types::{Metadata, MetadataValue, PublicDevice, registry::RegistrySettings};

const BUILD: BuildInfo = BuildInfo {
    canister: "registry",
    version: "1.2.3",
    commit: "abc",
};

#[test]
fn lookup_shows_nothing_private() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    let devices = lookup(&world.shard, created);
    let expected = ["a", "b"].map(|name| DeviceData {
        alias: String::new(),
        metadata: None,
        ..passkey(name)
    });
    assert_eq!(devices, expected);
    assert_eq!(lookup(&world.shard, anchor(1)), []);
    assert_eq!(lookup(&world.shard, AnchorNumber::new(0)), []);
}

#[test]
fn credentials_are_keys_and_credential_ids_by_purpose() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    let of = |names: &[&str]| {
        let devices: Vec<DeviceData> = names.iter().map(|name| passkey(name)).collect();
        AnchorCredentials::of(&devices)
    };
    assert_eq!(credentials(&world.shard, created), of(&["a", "b"]));
    for nobody in [anchor(1), AnchorNumber::new(0), AnchorNumber::new(u64::MAX)] {
        assert_eq!(credentials(&world.shard, nobody), of(&[]));
    }
}

#[test]
fn pages_of_the_public_state_leave_nothing_out() {
    let mut world = World::new();
    for name in ["a", "b", "c"] {
        world.register(name);
    }
    let (mut from, mut anchors) = (Some(AnchorNumber::new(0)), vec![]);
    while let Some(start) = from {
        let page = public_state(&world.shard, start, 2);
        assert!(page.anchors.len() <= 2);
        assert_eq!(page.tip, world.shard.tip());
        anchors.extend(page.anchors);
        from = page.next;
    }
    let expected = ["a", "b", "c"]
        .iter()
        .zip(0..)
        .map(|(name, n)| PublicAnchor {
            anchor: anchor(n),
            devices: vec![PublicDevice::from(&passkey(name))],
        });
    assert_eq!(anchors, expected.collect::<Vec<_>>());
    let past = public_state(&world.shard, AnchorNumber::new(LO + 3), 10);
    assert_eq!((past.anchors, past.next), (vec![], None));
}

#[test]
fn pages_of_the_public_state_fit_a_message() {
    let mut world = World::with(RegistrySettings {
        range_end: Some(AnchorNumber::new(LO + 450)),
        ..RegistrySettings::default()
    });
    for n in 0..450 {
        let mut order = world.creation(&n.to_string());
        let text = MetadataValue::String("x".repeat(2_300));
        order.device.metadata = Some(Metadata([("note".to_owned(), text)].into()));
        world.create(&order).expect("registered");
    }
    let first = public_state(&world.shard, anchor(0), PAGE_LIMIT);
    let records = first.anchors.len();
    assert!((400..430).contains(&records), "{records}");
    let second = public_state(&world.shard, first.next.expect("more"), PAGE_LIMIT);
    assert_eq!(records + second.anchors.len(), 450);
    assert_eq!(second.anchors[0].anchor, anchor(records as u64));
}

#[test]
fn a_page_without_room_has_one_anchor_nevertheless() {
    let mut world = World::new();
    world.register("a");
    world.register("b");
    let page = public_state(&world.shard, AnchorNumber::new(0), 0);
    assert_eq!(page.anchors.len(), 1);
    assert_eq!(page.next, Some(anchor(1)));
}

#[test]
fn status_says_how_the_shard_is_set_up() {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        max_devices: Some(4),
        backlog_limit: Some(5),
        retention: Some(1),
        maintenance: Some(true),
        archives: None,
        operations_per_day: Some(6),
        range_end: None,
    });
    world.acknowledge(ARCHIVE, 0);
    let RegistryStatus {
        range,
        tip,
        first_kept,
        archives,
        front,
        maintenance,
        max_devices,
        backlog_limit,
        retention,
        operations_per_day,
        unindexed,
        layout_version,
        version,
        commit,
    } = status(&world.shard, BUILD);
    assert_eq!(range, world.shard.anchors.range());
    assert_eq!(tip, world.shard.tip());
    assert_eq!(first_kept, BlockIndex::new(0));
    assert_eq!(archives.len(), 1);
    assert_eq!(archives[0].canister, ARCHIVE);
    assert_eq!(archives[0].last_fetch, Some(world.now));
    assert_eq!(front, crate::fixtures::FRONT);
    assert!(maintenance);
    assert_eq!((max_devices, backlog_limit, retention), (4, 5, 1));
    assert_eq!(operations_per_day, Some(6));
    assert_eq!(unindexed, Some(0));
    assert_eq!(layout_version, 2);
    assert_eq!((version.as_str(), commit.as_str()), ("1.2.3", "abc"));
}
