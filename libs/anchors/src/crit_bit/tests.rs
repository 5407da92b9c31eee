use super::*;
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

const BASE: u64 = 64;

fn empty() -> (VectorMemory, CritBitSet<VectorMemory>) {
    let memory = VectorMemory::default();
    ensure_size(&memory, BASE + CritBitSet::<VectorMemory>::HEADER_BYTES).unwrap();
    (memory.clone(), CritBitSet::open(memory, BASE))
}

fn key(first: u8, last: u8) -> Key {
    let mut key = [0; 32];
    (key[0], key[31]) = (first, last);
    key
}

fn all(set: &CritBitSet<VectorMemory>) -> Vec<Key> {
    set.with_prefix(&[], usize::MAX)
}

#[test]
fn golden_bytes_of_header_leaves_branches_and_what_was_freed() {
    let (memory, mut set) = empty();
    for key in [key(0x80, 1), key(0x40, 2), key(0x40, 3)] {
        assert_eq!(set.insert(&key), Ok(true));
    }
    let bytes = |at: usize, length: usize| hex::encode(&memory.borrow()[at..at + length]);
    let header = |parts: [&str; 6]| parts.concat() + "00000000";
    // 3 keys, root is branch 0, 3 leaves, 2 branches, nothing freed.
    let count = "0300000000000000";
    let parts = [
        count, "00000000", "03000000", "02000000", "00000000", "00000000",
    ];
    assert_eq!(bytes(64, 32), header(parts));
    // Branch 0 asks for bit 0: branch 1 or leaf 0. Branch 1 asks for bit 255: leaf 1 or leaf 2.
    assert_eq!(bytes(96, 32), hex::encode(key(0x80, 1)));
    assert_eq!(
        bytes(128, 12),
        "00000000".to_owned() + "01000000" + "00000080"
    );
    assert_eq!(bytes(140, 32), hex::encode(key(0x40, 2)));
    assert_eq!(
        bytes(172, 12),
        "ff000000".to_owned() + "01000080" + "02000080"
    );
    assert_eq!(bytes(184, 32), hex::encode(key(0x40, 3)));

    assert!(set.remove(&key(0x40, 2)));
    assert!(set.remove(&key(0x80, 1)));
    // 1 key, root is leaf 2; leaf 0 was freed last, then comes leaf 1; branch 0, then branch 1.
    let count = "0100000000000000";
    let parts = [
        count, "02000080", "03000000", "02000000", "01000000", "01000000",
    ];
    assert_eq!(bytes(64, 32), header(parts));
    assert_eq!(bytes(96, 4), "02000000");
    assert_eq!(bytes(140, 4), "00000000");
    assert_eq!(bytes(128, 4), "02000000");
    assert_eq!(bytes(172, 4), "00000000");
}

#[test]
fn what_was_freed_is_used_again() {
    let (memory, mut set) = empty();
    for round in 0..50 {
        for last in 0..20 {
            assert_eq!(set.insert(&key(round, last)), Ok(true));
        }
        for last in 0..20 {
            assert!(set.remove(&key(round, last)));
        }
    }
    assert!(set.is_empty());
    assert_eq!((set.header.leaves, set.header.branches), (20, 19));
    assert_eq!(memory.size(), 1);
}

#[test]
fn a_key_is_there_once() {
    let (_, mut set) = empty();
    assert!(!set.remove(&key(1, 1)));
    assert_eq!(set.insert(&key(1, 1)), Ok(true));
    assert_eq!(set.insert(&key(1, 1)), Ok(false));
    assert_eq!(set.len(), 1);
    assert!(!set.remove(&key(1, 2)));
    assert!(set.remove(&key(1, 1)));
    assert_eq!(all(&set), [] as [Key; 0]);
}

#[test]
fn nothing_is_written_without_room() {
    let memory = ic_stable_structures::RestrictedMemory::new(VectorMemory::default(), 0..1);
    ensure_size(&memory, 1).unwrap();
    let mut set = CritBitSet::open(memory, BASE);
    let keys = (65_536 - BASE - HEADER_BYTES as u64) / CELL_BYTES;
    let nth = |n: u64| {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&n.to_be_bytes());
        key
    };
    for n in 0..keys {
        assert_eq!(set.reserve(1), Ok(()));
        assert_eq!(set.insert(&nth(n)), Ok(true));
    }
    assert!(set.reserve(1).is_err());
    assert!(set.insert(&nth(keys)).is_err());
    assert_eq!(set.insert(&nth(3)), Ok(false), "it needs no room");
    assert_eq!(set.len(), keys);
    assert_eq!(set.with_prefix(&[], usize::MAX).len() as u64, keys);
    assert!(set.remove(&nth(7)));
    assert_eq!(set.with_prefix(&nth(7), 1), [] as [Key; 0]);
}

