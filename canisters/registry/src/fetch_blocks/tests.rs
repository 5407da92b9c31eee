use super::*;
use crate::fixtures::{ARCHIVE, OTHER_ARCHIVE, World, decode, links};
use oplog::ChainVerifier;
use types::BlockHash;
use types::registry::RegistrySettings;

/// A shard with five blocks that keeps `retention` archived ones.
fn five_blocks(retention: u64) -> World {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        retention: Some(retention),
        ..RegistrySettings::default()
    });
    let created = world.register("0");
    for n in 1..5 {
        world.add(created, "0", &n.to_string());
    }
    world
}

fn indices(answer: &FetchAnswer) -> (u64, usize) {
    match answer {
        FetchAnswer::Blocks {
            first_index,
            blocks,
            tip: _,
        } => (first_index.get(), blocks.len()),
        other => panic!("no blocks but {other:?}"),
    }
}

#[test]
fn an_archive_catches_up_with_a_verified_chain() {
    let mut world = five_blocks(0);
    let mut chain = ChainVerifier::from_genesis();
    let (mut next, mut last) = (0, None);
    loop {
        let FetchAnswer::Blocks {
            first_index,
            blocks,
            tip,
        } = world.fetch(ARCHIVE, next, last, 2)
        else {
            panic!("no blocks");
        };
        assert_eq!(first_index, BlockIndex::new(next));
        assert_eq!(tip, world.shard.tip());
        if blocks.is_empty() {
            break;
        }
        for block in blocks {
            last = Some(chain.push(BlockIndex::new(next), &decode(&block)).unwrap());
            next += 1;
        }
    }
    assert_eq!((next, last), (5, world.shard.tip().last_hash));
    assert_eq!(world.shard.unarchived(), 0);
}

#[test]
fn a_lost_answer_or_a_repeated_question_changes_nothing() {
    let mut world = five_blocks(0);
    for _ in 0..3 {
        let answer = world.fetch(ARCHIVE, 0, None, 3);
        assert_eq!(indices(&answer), (0, 3));
    }
    assert_eq!(world.shard.unarchived(), 5);
}

#[test]
fn nothing_is_forgotten_before_it_is_acknowledged() {
    let mut world = five_blocks(0);
    assert_eq!(indices(&world.fetch(ARCHIVE, 0, None, 5)), (0, 5));
    assert_eq!(world.shard.log.first_kept(), 0);
    world.acknowledge(ARCHIVE, 3);
    assert_eq!(world.shard.log.first_kept(), 3);
    world.upgrade();
    assert_eq!(world.shard.log.first_kept(), 3);
}

#[test]
fn the_last_block_and_the_retention_window_are_kept() {
    let mut world = five_blocks(0);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 4);

    let mut world = five_blocks(3);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 2);
    let created = crate::fixtures::anchor(0);
    world.add(created, "0", "new");
    assert_eq!(world.blocks().len(), 4, "the chain goes on");
}

#[test]
fn only_registered_archives_are_answered() {
    let mut world = five_blocks(0);
    assert_eq!(
        world.fetch(OTHER_ARCHIVE, 0, None, 5),
        FetchAnswer::NotYourRange {
            reason: NotServed::NotRegistered
        }
    );
}

#[test]
fn only_the_archive_in_service_acknowledges() {
    let mut world = five_blocks(0);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, true), (OTHER_ARCHIVE, false)])),
        ..RegistrySettings::default()
    });
    world.acknowledge(OTHER_ARCHIVE, 5);
    assert_eq!(world.shard.unarchived(), 5);
    assert_eq!(world.shard.log.first_kept(), 0);
    world.acknowledge(ARCHIVE, 2);
    assert_eq!(world.shard.unarchived(), 3);
    assert_eq!(world.shard.log.first_kept(), 2);
}

#[test]
fn a_hand_over_forgets_nothing_that_the_new_archive_lacks() {
    let mut world = five_blocks(0);
    world.acknowledge(ARCHIVE, 2);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, false), (OTHER_ARCHIVE, false)])),
        ..RegistrySettings::default()
    });
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 2);
    assert_eq!(world.shard.unarchived(), 3);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, false), (OTHER_ARCHIVE, true)])),
        ..RegistrySettings::default()
    });
    let parent = world.shard.log.hash_before(2);
    assert_eq!(indices(&world.fetch(OTHER_ARCHIVE, 2, parent, 9)), (2, 3));
    assert_eq!(world.shard.log.first_kept(), 2);
    world.acknowledge(OTHER_ARCHIVE, 4);
    assert_eq!(world.shard.log.first_kept(), 4);
}

