//! One test a rule, through the operations that must keep it.

use super::*;
use crate::fixtures::{NOW, authenticated, metadata, passkey, phrase, record, text};
use crate::{RegisterError, register};
use types::DeviceKey;

/// What adding `device` to an anchor with one passkey says; registering it alone must say the same.
fn refused(device: &DeviceData) -> DeviceError {
    let added = add(device.clone()).expect_err("adding was to be refused");
    let registered = register(
        device.clone(),
        device.pubkey.principal(),
        None,
        Limits::default(),
        NOW,
    );
    assert_eq!(
        registered.expect_err("registering was to be refused"),
        RegisterError::Device(added.clone())
    );
    added
}

fn accepted(device: &DeviceData) {
    add(device.clone()).expect("adding was to be accepted");
    crate::fixtures::registration(device);
}

fn add(device: DeviceData) -> Result<crate::Change, DeviceError> {
    authenticated(&record("a"), "a").add(device, Limits::default(), NOW)
}

fn too_long(field: DeviceField, length: u64, limit: u64) -> DeviceError {
    DeviceError::FieldTooLong {
        field,
        length,
        limit,
    }
}

#[test]
fn a_public_key_has_at_most_300_bytes() {
    let with = |n| DeviceData {
        pubkey: DeviceKey::new(vec![7; n]),
        ..passkey("b")
    };
    accepted(&with(300));
    let expected = too_long(DeviceField::PubKey, 301, 300);
    assert_eq!(refused(&with(301)), expected);
}

#[test]
fn an_alias_has_at_most_64_bytes() {
    let with = |n| DeviceData {
        alias: "x".repeat(n),
        ..passkey("b")
    };
    accepted(&with(64));
    assert_eq!(refused(&with(65)), too_long(DeviceField::Alias, 65, 64));
}

#[test]
fn lengths_are_bytes_not_characters() {
    let device = DeviceData {
        alias: "é".repeat(33),
        ..passkey("b")
    };
    assert_eq!(refused(&device), too_long(DeviceField::Alias, 66, 64));
}

#[test]
fn a_credential_id_has_at_most_350_bytes() {
    let with = |n| DeviceData {
        credential_id: Some(CredentialId::new(vec![7; n])),
        ..passkey("b")
    };
    accepted(&with(350));
    let expected = too_long(DeviceField::CredentialId, 351, 350);
    assert_eq!(refused(&with(351)), expected);
}

#[test]
fn an_origin_has_at_most_50_bytes() {
    let with = |n| DeviceData {
        origin: Some("x".repeat(n)),
        ..passkey("b")
    };
    accepted(&with(50));
    assert_eq!(refused(&with(51)), too_long(DeviceField::Origin, 51, 50));
}

#[test]
fn a_model_id_has_at_most_16_bytes() {
    let with = |n| DeviceData {
        aaguid: Some(Aaguid::new(vec![7; n])),
        ..passkey("b")
    };
    accepted(&with(16));
    assert_eq!(refused(&with(17)), too_long(DeviceField::Aaguid, 17, 16));
}

#[test]
fn variable_fields_of_all_devices_have_at_most_2500_bytes() {
    let present = variable_length(&passkey("a"));
    let with = |n: usize| {
        let mut device = passkey("b");
        let rest = n - present - variable_length(&device) - "key".len();
        device.metadata = Some(metadata([("key", text(&"v".repeat(rest)))]));
        device
    };
    add(with(2_500)).unwrap();
    assert_eq!(
        add(with(2_501)),
        Err(DeviceError::FieldsTooLong {
            length: 2_501,
            limit: 2_500
        })
    );
}

#[test]
fn metadata_counts_with_its_keys_and_inner_maps() {
    let inner = metadata([("four", MetadataValue::Bytes(vec![0; 5].into()))]);
    let outer = metadata([("two", MetadataValue::Map(inner)), ("k", text("vvv"))]);
    assert_eq!(metadata_length(&outer), 3 + 4 + 5 + 1 + 3);
}

#[test]
fn metadata_keys_named_like_fields_are_reserved() {
    for key in [
        "pubkey",
        "alias",
        "credential_id",
        "aaguid",
        "purpose",
        "key_type",
        "protection",
        "origin",
        "last_usage_timestamp",
        "metadata",
        "usage",
        "authenticator_attachment",
    ] {
        let device = DeviceData {
            metadata: Some(metadata([(key, text("v"))])),
            ..passkey("b")
        };
        let key = key.to_owned();
        assert_eq!(refused(&device), DeviceError::ReservedMetadataKey { key });
    }
    let inner = metadata([("alias", text("v"))]);
    accepted(&DeviceData {
        metadata: Some(metadata([("mine", MetadataValue::Map(inner))])),
        ..passkey("b")
    });
}

