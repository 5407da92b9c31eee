use super::*;
use crate::create_anchor::create_anchor;
use crate::fixtures::{FRONT, World, anchor, caller, principal};
use types::AnchorNumber;
use types::registry::CreateAnchor;

fn call(world: &mut World, sender: Caller, bytes: &[u8]) -> Answer<AnchorNumber> {
    let now = world.now;
    let answer = serve(&mut world.shard, sender, bytes, now, create_anchor);
    message::decode(&answer).expect("the answer is a message")
}

#[test]
fn each_answer_carries_the_tip_after_it() {
    let mut world = World::new();
    let order = world.creation("a");
    let answer = call(&mut world, caller(FRONT), &message::encode(&order));
    assert_eq!(answer.result, Ok(anchor(0)));
    assert_eq!(answer.tip.log_length, 1);
    assert_eq!(answer.tip.last_hash, Some(world.blocks()[0].hash()));
    assert_eq!(answer.tip.next_anchor, anchor(1));
}

#[test]
fn only_front_is_answered() {
    let mut world = World::new();
    let order: CreateAnchor = world.creation("a");
    let controller = Caller {
        principal: principal("controller"),
        is_controller: true,
    };
    for sender in [caller(principal("a")), controller] {
        let answer = call(&mut world, sender, &message::encode(&order));
        assert_eq!(answer.result, Err(RegistryError::NotFront));
        assert_eq!(answer.tip, world.shard.tip());
    }
    assert_eq!(world.shard.anchors.count(), 0);
}

#[test]
fn any_bytes_get_a_typed_answer() {
    let mut world = World::new();
    let order = world.creation("a");
    let mut other_version = message::encode(&order);
    other_version[0] = 2;
    let mut longer = message::encode(&order);
    longer.push(0);
    let unsupported = RegistryError::UnsupportedVersion { supported: 1 };
    for (bytes, error) in [
        (vec![], RegistryError::Malformed),
        (vec![1], RegistryError::Malformed),
        (vec![1, 0xff, 0xff], RegistryError::Malformed),
        (longer, RegistryError::Malformed),
        (other_version, unsupported),
    ] {
        let answer = call(&mut world, caller(FRONT), &bytes);
        assert_eq!(answer.result, Err(error));
        assert_eq!(answer.tip, world.shard.tip());
    }
}

#[test]
fn refusals_are_counted_by_reason() {
    let mut world = World::new();
    call(&mut world, caller(principal("a")), &[]);
    call(&mut world, caller(FRONT), &[]);
    call(&mut world, caller(FRONT), &[]);
    let count = |error| world.shard.counters.get(crate::counters::refusal(&error));
    assert_eq!(count(RegistryError::NotFront), 1);
    assert_eq!(count(RegistryError::Malformed), 2);
    assert_eq!(count(RegistryError::Full), 0);
}