#[test]
fn an_archive_that_begins_after_blocks_that_nobody_has_is_refused_in_service() {
    let mut world = five_blocks(0);
    world.acknowledge(ARCHIVE, 2);
    assert_eq!(world.shard.log.first_kept(), 2);
    let settings = |in_service| RegistrySettings {
        archives: Some(links(&[(OTHER_ARCHIVE, in_service)])),
        ..RegistrySettings::default()
    };
    world.configure(&settings(false));
    assert_eq!(
        indices(&world.fetch_from(OTHER_ARCHIVE, 4, 4)),
        (4, 1),
        "a mirror"
    );
    world.configure(&settings(true));
    let refused = FetchAnswer::NotYourRange {
        reason: NotServed::StartsTooLate,
    };
    for next in [4, 5] {
        assert_eq!(world.fetch_from(OTHER_ARCHIVE, 4, next), refused);
        assert_eq!(world.fetch_from(OTHER_ARCHIVE, None, next), refused);
    }
    assert_eq!(world.shard.unarchived(), 3);
    assert_eq!(world.shard.log.first_kept(), 2);
    // Installed anew, with an earlier beginning.
    assert_eq!(indices(&world.fetch_from(OTHER_ARCHIVE, 2, 2)), (2, 3));
    world.fetch_from(OTHER_ARCHIVE, 2, 5);
    assert_eq!(world.shard.unarchived(), 0);
    assert_eq!(world.shard.log.first_kept(), 4);
}

#[test]
fn the_archive_in_service_that_was_set_back_halts_forgetting() {
    let mut world = five_blocks(2);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 3);
    assert!(matches!(
        world.fetch_from(ARCHIVE, 0, 2),
        FetchAnswer::Pruned { .. }
    ));
    assert_eq!(world.shard.unarchived(), 2);
    assert_eq!(
        world.shard.archives().entries()[0].acknowledged,
        BlockIndex::new(2)
    );
    // Another one's question lets nothing be forgotten, though there are more blocks than are retained now.
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, true), (OTHER_ARCHIVE, false)])),
        retention: Some(0),
        ..RegistrySettings::default()
    });
    world.fetch_from(OTHER_ARCHIVE, 3, 5);
    assert_eq!(world.shard.log.first_kept(), 3);
    // Whatever nobody can have any more is no reason to refuse its successor.
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, false), (OTHER_ARCHIVE, true)])),
        ..RegistrySettings::default()
    });
    assert_eq!(indices(&world.fetch_from(OTHER_ARCHIVE, 3, 5)), (5, 0));
    assert_eq!(world.shard.unarchived(), 0);
    assert_eq!(world.shard.log.first_kept(), 4);
}

#[test]
fn an_archive_that_is_named_again_has_what_it_had() {
    let mut world = five_blocks(0);
    world.fetch_from(ARCHIVE, 0, 5);
    for archives in [vec![], vec![(ARCHIVE, true)]] {
        world.configure(&RegistrySettings {
            archives: Some(links(&archives)),
            ..RegistrySettings::default()
        });
    }
    world.fetch_from(ARCHIVE, 0, 5);
    let entry = world.shard.archives().entries()[0];
    assert_eq!(entry.first_index, Some(BlockIndex::new(0)));
    assert_eq!(entry.acknowledged, BlockIndex::new(5));
}

#[test]
fn another_hash_is_diverged_and_halts_forgetting() {
    let mut world = five_blocks(0);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, true), (OTHER_ARCHIVE, false)])),
        ..RegistrySettings::default()
    });
    let ours = world.shard.log.hash_before(3);
    let theirs = Some(BlockHash::new([7; 32]));
    assert_eq!(
        world.fetch(OTHER_ARCHIVE, 3, theirs, 5),
        FetchAnswer::Diverged {
            index: BlockIndex::new(2),
            ours
        }
    );
    world.upgrade();
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 0, "halted");
    assert_eq!(world.shard.unarchived(), 0, "acknowledged all the same");
    world.acknowledge(OTHER_ARCHIVE, 3);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 4);
}

#[test]
fn an_archive_that_is_ahead_is_diverged() {
    let mut world = five_blocks(0);
    assert_eq!(
        world.fetch(ARCHIVE, 6, Some(BlockHash::new([7; 32])), 5),
        FetchAnswer::Diverged {
            index: BlockIndex::new(5),
            ours: None
        }
    );
    assert!(world.shard.archives().entries()[0].diverged);
    assert_eq!(world.shard.unarchived(), 5);
}

