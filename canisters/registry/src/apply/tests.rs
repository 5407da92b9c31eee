use super::*;
use crate::fixtures::{HI, LO, World, anchor, passkey, principal};
use oplog::BlockType::{Add, Register, Remove, Replace, Update};
use types::registry::RegistrySettings;
use types::{AnchorNumber, DeviceData, DeviceError, DeviceKey, PublicDevice};

fn key(name: &str) -> DeviceKey {
    DeviceKey::new(name.as_bytes())
}

/// Names of the anchor's devices, as `name` reads them.
fn devices(world: &mut World, anchor: AnchorNumber, name: &str) -> Vec<DeviceData> {
    let details = world.info(anchor, name).expect("a device of the anchor");
    details
        .devices
        .into_iter()
        .map(|used| used.device)
        .collect()
}

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

#[test]
fn devices_are_updated_replaced_and_removed_each_with_its_block() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    world.add(created, "a", "c");
    let renamed = DeviceData {
        alias: "another alias".to_owned(),
        origin: None,
        ..passkey("a")
    };
    let update = DeviceOperation::Update {
        key: key("a"),
        device: renamed.clone(),
    };
    let replace = DeviceOperation::Replace {
        key: key("b"),
        device: passkey("d"),
    };
    for operation in [update, replace] {
        let order = world.change(created, "b", operation);
        assert_eq!(world.apply(&order), Ok(()));
        world.assert_replay_matches();
    }
    assert_eq!(
        devices(&mut world, created, "a"),
        [renamed, passkey("c"), passkey("d")]
    );
    let order = world.removal(created, "d", "a");
    assert_eq!(world.apply(&order), Ok(()));
    world.upgrade();
    assert_eq!(
        devices(&mut world, created, "d"),
        [passkey("c"), passkey("d")]
    );
    for gone in ["a", "b"] {
        let asked = world.ask(created, principal(gone), None);
        assert_eq!(asked, Err(RegistryError::Unauthorized));
    }
    world.assert_replay_matches();
    let types: Vec<_> = world.blocks().iter().map(|block| block.btype).collect();
    assert_eq!(types, [Register, Add, Add, Update, Replace, Remove]);
}

#[test]
fn an_update_that_changes_nothing_public_has_a_block_that_tells_nothing_private() {
    let mut world = World::new();
    let created = world.register("a");
    let device = DeviceData {
        alias: "another secret".to_owned(),
        ..passkey("a")
    };
    let operation = DeviceOperation::Update {
        key: key("a"),
        device,
    };
    let order = world.change(created, "a", operation);
    assert_eq!(world.apply(&order), Ok(()));
    let blocks = world.blocks();
    assert_eq!(blocks.len(), 2);
    let device = PublicDevice::from(&passkey("a"));
    let tx = blocks[1].tx().expect("readable");
    assert_eq!(tx.operation, oplog::Operation::Update { device });
    let bytes = String::from_utf8_lossy(blocks[1].tx.as_slice()).into_owned();
    assert!(!bytes.contains("secret"), "{bytes}");
    world.assert_replay_matches();
}

#[test]
fn a_device_that_removes_itself_gets_the_same_answer_again_and_no_other_one() {
    let mut world = World::new();
    let created = world.register("a");
    let order = world.removal(created, "a", "a");
    assert_eq!(world.apply(&order), Ok(()));
    world.upgrade();
    assert_eq!(world.apply(&order), Ok(()), "the answer of then");
    assert_eq!(world.shard.log.length(), 2);
    let order = world.addition(created, "a", "b");
    assert_eq!(world.apply(&order), Err(RegistryError::Unauthorized));
    assert_eq!(world.register("a"), anchor(1), "a dead number stays dead");
    world.assert_replay_matches();
}

#[test]
fn an_order_id_stands_for_one_change() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    let order = world.removal(created, "a", "b");
    assert_eq!(world.apply(&order), Ok(()));
    let other = Apply {
        operation: DeviceOperation::Remove { key: key("a") },
        ..order
    };
    assert_eq!(world.apply(&other), Err(RegistryError::OrderMismatch));
    assert_eq!(world.shard.log.length(), 3);
}

#[test]
fn a_temporary_key_ends_with_its_device_also_if_the_key_comes_back() {
    for replaced in [false, true] {
        let mut world = World::new();
        let session = principal("session");
        let mut creation = world.creation("a");
        creation.temporary_key = Some(session);
        let created = world.create(&creation).expect("registered");
        world.add(created, "a", "b");
        assert!(world.ask(created, session, None).is_ok());
        let (key, device) = (key("a"), passkey("a"));
        if replaced {
            let order = world.change(created, "b", DeviceOperation::Replace { key, device });
            assert_eq!(world.apply(&order), Ok(()));
        } else {
            let order = world.removal(created, "b", "a");
            assert_eq!(world.apply(&order), Ok(()));
            world.add(created, "b", "a");
        }
        let asked = world.ask(created, session, None);
        assert_eq!(asked, Err(RegistryError::Unauthorized));
        assert_eq!(world.shard.temporary_keys.count(), 0);
    }
}

#[test]
fn an_update_leaves_the_temporary_key_and_a_refused_removal_too() {
    let mut world = World::new();
    let session = principal("session");
    let mut creation = world.creation("a");
    creation.temporary_key = Some(session);
    let created = world.create(&creation).expect("registered");
    let (key, device) = (key("a"), passkey("a"));
    let order = world.change(created, "a", DeviceOperation::Update { key, device });
    assert_eq!(world.apply(&order), Ok(()));
    let order = world.removal(created, "a", "nothing");
    assert!(world.apply(&order).is_err());
    assert!(world.ask(created, session, None).is_ok());
}

#[test]
fn an_anchor_is_changed_so_often_in_a_day_and_removals_are_free() {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        operations_per_day: Some(2),
        ..RegistrySettings::default()
    });
    let created = world.register("a");
    let other = world.register("other");
    world.add(created, "a", "b");
    world.add(created, "b", "c");
    let update = |world: &mut World, anchor, name: &str| {
        let (key, device) = (key(name), passkey(name));
        let order = world.change(anchor, name, DeviceOperation::Update { key, device });
        world.apply(&order)
    };
    world.upgrade();
    assert!(matches!(
        update(&mut world, created, "a"),
        Err(RegistryError::OperationBudget { limit: 2, .. })
    ));
    assert_eq!(update(&mut world, other, "other"), Ok(()));
    for gone in ["b", "c"] {
        let order = world.removal(created, "a", gone);
        assert_eq!(world.apply(&order), Ok(()));
    }
    assert!(update(&mut world, created, "a").is_err());
    world.pass(86_400);
    assert_eq!(update(&mut world, created, "a"), Ok(()));
    assert_eq!(world.shard.log.length(), 8);
    world.assert_replay_matches();
}
