use super::*;
use crate::authenticate;
use crate::fixtures::{
    ANCHOR, NOW, authenticated, metadata, passkey, phrase, principal, record, text,
};
use types::KeyType;

const LATER: TimestampNs = TimestampNs::new(NOW.get() + 5);

fn register_a(caller: &str, temporary: Option<&str>) -> Result<Registration, RegisterError> {
    register(
        passkey("a"),
        principal(caller),
        temporary.map(principal),
        Limits::default(),
        NOW,
    )
}

#[test]
fn a_device_registers_itself() {
    let registration = register_a("a", None).unwrap();
    let record = AnchorRecord::decode(&registration.record).unwrap();
    assert_eq!(record.created_at(), NOW);
    assert_eq!(record.devices()[0].data(), &passkey("a"));
    assert_eq!(record.devices()[0].last_use(), Some(NOW));
    assert_eq!(
        registration.operation(),
        &Operation::Register {
            device: PublicDevice::from(&passkey("a")),
            temporary_key: None
        }
    );
}

#[test]
fn a_temporary_key_registers_the_device_and_is_named() {
    let registration = register_a("session", Some("session")).unwrap();
    assert!(matches!(
        registration.operation(),
        Operation::Register { temporary_key: Some(key), .. } if *key == principal("session")
    ));
    register_a("a", Some("session")).unwrap();
}

#[test]
fn somebody_else_cannot_register_a_device() {
    for temporary in [None, Some("session")] {
        assert_eq!(
            register_a("stranger", temporary),
            Err(RegisterError::NotTheDevice {
                caller: principal("stranger")
            })
        );
    }
}

#[test]
fn a_temporary_key_differs_from_the_device() {
    assert_eq!(
        register_a("a", Some("a")),
        Err(RegisterError::TemporaryKeyIsDevice)
    );
}

#[test]
fn everybody_is_no_temporary_key() {
    for caller in [principal("a"), Principal::anonymous()] {
        let everybody = Some(Principal::anonymous());
        assert_eq!(
            register(passkey("a"), caller, everybody, Limits::default(), NOW),
            Err(RegisterError::TemporaryKeyIsAnonymous)
        );
    }
}

#[test]
fn an_added_device_comes_last_and_the_adding_one_was_used() {
    let change = authenticated(&record("a"), "a")
        .add(passkey("b"), Limits::default(), LATER)
        .unwrap();
    assert_eq!(change.anchor(), ANCHOR);
    let devices = AnchorRecord::decode(&change.record).unwrap().devices;
    assert_eq!(devices[0].last_use(), Some(LATER));
    assert_eq!(devices[1].data(), &passkey("b"));
    assert_eq!(devices[1].last_use(), None);
    assert_eq!(
        change.operation(),
        Some(&Operation::Add {
            device: PublicDevice::from(&passkey("b"))
        })
    );
}

#[test]
fn a_use_changes_the_time_only_and_is_in_no_block() {
    let before = record("a");
    let change = authenticated(&before, "a").used(LATER);
    let after = AnchorRecord::decode(&change.record).unwrap();
    assert_eq!(after.devices()[0].last_use(), Some(LATER));
    assert_eq!(after.public_devices(), before.public_devices());
    assert_eq!(change.operation(), None);
}

fn key(name: &str) -> DeviceKey {
    DeviceKey::new(name.as_bytes())
}

/// The record of an anchor with these devices, added by the first one, which is a passkey.
fn with(devices: &[DeviceData]) -> AnchorRecord {
    let mut record = record("a");
    for device in devices {
        let change = authenticated(&record, "a").add(device.clone(), Limits::default(), NOW);
        record = AnchorRecord::decode(&change.unwrap().record).unwrap();
    }
    record
}

/// The passkeys "a", "b" and "c".
fn three() -> AnchorRecord {
    with(&[passkey("b"), passkey("c")])
}

