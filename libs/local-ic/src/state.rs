//! The state of a network: plain owned data, serialisable, without references or caches.
//!
//! ```text
//! Network ─ Subnet ─ Canister ─ ExecutionState (heap, globals, stable memory)
//!                 │          ├─ contexts, callbacks, inputs   (messages under way)
//!                 │          └─ settings, log, history, chunks, snapshots
//!                 ├─ outbox, management queue
//!                 └─ ingress pool and history
//! ```

mod call;
mod canister;
mod inputs;
mod journal;
mod subnet;

pub use call::{Callback, Context, Ingress, Message, Origin, Request, Response};
pub use canister::{Canister, Settings, Snapshot, SnapshotId, Status, StopWaiter, Visibility};
pub use inputs::{Input, Inputs};
pub use journal::{Change, ChangeOrigin, ChangeRecord, History, Journal, LogLine};
pub use subnet::{DeferredAnswer, IngressEntry, IngressState, Management, Node, Subnet};

use crate::error::{ErrorCode, Reject};
use crate::ids::{CanisterId, ModuleHash, SubnetId, TimeNs};
use crate::topology::SubnetKind;
use crate::wasm::validate::CustomSection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that are shared, not copied.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(pub Arc<[u8]>);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_bytes::Bytes::new(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Blob(
            serde_bytes::ByteBuf::deserialize(deserializer)?
                .into_vec()
                .into(),
        ))
    }
}

/// A module in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredModule {
    /// As it was uploaded.
    pub wasm: Blob,
    /// Its metadata, by name.
    pub sections: BTreeMap<String, CustomSection>,
}

/// Modules in use, by the hash of their bytes.
pub type Modules = BTreeMap<ModuleHash, StoredModule>;

/// Everything that a network is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// What all keys and random numbers are derived from.
    pub seed: u64,
    /// The clock.
    pub time: TimeNs,
    /// The time of the last round, which is the time that is certified and that queries see; a
    /// round's time is always later than the one before.
    pub last_round: TimeNs,
    /// Rounds run so far.
    pub rounds: u64,
    /// Subnets in the order of their creation; the first is the root.
    pub subnets: Vec<Subnet>,
    /// Modules in use.
    pub modules: Modules,
    /// Whether ingress messages over HTTP must be signed.
    pub validate_ingress: bool,
    /// Messages between subnets that arrive in the next round.
    pub in_transit: Vec<Message>,
    /// Messages submitted without a signature so far; makes their ids distinct.
    pub unsigned_messages: u64,
    /// Allocation ranges given to subnets so far.
    pub ranges: u64,
}

impl Network {
    /// The subnet with this id.
    pub fn subnet(&self, id: SubnetId) -> Option<&Subnet> {
        self.subnets.iter().find(|subnet| subnet.id == id)
    }

    /// The subnet with this id.
    pub fn subnet_mut(&mut self, id: SubnetId) -> Option<&mut Subnet> {
        self.subnets.iter_mut().find(|subnet| subnet.id == id)
    }

    /// The subnet to whose ranges the id belongs, whether or not the canister exists.
    pub fn route(&self, canister: CanisterId) -> Option<SubnetId> {
        let index = canister.index()?;
        self.subnets
            .iter()
            .find(|subnet| subnet.owns(index))
            .map(|subnet| subnet.id)
    }

    /// The canister, if it exists.
    pub fn canister(&self, id: CanisterId) -> Option<&Canister> {
        self.subnets
            .iter()
            .find_map(|subnet| subnet.canisters.get(&id))
    }

    /// The canister, if it exists.
    pub fn canister_mut(&mut self, id: CanisterId) -> Option<&mut Canister> {
        self.subnets
            .iter_mut()
            .find_map(|subnet| subnet.canisters.get_mut(&id))
    }

    /// Where a canister is created when the caller names no subnet.
    pub fn default_subnet(&self) -> &Subnet {
        [
            SubnetKind::Application,
            SubnetKind::VerifiedApplication,
            SubnetKind::System,
        ]
        .iter()
        .find_map(|kind| self.subnets.iter().find(|subnet| subnet.kind == *kind))
        .unwrap_or(&self.subnets[0])
    }

    /// Forgets modules that no canister and no snapshot uses, once there are many of them.
    pub fn collect_modules(&mut self) {
        const KEPT: usize = 100;
        if self.modules.len() <= KEPT {
            return;
        }
        let used: std::collections::BTreeSet<ModuleHash> = self
            .subnets
            .iter()
            .flat_map(|subnet| subnet.canisters.values())
            .flat_map(|canister| {
                let code = canister.code.iter().map(|code| code.module);
                let snapshots = canister
                    .snapshots
                    .values()
                    .map(|snapshot| snapshot.code.module);
                code.chain(snapshots)
            })
            .collect();
        self.modules.retain(|hash, _| used.contains(hash));
    }
}

/// The rejection for a canister that is not there.
pub fn not_found(canister: CanisterId) -> Reject {
    Reject::new(
        ErrorCode::CanisterNotFound,
        format!("Canister {canister} not found."),
    )
}