#[test]
fn metadata_maps_are_at_most_16_deep() {
    let with = |depth: usize| {
        let mut map = Metadata::default();
        for _ in 1..depth {
            map = metadata([("", MetadataValue::Map(map))]);
        }
        DeviceData {
            metadata: Some(map),
            ..passkey("b")
        }
    };
    accepted(&with(16));
    assert_eq!(
        refused(&with(17)),
        DeviceError::MetadataTooDeep {
            depth: 17,
            limit: 16
        }
    );
}

#[test]
fn a_record_has_at_most_8192_bytes() {
    // Empty maps inside one another cost bytes but do not count as variable fields.
    let mut chain = Metadata::default();
    for _ in 0..14 {
        chain = metadata([("", MetadataValue::Map(chain))]);
    }
    let entries = (0..500).map(|n| (format!("{n}"), MetadataValue::Map(chain.clone())));
    let device = DeviceData {
        metadata: Some(Metadata(entries.collect())),
        ..passkey("b")
    };
    assert!(matches!(
        refused_large(&device),
        DeviceError::RecordTooLarge { length, limit: 8_192 } if length > 8_192
    ));
}

/// Like [`refused`], for an error whose length differs between the two operations.
fn refused_large(device: &DeviceData) -> DeviceError {
    let principal = device.pubkey.principal();
    let registered = register(device.clone(), principal, None, Limits::default(), NOW);
    assert!(matches!(
        registered,
        Err(RegisterError::Device(DeviceError::RecordTooLarge { .. }))
    ));
    add(device.clone()).expect_err("adding was to be refused")
}

#[test]
fn only_recovery_phrases_may_be_protected() {
    for key_type in [
        KeyType::Unknown,
        KeyType::Platform,
        KeyType::CrossPlatform,
        KeyType::BrowserStorageKey,
    ] {
        let device = DeviceData {
            key_type,
            ..phrase("b", DeviceProtection::Protected)
        };
        assert_eq!(refused(&device), DeviceError::NotProtectable { key_type });
    }
    accepted(&phrase("b", DeviceProtection::Protected));
}

#[test]
fn a_recovery_phrase_has_no_credential_id() {
    let device = DeviceData {
        credential_id: Some(CredentialId::new(*b"id")),
        ..phrase("b", DeviceProtection::Unprotected)
    };
    assert_eq!(refused(&device), DeviceError::PhraseWithCredentialId);
}

#[test]
fn an_anchor_has_at_most_one_recovery_phrase() {
    let first = add(phrase("b", DeviceProtection::Unprotected)).unwrap();
    let record = crate::AnchorRecord::decode(&first.record).unwrap();
    let second = phrase("c", DeviceProtection::Protected);
    assert_eq!(
        authenticated(&record, "b").add(second, Limits::default(), NOW),
        Err(DeviceError::SecondPhrase)
    );
}

#[test]
fn an_anchor_has_at_most_the_configured_number_of_devices() {
    let limits = Limits {
        devices_per_anchor: 3,
        ..Limits::default()
    };
    let mut record = record("0");
    for n in 1..3 {
        let change = authenticated(&record, "0")
            .add(passkey(&n.to_string()), limits, NOW)
            .unwrap();
        record = crate::AnchorRecord::decode(&change.record).unwrap();
    }
    assert_eq!(
        authenticated(&record, "0").add(passkey("3"), limits, NOW),
        Err(DeviceError::TooManyDevices { count: 4, limit: 3 })
    );
    assert_eq!(Limits::default().devices_per_anchor, 10);
}

#[test]
fn a_public_key_is_on_an_anchor_once() {
    let key = DeviceKey::new(*b"a");
    assert_eq!(add(passkey("a")), Err(DeviceError::KeyExists { key }));
}

#[test]
fn a_canister_signature_key_is_no_device() {
    let with = |key: &str| DeviceData {
        pubkey: DeviceKey::new(hex::decode(key).unwrap()),
        ..passkey("b")
    };
    // SEQUENCE { SEQUENCE { OID }, BIT STRING |id| id seed }, as canisters make it.
    let plain = "3019300c060a2b0601040183b8430102030900030a0b0c01020304";
    // The same as a tolerant reader of DER may take it: with long lengths, long tags, and numbers that are padded.
    let lengths = "3088000000000000002c308800000000000000150688000000000000000a2b0601040183b8430102030900030a0b0c01020304";
    let tags = "3f808080801022".to_owned()
        + "3f80808010113f808006090a2b0601040183b8430102030900030a0b0c01020304";
    let padded = "301f30120610802b8006018004018083b843800102030900030a0b0c01020304";
    // What looks like its beginning comes before it.
    let again = "301b300e060c2b062b0601040183b8430102030900030a0b0c01020304";
    for key in [plain, lengths, &tags, padded, again] {
        assert_eq!(refused(&with(key)), DeviceError::CanisterSignatureKey);
    }
    // A passkey's algorithm differs in its last number.
    accepted(&with(
        "3019300c060a2b0601040183b8430101030900030a0b0c01020304",
    ));
}
