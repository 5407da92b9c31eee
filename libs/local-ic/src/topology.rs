//! Subnets: their kinds, keys, nodes and ranges of canister ids.

use crate::ids::{CanisterId, NodeId, SubnetId, TimeNs};
use crate::limits::RANGE_CANISTERS;
use crate::state::{Network, Node, Subnet};
use candid::Principal;
use ed25519_dalek::SigningKey;
use ic_verify_bls_signature::{PrivateKey, PublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};

/// The time at which a network starts unless told otherwise: 6 May 2021, 19:17:10 UTC.
pub const GENESIS: TimeNs = 1_620_328_630_000_000_000;

/// What a subnet is for; spelled as in the `PocketIC` protocol.
#[expect(
    missing_docs,
    reason = "the names are the documentation, as in the protocol"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SubnetKind {
    Application,
    Bitcoin,
    CloudEngine,
    Fiduciary,
    II,
    NNS,
    SNS,
    System,
    TestThresholdKeys,
    VerifiedApplication,
}

impl SubnetKind {
    /// Whether the subnet charges nothing and has the larger limits.
    pub const fn is_system(self) -> bool {
        matches!(self, Self::NNS | Self::II | Self::Bitcoin | Self::System)
    }

    /// The type in the certified state.
    pub const fn certified_type(self) -> &'static str {
        match self {
            Self::NNS | Self::II | Self::Bitcoin | Self::System => "system",
            Self::VerifiedApplication => "verified_application",
            Self::CloudEngine => "cloud_engine",
            Self::Application | Self::Fiduciary | Self::SNS | Self::TestThresholdKeys => {
                "application"
            }
        }
    }

    const fn nodes(self) -> usize {
        match self {
            Self::NNS => 40,
            Self::Fiduciary | Self::SNS | Self::II => 34,
            _ => 13,
        }
    }

    /// Ranges of ids that the subnet has on the public network.
    const fn public_ranges(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::NNS => &[
                ("rwlgt-iiaaa-aaaaa-aaaaa-cai", "renrk-eyaaa-aaaaa-aaada-cai"),
                ("qoctq-giaaa-aaaaa-aaaea-cai", "n5n4y-3aaaa-aaaaa-p777q-cai"),
            ],
            Self::II => &[
                ("rdmx6-jaaaa-aaaaa-aaadq-cai", "rdmx6-jaaaa-aaaaa-aaadq-cai"),
                ("uc7f6-kaaaa-aaaaq-qaaaa-cai", "ijz7v-ziaaa-aaaaq-7777q-cai"),
            ],
            Self::Bitcoin => &[("g3wsl-eqaaa-aaaan-aaaaa-cai", "2qqia-xyaaa-aaaan-p777q-cai")],
            Self::Fiduciary => &[("mf7xa-laaaa-aaaar-qaaaa-cai", "qoznl-yiaaa-aaaar-7777q-cai")],
            Self::SNS => &[("ybpmr-kqaaa-aaaaq-aaaaa-cai", "ekjw2-zyaaa-aaaaq-p777q-cai")],
            _ => &[],
        }
    }
}

/// A subnet to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetSpec {
    /// What it is for.
    pub kind: SubnetKind,
    /// Whether instruction limits are lifted.
    pub benchmarking: bool,
    /// Whether nothing costs cycles.
    pub free: bool,
    /// Who may create canisters on it.
    pub admins: Vec<Principal>,
}

impl SubnetSpec {
    /// A subnet of this kind with nothing unusual.
    pub const fn new(kind: SubnetKind) -> Self {
        Self {
            kind,
            benchmarking: false,
            free: false,
            admins: Vec::new(),
        }
    }
}

/// A network to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceConfig {
    /// In the order of creation; the first is the root.
    pub subnets: Vec<SubnetSpec>,
    /// When it starts.
    pub time: TimeNs,
    /// What keys and random numbers are derived from.
    pub seed: u64,
    /// Whether ingress messages over HTTP must be signed.
    pub validate_ingress: bool,
}

impl InstanceConfig {
    /// A network of these kinds of subnets, everything else as usual.
    pub fn new(kinds: &[SubnetKind]) -> Self {
        Self {
            subnets: kinds.iter().copied().map(SubnetSpec::new).collect(),
            time: GENESIS,
            seed: 0,
            validate_ingress: true,
        }
    }
}

/// Why a network cannot be created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It would begin at a time from which no deadline can be counted.
    #[error("the time {0} is too late to begin at: times end in the year 2262")]
    TooLate(TimeNs),
    /// There is no subnet.
    #[error("a network needs at least one subnet: name one in the configuration")]
    NoSubnet,
    /// A kind that exists once is there twice.
    #[error("there can be only one subnet of kind {0:?}: name it once")]
    Twice(SubnetKind),
}

/// A run of canister ids, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub start: CanisterId,
    /// The last.
    pub end: CanisterId,
}

/// A subnet as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetTopology {
    /// Its id.
    pub id: SubnetId,
    /// What it is for.
    pub kind: SubnetKind,
    /// What its keys are derived from.
    pub seed: [u8; 32],
    /// Whether instruction limits are lifted.
    pub benchmarking: bool,
    /// Whether nothing costs cycles.
    pub free: bool,
    /// Who may create canisters on it.
    pub admins: Vec<Principal>,
    /// Its nodes.
    pub nodes: Vec<NodeId>,
    /// Its canister ids.
    pub ranges: Vec<Range>,
}

