//! Certified state: the state tree, certificates and what they prove.

mod certificate;
mod state_tree;
mod tree;

pub use certificate::{Delegation, RangesForm};
pub use tree::{Path, Tree};

use crate::ids::CanisterId;
use crate::state::{Network, Subnet};

/// A certificate over those paths of a subnet's state, CBOR with the self-describing tag.
/// The time is always revealed; a path that leads nowhere is proven absent.
pub fn certificate(
    network: &Network,
    subnet: &Subnet,
    paths: &[Path],
    form: RangesForm,
) -> Vec<u8> {
    let mut tree = state_tree::of_subnet(network, subnet);
    if form == RangesForm::Tree {
        // In that form only the root subnet's ranges are in this place.
        for other in &network.subnets[1..] {
            tree.hide(&certificate::flat_ranges(other));
        }
    }
    let mut paths = paths.to_vec();
    paths.push(vec![b"time".to_vec()]);
    let delegation = certificate::delegation(network, subnet, form);
    certificate::sign(&tree.witness(&paths), &subnet.seed, delegation)
}

/// The certificate of a canister's certified data, as `ic0.data_certificate` hands it out; `None`
/// for a canister that is not there.
pub fn data_certificate(network: &Network, canister: CanisterId) -> Option<Vec<u8>> {
    let subnet = network.subnet(network.route(canister)?)?;
    subnet.canisters.get(&canister)?;
    let path = vec![
        b"canister".to_vec(),
        canister.0.as_slice().to_vec(),
        b"certified_data".to_vec(),
    ];
    Some(certificate(network, subnet, &[path], RangesForm::Flat))
}

#[cfg(test)]
mod tests;
