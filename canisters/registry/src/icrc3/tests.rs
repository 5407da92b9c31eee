use super::*;
use crate::fixtures::{ARCHIVE, OTHER_ARCHIVE, World, anchor, links};
use ic_stable_structures::VectorMemory;
use types::Principal;
use types::registry::RegistrySettings;

/// Five blocks, of which the first three are archived and forgotten.
fn world() -> World {
    let mut world = World::new();
    world.configure(&RegistrySettings {
        retention: Some(0),
        ..RegistrySettings::default()
    });
    world.register("0");
    for n in 1..5 {
        world.add(anchor(0), "0", &n.to_string());
    }
    world.acknowledge(ARCHIVE, 0);
    world.acknowledge(ARCHIVE, 3);
    world
}

fn ask(shard: &Shard<VectorMemory>, start: u64, length: u64) -> GetBlocksResult {
    let request = GetBlocksRequest {
        start: start.into(),
        length: length.into(),
    };
    get_blocks(shard, &[request])
}

fn ids(result: &GetBlocksResult) -> Vec<u64> {
    let ids = result.blocks.iter();
    ids.map(|block| saturating(&block.id)).collect()
}

fn elsewhere(result: &GetBlocksResult) -> Vec<(Principal, u64, u64)> {
    let archived = result.archived_blocks.iter();
    archived
        .map(|blocks| {
            assert_eq!(blocks.callback.0.method, "icrc3_get_blocks");
            let [args] = &blocks.args[..] else {
                panic!("one range each");
            };
            let (start, length) = (saturating(&args.start), saturating(&args.length));
            (blocks.callback.0.principal, start, length)
        })
        .collect()
}

#[test]
fn held_blocks_are_served_and_forgotten_ones_are_pointed_to() {
    let world = world();
    let result = ask(&world.shard, 1, 100);
    assert_eq!(result.log_length, Nat::from(5_u8));
    assert_eq!(ids(&result), [3, 4]);
    assert_eq!(elsewhere(&result), [(ARCHIVE, 1, 2)]);
    for block in &result.blocks {
        let index = BlockIndex::new(saturating(&block.id));
        let parsed = Block::from_value(&block.block).unwrap();
        assert_eq!(parsed.hash(), world.shard.log.block(index).unwrap().hash);
    }
}

#[test]
fn ranges_without_blocks_and_huge_numbers_are_answered() {
    let world = world();
    for (start, length) in [(5, 1), (3, 0), (u64::MAX, u64::MAX)] {
        let result = ask(&world.shard, start, length);
        assert_eq!((ids(&result), elsewhere(&result)), (vec![], vec![]));
    }
    let huge = Nat::parse(b"340282366920938463463374607431768211456").unwrap();
    let request = GetBlocksRequest {
        start: 4_u8.into(),
        length: huge,
    };
    assert_eq!(ids(&get_blocks(&world.shard, &[request])), [4]);
}

#[test]
fn an_answer_is_bounded() {
    let mut world = World::new();
    let block = world.register("0");
    let tx = world.blocks()[0].tx().unwrap();
    assert_eq!(block, anchor(0));
    for _ in 0..600 {
        world.shard.log.append(&tx, world.now).unwrap();
    }
    assert_eq!(ids(&ask(&world.shard, 0, 1_000)).len(), MAX_BLOCKS);
    let request = GetBlocksRequest {
        start: 0_u8.into(),
        length: 1_u8.into(),
    };
    let result = get_blocks(&world.shard, &vec![request; MAX_REQUESTS + 1]);
    assert_eq!(result.blocks.len(), MAX_REQUESTS);
}

#[test]
fn an_answer_fits_a_message() {
    let mut world = World::new();
    world.append_large(6, 300_000);
    assert_eq!(ids(&ask(&world.shard, 0, 6)), [0, 1, 2, 3]);
    assert_eq!(ids(&ask(&world.shard, 4, 2)), [4, 5]);
}

#[test]
fn two_archives_share_what_they_have() {
    let mut world = world();
    world.configure(&RegistrySettings {
        archives: Some(links(&[(ARCHIVE, false), (OTHER_ARCHIVE, true)])),
        ..RegistrySettings::default()
    });
    world.fetch_from(OTHER_ARCHIVE, 3, 5);
    let result = ask(&world.shard, 0, 5);
    assert_eq!(ids(&result), [4]);
    assert_eq!(elsewhere(&result), [(ARCHIVE, 0, 3), (OTHER_ARCHIVE, 3, 1)]);
    let archives = get_archives(&world.shard, GetArchivesArgs { from: None });
    let runs: Vec<_> = archives
        .iter()
        .map(|a| (a.canister_id, saturating(&a.start), saturating(&a.end)))
        .collect();
    assert_eq!(runs, [(ARCHIVE, 0, 2), (OTHER_ARCHIVE, 3, 4)]);
    let from = Some(ARCHIVE);
    let after = get_archives(&world.shard, GetArchivesArgs { from });
    assert_eq!(after, archives[1..]);
}

#[test]
fn an_archive_that_has_nothing_is_not_listed() {
    let mut world = World::new();
    world.register("a");
    world.acknowledge(ARCHIVE, 0);
    assert_eq!(
        get_archives(&world.shard, GetArchivesArgs { from: None }),
        []
    );
}

#[test]
fn the_tip_is_the_last_block() {
    let world = world();
    let tip = log_tip(&world.shard).unwrap();
    assert_eq!(tip.index, 4);
    assert_eq!(Some(tip.hash.into()), world.shard.tip().last_hash);
    assert_eq!(tip_certificate(&world.shard, None), None);
    let certificate = tip_certificate(&world.shard, Some(vec![1])).unwrap();
    assert_eq!(certificate.hash_tree, tip_witness(tip));
    assert_eq!(log_tip(&World::new().shard), None);
    assert_eq!(tip_certificate(&World::new().shard, Some(vec![1])), None);
}

#[test]
fn every_block_type_is_supported() {
    let names: Vec<_> = supported_block_types()
        .into_iter()
        .map(|supported| supported.block_type)
        .collect();
    let expected = ["register", "add", "update", "replace", "remove", "lost"];
    assert_eq!(names, expected.map(|name| format!("anchorage_{name}")));
}
