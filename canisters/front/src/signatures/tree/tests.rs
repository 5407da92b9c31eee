use super::*;
use canister_kit::certified::cbor;
use ic_certification::{HashTree as Verified, LookupResult};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Twin = BTreeMap<SignaturePath, Vec<Number>>;

/// Decoded by the library with which agents and the published signature verification read trees.
fn decoded(tree: &HashTree<'_>) -> Verified {
    serde_cbor::from_slice(&cbor(tree)).expect("CBOR of a hash tree")
}

fn found<'a>(tree: &'a Verified, path: &SignaturePath) -> LookupResult<'a> {
    tree.lookup_path([path.seed, path.message])
}

/// The labels that a tree shows, from left to right, below others that were seen before.
fn labels(tree: &HashTree<'_>, above: &[u8], into: &mut Vec<Vec<u8>>) {
    match tree {
        HashTree::Fork(both) => {
            labels(&both.0, above, into);
            labels(&both.1, above, into);
        }
        HashTree::Labeled(label, below) => {
            let label = [above, label].concat();
            labels(below, &label, into);
            into.push(label);
        }
        HashTree::Empty | HashTree::Leaf(_) | HashTree::Pruned(_) => {}
    }
}

/// Seeds alone, and seeds with messages.
fn shown(tree: &HashTree<'_>) -> [Vec<Vec<u8>>; 2] {
    let mut found = Vec::new();
    labels(tree, &[], &mut found);
    found
        .into_iter()
        .partition::<Vec<_>, _>(|label| label.len() == 32)
        .into()
}

/// Everything, nothing pruned.
fn whole(tree: &SignatureTree) -> HashTree<'_> {
    tree.root
        .map_or(HashTree::Empty, |root| of(tree, root, Level::Seed))
}

fn of(tree: &SignatureTree, node: Node, level: Level) -> HashTree<'_> {
    if let Some(inner) = tree.fork(node, level) {
        let [left, right] = inner.children.map(|child| of(tree, child, level));
        return fork(left, right);
    }
    let below = match level {
        Level::Seed => of(tree, node, Level::Message),
        Level::Message => HashTree::Leaf((&[]).into()),
    };
    labeled(tree.label(node, level), below)
}

/// From short beginnings in common to all but the last bit: few labels, so that they meet.
fn label() -> impl Strategy<Value = Hash> {
    (0..32_usize, 0..4_u8, any::<bool>()).prop_map(|(at, value, ones)| {
        let mut label = [if ones { 0xff } else { 0 }; 32];
        label[at] ^= value;
        label
    })
}

/// Few seeds have many messages, as those of one anchor at one origin, and many have one.
fn any_path() -> impl Strategy<Value = SignaturePath> {
    let seed = prop_oneof![
        3 => (0..3_u8).prop_map(|seed| [seed << 6; 32]),
        3 => label(),
        1 => any::<Hash>()
    ];
    let message = prop_oneof![3 => label(), 1 => any::<Hash>()];
    (seed, message).prop_map(|(seed, message)| SignaturePath { seed, message })
}

#[derive(Debug, Clone)]
enum Step {
    Put(SignaturePath, u64),
    Remove(SignaturePath),
    /// Computes what hashes are missing, so that later steps meet known ones.
    Certify,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any_path(), any::<u64>()).prop_map(|(path, value)| Step::Put(path, value)),
        3 => any_path().prop_map(Step::Remove),
        1 => Just(Step::Certify),
    ]
}

