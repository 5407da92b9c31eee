//! Devices and records for this crate's tests.

use crate::record::AnchorRecord;
use crate::{Authenticated, Limits, Registration, authenticate, register};
use types::{
    AnchorNumber, CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, Metadata,
    MetadataValue, Principal, Purpose, TimestampNs,
};

pub(crate) const ANCHOR: AnchorNumber = AnchorNumber::new(10_000);
pub(crate) const NOW: TimestampNs = TimestampNs::new(1_700_000_000_000_000_000);

/// A passkey whose key is `name`.
pub(crate) fn passkey(name: &str) -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new(name.as_bytes()),
        alias: format!("{name}'s alias"),
        credential_id: Some(CredentialId::new(format!("id of {name}").into_bytes())),
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::CrossPlatform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://identity.example".to_owned()),
        metadata: None,
    }
}

/// A recovery phrase whose key is `name`.
pub(crate) fn phrase(name: &str, protection: DeviceProtection) -> DeviceData {
    DeviceData {
        credential_id: None,
        purpose: Purpose::Recovery,
        key_type: KeyType::SeedPhrase,
        protection,
        ..passkey(name)
    }
}

pub(crate) fn metadata<const N: usize>(entries: [(&str, MetadataValue); N]) -> Metadata {
    let entries = entries.into_iter();
    Metadata(
        entries
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

pub(crate) fn text(text: &str) -> MetadataValue {
    MetadataValue::String(text.to_owned())
}

pub(crate) fn principal(name: &str) -> Principal {
    Principal::self_authenticating(name)
}

/// The registration of `device` by itself at [`NOW`].
pub(crate) fn registration(device: &DeviceData) -> Registration {
    register(
        device.clone(),
        device.pubkey.principal(),
        None,
        Limits::default(),
        NOW,
    )
    .expect("the fixture keeps the rules")
}

/// The record of an anchor with one passkey, `name`.
pub(crate) fn record(name: &str) -> AnchorRecord {
    AnchorRecord::decode(&registration(&passkey(name)).record).expect("just encoded")
}

/// `name`, allowed to change `record`.
pub(crate) fn authenticated(record: &AnchorRecord, name: &str) -> Authenticated {
    authenticate(ANCHOR, record.clone(), principal(name), None).expect("a device of the record")
}
