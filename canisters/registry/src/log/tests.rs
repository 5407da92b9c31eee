use super::*;
use crate::fixtures::{anchor, passkey, principal};
use ic_stable_structures::VectorMemory;
use oplog::Operation;
use types::PublicDevice;

fn tx(n: u64) -> Tx {
    Tx {
        anchor: anchor(n),
        caller: principal("a"),
        operation: Operation::Add {
            device: PublicDevice::from(&passkey("a")),
        },
    }
}

fn three_blocks() -> (VectorMemory, VectorMemory, Log<VectorMemory>) {
    let (memory, tails) = (VectorMemory::default(), VectorMemory::default());
    let mut log = Log::init(memory.clone(), tails.clone());
    for n in 0..3 {
        let index = log.append(&tx(n), TimestampNs::new(n)).unwrap();
        assert_eq!(index, BlockIndex::new(n));
    }
    (memory, tails, log)
}

fn block(log: &Log<VectorMemory>, index: u64) -> Block {
    let held = log.block(BlockIndex::new(index)).unwrap();
    Block::decode(held.block.as_slice()).unwrap()
}

#[test]
fn blocks_are_chained_from_the_first() {
    let (_, _, log) = three_blocks();
    assert_eq!(block(&log, 0).phash, None);
    for index in 1..3 {
        let before = block(&log, index - 1).hash();
        assert_eq!(block(&log, index).phash, Some(before));
        assert_eq!(log.hash_before(index), Some(before));
    }
    assert_eq!(log.last_hash(), Some(block(&log, 2).hash()));
    assert_eq!(log.hash_before(3), log.last_hash());
    assert_eq!(log.hash_before(0), None);
    assert_eq!(log.hash_before(4), None);
}

#[test]
fn the_chain_goes_on_after_an_upgrade() {
    let (memory, tails, log) = three_blocks();
    let last = log.last_hash();
    drop(log);
    let mut log = Log::init(memory, tails);
    assert_eq!((log.length(), log.last_hash()), (3, last));
    log.append(&tx(3), TimestampNs::new(3)).unwrap();
    assert_eq!(block(&log, 3).phash, last);
}

#[test]
fn the_hash_before_the_first_held_block_is_known() {
    let (_, _, mut log) = three_blocks();
    let hashes = [log.hash_before(1), log.hash_before(2), log.hash_before(3)];
    assert_eq!(log.forget_below(2), 2);
    assert_eq!(log.hash_before(1), None);
    assert_eq!(log.hash_before(2), hashes[1]);
    assert_eq!(log.hash_before(3), hashes[2]);
}

#[test]
fn the_last_block_is_never_forgotten() {
    let (memory, tails, mut log) = three_blocks();
    assert_eq!(log.forget_below(u64::MAX), 2);
    assert_eq!(log.forget_below(3), 0);
    assert_eq!(log.first_kept(), 2);
    let last = log.last_hash();
    assert_eq!(Log::init(memory, tails).last_hash(), last);
}

#[test]
fn the_stored_hash_is_the_blocks() {
    let (memory, _, log) = three_blocks();
    let held = log.block(BlockIndex::new(0)).unwrap();
    assert_eq!(held.hash, block(&log, 0).hash());
    let bytes = memory.borrow();
    assert_eq!(bytes[68..100], *held.hash.as_bytes());
    let end = 100 + held.block.len();
    assert_eq!(bytes[100..end], *held.block.as_slice());
}

#[test]
fn golden_bytes_of_an_entry() {
    let (memory, _, log) = three_blocks();
    let held = log.block(BlockIndex::new(0)).unwrap();
    let entry = [held.hash.as_bytes(), held.block.as_slice()].concat();
    let length = u32::try_from(entry.len()).unwrap();
    let bytes = memory.borrow();
    assert_eq!(bytes[64..68], length.to_le_bytes());
    assert_eq!(bytes[68..68 + entry.len()], entry);
    assert_eq!(held.hash, block(&log, 0).hash());
    assert_eq!(bytes[64 + 512..64 + 516], length_of(&log, 1).to_le_bytes());
}

fn length_of(log: &Log<VectorMemory>, index: u64) -> u32 {
    let held = log.block(BlockIndex::new(index)).unwrap();
    u32::try_from(32 + held.block.as_slice().len()).unwrap()
}
