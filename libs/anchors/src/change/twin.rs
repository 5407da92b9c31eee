//! The rules against their twin ([`crate::twin`]), and against what the log alone gives.

use super::*;
use crate::fixtures::passkey;
use crate::twin::{self, Caller, Known, MAX_DEVICES, Operation, Step};
use crate::{AnchorStore, authenticate};
use ic_stable_structures::VectorMemory;
use oplog::{Replay, Tx};
use proptest::prelude::*;
use types::AnchorRange;

const LO: u64 = 100;
/// Room for whoever registers in a run.
const HI: u64 = 228;
/// Anchors that are changed, from the first one on.
const ANCHORS: usize = 8;
const BUDGET: u32 = 3;
const LIMITS: Limits = Limits {
    devices_per_anchor: MAX_DEVICES,
    operations_per_day: BUDGET,
};

/// The time of step `number`: nine or ten steps to a day.
fn time(number: u64) -> TimestampNs {
    TimestampNs::new(number * 9_000_000_000_000)
}

fn day(now: TimestampNs) -> u64 {
    now.get() / 86_400_000_000_000
}

/// Nothing but the devices of an anchor, and the days of what happened to it.
#[derive(Clone)]
struct Kept {
    devices: Vec<Known>,
    /// Of each operation that counts.
    operations: Vec<u64>,
    /// Of the last one, and of registration.
    last_active: u64,
}

/// What the anchor is after the operation; `None` if it is refused.
fn twin_after(before: &Kept, step: &Step, now: TimestampNs) -> Option<Kept> {
    let mut after = before.clone();
    after.devices = twin::after(&before.devices, step, now)?;
    after.last_active = day(now);
    if matches!(step.operation, Operation::Remove(_)) {
        return Some(after);
    }
    after.operations.push(day(now));
    let today = after
        .operations
        .iter()
        .filter(|day| **day == after.last_active);
    (today.count() <= BUDGET as usize).then_some(after)
}

/// The library's answer to the same question.
fn changed(record: AnchorRecord, step: &Step, now: TimestampNs) -> Option<Change> {
    let Step {
        anchor,
        caller,
        operation,
    } = step.clone();
    let anchor = AnchorNumber::new(LO + anchor as u64);
    let temporary = caller.temporary_for();
    let proof = authenticate(anchor, record, caller.principal(), temporary.as_ref()).ok()?;
    let key = |name: &str| DeviceKey::new(name.as_bytes());
    if let Operation::Remove(name) = operation {
        return proof.remove(key(name), now).ok();
    }
    let proof = proof.charge(LIMITS, now).ok()?;
    let change = match operation {
        Operation::Register(..) | Operation::Remove(_) => unreachable!("looked at before"),
        Operation::Add(data) => proof.add(data, LIMITS, now),
        Operation::Update(name, data) => proof.update(&key(name), data, LIMITS, now),
        Operation::Replace(name, data) => proof.replace(key(name), data, LIMITS, now),
    };
    change.ok()
}

/// What the library keeps, the twin's list of it, and what the log alone gives.
struct World {
    records: Vec<AnchorRecord>,
    twin: Vec<Kept>,
    replay: Replay,
    /// What a shard that was set back to the beginning gets out of the log.
    restored: AnchorStore<VectorMemory>,
}

impl World {
    fn new() -> Self {
        let range = AnchorRange::new(LO.into(), HI.into()).expect("not empty");
        Self {
            records: Vec::new(),
            twin: Vec::new(),
            replay: Replay::new(range),
            restored: AnchorStore::create(
                VectorMemory::default(),
                VectorMemory::default(),
                VectorMemory::default(),
                range,
            )
            .expect("a new store"),
        }
    }

    fn registers(
        &mut self,
        data: &DeviceData,
        temporary_key: Option<Caller>,
        caller: Caller,
        now: TimestampNs,
    ) {
        let expected = twin::registered(data, temporary_key, caller, now);
        let key = temporary_key.map(Caller::principal);
        let caller = caller.principal();
        let registered = register(data.clone(), caller, key, LIMITS, now).ok();
        assert_eq!(registered.is_some(), expected.is_some(), "{data:?}");
        let (Some(registration), Some(devices)) = (registered, expected) else {
            return;
        };
        let anchor = AnchorNumber::new(LO + self.records.len() as u64);
        self.logs(anchor, caller, registration.operation(), now);
        self.twin.push(Kept {
            devices,
            operations: Vec::new(),
            last_active: day(now),
        });
        let record = AnchorRecord::decode(&registration.record).expect("just encoded");
        self.records.push(record);
    }

    fn changes(&mut self, step: &Step, now: TimestampNs) {
        // One that is there: every step is an operation.
        let step = &Step {
            anchor: step.anchor % self.records.len(),
            ..step.clone()
        };
        let change = changed(self.records[step.anchor].clone(), step, now);
        let expected = twin_after(&self.twin[step.anchor], step, now);
        assert_eq!(change.is_some(), expected.is_some(), "{step:?}");
        let (Some(change), Some(expected)) = (change, expected) else {
            return;
        };
        let operation = change.operation().expect("every change is in the log");
        self.logs(change.anchor(), step.caller.principal(), operation, now);
        self.records[step.anchor] = AnchorRecord::decode(&change.record).expect("just encoded");
        self.twin[step.anchor] = expected;
    }

    fn logs(
        &mut self,
        anchor: AnchorNumber,
        caller: Principal,
        operation: &oplog::Operation,
        now: TimestampNs,
    ) {
        let tx = Tx {
            anchor,
            caller,
            operation: operation.clone(),
        };
        self.restored.restore(&tx, now).expect("the log restores");
        self.replay.apply(tx).expect("the log replays");
    }

    fn all_agree(&self) {
        let replayed: Vec<_> = self.replay.anchors().map(|(_, devices)| devices).collect();
        assert_eq!(replayed.len(), self.records.len());
        let restored = self.restored.page(LO.into(), |_| true).expect("readable");
        for (record, (_, restored)) in self.records.iter().zip(&restored) {
            assert_eq!(restored.created_at(), record.created_at());
            assert_eq!(restored.public_devices(), record.public_devices());
        }
        assert_eq!(restored.len(), self.records.len());
        for ((record, kept), replayed) in self.records.iter().zip(&self.twin).zip(replayed) {
            assert_eq!(record.public_devices(), replayed);
            let last_active = record.last_active.map(|day| day.number().into());
            assert_eq!(last_active, Some(kept.last_active));
            let stored = record.devices().iter().map(|d| (d.data(), d.last_use()));
            let known = kept.devices.iter();
            let known = known.map(|known| (&known.data, known.last_use));
            assert!(stored.eq(known), "{record:?}");
        }
    }
}

proptest! {
    // 100,000 operations.
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn behaves_like_lists_of_devices_and_the_log_replays(
        first in twin::name(),
        steps in prop::collection::vec(twin::step(ANCHORS), 100),
    ) {
        let mut world = World::new();
        world.registers(&passkey(first), None, Caller::Device(first), time(1));
        for (now, step) in (2..).map(time).zip(&steps) {
            match &step.operation {
                Operation::Register(data, key) => world.registers(data, *key, step.caller, now),
                _ => world.changes(step, now),
            }
        }
        world.all_agree();
    }
}