/// Passkey "a" and the protected recovery phrase "p".
fn with_protected_phrase() -> AnchorRecord {
    with(&[phrase("p", DeviceProtection::Protected)])
}

fn update(record: &AnchorRecord, caller: &str, device: DeviceData) -> Result<Change, DeviceError> {
    let key = device.pubkey.clone();
    authenticated(record, caller).update(&key, device, Limits::default(), LATER)
}

fn replace(
    record: &AnchorRecord,
    caller: &str,
    old: &str,
    device: DeviceData,
) -> Result<Change, DeviceError> {
    authenticated(record, caller).replace(key(old), device, Limits::default(), LATER)
}

fn remove(record: &AnchorRecord, caller: &str, old: &str) -> Result<Change, DeviceError> {
    authenticated(record, caller).remove(key(old), LATER)
}

/// Names and last uses of the devices after a change.
fn after(change: &Change) -> Vec<(String, Option<TimestampNs>)> {
    let record = AnchorRecord::decode(&change.record).unwrap();
    let name = |device: &DeviceRecord| {
        String::from_utf8(device.data().pubkey.as_slice().to_vec()).expect("a name")
    };
    let devices = record.devices().iter();
    devices
        .map(|device| (name(device), device.last_use()))
        .collect()
}

fn named(devices: &[(&str, Option<TimestampNs>)]) -> Vec<(String, Option<TimestampNs>)> {
    let devices = devices.iter();
    devices
        .map(|(name, used)| ((*name).to_owned(), *used))
        .collect()
}

#[test]
fn an_update_keeps_place_and_last_use_and_changes_the_rest() {
    let record = three();
    let changed = DeviceData {
        alias: "other".to_owned(),
        credential_id: None,
        purpose: types::Purpose::Recovery,
        key_type: KeyType::Platform,
        origin: None,
        aaguid: Some(types::Aaguid::new([1; 16])),
        metadata: Some(metadata([("k", text("v"))])),
        ..passkey("b")
    };
    let change = update(&record, "c", changed.clone()).unwrap();
    let expected = named(&[("a", Some(NOW)), ("b", None), ("c", Some(LATER))]);
    assert_eq!(after(&change), expected);
    let record = AnchorRecord::decode(&change.record).unwrap();
    assert_eq!(record.devices()[1].data(), &changed);
    assert!(
        authenticate(ANCHOR, record, principal("b"), None).is_ok(),
        "it is the same device"
    );
    let device = PublicDevice::from(&changed);
    assert_eq!(change.operation(), Some(&Operation::Update { device }));
}

#[test]
fn an_update_of_private_things_is_in_the_log_and_says_nothing_of_them() {
    let renamed = DeviceData {
        alias: "other".to_owned(),
        ..passkey("a")
    };
    let change = update(&record("a"), "a", renamed).unwrap();
    let device = PublicDevice::from(&passkey("a"));
    assert_eq!(change.operation(), Some(&Operation::Update { device }));
}

#[test]
fn an_update_does_not_change_the_key() {
    let proof = authenticated(&three(), "a");
    assert_eq!(
        proof.update(&key("b"), passkey("d"), Limits::default(), LATER),
        Err(DeviceError::KeyImmutable)
    );
}

#[test]
fn there_must_be_something_to_update_replace_or_remove() {
    let record = three();
    assert_eq!(
        update(&record, "a", passkey("d")),
        Err(DeviceError::NothingToUpdate)
    );
    let missing = Err(DeviceError::KeyNotFound { key: key("d") });
    assert_eq!(replace(&record, "a", "d", passkey("e")), missing);
    assert_eq!(remove(&record, "a", "d"), missing);
}

