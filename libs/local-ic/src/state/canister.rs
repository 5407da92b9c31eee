//! One canister.

use super::{Callback, Context, History, Inputs, Journal, Origin};
use crate::fees::Fees;
use crate::ids::{CallbackId, CanisterId, ContextId, Cycles, MessageId, TimeNs};
use crate::sandbox::{FreezePolicy, QueueRoom};
use crate::state::Request;
use crate::wasm::ExecutionState;
use candid::Principal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who may see something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// The controllers.
    #[default]
    Controllers,
    /// Everyone.
    Public,
    /// The controllers and these.
    Viewers(BTreeSet<Principal>),
}

/// What controllers can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Who controls the canister.
    pub controllers: BTreeSet<Principal>,
    /// Percent of a core.
    pub compute_allocation: u64,
    /// Bytes; zero if none.
    pub memory_allocation: u64,
    /// Seconds that the balance must last.
    pub freezing_threshold: u64,
    /// Cycles that may be reserved for storage.
    pub reserved_cycles_limit: Cycles,
    /// Cycles that a call of another canister must bring.
    pub minimum_call_cycles: Cycles,
    /// Bytes of the heap; zero means no limit.
    pub wasm_memory_limit: u64,
    /// Bytes left below the limit at which the low memory hook runs.
    pub wasm_memory_threshold: u64,
    /// Bytes of the log.
    pub log_memory_limit: u64,
    /// Who may read the log.
    pub log_visibility: Visibility,
    /// Who may list and read snapshots.
    pub snapshot_visibility: Visibility,
    /// Who may read the status.
    pub status_visibility: Visibility,
    /// What the code can read by name.
    pub environment_variables: BTreeMap<String, String>,
}

impl Settings {
    /// The defaults of the interface specification, but for the limit of the heap.
    pub fn new(controllers: impl IntoIterator<Item = Principal>) -> Self {
        Self {
            controllers: controllers.into_iter().collect(),
            compute_allocation: 0,
            memory_allocation: 0,
            freezing_threshold: 2_592_000,
            reserved_cycles_limit: 5_000_000_000_000,
            minimum_call_cycles: 0,
            wasm_memory_limit: crate::limits::DEFAULT_WASM_MEMORY_LIMIT,
            wasm_memory_threshold: 0,
            log_memory_limit: crate::limits::LOG_BYTES as u64,
            log_visibility: Visibility::Controllers,
            snapshot_visibility: Visibility::Controllers,
            status_visibility: Visibility::Controllers,
            environment_variables: BTreeMap::new(),
        }
    }
}

/// Who waits for a canister to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopWaiter {
    /// A user's call.
    Ingress {
        /// The call.
        id: MessageId,
        /// When it was made.
        since: TimeNs,
    },
    /// A canister's call.
    Canister {
        /// The call; its payload is of no more use.
        request: Request,
        /// When it was made.
        since: TimeNs,
    },
}

/// Whether a canister takes calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It does.
    Running,
    /// It finishes what it began.
    Stopping(Vec<StopWaiter>),
    /// It does not.
    Stopped,
}

impl Status {
    /// The number that `ic0.canister_status` answers.
    pub fn code(&self) -> u32 {
        match self {
            Status::Running => 1,
            Status::Stopping(_) => 2,
            Status::Stopped => 3,
        }
    }
}

/// A snapshot's id, as in the replica: a counter in eight bytes big-endian, then the canister's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl SnapshotId {
    /// The canister that it was taken of.
    pub fn canister(&self) -> Option<Principal> {
        Principal::try_from_slice(self.0.get(8..)?).ok()
    }
}

/// A canister's contents at some time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: TimeNs,
    /// The canister version then.
    pub version: u64,
    /// Code, heap, globals and stable memory.
    pub code: ExecutionState,
    /// Certified data.
    #[serde(with = "serde_bytes")]
    pub certified_data: Vec<u8>,
    /// The chunk store.
    pub chunks: BTreeMap<[u8; 32], serde_bytes::ByteBuf>,
    /// Bytes it takes.
    pub bytes: u64,
}

