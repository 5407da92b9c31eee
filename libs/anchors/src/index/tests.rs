use super::*;
use crate::fixtures::{NOW, passkey, phrase, principal, registration};
use crate::{Authenticated, Change, Limits, LookupError, Passkey, authenticate, register};
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;
use std::collections::BTreeSet;
use types::{AnchorRange, DeviceData, DeviceError, DeviceKey, DeviceProtection};

type AnchorStore = crate::AnchorStore<VectorMemory>;

const LO: u64 = 10_000;
const HI: u64 = 10_006;

/// A store, in memories that can be opened again.
struct World {
    memories: [VectorMemory; 3],
    store: AnchorStore,
    now: TimestampNs,
}

fn anchor(offset: u64) -> AnchorNumber {
    AnchorNumber::new(LO + offset)
}

fn id(id: &str) -> CredentialId {
    CredentialId::new(id.as_bytes())
}

/// A device with key `name`, which is a passkey if it has a credential id.
fn device(name: &str, id: Option<&str>) -> DeviceData {
    DeviceData {
        credential_id: id.map(self::id),
        ..passkey(name)
    }
}

impl World {
    fn new() -> Self {
        let memories = [const {}; 3].map(|()| VectorMemory::default());
        let [slots, tails, index] = memories.clone();
        let range = AnchorRange::new(LO.into(), HI.into()).unwrap();
        Self {
            store: AnchorStore::create(slots, tails, index, range).unwrap(),
            memories,
            now: NOW,
        }
    }

    fn upgrade(&mut self) {
        let [slots, tails, index] = self.memories.clone();
        self.store = AnchorStore::open(slots, tails, index).unwrap();
    }

    /// What a module without an index leaves.
    fn lose_index(&mut self) {
        self.memories[2] = VectorMemory::default();
        self.upgrade();
    }

    fn pass(&mut self) {
        self.now = self.now.saturating_add(1);
    }

    fn register(&mut self, device: &DeviceData) -> Option<AnchorNumber> {
        let caller = device.pubkey.principal();
        let registration = register(device.clone(), caller, None, Limits::default(), self.now);
        self.store.allocate(&registration.unwrap()).ok()
    }

    /// `name` changes an anchor, if that is allowed.
    fn change(
        &mut self,
        anchor: AnchorNumber,
        name: &str,
        change: impl FnOnce(Authenticated, TimestampNs) -> Result<Change, DeviceError>,
    ) -> bool {
        let Some(record) = self.store.get(anchor).unwrap() else {
            return false;
        };
        let proof = authenticate(anchor, record, principal(name), None);
        let change = proof.ok().and_then(|proof| change(proof, self.now).ok());
        let is_allowed = change.is_some();
        if let Some(change) = change {
            self.store.update(&change).unwrap();
        }
        is_allowed
    }

    fn add(&mut self, anchor: AnchorNumber, name: &str, device: DeviceData) {
        let limits = Limits::default();
        assert!(self.change(anchor, name, |proof, now| proof.add(device, limits, now)));
    }

    fn update(&mut self, anchor: AnchorNumber, name: &str, device: DeviceData) {
        let (key, limits) = (device.pubkey.clone(), Limits::default());
        assert!(self.change(anchor, name, |proof, now| {
            proof.update(&key, device, limits, now)
        }));
    }

    fn remove(&mut self, anchor: AnchorNumber, name: &str) {
        let key = DeviceKey::new(name.as_bytes());
        assert!(self.change(anchor, name, |proof, now| proof.remove(key, now)));
    }

    /// Anchor, key and time of the passkey with that id.
    fn found(&self, id: &str) -> Option<Passkey> {
        self.store.passkey(&self::id(id)).unwrap()
    }

    fn owner(&self, id: &str) -> Option<AnchorNumber> {
        self.found(id).map(|passkey| passkey.anchor)
    }

    /// All passkeys in the records, told without the index: since when, whose, which.
    fn scan(&self) -> BTreeSet<(TimestampNs, AnchorNumber, CredentialId, DeviceKey)> {
        let mut found = BTreeSet::new();
        for (anchor, record) in self.store.page(LO.into(), |_| true).unwrap() {
            for device in record.devices() {
                if let Some(id) = device.data().credential_id.clone() {
                    let since = device.since.unwrap_or(record.created_at());
                    found.insert((since, anchor, id, device.data().pubkey.clone()));
                }
            }
        }
        found
    }
}