#[test]
fn what_update_and_replace_bring_keeps_the_rules_of_a_device() {
    let not_protectable = DeviceData {
        protection: DeviceProtection::Protected,
        ..passkey("a")
    };
    let error = Err(DeviceError::NotProtectable {
        key_type: KeyType::CrossPlatform,
    });
    let record = record("a");
    assert_eq!(update(&record, "a", not_protectable.clone()), error);
    assert_eq!(replace(&record, "a", "a", not_protectable), error);
    let phrase_with_id = DeviceData {
        key_type: KeyType::SeedPhrase,
        ..passkey("a")
    };
    let error = Err(DeviceError::PhraseWithCredentialId);
    assert_eq!(update(&record, "a", phrase_with_id.clone()), error);
    assert_eq!(replace(&record, "a", "a", phrase_with_id), error);
}

#[test]
fn what_update_and_replace_bring_keeps_the_rules_of_an_anchor() {
    let record = with(&[phrase("p", DeviceProtection::Unprotected), passkey("b")]);
    let second = phrase("b", DeviceProtection::Unprotected);
    let error = Err(DeviceError::SecondPhrase);
    assert_eq!(update(&record, "a", second.clone()), error);
    assert_eq!(replace(&record, "a", "b", second), error);

    let large = DeviceData {
        metadata: Some(metadata([("key", text(&"v".repeat(2_500)))])),
        ..passkey("b")
    };
    for change in [
        update(&record, "a", large.clone()),
        replace(&record, "a", "b", large),
    ] {
        assert!(matches!(change, Err(DeviceError::FieldsTooLong { .. })));
    }
    assert_eq!(
        replace(&record, "a", "b", passkey("a")),
        Err(DeviceError::KeyExists { key: key("a") })
    );
}

#[test]
fn a_replacement_comes_last_and_was_never_used() {
    let change = replace(&three(), "c", "b", passkey("d")).unwrap();
    let expected = named(&[("a", Some(NOW)), ("c", Some(LATER)), ("d", None)]);
    assert_eq!(after(&change), expected);
    assert_eq!(
        change.operation(),
        Some(&Operation::Replace {
            old: key("b"),
            device: PublicDevice::from(&passkey("d")),
        })
    );
}

#[test]
fn a_replacement_may_take_what_the_old_device_leaves() {
    // Its place as the only phrase, its key, and its place among those that are allowed.
    let record = with(&[phrase("p", DeviceProtection::Unprotected)]);
    let other = phrase("q", DeviceProtection::Protected);
    let change = replace(&record, "a", "p", other).unwrap();
    assert_eq!(after(&change), named(&[("a", Some(LATER)), ("q", None)]));
    let change = replace(&record, "a", "a", passkey("a")).unwrap();
    assert_eq!(after(&change), named(&[("p", None), ("a", None)]));
    let limits = Limits {
        devices_per_anchor: 2,
        ..Limits::default()
    };
    let proof = authenticated(&record, "a");
    assert!(proof.replace(key("p"), passkey("b"), limits, LATER).is_ok());
}

#[test]
fn a_removed_device_is_gone_and_the_others_stay_in_their_order() {
    let change = remove(&three(), "c", "b").unwrap();
    let expected = named(&[("a", Some(NOW)), ("c", Some(LATER))]);
    assert_eq!(after(&change), expected);
    let operation = Operation::Remove { key: key("b") };
    assert_eq!(change.operation(), Some(&operation));
    let record = AnchorRecord::decode(&change.record).unwrap();
    assert!(authenticate(ANCHOR, record, principal("b"), None).is_err());
}

#[test]
fn a_device_may_remove_or_replace_itself() {
    let change = remove(&three(), "b", "b").unwrap();
    assert_eq!(after(&change), named(&[("a", Some(NOW)), ("c", None)]));
    let change = replace(&three(), "a", "a", passkey("d")).unwrap();
    let expected = named(&[("b", None), ("c", None), ("d", None)]);
    assert_eq!(after(&change), expected);
}

