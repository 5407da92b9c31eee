//! One embedded Internet Computer: a network and the machine that runs it.

use crate::certification;
use crate::error::Reject;
use crate::exec::{Machine, Queries, QueryCall};
use crate::ids::{CanisterId, Cycles, MessageId, SubnetId, TimeNs};
use crate::ingress::{self, TooLarge};
use crate::limits;
use crate::management;
use crate::memory::{PAGE_BYTES, PageMap, WASM_PAGE_BYTES};
use crate::round;
use crate::sandbox::SenderInfo;
use crate::state::{Ingress, IngressState, Network};
use crate::storage::{self, LoadError, SaveError};
use crate::topology::{self, ConfigError, InstanceConfig, Topology};
use crate::wasm::module::Compiler;
use candid::Principal;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Rounds that [`Ic::await_ingress`] runs before it gives up.
const AWAIT_ROUNDS: usize = 100;

/// A call without a signature: the sender is taken at its word.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who calls.
    pub sender: Principal,
    /// See [`SenderInfo`].
    pub sender_info: SenderInfo,
    /// Who is called; [`CanisterId::MANAGEMENT`] for the management canister.
    pub canister: CanisterId,
    /// Where a call to the management canister goes.
    pub effective: Effective,
    /// The method.
    pub method: String,
    /// The argument.
    pub payload: Vec<u8>,
}

/// What decides the subnet of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective {
    /// The called canister, or what the argument is about.
    None,
    /// This subnet.
    Subnet(SubnetId),
    /// The subnet of this canister id.
    Canister(CanisterId),
}

/// What is known of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IngressStatus {
    /// Nothing.
    Unknown,
    /// It was accepted.
    Received,
    /// It is being executed.
    Processing,
    /// It was answered.
    Done(Result<Vec<u8>, Reject>),
}

/// Why the clock cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// It does not go back.
    #[error("SettingTimeIntoPast(({current}, {requested})): the network's time does not go back")]
    InPast {
        /// The network's time.
        current: TimeNs,
        /// The time asked for.
        requested: TimeNs,
    },
    /// It does not go so far.
    #[error(
        "the time {requested} is too late: the network's time ends at {}",
        limits::MAX_TIME_NS
    )]
    TooLate {
        /// The time asked for.
        requested: TimeNs,
    },
}

/// Why a stable memory cannot be read or written from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StableMemoryError {
    /// There is no such canister.
    #[error("CanisterNotFound({0})")]
    NotFound(CanisterId),
    /// The canister has no code.
    #[error("CanisterIsEmpty({0})")]
    Empty(CanisterId),
    /// It is too large to be copied.
    #[error(
        "the stable memory of {canister} has {bytes} bytes: at most {} can be read at once",
        limits::MAX_STABLE_COPY_BYTES
    )]
    TooLarge {
        /// The canister.
        canister: CanisterId,
        /// What it holds.
        bytes: u64,
    },
}

/// The status of a message is only for its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Forbidden(\"The user tries to access Request ID not signed by the caller.\")")]
pub struct Forbidden;

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It is larger than its subnet takes them.
    #[error("BadIngressMessage(\"{0}\")")]
    TooLarge(#[from] TooLarge),
    /// Something else speaks against it.
    #[error(transparent)]
    Refused(#[from] Reject),
}

/// Why a message's answer cannot be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AwaitError {
    /// No such message.
    #[error("BadIngressMessage(\"Message {0} is not known: submit it first, or it has expired\")")]
    Unknown(MessageId),
    /// No answer came.
    #[error("BadIngressMessage(\"Failed to answer to ingress {0} after {AWAIT_ROUNDS} rounds.\")")]
    NoAnswer(MessageId),
}

/// See the module's documentation. Methods that run canister code need a host stack of more than
/// 5 MiB ([`crate::wasm::execute::on_big_stack`]).
pub struct Ic {
    network: Network,
    machine: Machine,
    /// Data certificates of the state as it is now.
    certificates: HashMap<CanisterId, Arc<[u8]>>,
}

impl Ic {
    /// A new network.
    pub fn new(config: &InstanceConfig, compiler: Arc<Compiler>) -> Result<Self, ConfigError> {
        Ok(Self {
            network: topology::create(config)?,
            machine: Machine::new(compiler),
            certificates: HashMap::new(),
        })
    }

    /// The network that was saved in this directory.
    pub fn load(directory: &Path, compiler: Arc<Compiler>) -> Result<Self, LoadError> {
        Ok(Self {
            network: storage::load(directory)?,
            machine: Machine::new(compiler),
            certificates: HashMap::new(),
        })
    }

    /// Writes the network into this directory; what was there before is replaced as a whole.
    pub fn save(&self, directory: &Path) -> Result<(), SaveError> {
        storage::save(&self.network, directory)
    }

    /// Whether a network was saved in this directory.
    pub fn holds_state(directory: &Path) -> bool {
        storage::holds_state(directory)
    }

