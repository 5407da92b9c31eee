use super::*;
use crate::fixtures::{NOW, passkey, principal, record, registration};
use crate::{Limits, authenticate, limits, register};
use ic_stable_structures::VectorMemory;
use proptest::prelude::*;
use types::{DeviceData, DeviceError, Metadata, MetadataValue, PublicDevice};

const LO: u64 = 10_000;

fn range(hi: u64) -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(LO), AnchorNumber::new(hi)).unwrap()
}

/// The memory of the slots, all memories, and the store.
fn empty(hi: u64) -> (VectorMemory, [VectorMemory; 3], AnchorStore<VectorMemory>) {
    let memories = no_memories();
    let store = AnchorStore::create_in(memories.clone(), range(hi)).unwrap();
    (memories[0].clone(), memories, store)
}

fn no_memories() -> [VectorMemory; 3] {
    [const {}; 3].map(|()| VectorMemory::default())
}

impl AnchorStore<VectorMemory> {
    fn create_in(memories: [VectorMemory; 3], range: AnchorRange) -> Result<Self, OpenError> {
        let [memory, tails, index] = memories;
        Self::create(memory, tails, index, range)
    }

    fn open_in(memories: [VectorMemory; 3]) -> Result<Self, OpenError> {
        let [memory, tails, index] = memories;
        Self::open(memory, tails, index)
    }
}

#[test]
fn golden_bytes_of_the_header_and_of_a_slot() {
    let (memory, _, mut store) = empty(10_002);
    let registration = registration(&passkey("a"));
    store.allocate(&registration).unwrap();
    let bytes = memory.borrow();
    assert_eq!(bytes[..4], *b"ANC\x01");
    assert_eq!(bytes[4..12], LO.to_le_bytes());
    assert_eq!(bytes[12..20], 10_002_u64.to_le_bytes());
    assert_eq!(bytes[20..28], 1_u64.to_le_bytes());
    assert_eq!(bytes[28..64], [0; 36]);
    let length = registration.record.len();
    assert_eq!(bytes[64..68], u32::try_from(length).unwrap().to_le_bytes());
    assert_eq!(bytes[68..68 + length], registration.record);
}

#[test]
fn a_number_is_given_once_and_only_with_its_record() {
    let (_, _, mut store) = empty(10_002);
    assert_eq!(store.get(AnchorNumber::new(LO)).unwrap(), None);
    for number in [LO, LO + 1] {
        assert_eq!(store.reserve(), Ok(AnchorNumber::new(number)));
        let given = store.allocate(&registration(&passkey("a"))).unwrap();
        assert_eq!(given, AnchorNumber::new(number));
        assert!(store.get(given).unwrap().is_some());
    }
    assert_eq!(store.next(), AnchorNumber::new(10_002));
    assert_eq!(store.reserve(), Err(AllocateError::RangeFull));
    assert_eq!(
        store.allocate(&registration(&passkey("a"))),
        Err(AllocateError::RangeFull)
    );
}

#[test]
fn numbers_outside_are_nobodys() {
    let (_, _, mut store) = empty(10_002);
    store.allocate(&registration(&passkey("a"))).unwrap();
    for number in [0, LO - 1, LO + 1, 10_002, u64::MAX] {
        assert_eq!(store.get(AnchorNumber::new(number)).unwrap(), None);
    }
}

#[test]
fn a_foreign_memory_is_refused() {
    let memories = no_memories();
    let opened = AnchorStore::open_in(memories.clone());
    assert_eq!(opened.err(), Some(OpenError::Layout { found: [0; 4] }));
    ensure_size(&memories[0], 1).unwrap();
    memories[0].write(0, b"ANC\x02");
    let found = *b"ANC\x02";
    let opened = AnchorStore::open_in(memories.clone());
    assert_eq!(opened.err(), Some(OpenError::Layout { found }));
    let created = AnchorStore::create_in(memories, range(10_002));
    assert_eq!(created.err(), Some(OpenError::Layout { found }));
}

#[test]
fn a_record_that_is_not_readable_is_a_typed_error() {
    let (memory, _, mut store) = empty(10_002);
    let anchor = store.allocate(&registration(&passkey("a"))).unwrap();
    memory.write(68, &[9]);
    assert!(matches!(store.get(anchor), Err(ReadError::Corrupt { .. })));
    memory.write(64, &[0; 4]);
    assert!(matches!(store.get(anchor), Err(ReadError::Missing { .. })));
    assert!(store.page(anchor, |_| true).is_err());
}

