use super::*;
use crate::topology::{InstanceConfig, SubnetKind, create};
use ic_certification::hash_tree::LookupResult;
use ic_certification::{Certificate, HashTree};
use ic_verify_bls_signature::verify_bls_signature;

fn two_subnets() -> Network {
    create(&InstanceConfig::new(&[
        SubnetKind::NNS,
        SubnetKind::Application,
    ]))
    .unwrap()
}

fn parse(bytes: &[u8]) -> Certificate {
    assert_eq!(bytes[..3], [0xd9, 0xd9, 0xf7], "the self-describing tag");
    serde_cbor::from_slice(bytes).unwrap()
}

fn check(certificate: &Certificate, public_key: &[u8]) -> bool {
    let message = [b"\x0dic-state-root".as_slice(), &certificate.tree.digest()].concat();
    verify_bls_signature(&certificate.signature, &message, &public_key[37..]).is_ok()
}

fn label(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[test]
fn the_root_subnet_signs_without_a_delegation() {
    let network = two_subnets();
    let root = &network.subnets[0];
    let certificate = parse(&certificate(&network, root, &[], RangesForm::Flat));
    assert!(certificate.delegation.is_none());
    assert!(check(&certificate, &root.public_key));
    assert!(matches!(
        certificate.tree.lookup_path([b"time"]),
        LookupResult::Found(_)
    ));
}

#[test]
fn another_subnet_is_vouched_for_by_the_root_in_either_form() {
    let network = two_subnets();
    let (root, other) = (&network.subnets[0], &network.subnets[1]);
    let id = other.id.0.as_slice();
    for (form, path) in [
        (
            RangesForm::Flat,
            vec![b"subnet".as_slice(), id, b"canister_ranges"],
        ),
        (RangesForm::Tree, vec![b"canister_ranges".as_slice(), id]),
    ] {
        let certificate = parse(&certificate(&network, other, &[], form));
        assert!(check(&certificate, &other.public_key));
        assert!(!check(&certificate, &root.public_key));
        let delegation = parse(&certificate.delegation.unwrap().certificate);
        assert!(delegation.delegation.is_none(), "delegations do not nest");
        assert!(check(&delegation, &root.public_key));
        let key = delegation
            .tree
            .lookup_path([b"subnet".as_slice(), id, b"public_key"]);
        assert_eq!(key, LookupResult::Found(&other.public_key));
        assert!(matches!(
            delegation.tree.lookup_subtree(&path),
            ic_certification::hash_tree::SubtreeLookupResult::Found(_)
        ));
    }
}

#[test]
fn absence_is_proven_by_the_neighbours_and_the_rest_is_hidden() {
    let entries = ["b", "d", "f", "h"].map(|name| (name, Tree::Leaf(label(name))));
    let tree = Tree::labels(entries);
    let lookup = |witness: &HashTree, name: &str| match witness.lookup_path([name.as_bytes()]) {
        LookupResult::Found(_) => "found",
        LookupResult::Absent => "absent",
        LookupResult::Unknown => "unknown",
        LookupResult::Error => "error",
    };
    for absent in ["a", "c", "e", "g", "i"] {
        let witness = tree.witness(&[vec![label(absent)]]);
        assert_eq!(witness.digest(), tree.digest());
        assert_eq!(lookup(&witness, absent), "absent", "{absent}");
    }
    let witness = tree.witness(&[vec![label("d")]]);
    assert_eq!(lookup(&witness, "d"), "found");
    assert_eq!(lookup(&witness, "h"), "unknown");
    assert_eq!(witness.digest(), tree.digest());
}

#[test]
fn an_empty_tree_and_a_path_through_a_leaf_have_witnesses() {
    let empty = Tree::labels::<Vec<u8>>([]);
    assert_eq!(empty.witness(&[vec![label("x")]]).digest(), empty.digest());
    let tree = Tree::labels([("x", Tree::Leaf(vec![1]))]);
    let witness = tree.witness(&[vec![label("x"), label("y")]]);
    assert_eq!(witness.digest(), tree.digest());
}