    /// The state.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Subnets and their canister ranges.
    pub fn topology(&self) -> Topology {
        topology::describe(&self.network)
    }

    /// The clock.
    pub fn time(&self) -> TimeNs {
        self.network.time
    }

    /// Moves the clock forward; the next round has this time.
    pub fn set_time(&mut self, to: TimeNs) -> Result<(), TimeError> {
        if to < self.network.time {
            return Err(TimeError::InPast {
                current: self.network.time,
                requested: to,
            });
        }
        if to > limits::MAX_TIME_NS {
            return Err(TimeError::TooLate { requested: to });
        }
        self.certificates.clear();
        self.network.time = to;
        Ok(())
    }

    /// Moves the clock forward and certifies the state at this time.
    pub fn set_certified_time(&mut self, to: TimeNs) -> Result<(), TimeError> {
        self.set_time(to)?;
        self.network.last_round = self.network.last_round.max(to);
        Ok(())
    }

    /// Whether ingress messages over HTTP must be signed from now on.
    pub const fn set_validate_ingress(&mut self, validate: bool) {
        self.network.validate_ingress = validate;
    }

    /// Runs one round on every subnet.
    pub fn tick(&mut self) {
        self.certificates.clear();
        round::run(&mut self.network, &mut self.machine);
    }

    /// Submits an update call; it is executed by later rounds.
    pub fn submit(&mut self, call: Call) -> Result<(SubnetId, MessageId), SubmitError> {
        let subnet = self.route(&call)?;
        let effective = match call.effective {
            _ if call.canister != CanisterId::MANAGEMENT => call.canister.0,
            Effective::Canister(id) => id.0,
            Effective::Subnet(_) | Effective::None => subnet.0,
        };
        self.network.unsigned_messages += 1;
        let id = topology::derive(&[b"message", &self.network.unsigned_messages.to_be_bytes()]);
        let ingress = Ingress {
            id: MessageId(id),
            sender: call.sender,
            sender_info: call.sender_info,
            receiver: call.canister,
            method: call.method,
            payload: call.payload,
            expiry: self.network.time + limits::INGRESS_WINDOW_NS,
        };
        let id = ingress.id;
        self.check_size(subnet, id, ingress::envelope_bytes(&ingress))?;
        self.accept(subnet, effective, ingress)?;
        Ok((subnet, id))
    }

    /// Refuses a message of too many bytes.
    pub(crate) fn check_size(
        &self,
        subnet: SubnetId,
        id: MessageId,
        size: usize,
    ) -> Result<(), TooLarge> {
        let subnet = self.network.subnet(subnet);
        ingress::check_size(subnet.expect("routed to an existing subnet"), id, size)
    }

    /// Takes a message into the pool if nothing speaks against it.
    pub(crate) fn accept(
        &mut self,
        subnet: SubnetId,
        effective: Principal,
        ingress: Ingress,
    ) -> Result<(), Reject> {
        ingress::filter(&self.network, &mut self.machine, subnet, &ingress)?;
        self.certificates.clear();
        ingress::accept(&mut self.network, subnet, effective, ingress);
        Ok(())
    }

    /// What is known of a message. A caller who is named must be its sender.
    pub fn ingress_status(
        &self,
        id: MessageId,
        caller: Option<Principal>,
    ) -> Result<IngressStatus, Forbidden> {
        let Some(entry) = self
            .network
            .subnets
            .iter()
            .find_map(|subnet| subnet.ingress_history.get(&id))
        else {
            return Ok(IngressStatus::Unknown);
        };
        if caller.is_some_and(|caller| caller != entry.sender) {
            return Err(Forbidden);
        }
        Ok(match &entry.state {
            IngressState::Received => IngressStatus::Received,
            IngressState::Processing => IngressStatus::Processing,
            IngressState::Done(_, result) => {
                IngressStatus::Done(result.clone().map(serde_bytes::ByteBuf::into_vec))
            }
        })
    }

    /// Runs rounds until the message is answered.
    pub fn await_ingress(&mut self, id: MessageId) -> Result<Result<Vec<u8>, Reject>, AwaitError> {
        for round in 0..=AWAIT_ROUNDS {
            match self.ingress_status(id, None) {
                Ok(IngressStatus::Done(result)) => return Ok(result),
                Ok(IngressStatus::Unknown) | Err(Forbidden) => return Err(AwaitError::Unknown(id)),
                Ok(IngressStatus::Received | IngressStatus::Processing) if round < AWAIT_ROUNDS => {
                    self.tick();
                }
                Ok(IngressStatus::Received | IngressStatus::Processing) => {}
            }
        }
        Err(AwaitError::NoAnswer(id))
    }

    /// Answers a query call from the latest state.
    pub fn query(&mut self, call: Call) -> Result<Vec<u8>, Reject> {
        let subnet = self.route(&call)?;
        let query = QueryCall {
            caller: call.sender,
            caller_info: call.sender_info,
            method: call.method,
            payload: call.payload,
        };
        self.query_on(subnet, call.canister, query)
    }

