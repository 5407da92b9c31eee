use super::*;
use ic_stable_structures::VectorMemory;

fn word(memory: &VectorMemory, offset: usize) -> Vec<u8> {
    memory.borrow()[offset..offset + 8].to_vec()
}

#[test]
fn counters_lie_where_the_drawing_says() {
    let memory = VectorMemory::default();
    let counters = Counters::open(memory.clone());
    counters.add(Slot::new(0), 1);
    counters.add(Slot::new(511), 0x0102);
    assert_eq!(word(&memory, 0), [1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(word(&memory, 4088), [2, 1, 0, 0, 0, 0, 0, 0]);

    let last = Method::new(239);
    for (method, at) in [(last, 4096), (last.last_execution(), 34_816)] {
        let at = at + 239 * 128;
        counters.observe(method, 10_001);
        assert_eq!(word(&memory, at), [0; 8]);
        assert_eq!(word(&memory, at + 8), [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(word(&memory, at + 120), [0x11, 0x27, 0, 0, 0, 0, 0, 0]);
    }
    assert_eq!(memory.size(), 1, "everything fits one Wasm page");
}

#[test]
fn values_survive_opening_again() {
    let memory = VectorMemory::default();
    let (slot, method) = (Slot::new(3), Method::new(2));
    for round in 1..=3 {
        let counters = Counters::open(memory.clone());
        counters.add(slot, 5);
        counters.observe(method, 100);
        assert_eq!(counters.get(slot), 5 * round);
        assert_eq!(counters.histogram(method).sum, 100 * round);
    }
}

#[test]
fn a_call_is_counted_in_the_bucket_that_contains_it() {
    let counters = Counters::open(VectorMemory::default());
    let method = Method::new(0);
    for (instructions, bucket) in [
        (0, 0),
        (10_000, 0),
        (10_001, 1),
        (40_000_000_000, 13),
        (40_000_000_001, 14),
        (u64::MAX, 14),
    ] {
        let before = counters.histogram(method).buckets[bucket];
        counters.observe(method, instructions);
        assert_eq!(
            counters.histogram(method).buckets[bucket],
            before + 1,
            "{instructions}"
        );
    }
    assert_eq!(counters.histogram(method).buckets.iter().sum::<u64>(), 6);
}

#[test]
fn a_full_counter_stays_full() {
    let counters = Counters::open(VectorMemory::default());
    let slot = Slot::new(1);
    counters.set(slot, u64::MAX - 1);
    counters.add(slot, 5);
    assert_eq!(counters.get(slot), u64::MAX);
}