#[test]
fn after_the_last_device_nobody_acts_for_the_anchor() {
    let change = remove(&record("a"), "a", "a").unwrap();
    let dead = AnchorRecord::decode(&change.record).unwrap();
    assert_eq!(dead.devices(), []);
    for temporary in [None, Some(key("a"))] {
        let caller = authenticate(ANCHOR, dead.clone(), principal("a"), temporary.as_ref());
        assert!(caller.is_err());
    }
}

#[test]
fn nobody_is_kept_from_removing_a_device_by_a_limit_that_became_narrower() {
    let narrow = Limits {
        devices_per_anchor: 1,
        ..Limits::default()
    };
    let record = three();
    assert!(remove(&record, "a", "c").is_ok());
    let proof = authenticated(&record, "a");
    assert_eq!(
        proof.update(&key("a"), passkey("a"), narrow, LATER),
        Err(DeviceError::TooManyDevices { count: 3, limit: 1 })
    );
    // Nor by the length of a record that a block brought back.
    let mut record = three();
    record.devices[1].data.origin = Some("o".repeat(20_000));
    assert!(remove(&record, "a", "c").is_ok());
    assert!(matches!(
        update(&record, "a", passkey("a")),
        Err(DeviceError::FieldsTooLong { .. })
    ));
}

#[test]
fn a_protected_device_is_changed_replaced_and_removed_by_itself_only() {
    let record = with_protected_phrase();
    let open = phrase("p", DeviceProtection::Unprotected);
    let locked = Err(DeviceError::Locked {
        authorized: principal("p"),
        actual: principal("a"),
    });
    assert_eq!(update(&record, "a", open.clone()), locked);
    assert_eq!(replace(&record, "a", "p", passkey("b")), locked);
    assert_eq!(remove(&record, "a", "p"), locked);
    // Not even with the very same data, and not to put the same phrase in its place.
    let same = phrase("p", DeviceProtection::Protected);
    assert_eq!(update(&record, "a", same.clone()), locked);
    assert_eq!(replace(&record, "a", "p", same), locked);

    assert!(update(&record, "p", open).is_ok());
    assert!(replace(&record, "p", "p", passkey("b")).is_ok());
    assert!(remove(&record, "p", "p").is_ok());
}

#[test]
fn a_temporary_key_does_not_open_the_protected_device_that_it_acts_for() {
    let record = with_protected_phrase();
    let of_phrase = key("p");
    let session = || {
        let session = principal("session");
        authenticate(ANCHOR, record.clone(), session, Some(&of_phrase)).unwrap()
    };
    let locked = Err(DeviceError::Locked {
        authorized: principal("p"),
        actual: principal("session"),
    });
    assert_eq!(session().remove(of_phrase.clone(), LATER), locked);
    assert!(session().remove(key("a"), LATER).is_ok());
}

#[test]
fn protection_ends_with_an_update_by_the_device_and_begins_with_one_by_any() {
    let record = with_protected_phrase();
    let open = update(&record, "p", phrase("p", DeviceProtection::Unprotected)).unwrap();
    let record = AnchorRecord::decode(&open.record).unwrap();
    assert!(remove(&record, "a", "p").is_ok());
    let shut = update(&record, "a", phrase("p", DeviceProtection::Protected)).unwrap();
    let record = AnchorRecord::decode(&shut.record).unwrap();
    assert!(matches!(
        remove(&record, "a", "p"),
        Err(DeviceError::Locked { .. })
    ));
}

#[test]
fn a_record_of_8192_bytes_is_not_too_large() {
    let with_alias = |length: usize| {
        let mut record = record("a");
        record.devices[0].data.alias = "x".repeat(length);
        record
    };
    let longest = 1_000 + limits::RECORD - with_alias(1_000).encode().len();
    assert_eq!(encode(&with_alias(longest)).unwrap().len(), 8_192);
    let too_large = DeviceError::RecordTooLarge {
        length: 8_193,
        limit: 8_192,
    };
    assert_eq!(encode(&with_alias(longest + 1)), Err(too_large));
}