    /// Answers a query at a subnet.
    pub(crate) fn query_on(
        &mut self,
        subnet: SubnetId,
        canister: CanisterId,
        call: QueryCall,
    ) -> Result<Vec<u8>, Reject> {
        let certificate = self
            .data_certificate(canister)
            .map(|certificate| (canister, certificate));
        let subnet = self
            .network
            .subnet(subnet)
            .expect("routed to an existing subnet");
        if canister == CanisterId::MANAGEMENT {
            return management::query(subnet, &call);
        }
        Queries {
            machine: &mut self.machine,
            subnet,
            modules: &self.network.modules,
            now: self.network.last_round,
            certificate,
        }
        .query(canister, call)
    }

    /// The certificate of the canister's certified data in the state as it is now, for code that
    /// can ask for it.
    fn data_certificate(&mut self, canister: CanisterId) -> Option<Arc<[u8]>> {
        let code = self.network.canister(canister)?.code.as_ref()?;
        let module = self.machine.module(&self.network.modules, code.module);
        if !module.reads_data_certificate() {
            return None;
        }
        if let Some(certificate) = self.certificates.get(&canister) {
            return Some(certificate.clone());
        }
        let certificate: Arc<[u8]> =
            certification::data_certificate(&self.network, canister)?.into();
        self.certificates.insert(canister, certificate.clone());
        Some(certificate)
    }

    fn route(&self, call: &Call) -> Result<SubnetId, Reject> {
        let by_canister = |id: CanisterId| {
            self.network
                .route(id)
                .ok_or_else(|| crate::state::not_found(id))
        };
        if call.canister != CanisterId::MANAGEMENT {
            return by_canister(call.canister);
        }
        match call.effective {
            Effective::Subnet(id) => {
                self.network
                    .subnet(id)
                    .map(|subnet| subnet.id)
                    .ok_or_else(|| {
                        Reject::new(
                            crate::error::ErrorCode::SubnetNotFound,
                            format!("Subnet {id} not found: see the topology for those that exist"),
                        )
                    })
            }
            Effective::Canister(id) => by_canister(id),
            Effective::None => match management::effective_canister(&call.method, &call.payload) {
                Some(id) => by_canister(id),
                None => Ok(self.network.default_subnet().id),
            },
        }
    }

    /// DER of the subnet's public key, 133 bytes.
    pub fn public_key(&self, subnet: SubnetId) -> Option<Vec<u8>> {
        Some(self.network.subnet(subnet)?.public_key.clone())
    }

    /// The subnet of a canister that exists.
    pub fn subnet_of(&self, canister: CanisterId) -> Option<SubnetId> {
        self.network.canister(canister)?;
        self.network.route(canister)
    }

    /// The canister's balance.
    pub fn cycles(&self, canister: CanisterId) -> Option<Cycles> {
        Some(self.network.canister(canister)?.cycles)
    }

    /// Adds cycles out of nothing; the new balance.
    pub fn add_cycles(&mut self, canister: CanisterId, amount: Cycles) -> Option<Cycles> {
        let canister = self.network.canister_mut(canister)?;
        canister.credit(amount);
        Some(canister.cycles)
    }

    /// Who controls the canister.
    pub fn controllers(&self, canister: CanisterId) -> Option<Vec<Principal>> {
        let canister = self.network.canister(canister)?;
        Some(canister.settings.controllers.iter().copied().collect())
    }

    /// The bytes of the canister's stable memory.
    pub fn stable_memory(&self, canister: CanisterId) -> Result<Vec<u8>, StableMemoryError> {
        let found = self.network.canister(canister);
        let found = found.ok_or(StableMemoryError::NotFound(canister))?;
        let code = found.code.as_ref();
        let stable = &code.ok_or(StableMemoryError::Empty(canister))?.stable;
        let bytes = stable.bytes();
        let len = usize::try_from(bytes)
            .ok()
            .filter(|_| bytes <= limits::MAX_STABLE_COPY_BYTES)
            .ok_or(StableMemoryError::TooLarge { canister, bytes })?;
        let mut bytes = vec![0; len];
        stable.pages.read(0, &mut bytes);
        Ok(bytes)
    }

    /// Replaces the canister's stable memory by these bytes, filled up to a whole Wasm page.
    pub fn set_stable_memory(
        &mut self,
        canister: CanisterId,
        bytes: &[u8],
    ) -> Result<(), StableMemoryError> {
        let found = self.network.canister_mut(canister);
        let found = found.ok_or(StableMemoryError::NotFound(canister))?;
        let code = found.code.as_mut();
        let code = code.ok_or(StableMemoryError::Empty(canister))?;
        let mut pages = PageMap::default();
        for (index, page) in bytes.chunks(PAGE_BYTES).enumerate() {
            if page.iter().any(|byte| *byte != 0) {
                pages.write((index * PAGE_BYTES) as u64, page);
            }
        }
        code.stable.pages = pages;
        code.stable.size = (bytes.len() as u64).div_ceil(WASM_PAGE_BYTES);
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
