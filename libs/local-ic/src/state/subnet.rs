//! One subnet.

use super::{Canister, Ingress, Message, Request};
use crate::error::Reject;
use crate::fees::Fees;
use crate::ids::{CanisterId, MessageId, NodeId, SubnetId, TimeNs};
use crate::limits;
use crate::topology::SubnetKind;
use candid::Principal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What is known of an ingress message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IngressState {
    /// Accepted, not yet inducted.
    Received,
    /// Inducted.
    Processing,
    /// Answered at this time.
    Done(TimeNs, Result<serde_bytes::ByteBuf, Reject>),
}

/// An entry of the ingress history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngressEntry {
    /// Who sent it.
    pub sender: Principal,
    /// The called canister, which a delegation's targets must name for the status to be read;
    /// [`CanisterId::MANAGEMENT`] for calls to the management canister.
    pub receiver: CanisterId,
    /// The effective canister or subnet id of the call: where its status is read.
    pub effective: Principal,
    /// When the entry may be forgotten.
    pub expiry: TimeNs,
    /// What is known.
    pub state: IngressState,
}

/// An answer of the management canister that is given in a later round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredAnswer {
    /// The round in which it may be given.
    pub round: u64,
    /// The call.
    pub request: Request,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// DER of its Ed25519 key.
    #[serde(with = "serde_bytes")]
    pub public_key: Vec<u8>,
}

/// See the module's documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its kind.
    pub kind: SubnetKind,
    /// What its keys are derived from.
    pub seed: [u8; 32],
    /// Whether the instruction limits are lifted.
    pub benchmarking: bool,
    /// Whether nothing costs cycles by its schedule.
    pub free: bool,
    /// Who may create canisters on it.
    pub admins: Vec<Principal>,
    /// DER of its public key, 133 bytes.
    #[serde(with = "serde_bytes")]
    pub public_key: Vec<u8>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Indices of canister ids: `[start, end]`, both included.
    pub ranges: Vec<(u64, u64)>,
    /// The range from which ids are given.
    pub allocation: (u64, u64),
    /// The next index to give.
    pub next_index: u64,
    /// Its canisters.
    pub canisters: BTreeMap<CanisterId, Canister>,
    /// Users' messages accepted but not yet inducted.
    pub ingress_pool: VecDeque<Ingress>,
    /// What is known of users' messages.
    pub ingress_history: BTreeMap<MessageId, IngressEntry>,
    /// Calls to the management canister.
    pub management: VecDeque<Management>,
    /// Answers given in a later round.
    pub deferred: Vec<DeferredAnswer>,
    /// Messages of this round's executions, in order.
    pub outbox: Vec<Message>,
    /// Answers of `raw_rand` given so far.
    pub random_draws: u64,
    /// Successful update executions, for the subnet's metrics.
    pub update_transactions: u64,
}

/// A call to the management canister.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Management {
    /// By a user.
    Ingress(Ingress),
    /// By a canister.
    Request(Request),
}

impl Management {
    /// The argument.
    pub fn payload_mut(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Ingress(ingress) => &mut ingress.payload,
            Self::Request(request) => &mut request.payload,
        }
    }
}

impl Subnet {
    /// Whether the id with this index belongs to the subnet.
    pub fn owns(&self, index: u64) -> bool {
        self.ranges
            .iter()
            .any(|(start, end)| (*start..=*end).contains(&index))
    }

    /// The subnet's prices.
    pub fn fees(&self) -> Fees {
        let nodes = u32::try_from(self.nodes.len()).expect("a subnet has few nodes");
        Fees::new(nodes, self.free || self.kind.is_system())
    }

    /// Instructions of an update, callback or task.
    pub fn update_limit(&self) -> u64 {
        self.limit(
            limits::UPDATE_INSTRUCTIONS,
            limits::SYSTEM_UPDATE_INSTRUCTIONS,
        )
    }

    /// Instructions of an install or upgrade.
    pub fn install_limit(&self) -> u64 {
        self.limit(
            limits::INSTALL_INSTRUCTIONS,
            limits::SYSTEM_INSTALL_INSTRUCTIONS,
        )
    }

    /// Instructions of a query.
    pub fn query_limit(&self) -> u64 {
        self.limit(limits::QUERY_INSTRUCTIONS, limits::QUERY_INSTRUCTIONS)
    }

    fn limit(&self, application: u64, system: u64) -> u64 {
        match () {
            () if self.benchmarking => limits::BENCHMARK_INSTRUCTIONS,
            () if self.kind.is_system() => system,
            () => application,
        }
    }

    /// The next id of the allocation range.
    pub fn next_canister_id(&mut self) -> Option<CanisterId> {
        while self.next_index <= self.allocation.1 {
            let id = CanisterId::from_index(self.next_index);
            self.next_index += 1;
            if !self.canisters.contains_key(&id) {
                return Some(id);
            }
        }
        None
    }

    /// Records what became of a user's message.
    pub fn finish_ingress(&mut self, id: MessageId, now: TimeNs, result: Result<Vec<u8>, Reject>) {
        if let Some(entry) = self.ingress_history.get_mut(&id) {
            entry.expiry = entry.expiry.max(now + limits::INGRESS_HISTORY_NS);
            entry.state = IngressState::Done(now, result.map(Into::into));
        }
    }
}