/// See the module's documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canister {
    /// Its id.
    pub id: CanisterId,
    /// What controllers can set.
    pub settings: Settings,
    /// Whether it takes calls.
    pub status: Status,
    /// Grows with every change.
    pub version: u64,
    /// The balance.
    pub cycles: Cycles,
    /// Cycles used up over its life.
    pub consumed: Cycles,
    /// Until when storage and compute have been paid.
    pub paid_until: TimeNs,
    /// When it was created.
    pub created: TimeNs,
    /// When its code was last installed, or loaded from a snapshot.
    pub last_install: Option<TimeNs>,
    /// Module and memories; `None` for an empty canister.
    pub code: Option<ExecutionState>,
    /// Bytes of the module as uploaded, and of its custom sections.
    pub module_bytes: (u64, u64),
    /// At most 32 bytes.
    #[serde(with = "serde_bytes")]
    pub certified_data: Vec<u8>,
    /// When the global timer fires; 0 for never.
    pub timer: TimeNs,
    /// Whether the low memory hook is due, and whether it has run since the memory was low.
    pub low_memory: (bool, bool),
    /// Calls being executed.
    pub contexts: BTreeMap<ContextId, Context>,
    /// Responses waited for.
    pub callbacks: BTreeMap<CallbackId, Callback>,
    /// The next context and callback.
    pub next_ids: (u64, u64),
    /// Messages waiting.
    pub inputs: Inputs,
    /// The log.
    pub log: Journal,
    /// Changes.
    pub history: History,
    /// Chunks of modules, by SHA-256.
    pub chunks: BTreeMap<[u8; 32], serde_bytes::ByteBuf>,
    /// Snapshots.
    pub snapshots: BTreeMap<SnapshotId, Snapshot>,
    /// Snapshots taken so far.
    pub snapshots_taken: u64,
}

impl Canister {
    /// An empty canister.
    pub fn new(id: CanisterId, settings: Settings, cycles: Cycles, now: TimeNs) -> Self {
        Self {
            id,
            settings,
            status: Status::Running,
            version: 0,
            cycles,
            consumed: 0,
            paid_until: now,
            created: now,
            last_install: None,
            code: None,
            module_bytes: (0, 0),
            certified_data: Vec::new(),
            timer: 0,
            low_memory: (false, false),
            contexts: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            next_ids: (0, 0),
            inputs: Inputs::default(),
            log: Journal::default(),
            history: History::default(),
            chunks: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            snapshots_taken: 0,
        }
    }

    /// Bytes of heap and stable memory.
    pub fn execution_bytes(&self) -> u64 {
        self.code.as_ref().map_or(0, |code| {
            code.heap_pages * crate::memory::WASM_PAGE_BYTES + code.stable.bytes()
        })
    }

    /// Bytes beside heap and stable memory that are paid for.
    pub fn other_bytes(&self) -> u64 {
        self.module_bytes.0
            + self.module_bytes.1
            + self.global_bytes()
            + self.chunk_bytes()
            + self.snapshots_bytes()
            + self.history_bytes()
            + self.log.bytes() as u64
    }

    /// Bytes of the globals.
    fn global_bytes(&self) -> u64 {
        self.code
            .as_ref()
            .map_or(0, |code| 8 * code.globals.len() as u64)
    }

    /// Bytes of all snapshots.
    fn snapshots_bytes(&self) -> u64 {
        self.snapshots.values().map(|snapshot| snapshot.bytes).sum()
    }

    /// Bytes of the chunk store; each chunk counts as a whole one.
    pub fn chunk_bytes(&self) -> u64 {
        self.chunks.len() as u64 * crate::limits::CHUNK_BYTES as u64
    }

    /// Bytes of the history.
    pub fn history_bytes(&self) -> u64 {
        self.history.changes.len() as u64 * 96
    }

    /// Bytes used altogether.
    pub fn memory_bytes(&self) -> u64 {
        self.execution_bytes() + self.other_bytes()
    }

    /// What decides the freezing threshold.
    pub fn freeze_policy(&self) -> FreezePolicy {
        FreezePolicy {
            seconds: self.settings.freezing_threshold,
            other_bytes: self.other_bytes(),
            memory_allocation: self.settings.memory_allocation,
            compute_allocation: self.settings.compute_allocation,
        }
    }

