use super::*;
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;

fn ring(memory: &VectorMemory, tails: &VectorMemory) -> Ring<VectorMemory> {
    Ring::init(memory.clone(), tails.clone(), 3, 16)
}

#[test]
fn golden_bytes_of_the_header() {
    let (memory, tails) = Default::default();
    let mut ring = ring(&memory, &tails);
    for _ in 0..3 {
        ring.push(b"x").unwrap();
    }
    ring.forget_below(2);
    let bytes = memory.borrow();
    assert_eq!(bytes[..4], *b"RNG\x01");
    assert_eq!(bytes[4..12], 3_u64.to_le_bytes());
    assert_eq!(bytes[12..20], 2_u64.to_le_bytes());
    assert_eq!(bytes[20..28], 3_u64.to_le_bytes());
    assert_eq!(bytes[28..64], [0; 36]);
    assert_eq!(bytes[64..69], [1, 0, 0, 0, b'x']);
}

#[test]
fn a_full_ring_refuses_and_keeps_what_it_has() {
    let (memory, tails) = Default::default();
    let mut ring = ring(&memory, &tails);
    for n in 0..3 {
        assert_eq!(ring.push(&[n + 1]), Ok(u64::from(n)));
    }
    assert_eq!(ring.push(b"y"), Err(PushError::Full { capacity: 3 }));
    assert_eq!(ring.get(0), Some(vec![1]));
    ring.forget_below(1);
    assert_eq!(ring.push(b"y"), Ok(3));
    assert_eq!(ring.get(0), None);
}

#[test]
#[should_panic(expected = "no ring of this layout")]
fn a_foreign_memory_is_not_overwritten() {
    let memory = VectorMemory::default();
    memory.grow(1);
    ring(&memory, &VectorMemory::default());
}

proptest! {
    #[test]
    fn behaves_like_a_vector_with_a_forgotten_front(
        steps in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 1..40).prop_map(Ok),
                (0_u64..40).prop_map(Err),
            ],
            0..60,
        )
    ) {
        let (memory, tails) = Default::default();
        let mut tested = ring(&memory, &tails);
        let mut twin: Vec<Vec<u8>> = vec![];
        let mut first = 0_usize;
        for step in steps {
            match step {
                Ok(record) if twin.len() - first < 3 => {
                    prop_assert_eq!(tested.push(&record), Ok(twin.len() as u64));
                    twin.push(record);
                }
                Ok(record) => prop_assert!(tested.push(&record).is_err()),
                Err(index) => {
                    tested.forget_below(index);
                    let index = usize::try_from(index).unwrap();
                    first = first.max(index.min(twin.len()));
                }
            }
        }
        let again = ring(&memory, &tails);
        for ring in [&tested, &again] {
            prop_assert_eq!((ring.first(), ring.next()), (first as u64, twin.len() as u64));
            for (index, record) in twin.iter().enumerate() {
                let expected = (index >= first).then(|| record.clone());
                prop_assert_eq!(ring.get(index as u64), expected);
            }
        }
    }
}
