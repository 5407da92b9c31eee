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

/// The leaf is there if a witness for it holds an empty leaf under both labels.
fn has_leaf(map: &SignatureMap, path: SignaturePath) -> bool {
    map.tree
        .get(&path.seed)
        .is_some_and(|messages| messages.get(&path.message).is_some())
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
fn expired_entries_leave_the_tree_a_few_per_addition() {
    let mut map = SignatureMap::default();
    for seed in 0..40 {
        map.add(path(seed, 0), person(seed), at(0));
    }
    map.add(path(100, 0), person(100), at(61));
    assert_eq!(map.len(), 40 - PRUNED_PER_ADDITION + 1);
    for more in 101..106 {
        map.add(path(more, 0), person(more), at(61));
    }
    assert_eq!(map.len(), 6);
    assert!(!has_leaf(&map, path(0, 0)));
    assert_eq!(map.callers.len(), 6);
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
        let leaves: BTreeSet<SignaturePath> = map
            .tree
            .iter()
            .flat_map(|(seed, messages)| {
                messages.iter().map(|(message, _)| SignaturePath {
                    seed: *seed,
                    message: *message,
                })
            })
            .collect();
        let books: BTreeSet<SignaturePath> = map.holders.keys().copied().collect();
        assert_eq!(leaves, books);
    }
}
