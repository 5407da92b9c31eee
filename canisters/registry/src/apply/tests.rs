use super::*;
use crate::fixtures::{HI, LO, World, anchor, passkey, principal};
use types::registry::RegistrySettings;
use types::{AnchorNumber, DeviceError};

#[test]
fn a_device_adds_another_which_can_then_log_in() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    assert!(world.ask(created, principal("b"), None).is_ok());
    world.add(created, "b", "c");
    let devices = world.info(created, "c").unwrap().devices;
    let keys: Vec<_> = devices.iter().map(|used| &used.device).collect();
    assert_eq!(keys, [&passkey("a"), &passkey("b"), &passkey("c")]);
    world.assert_replay_matches();
}

#[test]
fn a_repeated_order_is_answered_once() {
    let mut world = World::new();
    let created = world.register("a");
    let order = world.addition(created, "a", "b");
    assert_eq!(world.apply(&order), Ok(()));
    world.upgrade();
    assert_eq!(world.apply(&order), Ok(()));
    assert_eq!(world.shard.log.length(), 2);
}

#[test]
fn strangers_change_nothing() {
    let mut world = World::new();
    let created = world.register("a");
    let other = world.register("other");
    for (target, name) in [(created, "stranger"), (created, "other"), (other, "a")] {
        let order = world.addition(target, name, "b");
        assert_eq!(world.apply(&order), Err(RegistryError::Unauthorized));
    }
    assert_eq!(world.shard.log.length(), 2);
    world.assert_replay_matches();
}

#[test]
fn an_anchor_that_does_not_exist_is_unauthorized_and_a_foreign_one_not_mine() {
    let mut world = World::new();
    world.register("a");
    let order = world.addition(anchor(1), "a", "b");
    assert_eq!(world.apply(&order), Err(RegistryError::Unauthorized));
    let range = world.shard.anchors.range();
    for number in [LO - 1, HI] {
        let foreign = AnchorNumber::new(number);
        let order = world.addition(foreign, "a", "b");
        assert_eq!(world.apply(&order), Err(RegistryError::NotMine { range }));
        let asked = world.ask(foreign, principal("a"), None);
        assert_eq!(asked, Err(RegistryError::NotMine { range }));
    }
}

#[test]
fn the_configured_device_limit_holds() {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        max_devices: Some(2),
        ..RegistrySettings::default()
    });
    world.upgrade();
    let created = world.register("a");
    world.add(created, "a", "b");
    let order = world.addition(created, "a", "c");
    let error = DeviceError::TooManyDevices { count: 3, limit: 2 };
    assert_eq!(world.apply(&order), Err(RegistryError::Device(error)));
    assert_eq!(world.shard.log.length(), 2);
    world.assert_replay_matches();
}
