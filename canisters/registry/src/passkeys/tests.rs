use super::*;
use crate::fixtures::{World, anchor, passkey};
use types::DeviceData;
use types::registry::DeviceOperation;

fn id() -> CredentialId {
    passkey("a").credential_id.expect("a passkey")
}

fn key(name: &str) -> DeviceKey {
    DeviceKey::new(name.as_bytes())
}

#[test]
fn of_two_anchors_the_one_that_was_first_is_found_as_long_as_it_has_the_passkey() {
    let mut world = World::new();
    let first = world.register("a");
    let since = world.now;
    world.pass(5);
    world.register("b");
    let known = KnownPasskey {
        pubkey: key("a"),
        anchor_number: first,
        since,
    };
    assert_eq!(lookup_device_key(&world.shard, &id()), Ok(Some(known)));
    let removal = world.removal(first, "a", "a");
    world.apply(&removal).unwrap();
    let found = lookup_device_key(&world.shard, &id()).unwrap().unwrap();
    assert_eq!((found.anchor_number, found.since), (anchor(1), world.now));
    let nobodys = CredentialId::new(*b"nobody's");
    assert_eq!(lookup_device_key(&world.shard, &nobodys), Ok(None));
}

#[test]
fn a_refused_order_changes_nothing_in_the_index() {
    let mut world = World::new();
    let created = world.register("a");
    let taken = DeviceData {
        alias: "a".repeat(65),
        credential_id: None,
        ..passkey("a")
    };
    let operation = DeviceOperation::Update {
        key: key("a"),
        device: taken,
    };
    let refused = world.change(created, "a", operation);
    world.apply(&refused).unwrap_err();
    let stranger = world.removal(created, "stranger", "a");
    world.apply(&stranger).unwrap_err();
    assert!(lookup_device_key(&world.shard, &id()).unwrap().is_some());
    assert_eq!(world.shard.is_known_key(&key("a")), Ok(true));
}

#[test]
fn known_keys_are_those_of_passkeys() {
    let mut world = World::new();
    let created = world.register("a");
    let phrase = DeviceData {
        credential_id: None,
        ..passkey("browser key")
    };
    let operation = DeviceOperation::Add { device: phrase };
    let addition = world.change(created, "a", operation);
    world.apply(&addition).unwrap();
    for (name, known) in [("a", true), ("browser key", false), ("nobody", false)] {
        assert_eq!(world.shard.is_known_key(&key(name)), Ok(known), "{name}");
    }
}

#[test]
fn after_an_upgrade_from_layout_1_the_index_is_built_while_the_shard_serves() {
    let mut world = World::new();
    let first = world.register("a");
    world.pass(1);
    world.register("b");
    world.upgrade_from_layout_1();
    let incomplete = IndexIncomplete { unindexed: 2 };
    assert_eq!(lookup_device_key(&world.shard, &id()), Err(incomplete));
    let refused = RegistryError::IndexIncomplete { unindexed: 2 };
    assert_eq!(world.shard.is_known_key(&key("a")), Err(refused));

    // Orders meanwhile, above and below what is covered.
    world.shard.anchors.index_more(1).unwrap();
    let removal = world.removal(first, "a", "a");
    world.apply(&removal).unwrap();
    world.add(anchor(1), "b", "c");
    world.register("d");
    assert_eq!(world.shard.anchors.unindexed(), 2);
    world.upgrade();
    assert_eq!(world.shard.anchors.unindexed(), 2);
    assert!(index_some(&mut world.shard));
    let found = lookup_device_key(&world.shard, &id()).unwrap().unwrap();
    assert_eq!(found.anchor_number, anchor(1));
    for (name, known) in [("a", false), ("b", true), ("c", true), ("d", true)] {
        assert_eq!(world.shard.is_known_key(&key(name)), Ok(known), "{name}");
    }
}
