use super::*;
use crate::fixtures::{NOW, metadata, passkey, record, text};
use types::Aaguid;
use types::{DeviceProtection, KeyType, Purpose};

#[test]
fn golden_bytes_of_a_record() {
    let record = AnchorRecord {
        created_at: TimestampNs::new(1),
        devices: vec![DeviceRecord {
            key_hash: [0xab; 28],
            last_use: None,
            data: DeviceData {
                metadata: Some(metadata([("m", text("v"))])),
                ..passkey("k")
            },
            since: None,
        }],
        spent: None,
        last_active: None,
    };
    let expected = [
        "01",                 // version
        "820181",             // array of 2: created_at 1, array of 1 device
        "83581c",             // array of 3: key hash
        &"ab".repeat(28),     //
        "1b0000000000000000", // no last use
        "89416b",             // array of 9: pubkey "k"
        "69",
        "6b277320616c696173", // alias "k's alias"
        "47",
        "6964206f66206b", // credential id "id of k"
        "f6",             // no aaguid
        "01",
        "02",
        "01", // authentication, cross platform, unprotected
        "7818",
        "68747470733a2f2f6964656e746974792e6578616d706c65", // origin
        "a1",
        "616d",
        "6176", // metadata {m: "v"}
    ];
    assert_eq!(hex::encode(record.encode()), expected.concat());
    assert_eq!(AnchorRecord::decode(&record.encode()).unwrap(), record);
    // As modules wrote it before the time of the last use had a fixed size.
    let earlier = expected.concat().replace("1b0000000000000000", "f6");
    let earlier = hex::decode(earlier).unwrap();
    assert_eq!(AnchorRecord::decode(&earlier).unwrap(), record);
}

/// A device that was added later has one field more; without it, and without what is noted about a day, the record is
/// that of layout 1.
#[test]
fn golden_bytes_of_the_time_of_a_credential_id() {
    let mut record = AnchorRecord {
        last_active: None,
        ..record("k")
    };
    let before = hex::encode(record.encode());
    record.devices[0].since = Some(TimestampNs::new(5));
    let golden = before.replacen("83581c", "84581c", 1) + "05";
    assert_eq!(hex::encode(record.encode()), golden);
    let decoded = AnchorRecord::decode(&hex::decode(before).unwrap()).unwrap();
    assert_eq!(decoded.since(&decoded.devices[0]), NOW);
}

#[test]
fn a_record_comes_back_whole() {
    let mut record = record("k");
    record.devices.push(DeviceRecord::new(
        DeviceData {
            aaguid: Some(Aaguid::new([9; 16])),
            purpose: Purpose::Recovery,
            key_type: KeyType::SeedPhrase,
            protection: DeviceProtection::Protected,
            credential_id: None,
            origin: None,
            ..passkey("another")
        },
        Some(NOW),
    ));
    assert_eq!(AnchorRecord::decode(&record.encode()).unwrap(), record);
}

#[test]
fn an_unknown_version_is_a_typed_error() {
    let mut bytes = record("k").encode();
    bytes[0] = 2;
    assert!(matches!(
        AnchorRecord::decode(&bytes),
        Err(CorruptRecord::Version { found: Some(2) })
    ));
    assert!(matches!(
        AnchorRecord::decode(&[]),
        Err(CorruptRecord::Version { found: None })
    ));
    assert!(matches!(
        AnchorRecord::decode(&[1, 0xff]),
        Err(CorruptRecord::Encoding(_))
    ));
}

#[test]
fn alias_and_metadata_values_are_not_public() {
    let mut record = record("k");
    record.devices[0].data.metadata = Some(metadata([("z", text("secret")), ("a", text("word"))]));
    let public = record.public_devices();
    assert_eq!(public[0].metadata_keys, ["a", "z"]);
    assert_eq!(public[0].pubkey, record.devices[0].data.pubkey);
}

#[test]
fn a_device_is_its_self_authenticating_principal_only() {
    let device = DeviceRecord::new(passkey("k"), None);
    let principal = device.data.pubkey.principal();
    assert!(device.is(&principal));
    let mut other_kind = principal.as_slice().to_vec();
    *other_kind.last_mut().unwrap() = 1;
    assert!(!device.is(&types::Principal::from_slice(&other_kind)));
    assert!(!device.is(&types::Principal::self_authenticating("l")));
    assert!(!device.is(&types::Principal::anonymous()));
}
