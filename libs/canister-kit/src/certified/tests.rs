use super::*;
use ic_certification::{HashTree as Verified, LookupResult};

const A: Hash = [1; 32];
const B: Hash = [2; 32];
const C: Hash = [3; 32];

/// Decoded by the library that verifiers use.
fn decode(tree: &[u8]) -> Verified {
    serde_cbor::from_slice(tree).unwrap()
}

fn found<'a>(tree: &'a Verified, label: &str) -> LookupResult<'a> {
    tree.lookup_path([label.as_bytes()])
}

#[test]
fn labels_are_sorted_whatever_order_they_came_in() {
    let sorted = CertifiedRoot::new([("a", A), ("b", B), ("c", C)]);
    let shuffled = CertifiedRoot::new([("c", C), ("a", B), ("b", B), ("a", A)]);
    assert_eq!(sorted, shuffled);
    let expected = fork_hash(
        &fork_hash(&labeled_hash(b"a", &A), &labeled_hash(b"b", &B)),
        &labeled_hash(b"c", &C),
    );
    assert_eq!(sorted.hash(), expected);
}

#[test]
fn a_changed_root_equals_a_new_one() {
    let mut root = CertifiedRoot::new([("b", B), ("d", C)]);
    for (label, hash) in [("d", A), ("b", C), ("a", B), ("c", A), ("e", B), ("a", A)] {
        root.set(label, hash);
    }
    let new = CertifiedRoot::new([("a", A), ("b", C), ("c", A), ("d", A), ("e", B)]);
    assert_eq!(root, new);
    assert_eq!(root.hash(), root.witness(vec![]).reconstruct());
}

#[test]
fn every_witness_has_the_roots_hash() {
    let leaves = [
        ("a", vec![1]),
        ("b", vec![2]),
        ("c", vec![3]),
        ("d", vec![4]),
    ];
    let root = CertifiedRoot::new(
        leaves
            .iter()
            .map(|(label, value)| (*label, leaf_hash(value))),
    );
    for mask in 0..16_usize {
        let shown = (0..4).filter(|bit| mask >> bit & 1 == 1);
        let tree = root.witness(
            shown
                .map(|at| (leaves[at].0, leaf(leaves[at].1.clone())))
                .collect(),
        );
        let tree = decode(&cbor(&tree));
        assert_eq!(tree.digest(), root.hash(), "mask {mask}");
        for (at, (label, value)) in leaves.iter().enumerate() {
            let expected = if mask >> at & 1 == 1 {
                LookupResult::Found(value)
            } else {
                LookupResult::Unknown
            };
            assert_eq!(found(&tree, label), expected, "mask {mask}, label {label}");
        }
    }
}

#[test]
fn a_wrong_subtree_does_not_verify() {
    let root = CertifiedRoot::new([("a", leaf_hash(&[1])), ("b", B)]);
    let tree = decode(&cbor(&root.witness(vec![("a", leaf(vec![9]))])));
    assert_ne!(tree.digest(), root.hash());
}

#[test]
fn the_tip_witness_is_what_icrc_3_describes() {
    let tip = LogTip {
        index: 300,
        hash: [7; 32],
    };
    let tree = decode(&tip_witness(tip));
    assert_eq!(tree.digest(), log_root(Some(tip)).hash());
    assert_eq!(
        found(&tree, "last_block_index"),
        LookupResult::Found(&[0xac, 0x02])
    );
    assert_eq!(
        found(&tree, "last_block_hash"),
        LookupResult::Found(&[7; 32])
    );
    assert_eq!(found(&tree, "http_expr"), LookupResult::Unknown);
}

#[test]
fn an_empty_log_has_no_tip_labels() {
    let root = log_root(None);
    let tree = decode(&cbor(&root.witness(vec![])));
    assert_eq!(tree.digest(), root.hash());
    assert_eq!(
        root,
        CertifiedRoot::new([(HTTP_EXPR, crate::http::SKIP_CERTIFICATION_HASH)])
    );
}

#[test]
fn leb128_equals_the_published_examples() {
    for (value, bytes) in [
        (0, vec![0]),
        (127, vec![0x7f]),
        (128, vec![0x80, 0x01]),
        (624_485, vec![0xe5, 0x8e, 0x26]),
        (u64::MAX, [vec![0xff; 9], vec![0x01]].concat()),
    ] {
        assert_eq!(leb128(value), bytes, "{value}");
    }
}