    /// The freezing threshold in cycles.
    pub fn freezing_threshold(&self, fees: &Fees) -> Cycles {
        self.freezing_threshold_with(fees, self.memory_bytes())
    }

    /// The freezing threshold in cycles if the canister used so many bytes altogether.
    pub fn freezing_threshold_with(&self, fees: &Fees, bytes: u64) -> Cycles {
        let policy = FreezePolicy {
            other_bytes: 0,
            ..self.freeze_policy()
        };
        policy.threshold(fees, bytes)
    }

    /// Bytes that a snapshot of the canister takes.
    pub fn snapshot_bytes(&self) -> u64 {
        self.execution_bytes()
            + self.module_bytes.0
            + self.global_bytes()
            + self.chunk_bytes()
            + self.certified_data.len() as u64
    }

    /// Bytes that remain when the canister is emptied.
    pub fn lasting_bytes(&self) -> u64 {
        self.snapshots_bytes() + self.history_bytes()
    }

    /// Cycles for storage and allocations over so many nanoseconds.
    pub fn idle_cost(&self, fees: &Fees, ns: u64) -> Cycles {
        let bytes = self.settings.memory_allocation.max(self.memory_bytes());
        let ns = ns.into();
        fees.storage(bytes, ns) + fees.compute(self.settings.compute_allocation, ns)
    }

    /// Adds cycles; a balance ends at the largest number, as on the Internet Computer.
    pub fn credit(&mut self, amount: Cycles) {
        self.cycles = self.cycles.saturating_add(amount);
    }

    /// Notes cycles as used up; taking them is the caller's business.
    pub fn note_consumed(&mut self, amount: Cycles) {
        self.consumed = self.consumed.saturating_add(amount);
    }

    /// Takes cycles if the balance stays above the freezing threshold; answers what is missing.
    pub fn withdraw(&mut self, fees: &Fees, amount: Cycles) -> Result<(), Cycles> {
        let needed = amount + self.freezing_threshold(fees);
        if self.cycles < needed {
            return Err(needed - self.cycles);
        }
        self.cycles -= amount;
        Ok(())
    }

    /// Notes that the low memory hook is due when the heap comes close to its limit. To be called
    /// whenever heap, limit or threshold may have changed.
    pub fn update_low_memory(&mut self) {
        let Some(code) = &self.code else { return };
        let used = code.heap_pages * crate::memory::WASM_PAGE_BYTES;
        // As in the replica: above the limit memory is low whatever the threshold, and so it is if the
        // limit is zero.
        let low = self.settings.wasm_memory_limit < used + self.settings.wasm_memory_threshold;
        let (due, ran) = self.low_memory;
        self.low_memory = (low && (due || !ran), low && ran);
    }

    /// Room in the queues to other canisters: open calls count.
    pub fn queue_room(&self) -> QueueRoom {
        let mut room = QueueRoom::default();
        for callback in self.callbacks.values() {
            *room.used.entry(callback.callee).or_default() += 1;
        }
        room
    }

    /// Adds lines to the log, after `skipped` ones that nobody kept.
    pub fn write_log(
        &mut self,
        now: TimeNs,
        skipped: u64,
        lines: impl IntoIterator<Item = Vec<u8>>,
    ) {
        self.log
            .append(now, skipped, lines, self.settings.log_memory_limit);
    }

    /// Opens a call context.
    pub fn open_context(&mut self, context: Context) -> ContextId {
        let id = ContextId(self.next_ids.0);
        self.next_ids.0 += 1;
        self.contexts.insert(id, context);
        id
    }

    /// Registers a callback.
    pub fn register_callback(&mut self, callback: Callback) -> CallbackId {
        let id = CallbackId(self.next_ids.1);
        self.next_ids.1 += 1;
        if let Some(context) = self.contexts.get_mut(&callback.context) {
            context.outstanding += 1;
        }
        self.callbacks.insert(id, callback);
        id
    }

    /// Whether calls are open that must end before the canister can stop.
    pub fn has_open_contexts(&self) -> bool {
        !self.contexts.is_empty()
    }

    /// Whether the origin of the context is a task of the system.
    pub fn is_system_task(&self, context: ContextId) -> bool {
        matches!(
            self.contexts.get(&context),
            Some(Context {
                origin: Origin::System,
                ..
            })
        )
    }
}
