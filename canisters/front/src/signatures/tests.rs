use super::*;
use std::collections::BTreeSet;

const SECOND: u64 = 1_000_000_000;

fn path(seed: u8, message: u8) -> SignaturePath {
    SignaturePath {
        seed: [seed; 32],
        message: [message; 32],
    }
}

fn person(number: u8) -> Principal {
    Principal::self_authenticating([number])
}

fn at(seconds: u64) -> TimestampNs {
    TimestampNs::new(seconds * SECOND)
}

fn has_leaf(map: &SignatureMap, path: SignaturePath) -> bool {
    map.tree.get(&path).is_some()
}

#[test]
fn a_signature_is_found_by_its_caller_for_a_minute() {
    let mut map = SignatureMap::default();
    map.add(path(1, 1), person(1), at(0));
    assert_eq!(map.find(path(1, 1), person(1), at(59)), Found::Yours);
    assert_eq!(map.find(path(1, 1), person(1), at(60)), Found::Nothing);
    assert_eq!(map.find(path(1, 2), person(1), at(0)), Found::Nothing);
    assert_eq!(map.find(path(2, 1), person(1), at(0)), Found::Nothing);
}

#[test]
fn another_caller_is_told_so_unless_it_prepared_the_same() {
    let mut map = SignatureMap::default();
    map.add(path(1, 1), person(1), at(0));
    assert_eq!(map.find(path(1, 1), person(2), at(0)), Found::NotYours);
    map.add(path(1, 1), person(2), at(30));
    assert_eq!(map.find(path(1, 1), person(1), at(59)), Found::Yours);
    // The first one's time is over, the second one's is not.
    assert_eq!(map.find(path(1, 1), person(1), at(60)), Found::NotYours);
    assert_eq!(map.find(path(1, 1), person(2), at(60)), Found::Yours);
    assert_eq!(map.len(), 1);
}

#[test]
fn witnesses_have_the_root_hash_and_show_the_leaf() {
    let mut map = SignatureMap::default();
    for seed in 0..20 {
        for message in 0..3 {
            map.add(path(seed, message), person(seed), at(0));
        }
    }
    for seed in 0..20 {
        let witness = map.witness(path(seed, 2));
        assert_eq!(witness.reconstruct(), map.root_hash());
        let shown = format!("{witness:?}");
        assert!(shown.contains("Leaf"), "no leaf in {shown}");
    }
    assert!(!format!("{:?}", map.witness(path(7, 9))).contains("Leaf"));
}

#[test]
fn preparing_again_prolongs_and_survives_the_first_ones_pruning() {
    let mut map = SignatureMap::default();
    map.add(path(1, 1), person(1), at(0));
    map.add(path(1, 1), person(1), at(40));
    map.add(path(2, 2), person(2), at(70));
    assert_eq!(map.find(path(1, 1), person(1), at(99)), Found::Yours);
    assert!(has_leaf(&map, path(1, 1)));
    assert_eq!(map.len(), 2);
}

#[test]
fn pruning_takes_what_has_expired_and_no_more_than_asked() {
    let mut map = SignatureMap::default();
    for seed in 0..40 {
        map.add(path(seed, 0), person(seed), at(u64::from(seed)));
    }
    let before = map.root_hash();
    assert!(!map.prune(at(59), 10));
    assert_eq!(map.root_hash(), before);
    assert!(map.prune(at(60 + 19), 5));
    assert_eq!(map.len(), 35);
    assert!(map.prune(at(60 + 19), usize::MAX));
    assert_eq!(map.len(), 20);
    assert!(!has_leaf(&map, path(19, 0)));
    assert!(has_leaf(&map, path(20, 0)));
    assert_eq!((map.callers.len(), map.signatures.len()), (20, 20));
    assert_ne!(map.root_hash(), before);
}

/// What the timer should have taken long ago.
#[test]
fn additions_prune_a_few_when_the_timer_is_late() {
    let mut map = SignatureMap::default();
    for seed in 0..40 {
        map.add(path(seed, 0), person(seed), at(0));
    }
    map.add(path(100, 0), person(100), at(179));
    assert_eq!(map.len(), 41);
    map.add(path(101, 0), person(101), at(180));
    assert_eq!(map.len(), 42 - PRUNED_PER_ADDITION);
    for more in 102..106 {
        map.add(path(more, 0), person(more), at(180));
    }
    assert_eq!(map.len(), 6);
    assert_eq!(map.callers.len(), 6);
}

/// No time passes, so nothing expires: only the cap keeps the books small.
#[test]
fn preparations_without_end_by_one_caller_do_not_grow_the_books() {
    let mut map = SignatureMap::default();
    for number in 0..1_000_000_u32 {
        let mut path = path(0, 0);
        path.seed[..4].copy_from_slice(&(number % 7_001).to_be_bytes());
        path.message[..4].copy_from_slice(&number.to_le_bytes());
        map.add(path, person(1), at(0));
    }
    assert_eq!((map.callers.len(), map.signatures.len()), (1, PER_CALLER));
    assert_eq!(map.len(), PER_CALLER);
    assert!(map.by_age.capacity() <= 8 * PER_CALLER);
    assert_eq!(map.callers[&person(1)].len(), PER_CALLER);
    assert!(map.callers[&person(1)].capacity() <= 2 * PER_CALLER);
}

#[test]
fn a_caller_at_the_cap_loses_the_oldest_and_nobody_else_does() {
    let mut map = SignatureMap::default();
    map.add(path(200, 0), person(2), at(0));
    for seed in 0..=u8::try_from(PER_CALLER).expect("small") {
        map.add(path(seed, 0), person(1), at(1));
    }
    assert_eq!(map.find(path(0, 0), person(1), at(1)), Found::Nothing);
    assert_eq!(map.find(path(1, 0), person(1), at(1)), Found::Yours);
    assert_eq!(map.find(path(200, 0), person(2), at(1)), Found::Yours);
    assert_eq!(map.len(), PER_CALLER + 1);
}

/// Against a plain set of what should be live, over a long mixed run.
#[test]
fn tree_and_books_agree_over_a_mixed_run() {
    let mut map = SignatureMap::default();
    let mut added = Vec::new();
    for step in 0..600_u64 {
        let now = at(step);
        let [seed, message, who] =
            [step * 7 % 11, step * 5 % 3, step * 3 % 4].map(|n| u8::try_from(n).expect("small"));
        map.add(path(seed, message), person(who), now);
        added.push((step, path(seed, message), person(who)));
        for (_, path, caller) in added.iter().rev().take(80) {
            let expected = added
                .iter()
                .any(|(when, p, c)| (p, c) == (path, caller) && when + LIFE_NS / SECOND > step);
            let found = map.find(*path, *caller, now) == Found::Yours;
            assert_eq!(found, expected, "step {step}");
        }
        let signed: BTreeSet<SignaturePath> = map.signatures.values().map(|one| one.path).collect();
        assert_eq!(map.len(), signed.len());
        assert!(signed.iter().all(|path| has_leaf(&map, *path)));
        let of_callers = map.callers.values().map(SmallVec::len).sum::<usize>();
        assert_eq!(of_callers, map.signatures.len());
        let by_age = map
            .by_age
            .iter()
            .filter(|number| map.signatures.contains_key(number));
        assert_eq!(by_age.count(), map.signatures.len());
    }
}
