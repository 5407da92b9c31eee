use super::*;
use oplog::Tx;
use types::{DeviceKey, DeviceProtection, KeyType, PublicDevice, Purpose, TimestampNs};

pub(in crate::repair) const ARCHIVE: Principal = Principal::from_slice(&[2]);

pub(in crate::repair) fn device(key: u8) -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new([key]),
        credential_id: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Platform,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata_keys: Vec::new(),
    }
}

/// A log of these operations.
pub(in crate::repair) fn log(operations: Vec<(u64, Operation)>) -> Vec<Block> {
    let mut parent = None;
    let blocks = operations.into_iter().map(|(anchor, operation)| {
        let tx = Tx {
            anchor: AnchorNumber::new(anchor),
            caller: Principal::anonymous(),
            operation,
        };
        let block = Block::new(parent, TimestampNs::new(1), &tx);
        parent = Some(block.hash());
        block
    });
    blocks.collect()
}

pub(in crate::repair) fn register(anchor: u64) -> (u64, Operation) {
    let operation = Operation::Register {
        device: device(1),
        temporary_key: None,
    };
    (anchor, operation)
}

pub(in crate::repair) fn lost(anchor: u64, first_missing: u64, next: u64) -> (u64, Operation) {
    let operation = Operation::Lost {
        first_missing: BlockIndex::new(first_missing),
        next_anchor: AnchorNumber::new(next),
    };
    (anchor, operation)
}

pub(in crate::repair) fn tip(blocks: &[Block], next: u64) -> ShardTip {
    ShardTip {
        log_length: blocks.len() as u64,
        last_hash: blocks.last().map(Block::hash),
        next_anchor: AnchorNumber::new(next),
    }
}

#[test]
fn blocks_are_followed_from_the_shards_tip_on() {
    let key = DeviceKey::new([1]);
    let blocks = log(vec![
        register(10),
        register(11),
        (10, Operation::Add { device: device(2) }),
        (11, Operation::Remove { key }),
        register(12),
    ]);
    let mut followed = Followed::after(tip(&blocks[..1], 11)).unwrap();
    for block in &blocks[1..] {
        followed.push(ARCHIVE, block).unwrap();
    }
    assert_eq!(followed.length(), 5);
    assert_eq!(followed.next_anchor, AnchorNumber::new(13));
    let hashes = (0..7).map(|length| followed.hash_before(length));
    let [two, three, four, five] = [1, 2, 3, 4].map(|at| Some(blocks[at].hash()));
    // The shard's own block is not one of these.
    assert_eq!(
        hashes.collect::<Vec<_>>(),
        [None, None, two, three, four, five, None]
    );
    assert_eq!(followed.tip(), tip(&blocks, 13));
    assert_eq!(followed.blocks[0], blocks[1].encode());
    // A block that only removes leaves no device with an empty alias.
    let emptied: Vec<_> = followed.emptied.iter().map(|anchor| anchor.get()).collect();
    assert_eq!(emptied, [10, 11, 12]);
    let again = followed.push(ARCHIVE, &blocks[1]);
    assert!(matches!(again, Err(Problem::NotFollowing(_))));
    assert_eq!(followed.length(), 5);
}

#[test]
fn a_loss_that_was_declared_before_is_seen() {
    let blocks = log(vec![register(10), lost(11, 1, 14), register(14)]);
    let mut followed = Followed::after(tip(&[], 10)).unwrap();
    let mut seen = Vec::new();
    for block in &blocks {
        followed.push(ARCHIVE, block).unwrap();
        seen.push((followed.ends_with_loss, followed.next_anchor.get()));
    }
    assert_eq!(seen, [(false, 11), (true, 14), (false, 15)]);
}

fn source(archive: u8, first_index: u64, next_index: u64) -> Source {
    Source {
        archive: Principal::from_slice(&[archive]),
        first_index,
        next_index,
        last_hash: None,
    }
}

/// From which archives the blocks are taken, and up to where, beginning at `index`.
fn runs(sources: &[Source], mut index: u64) -> Vec<(u8, u64)> {
    let mut runs = Vec::new();
    while let Some((source, end)) = next(sources, index) {
        runs.push((source.archive.as_slice()[0], end));
        index = end;
    }
    runs
}

#[test]
fn each_archive_is_asked_for_what_it_has_up_to_where_its_successor_begins() {
    // One kept the beginning, and went on with blocks that were declared lost; the successors are whole.
    let sources = [source(1, 0, 70), source(2, 50, 90), source(3, 90, 120)];
    assert_eq!(runs(&sources, 10), [(1, 50), (2, 90), (3, 120)]);
    assert_eq!(runs(&sources, 60), [(2, 90), (3, 120)]);
    assert_eq!(runs(&sources, 119), [(3, 120)]);
    assert_eq!(runs(&sources, 120), []);
    // What is missing between two is not jumped over.
    let with_a_gap = [source(1, 0, 40), source(2, 50, 90)];
    assert_eq!(runs(&with_a_gap, 10), [(1, 40)]);
    // Two keep the same blocks: the one that has more.
    assert_eq!(runs(&[source(1, 0, 30), source(2, 0, 40)], 0), [(2, 40)]);
    // A successor that has nothing yet.
    assert_eq!(
        runs(&[source(1, 0, 60), source(2, 50, 50)], 40),
        [(1, 50), (1, 60)]
    );
}

#[test]
fn the_end_of_an_archive_counts_unless_a_successor_goes_on_beyond_it() {
    let sources = [source(1, 0, 70), source(2, 50, 90), source(3, 90, 120)];
    let ends = |sources: &[Source]| -> Vec<bool> {
        sources.iter().map(|one| is_end(one, sources)).collect()
    };
    assert_eq!(ends(&sources), [false, true, true]);
    // Both go on, or only the first does.
    assert_eq!(ends(&[source(1, 0, 100), source(2, 50, 60)]), [true, true]);
    assert_eq!(ends(&[source(1, 0, 60), source(2, 50, 60)]), [false, true]);
}

#[test]
fn a_successor_is_compared_if_it_has_something_and_ends_before() {
    let [old, empty, short, long] =
        [(0, 70), (50, 50), (50, 54), (50, 90)].map(|(first, next)| source(1, first, next));
    assert_eq!(successor(old, &[old, empty]), None);
    assert_eq!(successor(old, &[old, empty, short]), Some(short));
    assert_eq!(successor(old, &[old, long]), None);
    assert_eq!(successor(short, &[old, short]), None);
}
