use super::*;
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;
use std::collections::BTreeMap;

const BASE: u64 = 16;
const SIZE: usize = 12;

fn empty() -> (VectorMemory, VectorMemory, Slots<VectorMemory>) {
    let (memory, tails) = (VectorMemory::default(), VectorMemory::default());
    let slots = Slots::new(memory.clone(), tails.clone(), BASE, SIZE);
    (memory, tails, slots)
}

#[test]
fn golden_bytes_of_a_slot_and_its_tail() {
    let (memory, _, mut slots) = empty();
    slots.write(1, b"0123456789").unwrap();
    assert_eq!(
        memory.borrow()[28..40],
        [10, 0, 0, 0, b'0', b'1', b'2', b'3', b'4', b'5', b'6', b'7']
    );
    assert_eq!(slots.tails.get(&1), Some(b"89".to_vec()));
    assert_eq!(slots.read(1).as_deref(), Some(&b"0123456789"[..]));
}

#[test]
fn a_shorter_record_takes_the_old_tail_away() {
    let (_, _, mut slots) = empty();
    slots.write(3, &[7; 20]).unwrap();
    slots.write(3, &[8; 5]).unwrap();
    assert_eq!(slots.tails.len(), 0);
    assert_eq!(slots.read(3), Some(vec![8; 5]));
}

#[test]
fn what_was_never_written_is_none() {
    let (_, _, mut slots) = empty();
    assert_eq!(slots.read(0), None);
    assert_eq!(slots.read(1_000_000), None);
    slots.write(5, b"x").unwrap();
    assert_eq!(slots.read(4), None);
    // The first page ends with a slot.
    let last = (PAGE_BYTES - BASE) / SIZE as u64 - 1;
    assert_eq!(slots.read(last), None);
    assert_eq!(slots.read(last + 1), None);
    slots.write(last, b"y").unwrap();
    assert_eq!(slots.memory().size(), 1);
    assert_eq!(slots.read(last).as_deref(), Some(&b"y"[..]));
}

#[test]
fn memory_grows_by_the_pages_that_are_missing() {
    let memory = VectorMemory::default();
    for (bytes, pages) in [
        (0, 0),
        (1, 1),
        (65_536, 1),
        (65_537, 2),
        (196_608, 3),
        (1, 3),
    ] {
        ensure_size(&memory, bytes).unwrap();
        assert_eq!(memory.size(), pages, "{bytes} bytes");
    }
}

/// A memory of one page that refuses to grow further.
#[derive(Clone, Default)]
struct OnePage(VectorMemory);

impl Memory for OnePage {
    fn size(&self) -> u64 {
        self.0.size()
    }
    fn grow(&self, pages: u64) -> i64 {
        if self.size() + pages > 1 {
            return -1;
        }
        self.0.grow(pages)
    }
    fn read(&self, offset: u64, dst: &mut [u8]) {
        self.0.read(offset, dst);
    }
    fn write(&self, offset: u64, src: &[u8]) {
        self.0.write(offset, src);
    }
}

#[test]
fn memory_that_cannot_grow_is_a_typed_error() {
    let mut slots = Slots::new(OnePage::default(), OnePage::default(), 0, 1 << 15);
    slots.write(1, b"fits").unwrap();
    assert_eq!(slots.write(2, b"no"), Err(OutOfMemory { pages: 2 }));
    assert_eq!(slots.read(1).as_deref(), Some(&b"fits"[..]));
}

#[derive(Clone, Debug)]
enum Step {
    /// Nothing empties the slot.
    Write(u64, Vec<u8>),
    Patch(u64, usize, Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = |length| prop::collection::vec(any::<u8>(), length);
    prop_oneof![
        3 => (0_u64..6, prop_oneof![3 => bytes(1..30), 1 => bytes(0..1)])
            .prop_map(|(index, record)| Step::Write(index, record)),
        2 => (0_u64..6, 0_usize..12, bytes(1..5))
            .prop_map(|(index, at, bytes)| Step::Patch(index, at, bytes)),
    ]
}

proptest! {
    #[test]
    fn behaves_like_a_map(steps in prop::collection::vec(step(), 0..60)) {
        let (memory, tails, mut slots) = empty();
        slots.reserve(5).unwrap();
        let mut twin: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Write(index, record) => {
                    slots.write(index, &record).unwrap();
                    twin.insert(index, record);
                }
                Step::Patch(index, at, bytes) => {
                    let record = twin.get_mut(&index);
                    let head = record.map(|record| record.iter_mut().take(SIZE - LENGTH_BYTES));
                    let places: Vec<_> = head.into_iter().flatten().skip(at).take(bytes.len()).collect();
                    let fits = places.len() == bytes.len();
                    prop_assert_eq!(slots.patch(index, at, &bytes), fits);
                    if fits {
                        places.into_iter().zip(bytes).for_each(|(place, byte)| *place = byte);
                    }
                }
            }
        }
        twin.retain(|_, record| !record.is_empty());
        let again = Slots::new(memory, tails, BASE, SIZE);
        for index in 0..6 {
            prop_assert_eq!(slots.read(index), twin.get(&index).cloned());
            prop_assert_eq!(again.read(index), twin.get(&index).cloned());
        }
        let long = twin.values().filter(|r| r.len() > SIZE - LENGTH_BYTES).count() as u64;
        prop_assert_eq!(again.tails.len(), long);
    }
}
