//! The state tree of a subnet, as the interface specification lays it out.

use super::tree::Tree;
use crate::cbor::self_described;
use crate::error::Reject;
use crate::ids::{CanisterId, MessageId};
use crate::state::{Canister, IngressEntry, IngressState, Network, Subnet};
use ciborium::Value;
use std::collections::BTreeMap;

/// Ranges in one leaf below `canister_ranges`.
const RANGES_PER_LEAF: usize = 5;

/// Everything that a subnet certifies.
pub(super) fn of_subnet(network: &Network, subnet: &Subnet) -> Tree {
    Tree::labels([
        ("canister", canisters(network, subnet)),
        ("canister_ranges", canister_ranges(network)),
        ("request_status", requests(subnet)),
        ("subnet", subnets(network, subnet)),
        ("time", number(network.last_round)),
    ])
}

fn canisters(network: &Network, subnet: &Subnet) -> Tree {
    Tree::labels(
        subnet
            .canisters
            .values()
            .map(|canister| (id_bytes(canister.id), of_canister(network, canister))),
    )
}

fn of_canister(network: &Network, canister: &Canister) -> Tree {
    let controllers = canister
        .settings
        .controllers
        .iter()
        .map(|controller| Value::Bytes(controller.as_slice().to_vec()))
        .collect();
    let mut entries = BTreeMap::from([
        (
            b"canister_creation_timestamp".to_vec(),
            number(canister.created),
        ),
        (
            b"controllers".to_vec(),
            Tree::Leaf(self_described(&Value::Array(controllers))),
        ),
    ]);
    if let Some(time) = canister.last_install {
        entries.insert(b"last_install_timestamp".to_vec(), number(time));
    }
    if let Some(code) = &canister.code {
        entries.insert(
            b"certified_data".to_vec(),
            Tree::Leaf(canister.certified_data.clone()),
        );
        entries.insert(b"module_hash".to_vec(), Tree::Leaf(code.module.0.to_vec()));
        if let Some(module) = network.modules.get(&code.module) {
            let sections = module
                .sections
                .iter()
                .map(|(name, section)| (name.as_bytes(), Tree::Leaf(section.content.clone())));
            entries.insert(b"metadata".to_vec(), Tree::labels(sections));
        }
    }
    Tree::Labels(entries)
}

fn requests(subnet: &Subnet) -> Tree {
    Tree::labels(
        subnet
            .ingress_history
            .iter()
            .map(|(MessageId(id), entry)| (id.to_vec(), request(entry))),
    )
}

fn request(entry: &IngressEntry) -> Tree {
    let status = |status: &str| (b"status".to_vec(), Tree::Leaf(status.as_bytes().to_vec()));
    match &entry.state {
        IngressState::Received => Tree::labels([status("received")]),
        IngressState::Processing => Tree::labels([status("processing")]),
        IngressState::Done(_, Ok(reply)) => Tree::labels([
            (b"reply".to_vec(), Tree::Leaf(reply.to_vec())),
            status("replied"),
        ]),
        IngressState::Done(_, Err(Reject { code, message })) => Tree::labels([
            (
                b"error_code".to_vec(),
                Tree::Leaf(code.to_string().into_bytes()),
            ),
            (b"reject_code".to_vec(), number(code.reject_code() as u64)),
            (
                b"reject_message".to_vec(),
                Tree::Leaf(message.clone().into_bytes()),
            ),
            status("rejected"),
        ]),
    }
}

fn subnets(network: &Network, own: &Subnet) -> Tree {
    Tree::labels(network.subnets.iter().map(|subnet| {
        let mut entries = BTreeMap::from([
            (
                b"canister_ranges".to_vec(),
                Tree::Leaf(ranges(&subnet.ranges)),
            ),
            (
                b"public_key".to_vec(),
                Tree::Leaf(subnet.public_key.clone()),
            ),
            (
                b"type".to_vec(),
                Tree::Leaf(subnet.kind.certified_type().as_bytes().to_vec()),
            ),
        ]);
        if subnet.id == own.id {
            entries.insert(b"metrics".to_vec(), Tree::Leaf(metrics(subnet)));
            entries.insert(b"node".to_vec(), nodes(subnet));
        }
        (subnet.id.0.as_slice().to_vec(), Tree::Labels(entries))
    }))
}

fn nodes(subnet: &Subnet) -> Tree {
    Tree::labels(subnet.nodes.iter().map(|node| {
        let key = Tree::Leaf(node.public_key.clone());
        (node.id.0.as_slice(), Tree::labels([("public_key", key)]))
    }))
}

/// The subnet's metrics, with the integer keys that replicas write.
fn metrics(subnet: &Subnet) -> Vec<u8> {
    let bytes: u64 = subnet.canisters.values().map(Canister::memory_bytes).sum();
    let consumed: u128 = subnet
        .canisters
        .values()
        .fold(0, |sum, canister| sum.saturating_add(canister.consumed));
    let half = |part: u128| {
        Value::from(u64::try_from(part & u128::from(u64::MAX)).expect("masked to 64 bits"))
    };
    self_described(&Value::Map(vec![
        (Value::from(0), Value::from(subnet.canisters.len() as u64)),
        (Value::from(1), Value::from(bytes)),
        (
            Value::from(2),
            Value::Map(vec![
                (Value::from(0), half(consumed)),
                (Value::from(1), half(consumed >> 64)),
            ]),
        ),
        (Value::from(3), Value::from(subnet.update_transactions)),
    ]))
}

fn canister_ranges(network: &Network) -> Tree {
    Tree::labels(network.subnets.iter().map(|subnet| {
        let leaves = subnet.ranges.chunks(RANGES_PER_LEAF).map(|chunk| {
            let first = id_bytes(CanisterId::from_index(chunk[0].0));
            (first, Tree::Leaf(ranges(chunk)))
        });
        (subnet.id.0.as_slice().to_vec(), Tree::labels(leaves))
    }))
}

fn ranges(ranges: &[(u64, u64)]) -> Vec<u8> {
    let id = |index: u64| Value::Bytes(id_bytes(CanisterId::from_index(index)));
    let list = ranges
        .iter()
        .map(|(start, end)| Value::Array(vec![id(*start), id(*end)]))
        .collect();
    self_described(&Value::Array(list))
}

fn id_bytes(id: CanisterId) -> Vec<u8> {
    id.0.as_slice().to_vec()
}

/// A natural number as ULEB128.
fn number(mut value: u64) -> Tree {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return Tree::Leaf(bytes);
        }
        bytes.push(low | 0x80);
    }
}
