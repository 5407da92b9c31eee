//! Devices and records for this crate's tests.

use crate::record::AnchorRecord;
use crate::{Authenticated, Limits, Registration, authenticate, register};
use types::{AnchorNumber, DeviceData, Metadata, MetadataValue, TimestampNs};

pub(crate) use crate::twin::{passkey, phrase, principal};

pub(crate) const ANCHOR: AnchorNumber = AnchorNumber::new(10_000);
pub(crate) const NOW: TimestampNs = TimestampNs::new(1_700_000_000_000_000_000);

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