#[test]
fn golden_bytes_of_the_header_and_of_entries() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    let bytes = world.memories[2].borrow();
    let header = ["49445801", "0100000000000000", &"00".repeat(52)].concat();
    assert_eq!(hex::encode(&bytes[..64]), header);
    let entries = world.store.index_entries().map(hex::encode);
    // 2d71... is SHA-256 of "x"; the second is the principal of key "a".
    let principal = hex::encode(&principal("a").as_slice()[..15]);
    let (now, zero, anchor) = ("17979cfe362a0000", "00".repeat(8), "0000000000002710");
    let by_id = ["01", "2d711642b726b04401627ca9fbac32", now, anchor].concat();
    let by_key = ["02", &principal, &zero, anchor].concat();
    assert_eq!(entries.collect::<Vec<_>>(), [by_id, by_key]);
}

#[test]
fn the_anchor_that_had_a_credential_id_first_is_found() {
    let mut world = World::new();
    world.register(&device("a", Some("other")));
    world.register(&device("b", Some("x")));
    world.pass();
    world.add(anchor(0), "a", device("thief", Some("x")));
    world.pass();
    world.register(&device("c", Some("x")));
    let passkey = world.found("x").unwrap();
    let expected = Passkey {
        anchor: anchor(1),
        key: DeviceKey::new(*b"b"),
        since: NOW,
    };
    assert_eq!(passkey, expected);
    // Who gives it up and takes it again comes last.
    world.update(anchor(1), "b", device("b", None));
    assert_eq!(world.owner("x"), Some(anchor(0)));
    world.pass();
    world.update(anchor(1), "b", device("b", Some("x")));
    assert_eq!(world.owner("x"), Some(anchor(0)));
    world.remove(anchor(0), "thief");
    assert_eq!(world.owner("x"), Some(anchor(2)));
    world.remove(anchor(2), "c");
    assert_eq!(world.owner("x"), Some(anchor(1)));
    world.remove(anchor(1), "b");
    assert_eq!(world.owner("x"), None);
    assert_eq!(world.owner("nobody's"), None);
}

#[test]
fn other_changes_of_a_device_leave_its_place() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    world.pass();
    world.register(&device("b", Some("x")));
    world.pass();
    let renamed = DeviceData {
        alias: "another".to_owned(),
        ..device("a", Some("x"))
    };
    world.update(anchor(0), "a", renamed);
    world.change(anchor(0), "a", |proof, now| Ok(proof.used(now)));
    assert_eq!(world.found("x").map(|found| found.since), Some(NOW));
    assert_eq!(world.owner("x"), Some(anchor(0)));
}

#[test]
fn in_the_same_block_the_lower_number_is_first() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    world.register(&device("b", Some("x")));
    assert_eq!(world.owner("x"), Some(anchor(0)));
}

#[test]
fn two_devices_of_an_anchor_with_one_credential_id_are_told_apart_by_the_record() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    world.add(anchor(0), "a", device("b", Some("x")));
    world.remove(anchor(0), "a");
    assert_eq!(world.found("x").unwrap().key, DeviceKey::new(*b"b"));
    world.remove(anchor(0), "b");
    assert_eq!(world.found("x"), None);
    assert_eq!(world.store.index_entries().count(), 0);
}

#[test]
fn passkeys_are_known_by_their_keys_and_other_devices_are_not() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    world.add(anchor(0), "a", device("browser", None));
    let paper = phrase("paper", DeviceProtection::Unprotected);
    world.add(anchor(0), "a", paper);
    let known = |world: &World, name: &str| {
        let key = DeviceKey::new(name.as_bytes());
        world.store.has_passkey(&key).unwrap()
    };
    let all = |world: &World| ["a", "browser", "paper", "nobody"].map(|name| known(world, name));
    assert_eq!(all(&world), [true, false, false, false]);
    world.update(anchor(0), "a", device("browser", Some("y")));
    assert_eq!(all(&world), [true, true, false, false]);
    world.remove(anchor(0), "a");
    assert_eq!(all(&world), [false, true, false, false]);
}

