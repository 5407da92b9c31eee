//! Certificates: a witness, the subnet's signature, and why the subnet may sign.

use super::state_tree::of_subnet;
use super::tree::Path;
use crate::cbor::self_described;
use crate::state::{Network, Subnet};
use crate::topology;
use ic_certification::hash_tree::HashTree;
use serde::Serialize;

/// In which of its two places the certificate of a delegation shows the subnet's canister ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangesForm {
    /// `/subnet/<id>/canister_ranges`.
    Flat,
    /// `/canister_ranges/<id>/...`.
    Tree,
}

/// The root subnet's word that a key belongs to a subnet.
#[derive(Clone, Debug, Serialize)]
pub struct Delegation {
    #[serde(with = "serde_bytes")]
    subnet_id: Vec<u8>,
    #[serde(with = "serde_bytes")]
    certificate: Vec<u8>,
}

#[derive(Serialize)]
struct Certificate<'a> {
    tree: &'a HashTree<Vec<u8>>,
    #[serde(with = "serde_bytes")]
    signature: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation: Option<Delegation>,
}

/// Signs a witness with a subnet's key.
pub(super) fn sign(
    tree: &HashTree<Vec<u8>>,
    seed: &[u8; 32],
    delegation: Option<Delegation>,
) -> Vec<u8> {
    let message = [b"\x0dic-state-root".as_slice(), &tree.digest()].concat();
    self_described(&Certificate {
        tree,
        signature: topology::subnet_key(seed)
            .sign(&message)
            .serialize()
            .to_vec(),
        delegation,
    })
}

/// Where the flat form of a subnet's canister ids is.
pub(super) fn flat_ranges(subnet: &Subnet) -> Path {
    let id = subnet.id.0.as_slice().to_vec();
    vec![b"subnet".to_vec(), id, b"canister_ranges".to_vec()]
}

/// The delegation for a subnet's certificates; the root subnet needs none.
pub(super) fn delegation(
    network: &Network,
    subnet: &Subnet,
    form: RangesForm,
) -> Option<Delegation> {
    let root = &network.subnets[0];
    if subnet.id == root.id {
        return None;
    }
    let id = subnet.id.0.as_slice().to_vec();
    let below = |name: &[u8]| vec![b"subnet".to_vec(), id.clone(), name.to_vec()];
    let ranges = match form {
        RangesForm::Flat => flat_ranges(subnet),
        RangesForm::Tree => vec![b"canister_ranges".to_vec(), id.clone()],
    };
    let paths = [
        vec![b"time".to_vec()],
        below(b"public_key"),
        below(b"type"),
        ranges,
    ];
    let witness = of_subnet(network, root).witness(&paths);
    Some(Delegation {
        subnet_id: id.clone(),
        certificate: sign(&witness, &root.seed, None),
    })
}
