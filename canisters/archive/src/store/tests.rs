use super::*;
use crate::fixture::{anchor_at, foreign_hash, log, time_at};
use ic_stable_structures::VectorMemory;
use oplog::{Operation, Tx};
use types::Principal;

/// A shard of nearly all anchors.
fn everything() -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(0), AnchorNumber::new(u64::MAX)).unwrap()
}

struct Memories([VectorMemory; 4]);

impl Memories {
    fn new() -> Self {
        Self(<[VectorMemory; 4]>::default())
    }

    fn open(&self) -> Store<VectorMemory> {
        self.open_from(BlockIndex::new(0), None).unwrap()
    }

    fn open_from(
        &self,
        first: BlockIndex,
        parent: Option<BlockHash>,
    ) -> Result<Store<VectorMemory>, OpenError> {
        let [ends, bytes, next, anchors] = self.0.clone();
        let links = Links::open(next, anchors);
        Store::open(ends, bytes, links, everything(), first, parent)
    }
}

fn fill(store: &mut Store<VectorMemory>, blocks: &[Block]) {
    for block in blocks {
        store.append(block.encode().as_slice()).unwrap();
    }
}

fn of_anchor<M: Memory>(store: &Store<M>, anchor: AnchorNumber) -> Vec<u64> {
    let blocks = store.of_anchor(anchor, None);
    blocks.map(BlockIndex::get).collect()
}

#[test]
fn golden_bytes() {
    let (memories, log) = (Memories::new(), log(2));
    fill(&mut memories.open(), &log);
    // [0 (register), null, 1700000000 s, tx (28 bytes)]
    // tx: version 1, [10000, h'010203', [0, [[key (8 bytes), null, 1, 1, 1, null, []]]]]
    let first: [&[u8]; 5] = [
        &[0x84, 0x00, 0xf6],
        &[0x1b, 0x17, 0x97, 0x9c, 0xfe, 0x36, 0x2a, 0x00, 0x00],
        &[0x58, 28, 1, 0x83, 0x19, 0x27, 0x10, 0x43, 1, 2, 3],
        &[0x82, 0x00, 0x81, 0x87, 0x48, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xf6, 1, 1, 1, 0xf6, 0x80],
    ];
    // [0 (register), hash of the first, 1700000001 s, tx (28 bytes)]
    let parent = log[0].hash();
    let second: [&[u8]; 6] = [
        &[0x84, 0x00, 0x58, 32],
        parent.as_ref(),
        &[0x1b, 0x17, 0x97, 0x9c, 0xfe, 0x71, 0xc4, 0xca, 0x00],
        &[0x58, 28, 1, 0x83, 0x19, 0x27, 0x11, 0x43, 1, 2, 3],
        &[0x82, 0x00, 0x81, 0x87, 0x48, 0, 0, 0, 0, 0, 0, 0, 1],
        &[0xf6, 1, 1, 1, 0xf6, 0x80],
    ];
    // The library's headers, the number of blocks and where each of them ends; and nothing between the blocks.
    let numbers = [2_u64, 42, 42 + 75].map(u64::to_le_bytes).concat();
    let ends = [b"GLI\x01", &[0; 28][..], &numbers, &[0; 8]].concat();
    let bytes = [
        b"GLD\x01",
        &[0; 28][..],
        &first.concat(),
        &second.concat(),
        &[0; 8],
    ]
    .concat();
    let [stored_ends, stored_bytes, ..] = &memories.0;
    assert_eq!(stored_ends.borrow()[..ends.len()], ends);
    assert_eq!(stored_bytes.borrow()[..bytes.len()], bytes);
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
fn a_declared_loss_is_kept_and_found_by_the_first_number_that_is_lost() {
    let range = AnchorRange::new(AnchorNumber::new(10), AnchorNumber::new(13)).unwrap();
    let [ends, bytes, next, anchors] = Memories::new().0;
    let first = BlockIndex::new(0);
    let links = Links::open(next, anchors);
    let mut store = Store::open(ends, bytes, links, range, first, None).unwrap();
    let mut declares = |anchor: u64, next: u64| {
        let operation = Operation::Lost {
            first_missing: store.next_index(),
            next_anchor: AnchorNumber::new(next),
        };
        let tx = Tx {
            anchor: AnchorNumber::new(anchor),
            caller: Principal::anonymous(),
            operation,
        };
        let block = Block::new(store.last_hash(), time_at(0), &tx);
        let taken = store.append(block.encode().as_slice());
        taken.map(|()| of_anchor(&store, tx.anchor))
    };
    assert_eq!(declares(10, 12), Ok(vec![0]));
    // A full shard loses changes only.
    assert_eq!(declares(13, 13), Ok(vec![1]));
    for (anchor, next) in [(9, 11), (12, 14), (14, 14), (12, 11)] {
        let foreign = AppendError::ForeignAnchor(AnchorNumber::new(anchor));
        assert_eq!(declares(anchor, next), Err(foreign));
    }
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
    assert!(matches!(refused, Err(OpenError::Parent)));
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
    assert!(of_anchor(&store, AnchorNumber::new(u64::MAX)).is_empty());
    let second = Some(BlockIndex::new(3));
    let rest: Vec<_> = store.of_anchor(AnchorNumber::new(255), second).collect();
    assert_eq!(rest, [BlockIndex::new(3)]);
}

#[test]
fn blocks_that_an_earlier_module_stored_are_linked() {
    let (memories, log) = (Memories::new(), log(8));
    fill(&mut memories.open(), &log[..6]);
    let [ends, bytes, ..] = memories.0.clone();
    let without_links = Memories([
        ends,
        bytes,
        VectorMemory::default(),
        VectorMemory::default(),
    ]);
    let mut store = without_links.open();
    assert_eq!(of_anchor(&store, anchor_at(0)), [0, 3]);
    fill(&mut store, &log[6..]);
    assert_eq!(of_anchor(&store, anchor_at(0)), [0, 3, 6]);
    assert_eq!(of_anchor(&store, anchor_at(1)), [1, 4, 7]);
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
    // First the links cannot grow, then the anchors, then the log.
    for limits in [[99, 99, 1, 99], [99, 99, 99, 1], [99, 1, 99, 99]] {
        let [ends, bytes, next, anchors] =
            limits.map(|pages| Limited(VectorMemory::default(), pages));
        let (first, links) = (BlockIndex::new(0), Links::open(next, anchors));
        let mut store = Store::open(ends, bytes, links, everything(), first, None).unwrap();
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
        assert_eq!(of_anchor(&store, last).len(), 1, "log and links agree");
        let refused = AnchorNumber::new(store.len());
        assert!(of_anchor(&store, refused).is_empty(), "log and links agree");
    }
}
