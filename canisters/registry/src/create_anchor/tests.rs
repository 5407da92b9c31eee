use super::*;
use crate::fixtures::{HI, LO, World, anchor, passkey, principal};
use oplog::Operation;
use types::{BlockIndex, DeviceError, DeviceField, PublicDevice};

#[test]
fn record_and_block_come_together() {
    let mut world = World::new();
    assert_eq!(world.register("a"), anchor(0));
    assert_eq!(world.register("b"), anchor(1));
    let blocks = world.blocks();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].phash, None);
    assert_eq!(blocks[1].phash, Some(blocks[0].hash()));
    let tx = blocks[1].tx().unwrap();
    assert_eq!((tx.anchor, tx.caller), (anchor(1), principal("b")));
    let device = PublicDevice::from(&passkey("b"));
    assert_eq!(
        tx.operation,
        Operation::Register {
            device,
            temporary_key: None
        }
    );
    world.assert_replay_matches();
}

#[test]
fn a_repeated_order_is_answered_once() {
    let mut world = World::new();
    let order = world.creation("a");
    assert_eq!(world.create(&order), Ok(anchor(0)));
    world.register("b");
    assert_eq!(world.create(&order), Ok(anchor(0)));
    world.upgrade();
    assert_eq!(world.create(&order), Ok(anchor(0)));
    assert_eq!(world.shard.log.length(), 2);
    assert_eq!(world.shard.anchors.count(), 2);
}

#[test]
fn a_repeated_order_may_expect_another_tip() {
    let mut world = World::new();
    let mut order = world.creation("a");
    world.create(&order).unwrap();
    order.expected = Some(world.shard.tip());
    assert_eq!(world.create(&order), Ok(anchor(0)));
    assert_eq!(world.shard.log.length(), 1);
}

#[test]
fn an_order_is_forgotten_after_ten_minutes() {
    let mut world = World::new();
    let order = world.creation("a");
    world.create(&order).unwrap();
    world.pass(599);
    assert_eq!(world.create(&order), Ok(anchor(0)));
    world.pass(1);
    assert_eq!(world.create(&order), Ok(anchor(1)));
}

#[test]
fn an_order_id_with_other_contents_is_refused() {
    let mut world = World::new();
    let order = world.creation("a");
    world.create(&order).unwrap();
    let mut others = vec![order.clone(), order.clone(), order.clone()];
    others[0].device.alias = "another alias".to_owned();
    others[1].temporary_key = Some(principal("session"));
    others[2].caller = principal("b");
    for other in others {
        assert_eq!(world.create(&other), Err(RegistryError::OrderMismatch));
    }
    let mut apply = world.addition(anchor(0), "a", "a2");
    apply.order = order.order;
    assert_eq!(world.apply(&apply), Err(RegistryError::OrderMismatch));
    assert_eq!(world.shard.log.length(), 1);
}

#[test]
fn a_refused_order_leaves_nothing() {
    let mut world = World::new();
    let mut order = world.creation("a");
    order.device.alias = "x".repeat(65);
    assert_eq!(
        world.create(&order),
        Err(RegistryError::Device(DeviceError::FieldTooLong {
            field: DeviceField::Alias,
            length: 65,
            limit: 64
        }))
    );
    order = world.creation("a");
    order.caller = principal("somebody else");
    assert_eq!(world.create(&order), Err(RegistryError::Unauthorized));
    order.temporary_key = Some(principal("a"));
    assert_eq!(
        world.create(&order),
        Err(RegistryError::TemporaryKeyIsDevice)
    );
    order.caller = Principal::anonymous();
    order.temporary_key = Some(Principal::anonymous());
    assert_eq!(world.create(&order), Err(RegistryError::Unauthorized));
    assert_eq!(world.shard.log.length(), 0);
    assert_eq!(world.shard.anchors.count(), 0);
    assert_eq!(world.shard.orders.remembered(), 0);
    assert_eq!(world.register("a"), anchor(0));
}

#[test]
fn a_full_range_is_a_typed_error_and_old_orders_keep_their_answers() {
    let mut world = World::new();
    let last = (LO..HI).map(|n| world.creation(&n.to_string()));
    let orders: Vec<_> = last.collect();
    for order in &orders {
        world.create(order).unwrap();
    }
    let one_more = world.creation("one more");
    assert_eq!(world.create(&one_more), Err(RegistryError::Full));
    assert_eq!(world.create(&orders[4]), Ok(anchor(4)));
    assert_eq!(world.shard.log.length(), 5);
    assert_eq!(world.shard.log.block(BlockIndex::new(5)), None);
}

#[test]
fn a_temporary_key_acts_for_its_device_for_ten_minutes() {
    let mut world = World::new();
    let mut order = world.creation("a");
    order.temporary_key = Some(principal("session"));
    order.caller = principal("session");
    let created = world.create(&order).unwrap();
    world.pass(599);
    let answer = world.ask(created, principal("session"), None).unwrap();
    assert_eq!(answer.device, passkey("a").pubkey);
    assert_eq!(answer.by, types::registry::AuthenticatedBy::TemporaryKey);
    world.pass(1);
    assert_eq!(
        world.ask(created, principal("session"), None),
        Err(RegistryError::Unauthorized)
    );
}

#[test]
fn a_temporary_key_is_of_its_anchor_only_and_ends_with_an_upgrade() {
    let mut world = World::new();
    world.register("b");
    let mut order = world.creation("a");
    order.temporary_key = Some(principal("session"));
    let created = world.create(&order).unwrap();
    let session = principal("session");
    assert!(world.ask(created, session, None).is_ok());
    assert!(world.ask(anchor(0), session, None).is_err());
    world.upgrade();
    assert!(world.ask(created, session, None).is_err());
    assert!(world.ask(created, principal("a"), None).is_ok());
}

#[test]
fn no_number_is_given_at_or_above_the_bound_of_the_order() {
    let mut world = World::new();
    let mut order = world.creation("a");
    order.below = Some(anchor(0));
    assert_eq!(world.create(&order), Err(RegistryError::Full));
    assert_eq!(world.shard.log.length(), 0);
    order.below = Some(anchor(1));
    assert_eq!(world.create(&order), Ok(anchor(0)));
    // A repetition is answered whatever the bound is by then.
    order.below = Some(AnchorNumber::new(0));
    assert_eq!(world.create(&order), Ok(anchor(0)));
    let mut next = world.creation("b");
    next.below = Some(anchor(1));
    assert_eq!(world.create(&next), Err(RegistryError::Full));
    next.below = None;
    assert_eq!(world.create(&next), Ok(anchor(1)));
}
