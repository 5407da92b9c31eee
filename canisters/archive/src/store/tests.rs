use super::*;
use crate::fixture::{anchor_at, foreign_hash, log, time_at};
use ic_stable_structures::VectorMemory;
use oplog::{Operation, Tx};
use types::Principal;

/// A shard of nearly all anchors.
fn everything() -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(0), AnchorNumber::new(u64::MAX)).unwrap()
}

struct Memories([VectorMemory; 3]);

impl Memories {
    fn new() -> Self {
        Self(<[VectorMemory; 3]>::default())
    }

    fn open(&self) -> Store<VectorMemory> {
        self.open_from(BlockIndex::new(0), None).unwrap()
    }

    fn open_from(
        &self,
        first: BlockIndex,
        parent: Option<BlockHash>,
    ) -> Result<Store<VectorMemory>, DamagedStore> {
        let [ends, bytes, by_anchor] = self.0.clone();
        Store::open(ends, bytes, by_anchor, everything(), first, parent)
    }
}

fn fill(store: &mut Store<VectorMemory>, blocks: &[Block]) {
    for block in blocks {
        store.append(block.encode().as_slice()).unwrap();
    }
}

fn of_anchor(store: &Store<VectorMemory>, anchor: AnchorNumber) -> Vec<u64> {
    let from = anchor_key(anchor, TimestampNs::new(0), BlockIndex::new(0));
    store
        .of_anchor(anchor, from)
        .map(|(_, index)| index.get())
        .collect()
}

#[test]
fn blocks_come_back_as_they_were_sent() {
    let (memories, log) = (Memories::new(), log(5));
    let mut store = memories.open();
    fill(&mut store, &log);
    for (index, block) in (0..).zip(&log) {
        assert_eq!(
            store.get(BlockIndex::new(index)),
            Some(block.encode().into_vec())
        );
    }
    assert_eq!(store.get(BlockIndex::new(5)), None);
    assert_eq!(store.next_index(), BlockIndex::new(5));
    assert_eq!(store.last_hash(), Some(log[4].hash()));
}

#[test]
fn opening_again_goes_on_where_it_ended() {
    let (memories, log) = (Memories::new(), log(6));
    fill(&mut memories.open(), &log[..4]);
    let mut store = memories.open();
    assert_eq!(store.last_hash(), Some(log[3].hash()));
    fill(&mut store, &log[4..]);
    assert_eq!(of_anchor(&store, anchor_at(0)), [0, 3]);
    assert_eq!(of_anchor(&store, anchor_at(2)), [2, 5]);
}

#[test]
fn only_the_next_block_is_taken() {
    let (memories, log) = (Memories::new(), log(4));
    let mut store = memories.open();
    fill(&mut store, &log[..2]);
    for wrong in [&log[0], &log[1], &log[3]] {
        let bytes = wrong.encode();
        assert_eq!(
            store.append(bytes.as_slice()),
            Err(AppendError::ChainMismatch)
        );
    }
    let orphan = Block::new(Some(foreign_hash()), time_at(2), &log[2].tx().unwrap());
    assert_eq!(
        store.append(orphan.encode().as_slice()),
        Err(AppendError::ChainMismatch)
    );
    assert_eq!((store.len(), store.last_hash()), (2, Some(log[1].hash())));
    assert_eq!(
        of_anchor(&store, anchor_at(0)),
        [0],
        "a refused block is in no index"
    );
    fill(&mut store, &log[2..]);
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    let (memories, log) = (Memories::new(), log(1));
    let mut store = memories.open();
    let good = log[0].encode().into_vec();
    let mut strange_tx = log[0].clone();
    strange_tx.tx = oplog::TxBytes::new([2, 0x80]);
    let with_tail = [good.as_slice(), &[0]].concat();
    let truncated = good[..good.len() - 1].to_vec();
    for bytes in [
        vec![],
        vec![0xff; 40],
        with_tail,
        truncated,
        strange_tx.encode().into_vec(),
    ] {
        assert_eq!(store.append(&bytes), Err(AppendError::Undecodable));
    }
    assert!(store.is_empty());
    fill(&mut store, &log);
}

#[test]
fn a_later_archive_goes_on_from_the_parent_it_was_told() {
    let (memories, log) = (Memories::new(), log(5));
    let (first, parent) = (BlockIndex::new(3), Some(log[2].hash()));
    let mut store = memories.open_from(first, parent).unwrap();
    assert_eq!(
        store.append(log[4].encode().as_slice()),
        Err(AppendError::ChainMismatch)
    );
    fill(&mut store, &log[3..]);
    assert_eq!(store.get(BlockIndex::new(2)), None);
    assert_eq!(store.get(first), Some(log[3].encode().into_vec()));
    let again = memories.open_from(first, parent).unwrap();
    assert_eq!(
        (again.first_index(), again.next_index()),
        (first, BlockIndex::new(5))
    );
}

