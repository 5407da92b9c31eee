//! The structures that could hold the anchors, each with the same records: what writing, reading and noting a use cost,
//! and how much memory they take; and the encodings that the records could have. The canister is good for nothing else afterwards.

use anchors::slots::Slots;
use candid::CandidType;
use canister_kit::guards::Caller;
use canister_kit::layout::memory_manager;
use ic_cdk::api::performance_counter;
use ic_stable_structures::memory_manager::{MemoryId, VirtualMemory};
use ic_stable_structures::storable::Bound;
use ic_stable_structures::{DefaultMemoryImpl, Memory, StableBTreeMap, StableVec, Storable};
use serde::Deserialize;
use std::borrow::Cow;
use types::DeviceData;

/// Bytes of a slot and the longest record of the vector.
const SLOT_BYTES: u32 = 768;
/// Records that are read and rewritten.
const SAMPLE: u64 = 100;
/// So far are they from one another.
const STRIDE: u64 = 7_919;

type Stable = VirtualMemory<DefaultMemoryImpl>;

/// What to measure.
#[derive(CandidType, Deserialize)]
pub struct Wish {
    /// Which structure.
    pub kind: Kind,
    /// Records to add.
    pub records: u64,
    /// How many there are.
    pub present: u64,
    /// The bytes of each.
    #[serde(with = "serde_bytes")]
    pub record: Vec<u8>,
}

/// A structure.
#[derive(CandidType, Deserialize)]
pub enum Kind {
    /// Slots of one size, longer records with a tail elsewhere.
    Slots,
    /// The library's vector.
    Vec,
    /// The library's B-tree by number.
    Map,
}

/// Instructions for one record, and the memory.
#[derive(CandidType, Deserialize)]
pub struct Measured {
    /// To add one.
    pub add: u64,
    /// To read one.
    pub read: u64,
    /// To write one again.
    pub write: u64,
    /// Pages of 64 KiB, all together.
    pub pages: u64,
}

struct Record(Vec<u8>);

impl Storable for Record {
    const BOUND: Bound = Bound::Bounded {
        max_size: SLOT_BYTES,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(bytes.into_owned())
    }
}

trait Candidate {
    fn add(&mut self, number: u64, record: &[u8]);
    fn read(&self, number: u64) -> Vec<u8>;
    fn write(&mut self, number: u64, record: &[u8]);
}

impl Candidate for Slots<Stable> {
    fn add(&mut self, number: u64, record: &[u8]) {
        Slots::write(self, number, record).expect("room");
    }
    fn read(&self, number: u64) -> Vec<u8> {
        Slots::read(self, number).expect("a record")
    }
    fn write(&mut self, number: u64, record: &[u8]) {
        Slots::write(self, number, record).expect("room");
    }
}

impl Candidate for StableVec<Record, Stable> {
    fn add(&mut self, _: u64, record: &[u8]) {
        self.push(&Record(record.to_vec()));
    }
    fn read(&self, number: u64) -> Vec<u8> {
        self.get(number).expect("a record").0
    }
    fn write(&mut self, number: u64, record: &[u8]) {
        self.set(number, &Record(record.to_vec()));
    }
}

impl Candidate for StableBTreeMap<u64, Vec<u8>, Stable> {
    fn add(&mut self, number: u64, record: &[u8]) {
        self.insert(number, record.to_vec());
    }
    fn read(&self, number: u64) -> Vec<u8> {
        self.get(&number).expect("a record")
    }
    fn write(&mut self, number: u64, record: &[u8]) {
        self.insert(number, record.to_vec());
    }
}

/// Adds the records and measures.
///
/// # Panics
/// If the caller is no controller, or there is no memory.
pub fn measure(caller: Caller, wish: Wish) -> Measured {
    caller.controller().expect("for controllers");
    let manager = memory_manager(DefaultMemoryImpl::default()).expect("a shard's memory");
    let (memory, tails) = (
        manager.get(MemoryId::new(16)),
        manager.get(MemoryId::new(17)),
    );
    let Wish {
        kind,
        records,
        present,
        record,
    } = wish;
    let run = |candidate: &mut dyn Candidate| run(candidate, present, records, &record);
    let (add, read, write) = match kind {
        Kind::Slots => run(&mut Slots::new(
            memory.clone(),
            tails.clone(),
            64,
            SLOT_BYTES as usize,
        )),
        Kind::Vec => run(&mut StableVec::<Record, _>::init(memory.clone())),
        Kind::Map => run(&mut StableBTreeMap::<u64, Vec<u8>, _>::init(memory.clone())),
    };
    Measured {
        add,
        read,
        write,
        pages: memory.size() + tails.size(),
    }
}

fn run(
    candidate: &mut dyn Candidate,
    present: u64,
    records: u64,
    record: &[u8],
) -> (u64, u64, u64) {
    let total = present + records;
    let add = instructions(|| {
        for number in present..total {
            candidate.add(number, record);
        }
    });
    let sample = || (0..SAMPLE).map(|place| place * STRIDE % total);
    let read = instructions(|| {
        for number in sample() {
            assert_eq!(candidate.read(number).len(), record.len());
        }
    });
    let write = instructions(|| {
        for number in sample() {
            candidate.write(number, record);
        }
    });
    (add / records.max(1), read / SAMPLE, write / SAMPLE)
}

fn instructions(f: impl FnOnce()) -> u64 {
    let before = performance_counter(0);
    f();
    performance_counter(0) - before
}

/// What one encoding of the devices costs.
#[derive(CandidType, Deserialize)]
pub struct Encoding {
    /// Its name.
    pub name: String,
    /// Length of the text.
    pub bytes: u64,
    /// Instructions to write it.
    pub write: u64,
    /// Instructions to read it.
    pub read: u64,
}

/// The devices of a record in the encodings that could hold them.
pub fn encodings(devices: &[DeviceData]) -> Vec<Encoding> {
    fn measure(
        name: &str,
        devices: &[DeviceData],
        write: impl FnOnce() -> Vec<u8>,
        read: impl FnOnce(&[u8]) -> Vec<DeviceData>,
    ) -> Encoding {
        let (mut bytes, mut found) = (Vec::new(), Vec::new());
        let write = instructions(|| bytes = write());
        let read = instructions(|| found = read(&bytes));
        assert_eq!(found, devices);
        Encoding {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            write,
            read,
        }
    }
    let cbor = measure(
        "CBOR (minicbor)",
        devices,
        || minicbor::to_vec(devices).expect("a vector grows"),
        |bytes| minicbor::decode(bytes).expect("as it was written"),
    );
    let candid = measure(
        "Candid (its library)",
        devices,
        || candid::encode_one(devices).expect("plain data"),
        |bytes| candid::decode_one(bytes).expect("as it was written"),
    );
    vec![cbor, candid]
}