#[test]
fn hints_that_are_wrong_lead_nowhere() {
    let mut world = World::new();
    world.register(&device("a", Some("x")));
    world.register(&device("b", Some("y")));
    // As if SHA-256 of "x" and of "y" began alike, and a number that was never given had "x" too.
    let record = world.store.get(anchor(0)).unwrap().unwrap();
    let change = IndexChange::between(None, &record);
    for other in [0, 1, 9] {
        world.store.index_mut().apply(anchor(other), &change);
    }
    world
        .store
        .index_mut()
        .entries
        .remove(&key(&change.come[0], anchor(0)));
    assert_eq!(world.found("x"), None);
    assert_eq!(world.owner("y"), Some(anchor(1)));
    world.store.index_mut().apply(anchor(0), &change);
    assert_eq!(world.owner("x"), Some(anchor(0)));
}

#[test]
fn a_copied_credential_id_costs_the_rightful_owner_nothing() {
    let mut index = DeviceIndex::init(VectorMemory::default()).unwrap();
    let record = |since: u64| {
        let registration = register(
            device("a", Some("x")),
            principal("a"),
            None,
            Limits::default(),
            TimestampNs::new(since),
        );
        AnchorRecord::decode(&registration.unwrap().record).unwrap()
    };
    for copy in (0..1_000).rev() {
        let change = IndexChange::between(None, &record(copy));
        index.reserve(&change).unwrap();
        index.apply(anchor(copy), &change);
    }
    let hints = index.with_credential_id(&id("x"));
    assert_eq!(hints.len(), HINTS);
    let first = Hint {
        since: TimestampNs::new(0),
        anchor: anchor(0),
    };
    assert_eq!(hints[0], first);
}

#[test]
fn without_the_whole_index_there_is_no_answer() {
    let mut world = World::new();
    for name in ["a", "b", "c"] {
        world.register(&device(name, Some(name)));
    }
    world.lose_index();
    for unindexed in [3, 2, 1] {
        assert_eq!(world.store.unindexed(), unindexed);
        let refused = world.store.passkey(&id("a"));
        assert!(matches!(refused, Err(LookupError::Incomplete { unindexed: n }) if n == unindexed));
        assert!(world.store.has_passkey(&DeviceKey::new(*b"a")).is_err());
        world.store.index_more(1).unwrap();
        world.upgrade();
    }
    assert_eq!(world.owner("c"), Some(anchor(2)));
    assert_eq!(world.register(&device("d", Some("d"))), Some(anchor(3)));
    assert_eq!(world.owner("d"), Some(anchor(3)));
}

#[test]
fn an_index_of_something_else_is_refused() {
    let world = World::new();
    let [slots, tails, index] = world.memories.clone();
    index.write(0, b"IDX\x02");
    let opened = AnchorStore::open(slots.clone(), tails.clone(), index.clone());
    let found = *b"IDX\x02";
    assert_eq!(opened.err(), Some(OpenError::Index { found }));
    index.write(0, &MAGIC);
    index.write(COVERED_AT, &[1]);
    let (covered, count) = (1, 0);
    let opened = AnchorStore::open(slots, tails, index);
    assert_eq!(opened.err(), Some(OpenError::IndexAhead { covered, count }));
}

#[test]
fn without_room_for_the_index_nothing_is_written() {
    let memory = VectorMemory::default;
    let full = ic_stable_structures::RestrictedMemory::new(memory(), 0..1);
    let free = || ic_stable_structures::RestrictedMemory::new(memory(), 0..1_000);
    let range = AnchorRange::new(LO.into(), (LO + 10_000).into()).unwrap();
    let mut store = crate::AnchorStore::create(free(), free(), full, range).unwrap();
    let mut next = 0_u32;
    let error = loop {
        let name = next.to_string();
        let registration = registration(&device(&name, Some(&name)));
        match store.allocate(&registration) {
            Ok(_) => next += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, crate::AllocateError::OutOfMemory(_)));
    assert_eq!(store.count(), u64::from(next));
    let last = store.next();
    assert!(store.get(last).unwrap().is_none());
    assert_eq!(store.unindexed(), 0);
    // The same for a device more, and not for what needs no entry.
    let record = store.get(LO.into()).unwrap().unwrap();
    let proof = authenticate(LO.into(), record.clone(), principal("0"), None).unwrap();
    let add = |id| {
        let (device, limits) = (device("new", id), Limits::default());
        proof.clone().add(device, limits, NOW).unwrap()
    };
    store.update(&add(Some("n"))).unwrap_err();
    assert_eq!(store.get(LO.into()).unwrap().unwrap(), record);
    store.update(&add(None)).unwrap();
}

