use super::*;
use crate::fixtures::{NOW, metadata, passkey, phrase, principal, text};
use ic_stable_structures::{RestrictedMemory, VectorMemory};
use types::{Aaguid, BlockIndex, DeviceProtection};

const LO: u64 = 10_000;
const LATER: TimestampNs = TimestampNs::new(NOW.get() + 5);

fn store(hi: u64) -> AnchorStore<VectorMemory> {
    let range = AnchorRange::new(LO.into(), hi.into()).unwrap();
    AnchorStore::create(
        VectorMemory::default(),
        VectorMemory::default(),
        VectorMemory::default(),
        range,
    )
    .unwrap()
}

fn tx(anchor: u64, caller: &str, operation: Operation) -> Tx {
    Tx {
        anchor: AnchorNumber::new(LO + anchor),
        caller: principal(caller),
        operation,
    }
}

fn public(name: &str) -> PublicDevice {
    PublicDevice::from(&passkey(name))
}

fn register(anchor: u64, name: &str) -> Tx {
    let operation = Operation::Register {
        device: public(name),
        temporary_key: None,
    };
    tx(anchor, name, operation)
}

fn add(anchor: u64, name: &str) -> Tx {
    let device = public(name);
    tx(anchor, "a", Operation::Add { device })
}

fn lost(anchor: u64, next: u64) -> Tx {
    let operation = Operation::Lost {
        first_missing: BlockIndex::new(0),
        next_anchor: AnchorNumber::new(LO + next),
    };
    tx(anchor, "operator", operation)
}

fn record(store: &AnchorStore<VectorMemory>, anchor: u64) -> AnchorRecord {
    let record = store.get(AnchorNumber::new(LO + anchor)).unwrap();
    record.expect("the number is given")
}

#[test]
fn what_no_block_shows_comes_back_empty() {
    let mut store = store(LO + 2);
    let full = DeviceData {
        aaguid: Some(Aaguid::new([1; 16])),
        metadata: Some(metadata([("os", text("secret")), ("app", text(""))])),
        ..passkey("a")
    };
    let operation = Operation::Register {
        device: PublicDevice::from(&full),
        temporary_key: Some(principal("session")),
    };
    store.restore(&tx(0, "session", operation), NOW).unwrap();
    let record = record(&store, 0);
    assert_eq!(record.created_at(), NOW);
    assert_eq!(record.devices()[0].last_use(), None);
    assert_eq!(record.public_devices(), [PublicDevice::from(&full)]);
    let expected = DeviceData {
        alias: String::new(),
        aaguid: None,
        metadata: Some(metadata([("os", text("")), ("app", text(""))])),
        ..full
    };
    assert_eq!(record.devices()[0].data(), &expected);
    assert_eq!(store.next(), AnchorNumber::new(LO + 1));
}

#[test]
fn devices_keep_their_places_and_nobody_counts_as_having_used_them() {
    let mut store = store(LO + 2);
    store.restore(&register(0, "a"), NOW).unwrap();
    for name in ["b", "c"] {
        let restored = store.restore(&add(0, name), LATER).unwrap();
        assert_eq!(restored.gone, None);
    }
    let device = PublicDevice {
        origin: None,
        ..public("b")
    };
    let update = Operation::Update {
        device: device.clone(),
    };
    store.restore(&tx(0, "c", update), LATER).unwrap();
    let replace = Operation::Replace {
        old: public("a").pubkey,
        device: public("d"),
    };
    let restored = store.restore(&tx(0, "b", replace), LATER).unwrap();
    assert_eq!(restored.gone, Some(public("a").pubkey));
    let now = record(&store, 0);
    assert_eq!(now.public_devices(), [device, public("c"), public("d")]);
    let uses: Vec<_> = now.devices().iter().map(DeviceRecord::last_use).collect();
    assert_eq!(uses, [None; 3]);
    for name in ["b", "c", "d"] {
        let key = public(name).pubkey;
        let remove = Operation::Remove { key: key.clone() };
        let restored = store.restore(&tx(0, "d", remove), LATER).unwrap();
        assert_eq!(restored.gone, Some(key));
    }
    assert!(record(&store, 0).devices().is_empty());
}

#[test]
fn what_only_guards_users_is_not_asked_again() {
    let mut store = store(LO + 2);
    store.restore(&register(0, "a"), NOW).unwrap();
    let large = PublicDevice {
        origin: Some("x".repeat(20_000)),
        ..public("large")
    };
    let device = large.clone();
    store
        .restore(&tx(0, "nobody", Operation::Add { device }), NOW)
        .unwrap();
    let locked = PublicDevice::from(&phrase("p", DeviceProtection::Protected));
    for name in ["p", "q"] {
        let mut device = locked.clone();
        device.pubkey = DeviceKey::new(name.as_bytes());
        store
            .restore(&tx(0, "a", Operation::Add { device }), NOW)
            .unwrap();
    }
    let key = locked.pubkey;
    store
        .restore(&tx(0, "a", Operation::Remove { key }), NOW)
        .unwrap();
    let kept = record(&store, 0).public_devices();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[1], large);
}