#[test]
fn a_later_archive_without_a_parent_does_not_open() {
    let refused = Memories::new().open_from(BlockIndex::new(3), None);
    assert!(matches!(refused, Err(DamagedStore)));
}

#[test]
fn index_keys_are_these_very_bytes() {
    let key = anchor_key(
        AnchorNumber::new(0x0102),
        TimestampNs::new(0x0304),
        BlockIndex::new(0x0506),
    );
    assert_eq!(
        key,
        *b"\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\x03\x04\0\0\0\0\0\0\x05\x06"
    );
}

#[test]
fn neighbours_in_the_index_do_not_mix() {
    let memories = Memories::new();
    let mut store = memories.open();
    let mut parent = None;
    for (index, anchor) in [255, 256, 1, 255, 65_535].into_iter().enumerate() {
        let tx = Tx {
            anchor: AnchorNumber::new(anchor),
            ..crate::fixture::tx(0)
        };
        let block = Block::new(parent, time_at(index as u64), &tx);
        parent = Some(block.hash());
        store.append(block.encode().as_slice()).unwrap();
    }
    assert_eq!(of_anchor(&store, AnchorNumber::new(255)), [0, 3]);
    assert_eq!(of_anchor(&store, AnchorNumber::new(256)), [1]);
    assert!(of_anchor(&store, AnchorNumber::new(2)).is_empty());
    let later = anchor_key(AnchorNumber::new(300), time_at(0), BlockIndex::new(0));
    assert_eq!(store.of_anchor(AnchorNumber::new(255), later).count(), 0);
}

#[test]
fn the_index_never_needs_more_than_is_reserved_for_it() {
    let memory = VectorMemory::default();
    let mut index: StableBTreeMap<AnchorKey, (), _> = StableBTreeMap::init(memory.clone());
    // Every order of insertion that real logs have: one anchor after the other, taking turns, scattered.
    let orders: [fn(u64) -> u64; 3] = [
        |number| number,
        |number| number % 97,
        |number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
    ];
    let mut entries = 0;
    for order in orders {
        for number in 0..3_000_u64 {
            let key = anchor_key(
                AnchorNumber::new(order(number)),
                TimestampNs::new(number),
                BlockIndex::new(entries),
            );
            index.insert(key, ());
            entries += 1;
            let pages = 1 + entries * INDEX_BYTES_PER_ENTRY / WASM_PAGE_BYTES;
            assert!(
                memory.size() <= pages,
                "{entries} entries take {} pages",
                memory.size()
            );
        }
    }
}

/// A memory that stops growing.
#[derive(Clone)]
struct Limited(VectorMemory, u64);

impl Memory for Limited {
    fn size(&self) -> u64 {
        self.0.size()
    }
    fn grow(&self, pages: u64) -> i64 {
        if self.0.size() + pages > self.1 {
            return -1;
        }
        self.0.grow(pages)
    }
    fn read(&self, offset: u64, to: &mut [u8]) {
        self.0.read(offset, to);
    }
    fn write(&self, offset: u64, from: &[u8]) {
        self.0.write(offset, from);
    }
}

#[test]
fn running_out_of_memory_is_an_error_and_no_trap() {
    // First the index cannot grow, then the log.
    for limits in [[9, 99, 1], [9, 1, 99]] {
        let [ends, bytes, by_anchor] = limits.map(|pages| Limited(VectorMemory::default(), pages));
        let first = BlockIndex::new(0);
        let mut store = Store::open(ends, bytes, by_anchor, everything(), first, None).unwrap();
        let mut parent = None;
        let refused = loop {
            let tx = Tx {
                anchor: AnchorNumber::new(store.len()),
                caller: Principal::anonymous(),
                operation: crate::fixture::tx(0).operation,
            };
            assert!(matches!(tx.operation, Operation::Register { .. }));
            let block = Block::new(parent, time_at(store.len()), &tx);
            match store.append(block.encode().as_slice()) {
                Ok(()) => parent = Some(block.hash()),
                Err(error) => break error,
            }
        };
        assert_eq!(refused, AppendError::AtCapacity);
        assert!(store.len() > 100);
        assert_eq!(store.last_hash(), parent);
        let last = AnchorNumber::new(store.len() - 1);
        let from = anchor_key(last, TimestampNs::new(0), BlockIndex::new(0));
        assert_eq!(
            store.of_anchor(last, from).count(),
            1,
            "log and index agree"
        );
        let refused_anchor = AnchorNumber::new(store.len());
        let from = anchor_key(refused_anchor, TimestampNs::new(0), BlockIndex::new(0));
        assert_eq!(
            store.of_anchor(refused_anchor, from).count(),
            0,
            "log and index agree"
        );
    }
}
