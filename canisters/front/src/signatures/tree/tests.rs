use super::*;
use canister_kit::certified::cbor;
use ic_certification::{HashTree as Verified, LookupResult};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Tree = LabelTree<Vec<u8>>;
type Twin = BTreeMap<Hash, Vec<u8>>;

/// Decoded by the library with which agents and the published signature verification read trees.
fn decoded(tree: &HashTree<'_>) -> Verified {
    serde_cbor::from_slice(&cbor(tree)).expect("CBOR of a hash tree")
}

fn found<'a>(tree: &'a Verified, label: &Hash) -> LookupResult<'a> {
    tree.lookup_path([label])
}

/// The labels that a tree shows, from left to right.
fn labels<'a>(tree: &HashTree<'a>, into: &mut Vec<&'a [u8]>) {
    match tree {
        HashTree::Fork(both) => {
            labels(&both.0, into);
            labels(&both.1, into);
        }
        HashTree::Labeled(label, _) => into.push(label),
        HashTree::Empty | HashTree::Leaf(_) | HashTree::Pruned(_) => {}
    }
}

fn shown<'a>(tree: &HashTree<'a>) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    labels(tree, &mut found);
    found
}

/// From short beginnings in common to all but the last bit: few labels, so that they meet.
fn label() -> impl Strategy<Value = Hash> {
    (0..32_usize, 0..4_u8, any::<bool>()).prop_map(|(at, value, ones)| {
        let mut label = [if ones { 0xff } else { 0 }; 32];
        label[at] ^= value;
        label
    })
}

fn any_label() -> impl Strategy<Value = Hash> {
    prop_oneof![3 => label(), 1 => any::<Hash>()]
}

#[derive(Debug, Clone)]
enum Step {
    Put(Hash, u8),
    Remove(Hash),
    /// Computes what hashes are missing, so that later steps meet known ones.
    Certify,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_label(), any::<u8>()).prop_map(|(label, value)| Step::Put(label, value)),
        3 => any_label().prop_map(Step::Remove),
        1 => Just(Step::Certify),
    ]
}

fn played(steps: &[Step]) -> (Tree, Twin) {
    let (mut tree, mut twin) = (Tree::default(), Twin::new());
    for step in steps {
        match step {
            Step::Put(label, value) => {
                let subtree = tree.entry(*label);
                assert_eq!(
                    *subtree,
                    twin.insert(*label, vec![*value]).unwrap_or_default()
                );
                *subtree = vec![*value];
            }
            Step::Remove(label) => assert_eq!(tree.remove(label), twin.remove(label)),
            Step::Certify => {
                tree.root_hash();
            }
        }
    }
    (tree, twin)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Shape and hash follow from the contents, whatever happened before; the tree has all labels in order.
    #[test]
    fn a_tree_is_what_its_labels_say(steps in vec(step(), 0..60)) {
        let (tree, twin) = played(&steps);
        let mut built = Tree::default();
        for (label, value) in twin.iter().rev() {
            built.entry(*label).clone_from(value);
        }
        prop_assert_eq!(tree.root_hash(), built.root_hash());
        let whole = tree.as_hash_tree();
        prop_assert_eq!(whole.reconstruct(), tree.root_hash());
        let expected: Vec<&[u8]> = twin.keys().map(|label| &label[..]).collect();
        prop_assert_eq!(shown(&whole), expected);
        prop_assert_eq!(tree.is_empty(), twin.is_empty());
    }

    /// Presence and absence, judged by the published reader: what is there is found, what is not is absent, and
    /// a witness says nothing about labels away from its own.
    #[test]
    fn witnesses_prove_presence_and_absence(steps in vec(step(), 0..60), asked in vec(any_label(), 1..20)) {
        let (tree, twin) = played(&steps);
        let whole = decoded(&tree.as_hash_tree());
        for label in asked.iter().chain(twin.keys()) {
            let witness = tree.witness(label, |value| HashTree::Leaf(value.into()));
            prop_assert!(shown(&witness).is_sorted());
            let read = decoded(&witness);
            prop_assert_eq!(read.digest(), tree.root_hash());
            let expected = twin
                .get(label)
                .map_or(LookupResult::Absent, |value| LookupResult::Found(value));
            prop_assert_eq!(tree.get(label), twin.get(label));
            prop_assert_eq!(found(&read, label), expected.clone());
            prop_assert_eq!(found(&whole, label), expected);
            for (other, value) in &twin {
                let result = found(&read, other);
                prop_assert!(other == label || result == LookupResult::Unknown, "{:?}: {:?}", value, result);
            }
        }
    }
}

#[test]
fn a_tree_without_labels_proves_that() {
    let tree = Tree::default();
    let read = decoded(&tree.witness(&[1; 32], |value| HashTree::Leaf(value.into())));
    assert_eq!(read.digest(), tree.root_hash());
    assert_eq!(found(&read, &[1; 32]), LookupResult::Absent);
}

/// A change hashes one path again, and a removal that finds nothing hashes nothing.
#[test]
fn only_the_path_of_a_change_is_hashed_again() {
    let mut tree = Tree::default();
    for first in 0..=255 {
        tree.entry([first; 32]);
    }
    tree.root_hash();
    assert_eq!(unknown(&tree), 0);
    let mut other = [7; 32];
    other[31] = 8;
    assert_eq!(tree.remove(&other), None);
    assert_eq!(unknown(&tree), 0);
    *tree.entry([7; 32]) = vec![1];
    assert_eq!(unknown(&tree), 9);
    tree.root_hash();
    tree.remove(&[7; 32]);
    assert_eq!(unknown(&tree), 7);
}

/// Nodes whose hash is not known.
fn unknown(tree: &Tree) -> usize {
    match tree {
        LabelTree::Empty => 0,
        LabelTree::Leaf(leaf) => usize::from(leaf.hash.get().is_none()),
        LabelTree::Fork(fork) => {
            let [left, right] = &fork.children;
            usize::from(fork.hash.get().is_none()) + unknown(left) + unknown(right)
        }
    }
}
