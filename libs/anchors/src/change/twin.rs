//! The rules against a twin that says them in the fewest words: lists of devices, and who may do what.

use super::*;
use crate::fixtures::{metadata, passkey, phrase, principal, text};
use crate::rules::limits;
use crate::{AnchorStore, authenticate};
use ic_stable_structures::VectorMemory;
use oplog::{Replay, Tx};
use proptest::prelude::*;
use types::{AnchorRange, KeyType};

const LO: u64 = 100;
const HI: u64 = 108;
const LIMITS: Limits = Limits {
    devices_per_anchor: 4,
    operations_per_day: 3,
};

/// Everybody's names; one letter each, which is also the key of their device.
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

#[derive(Clone, Debug)]
enum Operation {
    Register(DeviceData),
    Add(DeviceData),
    Update(&'static str, DeviceData),
    Replace(&'static str, DeviceData),
    Remove(&'static str),
}

#[derive(Clone, Debug)]
struct Step {
    /// Counted from `LO`, for all but registrations.
    anchor: usize,
    caller: Caller,
    operation: Operation,
}

/// The device of that name, or a temporary key that acts for it.
#[derive(Clone, Copy, Debug)]
enum Caller {
    Device(&'static str),
    TemporaryKeyOf(&'static str),
}

impl Caller {
    fn principal(self) -> Principal {
        match self {
            Self::Device(name) => principal(name),
            Self::TemporaryKeyOf(name) => principal(&format!("temporary key of {name}")),
        }
    }

    fn temporary_for(self) -> Option<DeviceKey> {
        match self {
            Self::Device(_) => None,
            Self::TemporaryKeyOf(name) => Some(DeviceKey::new(name.as_bytes())),
        }
    }

    fn acts_for(self) -> &'static str {
        match self {
            Self::Device(name) | Self::TemporaryKeyOf(name) => name,
        }
    }
}

#[derive(Clone)]
struct Known {
    data: DeviceData,
    last_use: Option<TimestampNs>,
}

impl Known {
    fn is(&self, name: &str) -> bool {
        self.data.pubkey.as_slice() == name.as_bytes()
    }
}

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

type Twin = Vec<Kept>;

fn keeps_the_rules(devices: &[Known]) -> bool {
    let is_phrase = |known: &Known| known.data.key_type == KeyType::SeedPhrase;
    let fine = |known: &Known| {
        let data = &known.data;
        data.alias.len() <= 64
            && (data.protection == DeviceProtection::Unprotected || is_phrase(known))
            && (data.credential_id.is_none() || !is_phrase(known))
    };
    let length = |known: &Known| {
        let data = &known.data;
        let metadata = data.metadata.iter().flat_map(|metadata| &metadata.0);
        let metadata = metadata.map(|(key, value)| match value {
            types::MetadataValue::String(text) => key.len() + text.len(),
            other => unreachable!("{other:?} is not generated"),
        });
        data.alias.len()
            + data.pubkey.len()
            + data
                .credential_id
                .as_ref()
                .map_or(0, types::CredentialId::len)
            + data.origin.as_ref().map_or(0, String::len)
            + metadata.sum::<usize>()
    };
    let mut keys: Vec<_> = devices.iter().map(|known| &known.data.pubkey).collect();
    keys.sort();
    keys.dedup();
    keys.len() == devices.len()
        && devices.iter().all(fine)
        && devices.len() <= usize::from(LIMITS.devices_per_anchor)
        && devices.iter().filter(|known| is_phrase(known)).count() <= 1
        && devices.iter().map(length).sum::<usize>() <= limits::VARIABLE_FIELDS
}

/// What the anchor is after the operation; `None` if it is refused.
fn twin_after(before: &Kept, step: &Step, now: TimestampNs) -> Option<Kept> {
    let mut after = before.clone();
    after.devices = devices_after(&before.devices, step, now)?;
    after.last_active = day(now);
    if !matches!(step.operation, Operation::Remove(_)) {
        after.operations.push(day(now));
    }
    let today = after
        .operations
        .iter()
        .filter(|day| **day == after.last_active);
    let is_removal = after.operations.len() == before.operations.len();
    (is_removal || today.count() <= 3).then_some(after)
}

fn devices_after(before: &[Known], step: &Step, now: TimestampNs) -> Option<Vec<Known>> {
    let unused = |data: &DeviceData| Known {
        data: data.clone(),
        last_use: None,
    };
    let mut devices = before.to_vec();
    let acting = step.caller.acts_for();
    devices.iter_mut().find(|known| known.is(acting))?.last_use = Some(now);
    let open = |devices: &[Known], name: &str| {
        let at = devices.iter().position(|known| known.is(name))?;
        let is_locked = devices[at].data.protection == DeviceProtection::Protected;
        let is_itself = matches!(step.caller, Caller::Device(caller) if caller == name);
        (!is_locked || is_itself).then_some(at)
    };
    match &step.operation {
        Operation::Register(_) => unreachable!("no anchor to change"),
        Operation::Add(data) => devices.push(unused(data)),
        Operation::Update(name, data) => {
            let at = open(&devices, name)?;
            if !unused(data).is(name) {
                return None;
            }
            devices[at].data = data.clone();
        }
        Operation::Replace(name, data) => {
            let at = open(&devices, name)?;
            devices.remove(at);
            devices.push(unused(data));
        }
        Operation::Remove(name) => {
            let at = open(&devices, name)?;
            devices.remove(at);
            return Some(devices);
        }
    }
    keeps_the_rules(&devices).then_some(devices)
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
        Operation::Register(_) | Operation::Remove(_) => unreachable!("looked at before"),
        Operation::Add(data) => proof.add(data, LIMITS, now),
        Operation::Update(name, data) => proof.update(&key(name), data, LIMITS, now),
        Operation::Replace(name, data) => proof.replace(key(name), data, LIMITS, now),
    };
    change.ok()
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn device() -> impl Strategy<Value = DeviceData> {
    let kind = prop_oneof![
        6 => name().prop_map(passkey),
        2 => name().prop_map(|name| phrase(name, DeviceProtection::Unprotected)),
        3 => name().prop_map(|name| phrase(name, DeviceProtection::Protected)),
        1 => name().prop_map(|name| DeviceData {
            protection: DeviceProtection::Protected,
            ..passkey(name)
        }),
        1 => name().prop_map(|name| DeviceData {
            key_type: KeyType::SeedPhrase,
            ..passkey(name)
        }),
    ];
    let alias = prop::sample::select(vec![0, 8, 8, 8, 64, 65]);
    let padding = prop::sample::select(vec![None, None, Some(10), Some(900)]);
    (kind, alias, padding).prop_map(|(device, alias, padding)| DeviceData {
        alias: "x".repeat(alias),
        metadata: padding.map(|length: usize| metadata([("k", text(&"v".repeat(length)))])),
        ..device
    })
}

fn step() -> impl Strategy<Value = Step> {
    let caller = prop_oneof![
        5 => name().prop_map(Caller::Device),
        1 => name().prop_map(Caller::TemporaryKeyOf),
    ];
    // Mostly the key that it is about: another one is refused whatever else is said.
    let update = (name(), device(), prop::bool::weighted(0.9)).prop_map(|(name, data, same)| {
        let pubkey = DeviceKey::new(name.as_bytes());
        let pubkey = if same { pubkey } else { data.pubkey.clone() };
        Operation::Update(name, DeviceData { pubkey, ..data })
    });
    let operation = prop_oneof![
        2 => device().prop_map(Operation::Register),
        6 => device().prop_map(Operation::Add),
        3 => update,
        3 => (name(), device()).prop_map(|(name, data)| Operation::Replace(name, data)),
        2 => name().prop_map(Operation::Remove),
    ];
    let anchors = usize::try_from(HI - LO).expect("a few");
    (0..anchors, caller, operation).prop_map(|(anchor, caller, operation)| Step {
        anchor,
        caller,
        operation,
    })
}

/// What the library keeps, the twin's list of it, and what the log alone gives.
struct World {
    records: Vec<AnchorRecord>,
    twin: Twin,
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

    fn registers(&mut self, data: &DeviceData, now: TimestampNs) {
        if self.records.len() as u64 == HI - LO {
            return;
        }
        let caller = data.pubkey.principal();
        let registered = register(data.clone(), caller, None, LIMITS, now).ok();
        let known = vec![Known {
            data: data.clone(),
            last_use: Some(now),
        }];
        assert_eq!(registered.is_some(), keeps_the_rules(&known));
        let Some(registration) = registered else {
            return;
        };
        let anchor = AnchorNumber::new(LO + self.records.len() as u64);
        self.logs(anchor, caller, registration.operation(), now);
        self.twin.push(Kept {
            devices: known,
            operations: Vec::new(),
            last_active: day(now),
        });
        let record = AnchorRecord::decode(&registration.record).expect("just encoded");
        self.records.push(record);
    }

    fn changes(&mut self, step: &Step, now: TimestampNs) {
        let Some(record) = self.records.get(step.anchor) else {
            return;
        };
        let change = changed(record.clone(), step, now);
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
        let restored = self.restored.page(LO.into(), HI - LO).expect("readable");
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
        first in name(),
        steps in prop::collection::vec(step(), 100),
    ) {
        let mut world = World::new();
        world.registers(&passkey(first), time(1));
        for (now, step) in (2..).map(time).zip(&steps) {
            match &step.operation {
                Operation::Register(data) => world.registers(data, now),
                _ => world.changes(step, now),
            }
        }
        world.all_agree();
    }
}