#[derive(Clone, Debug)]
enum Step {
    Register(DeviceData),
    Add(u64, &'static str, DeviceData),
    Update(u64, &'static str, DeviceData),
    Replace(u64, &'static str, &'static str, DeviceData),
    Remove(u64, &'static str, &'static str),
    Use(u64, &'static str),
    Pass,
    Upgrade,
    LoseIndex,
    IndexMore(u64),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const IDS: [&str; 3] = ["x", "y", "z"];

fn some_device() -> impl Strategy<Value = DeviceData> {
    let ids = prop::option::weighted(0.8, prop::sample::select(&IDS[..]));
    (prop::sample::select(&NAMES[..]), ids).prop_map(|(name, id)| device(name, id))
}

fn step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(&NAMES[..]);
    let anchor = || 0..HI - LO;
    prop_oneof![
        3 => some_device().prop_map(Step::Register),
        6 => (anchor(), name(), some_device()).prop_map(|(a, n, d)| Step::Add(a, n, d)),
        4 => (anchor(), name(), some_device()).prop_map(|(a, n, d)| Step::Update(a, n, d)),
        3 => (anchor(), name(), name(), some_device())
            .prop_map(|(a, n, old, d)| Step::Replace(a, n, old, d)),
        3 => (anchor(), name(), name()).prop_map(|(a, n, k)| Step::Remove(a, n, k)),
        1 => (anchor(), name()).prop_map(|(a, n)| Step::Use(a, n)),
        2 => Just(Step::Pass),
        1 => Just(Step::Upgrade),
        1 => Just(Step::LoseIndex),
        3 => (0_u64..4).prop_map(Step::IndexMore),
    ]
}

fn take(world: &mut World, step: Step) {
    let limits = Limits::default();
    let key = |name: &str| DeviceKey::new(name.as_bytes());
    match step {
        Step::Register(device) => {
            world.register(&device);
        }
        Step::Add(number, name, device) => {
            world.change(anchor(number), name, |p, now| p.add(device, limits, now));
        }
        Step::Update(number, name, device) => {
            let key = device.pubkey.clone();
            world.change(anchor(number), name, |p, now| {
                p.update(&key, device, limits, now)
            });
        }
        Step::Replace(number, name, old, device) => {
            world.change(anchor(number), name, |p, now| {
                p.replace(key(old), device, limits, now)
            });
        }
        Step::Remove(number, name, gone) => {
            world.change(anchor(number), name, |p, now| p.remove(key(gone), now));
        }
        Step::Use(number, name) => {
            world.change(anchor(number), name, |p, now| Ok(p.used(now)));
        }
        Step::Pass => world.pass(),
        Step::Upgrade => world.upgrade(),
        Step::LoseIndex => world.lose_index(),
        Step::IndexMore(limit) => world.store.index_more(limit).unwrap(),
    }
}

/// The index has exactly the entries of the records that it covers, and lookups find what a scan of
/// all records finds.
fn assert_in_step(world: &World) {
    let covered = world.store.count() - world.store.unindexed();
    let mut expected = BTreeSet::new();
    let mut left = covered;
    let takes = |_| {
        let takes = left > 0;
        left = left.saturating_sub(1);
        takes
    };
    for (anchor, record) in world.store.page(LO.into(), takes).unwrap() {
        let come = IndexChange::between(None, &record).come;
        expected.extend(come.iter().map(|entry| key(entry, anchor)));
    }
    assert!(world.store.index_entries().eq(expected));
    if world.store.unindexed() > 0 {
        return;
    }
    let scan = world.scan();
    for name in IDS {
        let first = scan.iter().find(|(_, _, known, _)| *known == id(name));
        let found = world.found(name);
        assert_eq!(
            found.map(|found| (found.since, found.anchor)),
            first.map(|(since, anchor, ..)| (*since, *anchor))
        );
    }
    for name in NAMES {
        let key = DeviceKey::new(name.as_bytes());
        let is_known = scan.iter().any(|(.., known)| *known == key);
        assert_eq!(world.store.has_passkey(&key).unwrap(), is_known);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_index_equals_a_scan_of_all_records(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            take(&mut world, step);
            assert_in_step(&world);
        }
    }
}