/// A memory that says it has grown, and keeps its first page only.
#[derive(Clone, Default)]
struct Vast {
    first_page: VectorMemory,
    pages: Rc<Cell<u64>>,
}

impl Memory for Vast {
    fn size(&self) -> u64 {
        self.pages.get()
    }
    fn grow(&self, pages: u64) -> i64 {
        self.pages.set(self.pages.get() + pages);
        1
    }
    fn read(&self, offset: u64, dst: &mut [u8]) {
        self.first_page.read(offset, dst);
    }
    fn write(&self, offset: u64, src: &[u8]) {
        self.first_page.write(offset, src);
    }
}

#[test]
fn room_is_reserved_for_as_many_cells_as_links_can_name_and_no_more() {
    const CELLS: u64 = 1 << 31;
    let memory = Vast::default();
    memory.first_page.grow(1);
    let mut set = CritBitSet::open(memory.clone(), BASE);
    let pages = |cells: u64| (BASE + 32 + 44 * cells).div_ceil(65_536);
    for (count, leaves, more, cells) in [
        (0, 0, 0, 0),
        (0, 0, 1_500, 1_500),
        (5_000, 5_000, 0, 5_000),
        (5_000, 5_000, 2_000, 7_000),
        // 6,000 are free.
        (2_000, 8_000, 6_000, 8_000),
        (2_000, 8_000, 9_000, 11_000),
        (CELLS - 1, 0, 1, CELLS),
        (0, 0, CELLS, CELLS),
    ] {
        memory.pages.set(0);
        (set.header.count, set.header.leaves) = (count, leaves);
        assert_eq!(set.reserve(more), Ok(()));
        assert_eq!(memory.size(), pages(cells), "{count} and {more}");
    }
    for (count, more) in [(CELLS - 1, 2), (CELLS, 1), (0, CELLS + 1)] {
        memory.pages.set(0);
        set.header.count = count;
        let error = OutOfMemory {
            pages: pages(CELLS + 1),
        };
        assert_eq!(set.reserve(more), Err(error));
        assert_eq!(memory.size(), 0);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Key),
    Remove(Key),
    Open,
}

/// Bytes of few values, so that keys share long and short prefixes and meet again.
fn some_key() -> impl Strategy<Value = Key> {
    let byte = prop::sample::select(vec![0_u8, 1, 0x80, 0xff]);
    (byte.clone(), byte.clone(), byte).prop_map(|(first, middle, last)| {
        let mut key = key(first, last);
        key[15] = middle;
        key
    })
}

proptest! {
    #[test]
    fn behaves_like_a_sorted_set(
        steps in prop::collection::vec(
            prop_oneof![
                4 => some_key().prop_map(Step::Insert),
                3 => some_key().prop_map(Step::Remove),
                1 => Just(Step::Open),
            ],
            0..120,
        ),
        prefix in some_key(),
        length in 0_usize..=32,
        limit in 0_usize..8,
    ) {
        let (memory, mut set) = empty();
        let mut twin = BTreeSet::new();
        for step in steps {
            match step {
                Step::Insert(key) => prop_assert_eq!(set.insert(&key), Ok(twin.insert(key))),
                Step::Remove(key) => prop_assert_eq!(set.remove(&key), twin.remove(&key)),
                Step::Open => set = CritBitSet::open(memory.clone(), BASE),
            }
            prop_assert_eq!(set.len(), twin.len() as u64);
        }
        prop_assert_eq!(all(&set), twin.iter().copied().collect::<Vec<_>>());
        let expected = twin.iter().filter(|key| key.starts_with(&prefix[..length]));
        let expected: Vec<Key> = expected.take(limit).copied().collect();
        prop_assert_eq!(set.with_prefix(&prefix[..length], limit), expected);
    }

    #[test]
    fn random_keys_come_out_sorted(keys in prop::collection::btree_set(any::<Key>(), 0..300)) {
        let (_, mut set) = empty();
        for key in keys.iter().rev() {
            set.insert(key).unwrap();
        }
        prop_assert_eq!(all(&set), keys.into_iter().collect::<Vec<_>>());
    }
}
