use super::*;
use crate::fixtures::{World, anchor, passkey, principal};

#[test]
fn the_answer_names_the_device() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    for name in ["a", "b"] {
        assert_eq!(
            world.ask(created, principal(name), None),
            Ok(Authenticated {
                device: passkey(name).pubkey,
                by: AuthenticatedBy::DeviceKey
            })
        );
    }
}

#[test]
fn wrong_callers_are_refused_and_leave_no_trace() {
    let mut world = World::new();
    let created = world.register("a");
    world.pass(5);
    for caller in [
        principal("stranger"),
        types::Principal::anonymous(),
        crate::fixtures::FRONT,
    ] {
        assert_eq!(
            world.ask(created, caller, None),
            Err(RegistryError::Unauthorized)
        );
    }
    assert_eq!(
        world.ask(anchor(1), principal("a"), None),
        Err(RegistryError::Unauthorized)
    );
    assert!(world.info(created, "stranger").is_err());
    let record = world.shard.anchors.get(created).unwrap().unwrap();
    assert!(record.devices()[0].last_use() < Some(world.now));
}

#[test]
fn last_use_is_kept_through_an_upgrade_and_is_in_no_block() {
    let mut world = World::new();
    let created = world.register("a");
    world.add(created, "a", "b");
    let added = world.now;
    world.pass(60);
    world.ask(created, principal("b"), None).unwrap();
    let used = world.now;
    let tip = world.shard.tip();
    world.upgrade();
    world.pass(60);
    let details = world.info(created, "a").unwrap();
    let times: Vec<_> = details.devices.iter().map(|d| d.last_usage).collect();
    assert_eq!(times, [Some(world.now), Some(used)]);
    assert_eq!(details.created_at, Some(added));
    assert_eq!(world.shard.tip(), tip);
    world.assert_replay_matches();
}

#[test]
fn identifying_gives_the_same_answer_and_notes_nothing() {
    let mut world = World::new();
    let created = world.register("a");
    world.pass(5);
    let before = world.shard.anchors.get(created).unwrap();
    let tip = world.shard.tip();
    let mut identify = |name: &str, expected| {
        let request = Identify {
            expected,
            anchor: created,
            caller: principal(name),
        };
        let front = crate::fixtures::front();
        super::identify(&mut world.shard, front, request, world.now)
    };
    let authenticated = Authenticated {
        device: passkey("a").pubkey,
        by: AuthenticatedBy::DeviceKey,
    };
    assert_eq!(identify("a", Some(tip)), Ok(authenticated));
    let refused = identify("stranger", None);
    assert_eq!(refused, Err(RegistryError::Unauthorized));
    let mut lost = tip;
    lost.log_length += 1;
    assert_eq!(identify("a", Some(lost)), Err(RegistryError::RolledBack));
    assert_eq!(world.shard.anchors.get(created).unwrap(), before);
}
