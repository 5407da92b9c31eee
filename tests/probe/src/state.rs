//! What the canister keeps: in stable structures, and on the heap.

use candid::{CandidType, Deserialize};
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};
use ic_stable_structures::storable::{Bound, Storable};
use ic_stable_structures::{DefaultMemoryImpl, StableBTreeMap, StableCell, StableLog};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};

type Memory = VirtualMemory<DefaultMemoryImpl>;

const VALUES: MemoryId = MemoryId::new(0);
const INTERVAL: MemoryId = MemoryId::new(1);
const EVENTS_INDEX: MemoryId = MemoryId::new(2);
const EVENTS: MemoryId = MemoryId::new(3);

thread_local! {
    static MEMORY: RefCell<MemoryManager<DefaultMemoryImpl>> =
        RefCell::new(MemoryManager::init(DefaultMemoryImpl::default()));
    static STORE: RefCell<StableBTreeMap<u64, String, Memory>> =
        RefCell::new(StableBTreeMap::init(memory(VALUES)));
    /// Seconds between two runs of the interval timer; 0 for none.
    static SECONDS: RefCell<StableCell<u64, Memory>> =
        RefCell::new(StableCell::init(memory(INTERVAL), 0));
    static LOG: RefCell<StableLog<Event, Memory, Memory>> =
        RefCell::new(StableLog::init(memory(EVENTS_INDEX), memory(EVENTS)));
    static WRITES: Cell<u64> = const { Cell::new(0) };
    static REFUSES_UPGRADES: Cell<bool> = const { Cell::new(false) };
}

fn memory(id: MemoryId) -> Memory {
    MEMORY.with_borrow(|memory| memory.get(id))
}

pub(crate) fn put(key: u64, value: String) -> Option<String> {
    WRITES.set(WRITES.get() + 1);
    STORE.with_borrow_mut(|store| store.insert(key, value))
}

pub(crate) fn get(key: u64) -> Option<String> {
    STORE.with_borrow(|store| store.get(&key))
}

pub(crate) fn writes() -> u64 {
    WRITES.get()
}

pub(crate) fn refuse_upgrades(yes: bool) {
    REFUSES_UPGRADES.set(yes);
}

pub(crate) fn refuses_upgrades() -> bool {
    REFUSES_UPGRADES.get()
}

pub(crate) fn interval() -> u64 {
    SECONDS.with_borrow(|seconds| *seconds.get())
}

pub(crate) fn set_interval(seconds: u64) {
    SECONDS.with_borrow_mut(|cell| cell.set(seconds));
}

/// Something that happened to the canister.
#[derive(CandidType, Deserialize)]
pub(crate) struct Event {
    name: String,
    /// The canister version at that moment.
    version: u64,
}

impl Storable for Event {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(candid::encode_one(self).expect("events encode"))
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        candid::decode_one(&bytes).expect("events of our own decode")
    }

    const BOUND: Bound = Bound::Unbounded;
}

pub(crate) fn note(name: &str) {
    let event = Event {
        name: name.to_owned(),
        version: ic_cdk::api::canister_version(),
    };
    LOG.with_borrow_mut(|log| log.append(&event).expect("there is room"));
}

pub(crate) fn events() -> Vec<(String, u64)> {
    LOG.with_borrow(|log| {
        log.iter()
            .map(|event| (event.name, event.version))
            .collect()
    })
}
