use super::*;
use ic_stable_structures::VectorMemory;

fn of(links: &Links<VectorMemory>, anchor: u64) -> Vec<u64> {
    std::iter::successors(links.first(anchor), |block| links.after(*block)).collect()
}

fn filled(anchors: &[u64]) -> (VectorMemory, VectorMemory, Links<VectorMemory>) {
    let (next, ends) = (VectorMemory::default(), VectorMemory::default());
    let mut links = Links::open(next.clone(), ends.clone());
    for anchor in anchors {
        links.reserve(*anchor).unwrap();
        links.append(*anchor);
    }
    (next, ends, links)
}

#[test]
fn golden_bytes() {
    let (next, ends, _) = filled(&[1, 0, 1]);
    let numbers = |memory: &VectorMemory, count: usize| -> Vec<u64> {
        let memory = memory.borrow();
        let (numbers, _) = memory.as_chunks::<8>();
        numbers[..count]
            .iter()
            .map(|bytes| u64::from_le_bytes(*bytes))
            .collect()
    };
    assert_eq!(numbers(&next, 5), [3, 3, 0, 0, 0]);
    assert_eq!(numbers(&ends, 5), [2, 2, 1, 3, 0]);
}

#[test]
fn each_anchor_has_its_blocks_in_their_order() {
    // Far more than a page, and anchors that are far apart.
    let anchors: Vec<u64> = (0..20_000_u64)
        .map(|block| block * block % 7 * 1_000)
        .collect();
    let (next, ends, links) = filled(&anchors);
    let again = Links::open(next, ends);
    for anchor in [0, 1, 1_000, 2_000, 4_000, 6_000, 7_000, u64::MAX] {
        let expected: Vec<u64> = (0..20_000)
            .filter(|block| anchors[usize::try_from(*block).unwrap()] == anchor)
            .collect();
        assert_eq!(of(&links, anchor), expected, "anchor {anchor}");
        assert_eq!(of(&again, anchor), expected, "anchor {anchor}");
    }
    assert_eq!(again.count(), 20_000);
}

#[test]
fn room_that_cannot_be_had_is_an_error() {
    let (_, _, links) = filled(&[0]);
    assert_eq!(links.reserve(u64::MAX), Err(NoRoom));
    assert_eq!(links.after(1), None);
    assert_eq!(links.after(u64::MAX), None);
}
