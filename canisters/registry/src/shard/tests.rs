use super::*;
use crate::fixtures::{ARCHIVE, World, anchor, principal};
use types::BlockHash;

fn settings(backlog_limit: u64) -> RegistrySettings {
    RegistrySettings {
        backlog_limit: Some(backlog_limit),
        retention: Some(0),
        archives: Some(crate::fixtures::links(&[(ARCHIVE, true)])),
        ..RegistrySettings::default()
    }
}

/// Orders and questions that expect `tip`, each with what came of it.
fn everything(world: &mut World, tip: ShardTip) -> [Result<(), RegistryError>; 4] {
    let mut creation = world.creation("new");
    creation.expected = Some(tip);
    let mut addition = world.addition(anchor(0), "a", "another");
    addition.expected = Some(tip);
    let info = types::registry::AnchorInfo {
        expected: Some(tip),
        anchor: anchor(0),
        caller: principal("a"),
    };
    let now = world.now;
    let front = crate::fixtures::front();
    [
        world.create(&creation).map(drop),
        world.apply(&addition),
        world.ask(anchor(0), principal("a"), Some(tip)).map(drop),
        crate::authenticate::anchor_info(&mut world.shard, front, info, now).map(drop),
    ]
}

#[test]
fn a_shard_without_the_expected_block_says_that_it_was_rolled_back() {
    let mut world = World::new();
    world.register("a");
    let tip = world.shard.tip();
    let longer = ShardTip {
        log_length: tip.log_length + 1,
        ..tip
    };
    let other_block = ShardTip {
        last_hash: Some(BlockHash::new([7; 32])),
        ..tip
    };
    let no_block = ShardTip {
        last_hash: None,
        ..tip
    };
    let higher_number = ShardTip {
        next_anchor: anchor(2),
        ..tip
    };
    for lost in [longer, other_block, no_block, higher_number] {
        let results = everything(&mut world, lost);
        assert_eq!(results, [const { Err(RegistryError::RolledBack) }; 4]);
        assert_eq!(world.shard.tip(), tip, "nothing changed");
    }
    assert!(everything(&mut world, tip).iter().all(Result::is_ok));
}

#[test]
fn a_loaded_snapshot_is_noticed() {
    let mut world = World::new();
    world.register("a");
    let mut snapshot = World::new();
    snapshot.register("a");
    assert_eq!(snapshot.shard.tip(), world.shard.tip());
    world.register("b");
    let mut seen = world.shard.tip();
    let results = everything(&mut snapshot, seen);
    assert_eq!(results, [const { Err(RegistryError::RolledBack) }; 4]);
    // Another person's block in the place of the lost one is noticed too.
    snapshot.register("c");
    assert_eq!(snapshot.shard.tip().log_length, seen.log_length);
    let results = everything(&mut snapshot, seen);
    assert_eq!(results, [const { Err(RegistryError::RolledBack) }; 4]);
    snapshot.register("d");
    seen.next_anchor = anchor(0);
    assert!(snapshot.ask(anchor(0), principal("a"), Some(seen)).is_err());
}

#[test]
fn an_older_tip_of_the_same_log_is_fine() {
    let mut world = World::with(settings(100));
    let mut tips = vec![world.shard.tip()];
    for name in ["a", "b", "c"] {
        world.register(name);
        tips.push(world.shard.tip());
    }
    for tip in &tips {
        assert!(world.ask(anchor(0), principal("a"), Some(*tip)).is_ok());
    }
    world.acknowledge(ARCHIVE, 3);
    assert_eq!(world.shard.log.first_kept(), 2);
    for tip in &tips {
        assert!(world.ask(anchor(0), principal("a"), Some(*tip)).is_ok());
    }
    let branched = ShardTip {
        last_hash: Some(BlockHash::new([7; 32])),
        ..tips[2]
    };
    assert!(
        world
            .ask(anchor(0), principal("a"), Some(branched))
            .is_err()
    );
}

#[test]
fn a_dead_archive_stops_orders_at_the_limit_and_never_log_ins() {
    let mut world = World::with(settings(2));
    world.register("a");
    world.register("b");
    let backlog = Err(RegistryError::Backlog {
        unarchived: 2,
        limit: 2,
    });
    let creation = world.creation("c");
    assert_eq!(world.create(&creation).map(drop), backlog);
    let addition = world.addition(anchor(0), "a", "another");
    assert_eq!(world.apply(&addition), backlog);
    assert!(world.ask(anchor(0), principal("a"), None).is_ok());
    assert!(world.info(anchor(1), "b").is_ok());

    world.acknowledge(ARCHIVE, 1);
    assert_eq!(world.apply(&addition), Ok(()));
    assert_eq!(world.create(&creation).map(drop), backlog);
    world.acknowledge(ARCHIVE, 3);
    assert_eq!(world.create(&creation), Ok(anchor(2)));
}

#[test]
fn the_backlog_is_known_after_an_upgrade() {
    let mut world = World::with(settings(2));
    world.register("a");
    world.acknowledge(ARCHIVE, 1);
    world.register("b");
    world.upgrade();
    assert_eq!(world.shard.unarchived(), 1);
    world.register("c");
    let creation = world.creation("d");
    assert!(
        world
            .create(&creation)
            .is_err_and(|error| error.retryable())
    );
}

#[test]
fn maintenance_refuses_new_orders_and_survives_an_upgrade() {
    let mut world = World::new();
    let order = world.creation("a");
    world.create(&order).unwrap();
    world.configure(&RegistrySettings {
        maintenance: Some(true),
        ..RegistrySettings::default()
    });
    world.upgrade();
    let new = world.creation("b");
    assert_eq!(world.create(&new), Err(RegistryError::Maintenance));
    assert_eq!(
        world.create(&order),
        Ok(anchor(0)),
        "a repeated one is answered"
    );
    assert!(world.ask(anchor(0), principal("a"), None).is_ok());
    world.configure(&RegistrySettings {
        maintenance: Some(false),
        ..RegistrySettings::default()
    });
    assert_eq!(world.create(&new), Ok(anchor(1)));
}

#[test]
fn everything_durable_survives_an_upgrade_at_any_moment() {
    let mut world = World::new();
    for (step, name) in ["a", "b", "c"].into_iter().enumerate() {
        world.upgrade();
        let created = world.register(name);
        world.upgrade();
        world.add(created, name, &format!("{name}2"));
        world.upgrade();
        world.acknowledge(ARCHIVE, step as u64 + 1);
        let tip = world.shard.tip();
        let archives = world.shard.archives().clone();
        world.upgrade();
        assert_eq!(world.shard.tip(), tip);
        assert_eq!(world.shard.archives(), &archives);
        world.assert_replay_matches();
    }
    let blocks = world.blocks();
    for pair in blocks.windows(2) {
        assert_eq!(pair[1].phash, Some(pair[0].hash()));
    }
}

#[test]
fn a_shard_does_not_start_on_nothing() {
    let empty = crate::fixtures::no_memories();
    assert!(matches!(
        Shard::open(empty, None),
        Err(StartError::Anchors(OpenError::Layout { .. }))
    ));
}