#[test]
fn a_missing_hash_is_no_match() {
    let mut world = five_blocks(0);
    assert!(matches!(
        world.fetch(ARCHIVE, 3, None, 5),
        FetchAnswer::Diverged { .. }
    ));
    assert_eq!(world.shard.unarchived(), 5);
}

#[test]
fn forgotten_blocks_are_answered_as_pruned_and_acknowledge_nothing() {
    let mut world = five_blocks(0);
    world.acknowledge(ARCHIVE, 3);
    let pruned = FetchAnswer::Pruned {
        first_kept: BlockIndex::new(3),
    };
    assert_eq!(
        world.fetch(ARCHIVE, 2, Some(BlockHash::new([7; 32])), 5),
        pruned
    );
    assert_eq!(world.fetch(ARCHIVE, 0, None, 5), pruned);
    assert_eq!(world.shard.unarchived(), 2);
    let entry = world.shard.archives().entries()[0];
    assert_eq!(entry.acknowledged, BlockIndex::new(0));
    assert!(!entry.diverged);
}

#[test]
fn an_archive_that_lost_blocks_takes_its_acknowledgement_back() {
    let mut world = five_blocks(3);
    world.acknowledge(ARCHIVE, 4);
    assert_eq!(world.shard.log.first_kept(), 2);
    world.acknowledge(ARCHIVE, 3);
    assert_eq!(world.shard.unarchived(), 2);
    world.configure(&RegistrySettings {
        retention: Some(0),
        ..RegistrySettings::default()
    });
    world.acknowledge(ARCHIVE, 3);
    assert_eq!(world.shard.log.first_kept(), 3);
}

#[test]
fn what_a_question_lets_be_forgotten_is_handed_out_before() {
    let mut world = five_blocks(2);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, true), (OTHER_ARCHIVE, false)])),
        ..RegistrySettings::default()
    });
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 3);
    for name in ["5", "6", "7"] {
        world.add(crate::fixtures::anchor(0), "0", name);
    }
    // Now three blocks more are over the two that are kept, and all but those that came since are archived.
    assert_eq!(indices(&world.fetch_from(OTHER_ARCHIVE, 3, 3)), (3, 5));
    assert_eq!(world.shard.log.first_kept(), 5);
}

#[test]
fn an_archive_that_never_had_anything_stops_no_orders() {
    let mut world = five_blocks(1);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 4);
    world.configure(&RegistrySettings {
        archives: Some(links(&[(OTHER_ARCHIVE, true)])),
        backlog_limit: Some(3),
        ..RegistrySettings::default()
    });
    assert!(matches!(
        world.fetch(OTHER_ARCHIVE, 0, None, 5),
        FetchAnswer::Pruned { .. }
    ));
    world.add(crate::fixtures::anchor(0), "0", "5");
    assert_eq!(world.shard.log.first_kept(), 4);
}

#[test]
fn an_archive_in_service_that_comes_back_without_its_beginning_is_refused() {
    let mut world = five_blocks(3);
    world.acknowledge(ARCHIVE, 5);
    assert_eq!(world.shard.log.first_kept(), 2);
    let refused = FetchAnswer::NotYourRange {
        reason: NotServed::StartsTooLate,
    };
    for _ in 0..2 {
        assert_eq!(world.fetch_from(ARCHIVE, 5, 5), refused);
    }
    assert_eq!(world.shard.unarchived(), 3);
    // What is still here it can have again.
    assert_eq!(indices(&world.fetch_from(ARCHIVE, 2, 2)), (2, 3));
    world.fetch_from(ARCHIVE, 2, 5);
    assert_eq!(world.shard.unarchived(), 0);
}

#[test]
fn an_answer_has_about_a_megabyte_of_blocks() {
    let mut world = World::new();
    world.append_large(6, 300_000);
    assert_eq!(indices(&world.fetch(ARCHIVE, 0, None, u32::MAX)), (0, 4));
}

#[test]
fn any_bytes_get_a_typed_answer() {
    let mut world = five_blocks(0);
    let now = world.now;
    let mut call = |bytes: &[u8]| -> FetchAnswer {
        message::decode(&serve(&mut world.shard, ARCHIVE, bytes, now)).unwrap()
    };
    assert_eq!(call(&[]), FetchAnswer::Malformed);
    assert_eq!(call(&[1, 0xff]), FetchAnswer::Malformed);
    let unsupported = FetchAnswer::UnsupportedVersion { supported: 1 };
    assert_eq!(call(&[9]), unsupported);
    let request = FetchBlocks {
        next_index: BlockIndex::new(0),
        last_hash: None,
        limit: 1,
        first_index: None,
    };
    assert_eq!(indices(&call(&message::encode(&request))), (0, 1));
}
