use candid::{Decode, Encode};
use proptest::prelude::*;

use super::*;
use crate::{MetadataValue, message, strategies};

#[test]
fn public_part_has_names_but_no_values_of_metadata() {
    let device = DeviceData {
        pubkey: DeviceKey::new([1]),
        alias: "secret alias".to_owned(),
        credential_id: Some(CredentialId::new([2])),
        aaguid: Some(Aaguid::new([3])),
        purpose: Purpose::Recovery,
        key_type: KeyType::CrossPlatform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://example.org".to_owned()),
        metadata: Some(Metadata(
            [
                ("z".to_owned(), MetadataValue::String("secret z".to_owned())),
                ("a".to_owned(), MetadataValue::Map(Metadata::default())),
            ]
            .into(),
        )),
    };
    let public = PublicDevice::from(&device);
    assert_eq!(
        public,
        PublicDevice {
            pubkey: device.pubkey.clone(),
            credential_id: device.credential_id.clone(),
            purpose: Purpose::Recovery,
            key_type: KeyType::CrossPlatform,
            protection: DeviceProtection::Unprotected,
            origin: device.origin.clone(),
            metadata_keys: vec!["a".to_owned(), "z".to_owned()],
        }
    );
    assert!(!format!("{public:?}").contains("secret"));
}

#[test]
fn principal_of_a_key_is_self_authenticating() {
    // SHA-224 of the empty string, then 0x02.
    let expected = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f02";
    assert_eq!(
        hex::encode(DeviceKey::default().principal().as_slice()),
        expected
    );
}

proptest! {
    #[test]
    fn candid_round_trips(device in strategies::device()) {
        let bytes = Encode!(&device).unwrap();
        prop_assert_eq!(Decode!(&bytes, DeviceData).unwrap(), device);
    }

    #[test]
    fn public_device_round_trips(device in strategies::device()) {
        let public = PublicDevice::from(&device);
        prop_assert_eq!(message::decode(&message::encode(&public)), Ok(public));
    }

    #[test]
    fn candid_ids_of_32_bytes_refuse_other_lengths(bytes in strategies::bytes()) {
        let candid = Encode!(&serde_bytes::Bytes::new(&bytes)).unwrap();
        prop_assert_eq!(Decode!(&candid, crate::BlockHash).is_ok(), bytes.len() == 32);
    }
}