#[test]
fn pages_leave_nothing_out_and_end_at_the_next_number() {
    let (_, _, mut store) = empty(20_000);
    for n in 0..5 {
        store
            .allocate(&registration(&passkey(&n.to_string())))
            .unwrap();
    }
    let numbers = |from, limit: u64| -> Vec<u64> {
        let mut taken = 0;
        let fits = |bytes| {
            taken += 1;
            bytes > 20 && taken <= limit
        };
        let page = store.page(AnchorNumber::new(from), fits).unwrap();
        page.iter().map(|(anchor, _)| anchor.get()).collect()
    };
    assert_eq!(numbers(0, 2), [LO, LO + 1]);
    assert_eq!(numbers(LO + 2, 100), [LO + 2, LO + 3, LO + 4]);
    assert_eq!(numbers(LO + 5, 100), [] as [u64; 0]);
    assert_eq!(numbers(u64::MAX, u64::MAX), [] as [u64; 0]);
}

/// What the twin keeps: devices as the user wrote them, nothing else.
type Twin = Vec<Vec<DeviceData>>;

#[derive(Clone, Debug)]
enum Step {
    Register(DeviceData),
    Add {
        anchor: u64,
        caller: String,
        device: DeviceData,
    },
    Upgrade,
}

/// Few names, so that keys collide and callers are sometimes right.
fn device() -> impl Strategy<Value = DeviceData> {
    ("[a-d]", 0_usize..900).prop_map(|(name, padding)| {
        let value = MetadataValue::Bytes(vec![1; padding].into());
        DeviceData {
            metadata: Some(Metadata([("pad".to_owned(), value)].into())),
            ..passkey(&name)
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => device().prop_map(Step::Register),
        6 => (LO..LO + 5, "[a-d]", device()).prop_map(|(anchor, caller, device)| Step::Add {
            anchor,
            caller,
            device
        }),
        1 => Just(Step::Upgrade),
    ]
}

fn padding(device: &DeviceData) -> usize {
    let fixed = passkey("x");
    let fixed = fixed.alias.len() + 1 + "id of x".len() + "https://identity.example".len();
    let Some(MetadataValue::Bytes(bytes)) = device.metadata.as_ref().unwrap().0.get("pad") else {
        unreachable!("the strategy writes bytes");
    };
    fixed + "pad".len() + bytes.len()
}

/// Add, said in the fewest words that are true of the devices of [`device`].
fn add_to_twin(twin: &mut Twin, anchor: u64, caller: &str, device: &DeviceData) -> bool {
    let Some(devices) = twin.get_mut(usize::try_from(anchor - LO).unwrap()) else {
        return false;
    };
    let has = |key: &[u8]| devices.iter().any(|known| known.pubkey.as_slice() == key);
    let length: usize = devices.iter().chain([device]).map(padding).sum();
    let allowed = has(caller.as_bytes())
        && !has(device.pubkey.as_slice())
        && length <= limits::VARIABLE_FIELDS
        && devices.len() < 3;
    if allowed {
        devices.push(device.clone());
    }
    allowed
}

fn add_to_store(
    store: &mut AnchorStore<VectorMemory>,
    anchor: u64,
    caller: &str,
    device: DeviceData,
) -> bool {
    let limits = Limits {
        devices_per_anchor: 3,
        ..Limits::default()
    };
    let anchor = AnchorNumber::new(anchor);
    let Some(record) = store.get(anchor).unwrap() else {
        return false;
    };
    let Ok(proof) = authenticate(anchor, record, principal(caller), None) else {
        return false;
    };
    let change: Result<Change, DeviceError> = proof.add(device, limits, NOW);
    match change {
        Ok(change) => store.update(&change).is_ok(),
        Err(_) => false,
    }
}

proptest! {
    #[test]
    fn behaves_like_a_list_of_lists(steps in prop::collection::vec(step(), 0..60)) {
        let (_, memories, mut store) = empty(LO + 4);
        let mut twin = Twin::new();
        for step in steps {
            match step {
                Step::Register(device) => {
                    let given = store.allocate(&registration(&device)).ok();
                    let expected = (twin.len() < 4).then(|| AnchorNumber::new(LO + twin.len() as u64));
                    prop_assert_eq!(given, expected);
                    if given.is_some() {
                        twin.push(vec![device]);
                    }
                }
                Step::Add { anchor, caller, device } => {
                    let expected = add_to_twin(&mut twin, anchor, &caller, &device);
                    prop_assert_eq!(add_to_store(&mut store, anchor, &caller, device), expected);
                }
                Step::Upgrade => {
                    store = AnchorStore::open_in(memories.clone()).unwrap();
                }
            }
            prop_assert_eq!(store.count(), twin.len() as u64);
            prop_assert_eq!(store.range(), range(LO + 4));
            let page = store.page(AnchorNumber::new(0), |_| true).unwrap();
            prop_assert_eq!(page.len(), twin.len());
            for ((_, record), devices) in page.iter().zip(&twin) {
                let data = record.devices().iter().map(|device| device.data().clone());
                prop_assert_eq!(&data.collect::<Vec<_>>(), devices);
                let public: Vec<_> = devices.iter().map(PublicDevice::from).collect();
                prop_assert_eq!(record.public_devices(), public);
            }
        }
    }
}

#[test]
fn a_wider_range_has_the_same_anchors_and_more_numbers() {
    let (_, memories, mut store) = empty(10_001);
    let first = store.allocate(&registration(&passkey("a"))).unwrap();
    let record = store.get(first).unwrap();
    assert_eq!(store.reserve(), Err(AllocateError::RangeFull));
    let shrinks = store.widen(AnchorNumber::new(10_000)).unwrap_err();
    assert_eq!(shrinks.range, range(10_001));
    store.widen(AnchorNumber::new(10_001)).unwrap();
    store.widen(AnchorNumber::new(10_002)).unwrap();
    drop(store);

    let [memory, tails, index] = memories;
    let mut store = AnchorStore::open(memory, tails, index).unwrap();
    assert_eq!(store.range(), range(10_002));
    assert_eq!(store.get(first).unwrap(), record);
    let second = store.allocate(&registration(&passkey("b"))).unwrap();
    assert_eq!(second, AnchorNumber::new(10_001));
    assert_eq!(store.reserve(), Err(AllocateError::RangeFull));
}

#[test]
fn a_use_is_noted_in_its_place() {
    let (_, _, mut store) = empty(10_002);
    let anchor = store.allocate(&registration(&passkey("a"))).unwrap();
    let neighbour = store.allocate(&registration(&passkey("a"))).unwrap();
    let before = store.get(anchor).unwrap().unwrap();
    let later = NOW.saturating_add(1);

    let noted = store.note_use(anchor, principal("a"), later).unwrap();
    let device = passkey("a").pubkey;
    let first = None;
    assert_eq!(noted, Some(NotedUse { device, first }));
    let mut expected = before.clone();
    expected.devices[0].last_use = Some(later);
    assert_eq!(store.get(anchor).unwrap().unwrap(), expected);
    assert_eq!(store.get(neighbour).unwrap().unwrap(), before);
}

#[test]
fn the_first_use_of_a_day_says_what_was_before() {
    let (_, _, mut store) = empty(10_002);
    let anchor = store.allocate(&registration(&passkey("a"))).unwrap();
    let next_day = Day::of(NOW).end();
    let mut note = |time| {
        let noted = store.note_use(anchor, principal("a"), time).unwrap();
        let record = store.get(anchor).unwrap().unwrap();
        (noted.unwrap().first, record)
    };
    let (first, record) = note(next_day);
    let before = LastUse {
        device: Some(NOW),
        anchor: Some(Day::of(NOW)),
    };
    let expected = FirstUse {
        purpose: Purpose::Authentication,
        key_type: passkey("a").key_type,
        has_credential_id: true,
        before,
    };
    assert_eq!(first, Some(expected));
    assert_eq!(record.devices[0].last_use, Some(next_day));
    assert_eq!(record.last_active, Some(Day::of(next_day)));
    // Time does not run backwards.
    let (_, again) = note(NOW);
    assert_eq!(again, record);
    let (first, _) = note(next_day);
    assert_eq!(first, None);
}

fn some_device(name: &'static str) -> impl Strategy<Value = DeviceData> {
    let kind = prop::sample::select(vec![
        KeyType::Unknown,
        KeyType::Platform,
        KeyType::BrowserStorageKey,
    ]);
    let purpose = prop::sample::select(vec![Purpose::Authentication, Purpose::Recovery]);
    let options = any::<[bool; 4]>();
    (kind, purpose, options).prop_map(move |(key_type, purpose, [id, origin, aaguid, more])| {
        let device = passkey(name);
        let text = |yes: bool| yes.then(|| "https://a.example".to_owned());
        DeviceData {
            key_type,
            purpose,
            credential_id: device.credential_id.filter(|_| id),
            origin: text(origin),
            aaguid: aaguid.then(|| types::Aaguid::new([7; 16])),
            metadata: text(more)
                .map(|text| Metadata([("m".to_owned(), MetadataValue::String(text))].into())),
            ..device
        }
    })
}

proptest! {
    /// Whatever bytes are replaced, the record is the one that the rules make, and what is said about the use is what they
    /// say.
    #[test]
    fn noting_a_use_in_place_is_noting_it(
        devices in ["a", "b", "c"].map(some_device),
        who in prop::sample::select(vec!["a", "b", "c"]),
        spent: bool,
        days in 0_u64..3,
    ) {
        let (_, _, mut store) = empty(10_002);
        let [first, rest @ ..] = devices;
        let anchor = store.allocate(&registration(&first)).unwrap();
        for device in rest {
            let record = store.get(anchor).unwrap().unwrap();
            let proof = authenticate(anchor, record, principal("a"), None).unwrap();
            let proof = if spent { proof.charge(Limits::default(), NOW).unwrap() } else { proof };
            store.update(&proof.add(device, Limits::default(), NOW).unwrap()).unwrap();
        }
        let now = NOW.saturating_add(days * 86_400_000_000_000);
        let record = store.get(anchor).unwrap().unwrap();
        let proof = authenticate(anchor, record, principal(who), None).unwrap();
        let (device, before) = (proof.device().clone(), proof.last_use());
        let expected = AnchorRecord::decode(&proof.used(now).record).unwrap();

        let noted = store.note_use(anchor, principal(who), now).unwrap();
        let noted = noted.expect("everything is in the slot");
        prop_assert_eq!(store.get(anchor).unwrap().unwrap(), expected);
        prop_assert_eq!(noted.device, device.pubkey);
        let same_day = before.device.map(Day::of) == Some(Day::of(now));
        let first = (!same_day).then_some(FirstUse {
            purpose: device.purpose,
            key_type: device.key_type,
            has_credential_id: device.credential_id.is_some(),
            before,
        });
        prop_assert_eq!(noted.first, first);
    }
}

#[test]
fn nobody_elses_use_is_noted() {
    let (memory, _, mut store) = empty(10_002);
    let anchor = store.allocate(&registration(&passkey("a"))).unwrap();
    let before = memory.borrow().clone();
    let mut of_another_kind = principal("a").as_slice().to_vec();
    *of_another_kind.last_mut().unwrap() = 1;
    for (number, caller) in [
        (anchor, principal("b")),
        (anchor, Principal::anonymous()),
        (anchor, Principal::from_slice(&of_another_kind)),
        (anchor.saturating_add(1), principal("a")),
    ] {
        assert_eq!(store.note_use(number, caller, NOW).unwrap(), None);
    }
    assert_eq!(*memory.borrow(), before);
}

#[test]
fn a_use_without_a_place_in_the_slot_is_left_to_others() {
    let (_, _, mut store) = empty(10_002);
    let mut device = passkey("a");
    let note = MetadataValue::String("long".repeat(200));
    device.metadata = Some(Metadata([("note".to_owned(), note)].into()));
    let anchor = store.allocate(&registration(&device)).unwrap();
    let record = store.get(anchor).unwrap().unwrap();
    let proof = authenticate(anchor, record, principal("a"), None).unwrap();
    let change = proof.add(passkey("b"), Limits::default(), NOW).unwrap();
    store.update(&change).unwrap();
    let before = store.get(anchor).unwrap();
    // The second device stands in the tail.
    assert_eq!(store.note_use(anchor, principal("b"), NOW).unwrap(), None);
    assert_eq!(store.get(anchor).unwrap(), before);
    assert!(
        store
            .note_use(anchor, principal("a"), NOW)
            .unwrap()
            .is_some()
    );
}

/// A store with an anchor whose record has these bytes.
fn with_record(bytes: &[u8]) -> (VectorMemory, AnchorStore<VectorMemory>, AnchorNumber) {
    let (memory, _, mut store) = empty(10_002);
    let anchor = store.next();
    store.push(bytes, &IndexChange::default()).unwrap();
    (memory, store, anchor)
}

#[test]
fn a_day_that_is_longer_than_the_one_in_its_place_is_left_to_others() {
    // In CBOR 255 has a byte less than 256.
    let [day_255, day_256] = [254, 255].map(|before| Day::new(before).end());
    let device = passkey("a");
    let caller = device.pubkey.principal();
    let registration = register(device, caller, None, Limits::default(), day_255).unwrap();
    let mut of_a_later_module = registration.record.clone();
    assert_eq!(of_a_later_module[1], 0x84, "four fields");
    of_a_later_module[1] = 0x85;
    of_a_later_module.push(5);
    for bytes in [registration.record, of_a_later_module] {
        let (memory, mut store, anchor) = with_record(&bytes);
        let before = memory.borrow().clone();
        assert_eq!(store.note_use(anchor, caller, day_256).unwrap(), None);
        assert_eq!(*memory.borrow(), before);
        let noted = store.note_use(anchor, caller, day_255.saturating_add(1));
        assert!(noted.unwrap().is_some());
    }
}

#[test]
fn a_use_in_what_earlier_modules_wrote_is_left_to_others() {
    let mut record = record("a");
    record.devices[0].last_use = None;
    let without_a_time = hex::encode(record.encode()).replace("1b0000000000000000", "f6");
    record.last_active = None;
    for bytes in [hex::decode(without_a_time).unwrap(), record.encode()] {
        let (memory, mut store, anchor) = with_record(&bytes);
        let before = memory.borrow().clone();
        let noted = store.note_use(anchor, principal("a"), NOW);
        assert_eq!(noted.unwrap(), None);
        assert_eq!(*memory.borrow(), before);
    }
}
