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