fn played(steps: &[Step]) -> (SignatureTree, Twin) {
    let (mut tree, mut twin) = (SignatureTree::default(), Twin::new());
    for step in steps {
        match step {
            Step::Put(path, value) => {
                tree.entry(*path).push(Number(*value));
                twin.entry(*path).or_default().push(Number(*value));
            }
            Step::Remove(path) => {
                tree.remove(path);
                twin.remove(path);
            }
            Step::Certify => {
                tree.root_hash();
            }
        }
    }
    (tree, twin)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Shape and hash follow from the contents, whatever happened before; the tree has all labels in order, and no
    /// node that nobody needs.
    #[test]
    fn a_tree_is_what_its_paths_say(steps in vec(step(), 0..60)) {
        let (tree, twin) = played(&steps);
        let mut built = SignatureTree::default();
        for path in twin.keys().rev() {
            built.entry(*path);
        }
        prop_assert_eq!(tree.root_hash(), built.root_hash());
        let all = whole(&tree);
        prop_assert_eq!(all.reconstruct(), tree.root_hash());
        let both = |path: &SignaturePath| [path.seed, path.message].concat();
        let mut seeds: Vec<Vec<u8>> = twin.keys().map(|path| path.seed.to_vec()).collect();
        seeds.dedup();
        prop_assert_eq!(shown(&all), [seeds, twin.keys().map(both).collect()]);
        prop_assert_eq!(tree.len(), twin.len());
        prop_assert_eq!(tree.forks.len(), twin.len().saturating_sub(1));
    }

    /// Presence and absence, judged by the published reader: what is there is found, what is not is absent, and
    /// a witness says nothing about paths away from its own.
    #[test]
    fn witnesses_prove_presence_and_absence(steps in vec(step(), 0..60), asked in vec(any_path(), 1..20)) {
        let (tree, twin) = played(&steps);
        let all = decoded(&whole(&tree));
        for path in asked.iter().chain(twin.keys()) {
            let witness = tree.witness(path);
            prop_assert!(shown(&witness).iter().all(|labels| labels.is_sorted()));
            let read = decoded(&witness);
            prop_assert_eq!(read.digest(), tree.root_hash());
            let holders = twin.get(path);
            prop_assert_eq!(tree.get(path).map(SmallVec::as_slice), holders.map(Vec::as_slice));
            let expected = if holders.is_some() {
                LookupResult::Found(&[])
            } else {
                LookupResult::Absent
            };
            prop_assert_eq!(found(&read, path), expected.clone());
            prop_assert_eq!(found(&all, path), expected);
            for other in twin.keys() {
                let result = found(&read, other);
                prop_assert!(other == path || result == LookupResult::Unknown, "{:?}", result);
            }
        }
    }
}

#[test]
fn a_tree_without_paths_proves_that() {
    let tree = SignatureTree::default();
    let path = path(1, 1);
    let read = decoded(&tree.witness(&path));
    assert_eq!(read.digest(), tree.root_hash());
    assert_eq!(found(&read, &path), LookupResult::Absent);
}

fn path(seed: u8, message: u8) -> SignaturePath {
    SignaturePath {
        seed: [seed; 32],
        message: [message; 32],
    }
}

/// A change hashes one way again, and a removal that finds nothing hashes nothing.
#[test]
fn only_the_way_of_a_change_is_hashed_again() {
    let mut tree = SignatureTree::default();
    for first in 0..=255 {
        tree.entry(path(first, 0));
    }
    tree.root_hash();
    assert_eq!(unknown(&tree), 0);
    tree.remove(&path(7, 1));
    assert_eq!(unknown(&tree), 0);
    tree.entry(path(7, 0)).push(Number(1));
    assert_eq!(unknown(&tree), 9);
    tree.root_hash();
    tree.remove(&path(7, 0));
    assert_eq!(unknown(&tree), 7);
    tree.root_hash();
    // The seed's only message has company: its hash among messages is known.
    tree.entry(path(8, 3));
    assert_eq!(unknown(&tree), 10);
}

/// Nodes whose hash above is not known.
fn unknown(tree: &SignatureTree) -> usize {
    let leaves = tree.leaves.iter().map(|(at, _)| Node::Leaf(at));
    let forks = tree.forks.iter().map(|(at, _)| Node::Fork(at));
    let is_known = |node: &Node| tree.hashes(*node).0.iter().any(|hash| hash.get().is_some());
    leaves.chain(forks).filter(|node| !is_known(node)).count()
}

#[test]
fn an_empty_leaf_has_the_published_hash() {
    assert_eq!(EMPTY_LEAF_HASH, HashTree::Leaf((&[]).into()).reconstruct());
}