/// A network as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    /// The subnets, the root first.
    pub subnets: Vec<SubnetTopology>,
    /// An id in the ranges of the subnet where canisters are created by default.
    pub default_effective_canister_id: CanisterId,
}

/// Creates a network.
pub fn create(config: &InstanceConfig) -> Result<Network, ConfigError> {
    if config.subnets.is_empty() {
        return Err(ConfigError::NoSubnet);
    }
    if config.time > crate::limits::MAX_TIME_NS {
        return Err(ConfigError::TooLate(config.time));
    }
    let mut network = Network {
        seed: config.seed,
        time: config.time,
        last_round: config.time,
        rounds: 0,
        subnets: Vec::new(),
        modules: BTreeMap::new(),
        validate_ingress: config.validate_ingress,
        in_transit: Vec::new(),
        unsigned_messages: 0,
        ranges: 0,
    };
    for spec in &config.subnets {
        let named =
            !spec.kind.public_ranges().is_empty() || spec.kind == SubnetKind::TestThresholdKeys;
        if named
            && network
                .subnets
                .iter()
                .any(|subnet| subnet.kind == spec.kind)
        {
            return Err(ConfigError::Twice(spec.kind));
        }
        add_subnet(&mut network, spec);
    }
    Ok(network)
}

fn add_subnet(network: &mut Network, spec: &SubnetSpec) {
    let seed = derive(&[
        b"subnet",
        &network.seed.to_be_bytes(),
        &(network.subnets.len() as u64).to_be_bytes(),
    ]);
    let allocation = next_range(&mut network.ranges);
    let index = |text: &str| {
        let id = CanisterId(Principal::from_text(text).expect("a valid literal"));
        id.index().expect("a canister id")
    };
    let mut ranges: Vec<(u64, u64)> = spec
        .kind
        .public_ranges()
        .iter()
        .map(|(start, end)| (index(start), index(end)))
        .collect();
    ranges.push(allocation);
    let public_key = bls_der(&subnet_key(&seed).public_key());
    network.subnets.push(Subnet {
        id: SubnetId(Principal::self_authenticating(&public_key)),
        public_key,
        kind: spec.kind,
        seed,
        benchmarking: spec.benchmarking,
        free: spec.free,
        admins: spec.admins.clone(),
        nodes: (0..spec.kind.nodes())
            .map(|index| node(&seed, index))
            .collect(),
        ranges,
        allocation,
        next_index: allocation.0,
        canisters: BTreeMap::new(),
        ingress_pool: VecDeque::new(),
        ingress_history: BTreeMap::new(),
        management: VecDeque::new(),
        deferred: Vec::new(),
        outbox: Vec::new(),
        random_draws: 0,
        update_transactions: 0,
    });
}

/// The next range for allocation, counted down from the top of the id space.
fn next_range(given: &mut u64) -> (u64, u64) {
    let start = (u64::MAX / RANGE_CANISTERS - 1 - *given) * RANGE_CANISTERS;
    *given += 1;
    (start, start + RANGE_CANISTERS - 1)
}

/// A network as clients see it.
pub fn describe(network: &Network) -> Topology {
    Topology {
        subnets: network.subnets.iter().map(describe_subnet).collect(),
        default_effective_canister_id: CanisterId::from_index(
            network.default_subnet().allocation.0,
        ),
    }
}

fn describe_subnet(subnet: &Subnet) -> SubnetTopology {
    SubnetTopology {
        id: subnet.id,
        kind: subnet.kind,
        seed: subnet.seed,
        benchmarking: subnet.benchmarking,
        free: subnet.free,
        admins: subnet.admins.clone(),
        nodes: subnet.nodes.iter().map(|node| node.id).collect(),
        ranges: subnet
            .ranges
            .iter()
            .map(|(start, end)| Range {
                start: CanisterId::from_index(*start),
                end: CanisterId::from_index(*end),
            })
            .collect(),
    }
}

/// SHA-256 over length-prefixed parts: how every secret of the network is derived.
pub(crate) fn derive(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"local-ic");
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The key with which a subnet signs certificates.
pub(crate) fn subnet_key(seed: &[u8; 32]) -> PrivateKey {
    (0u64..)
        .find_map(|attempt| {
            let mut bytes = derive(&[b"bls", seed, &attempt.to_be_bytes()]);
            // The group's order has 255 bits; most candidates below 2^254 are valid scalars.
            bytes[0] &= 0x3f;
            PrivateKey::deserialize(&bytes).ok()
        })
        .expect("a few attempts find a valid scalar")
}

/// DER of a BLS12-381 G2 public key, as the interface specification wraps it.
fn bls_der(key: &PublicKey) -> Vec<u8> {
    const PREFIX: [u8; 37] = [
        0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c,
        0x05, 0x03, 0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c,
        0x05, 0x03, 0x02, 0x01, 0x03, 0x61, 0x00,
    ];
    [&PREFIX[..], &key.serialize()].concat()
}

/// The key with which a node signs query responses.
pub(crate) fn node_key(seed: &[u8; 32], node: usize) -> SigningKey {
    SigningKey::from_bytes(&derive(&[b"node", seed, &(node as u64).to_be_bytes()]))
}

fn node(seed: &[u8; 32], index: usize) -> Node {
    // RFC 8410.
    const PREFIX: [u8; 12] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    let key = node_key(seed, index).verifying_key();
    let public_key = [&PREFIX[..], key.as_bytes()].concat();
    Node {
        id: NodeId(Principal::self_authenticating(&public_key)),
        public_key,
    }
}

#[cfg(test)]
mod tests;