#[test]
fn a_block_that_cannot_have_happened_changes_nothing() {
    let mut store = store(LO + 4);
    store.restore(&register(0, "a"), NOW).unwrap();
    store.restore(&add(0, "b"), NOW).unwrap();
    store.restore(&register(1, "x"), NOW).unwrap();
    let key = public("x").pubkey;
    store
        .restore(&tx(1, "x", Operation::Remove { key }), NOW)
        .unwrap();
    let unsorted = PublicDevice {
        metadata_keys: vec!["b".to_owned(), "a".to_owned()],
        ..public("z")
    };
    let (old, device) = (public("a").pubkey, public("b"));
    let missing = public("z").pubkey;
    let wrong = [
        (register(1, "y"), "where 10002 comes next"),
        (register(3, "y"), "where 10002 comes next"),
        (register(4, "y"), "outside"),
        (lost(1, 3), "where 10002 comes next"),
        (lost(2, 5), "outside"),
        (add(2, "y"), "not registered"),
        (add(1, "y"), "is dead"),
        (add(0, "b"), "does not have the devices"),
        (
            tx(
                0,
                "a",
                Operation::Update {
                    device: public("z"),
                },
            ),
            "does not have the devices",
        ),
        (
            tx(0, "a", Operation::Replace { old, device }),
            "does not have the devices",
        ),
        (
            tx(0, "a", Operation::Remove { key: missing }),
            "does not have the devices",
        ),
        (tx(0, "a", Operation::Add { device: unsorted }), "canonical"),
    ];
    let before = store.page(AnchorNumber::new(LO), |_| true).unwrap();
    for (tx, words) in wrong {
        let error = store.restore(&tx, LATER).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(store.page(AnchorNumber::new(LO), |_| true).unwrap(), before);
        assert_eq!(store.next(), AnchorNumber::new(LO + 2));
    }
}

#[test]
fn lost_numbers_are_dead_anchors() {
    let mut store = store(LO + 4);
    store.restore(&register(0, "a"), NOW).unwrap();
    store.restore(&lost(1, 3), LATER).unwrap();
    assert_eq!(store.next(), AnchorNumber::new(LO + 3));
    for anchor in [1, 2] {
        let dead = record(&store, anchor);
        assert_eq!((dead.created_at(), dead.devices()), (LATER, &[][..]));
        assert!(matches!(
            store.restore(&add(anchor, "b"), LATER),
            Err(RestoreError::Dead { .. })
        ));
    }
    // Up to the end of the range, and beyond it nothing but changes of anchors.
    store.restore(&lost(3, 3), LATER).unwrap();
    store.restore(&lost(3, 4), LATER).unwrap();
    store.restore(&lost(4, 4), LATER).unwrap();
    assert_eq!(store.count(), 4);
    store.restore(&add(0, "b"), LATER).unwrap();
}

#[test]
fn numbers_that_one_block_gives_up_are_bounded() {
    let mut store = store(LO + 2 * LOST_NUMBERS_LIMIT);
    assert!(matches!(
        store.restore(&lost(0, LOST_NUMBERS_LIMIT + 1), NOW),
        Err(RestoreError::TooManyLost { .. })
    ));
    assert_eq!(store.count(), 0);
    store.restore(&lost(0, LOST_NUMBERS_LIMIT), NOW).unwrap();
    assert_eq!(store.count(), LOST_NUMBERS_LIMIT);
}

#[test]
fn without_room_for_all_lost_numbers_none_is_given() {
    let memory = |pages| RestrictedMemory::new(VectorMemory::default(), 0..pages);
    let range = AnchorRange::new(LO.into(), (LO + 1_000).into()).unwrap();
    let mut store = AnchorStore::create(memory(1), memory(10), memory(1), range).unwrap();
    store.restore(&lost(0, 0), NOW).unwrap();
    store.restore(&register(0, "a"), NOW).unwrap();
    // A page holds the header and 85 slots.
    let refused = store.restore(&lost(1, 86), NOW);
    assert!(matches!(refused, Err(RestoreError::OutOfMemory(_))));
    assert_eq!(store.count(), 1);
    store.restore(&lost(1, 85), NOW).unwrap();
    assert_eq!(store.count(), 85);
    store.restore(&lost(85, 85), NOW).unwrap();
    let refused = store.restore(&lost(85, 86), NOW);
    assert!(matches!(refused, Err(RestoreError::OutOfMemory(_))));
}
