//! What is kept about an anchor, and its bytes.
//!
//! A record is one byte, the version of its encoding (1), and an array in CBOR whose places are the
//! numbers below. A number is never given to something else; a new field gets the next one and may
//! be absent.

use crate::budget::Spent;
use crate::day::Day;
use crate::store::SLOT_BYTES;
use minicbor::{Decode, Encode};
use types::{DeviceData, DeviceKey, PublicDevice, TimestampNs};

mod in_place;
mod last_use;

#[cfg(test)]
mod tests;

pub(crate) use in_place::{Rest, find, rest};
pub(crate) use last_use::{from_bytes as last_use_in, in_bytes as last_use_bytes};

/// Version of the encoding, the first byte of each record.
const VERSION: u8 = 1;

/// Everything about one anchor. Made and changed only by the rules of this crate.
#[derive(Clone, Debug, Eq, PartialEq, Encode, Decode)]
pub struct AnchorRecord {
    /// When it was registered.
    #[n(0)]
    pub(crate) created_at: TimestampNs,
    /// In the order in which they were added; an update keeps the place. None left: the anchor is dead for
    /// ever.
    #[n(1)]
    pub(crate) devices: Vec<DeviceRecord>,
    /// What was spent of a day's budget of operations.
    #[n(2)]
    pub(crate) spent: Option<Spent>,
    /// The last day on which one of its devices authenticated somebody, devices that are gone included.
    #[n(3)]
    pub(crate) last_active: Option<Day>,
}

/// A device with what the service itself notes about it.
#[derive(Clone, Debug, Eq, PartialEq, Encode, Decode)]
pub struct DeviceRecord {
    /// The device's principal without its last byte, kept because computing it from the key is most
    /// of what a log-in would cost.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) key_hash: [u8; 28],
    /// When it last authenticated somebody. Private, in no block.
    #[n(1)]
    #[cbor(with = "last_use")]
    pub(crate) last_use: Option<TimestampNs>,
    /// What the user wrote.
    #[n(2)]
    pub(crate) data: DeviceData,
    /// Block time at which it came with the credential id that it has. Absent: it did when the anchor was
    /// registered, or before this was noted.
    #[n(3)]
    pub(crate) since: Option<TimestampNs>,
}

/// Stored bytes that are no record of a version this module knows. Not worth a retry.
#[derive(Debug, thiserror::Error)]
pub enum CorruptRecord {
    /// Nothing, or another version.
    #[error("record version {found:?}, this module knows {VERSION}")]
    Version {
        /// The first byte, if there is one.
        found: Option<u8>,
    },
    /// Not what the version says.
    #[error("record does not decode: {0}")]
    Encoding(#[from] minicbor::decode::Error),
}

impl AnchorRecord {
    /// When the anchor was registered.
    pub fn created_at(&self) -> TimestampNs {
        self.created_at
    }

    /// Its devices, in the order in which they were added.
    pub fn devices(&self) -> &[DeviceRecord] {
        &self.devices
    }

    /// Since when one of its devices has the credential id that it has.
    pub(crate) fn since(&self, device: &DeviceRecord) -> TimestampNs {
        device.since.unwrap_or(self.created_at)
    }

    /// What everybody may know about it: the state that replaying the log gives.
    pub fn public_devices(&self) -> Vec<PublicDevice> {
        self.devices
            .iter()
            .map(|device| PublicDevice::from(&device.data))
            .collect()
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        // Growing step by step would cost more than the encoding.
        let mut bytes = Vec::with_capacity(SLOT_BYTES);
        bytes.push(VERSION);
        minicbor::encode(self, &mut bytes).expect("writing to a vector does not fail");
        bytes
    }

    /// Reads what [`AnchorRecord::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, CorruptRecord> {
        match bytes.split_first() {
            Some((&VERSION, record)) => Ok(minicbor::decode(record)?),
            other => Err(CorruptRecord::Version {
                found: other.map(|(version, _)| *version),
            }),
        }
    }
}

impl DeviceRecord {
    /// The device with which an anchor is registered, used for the first time at `now`, or never yet.
    pub(crate) fn new(data: DeviceData, last_use: Option<TimestampNs>) -> Self {
        Self {
            key_hash: key_hash(&data.pubkey),
            last_use,
            data,
            since: None,
        }
    }

    /// A device that comes to an anchor at `now`, not used yet.
    pub(crate) fn added(data: DeviceData, now: TimestampNs) -> Self {
        Self {
            since: Some(now),
            ..Self::new(data, None)
        }
    }

    /// Gives it other data with the same key at `now`.
    pub(crate) fn set_data(&mut self, data: DeviceData, now: TimestampNs) {
        if self.data.credential_id != data.credential_id {
            self.since = Some(now);
        }
        self.data = data;
    }

    /// What the user wrote.
    pub fn data(&self) -> &DeviceData {
        &self.data
    }

    /// When it last authenticated somebody.
    pub fn last_use(&self) -> Option<TimestampNs> {
        self.last_use
    }

    /// Whether `caller` is the self-authenticating principal of the device's key.
    pub(crate) fn is(&self, caller: &types::Principal) -> bool {
        key_hash_in(caller) == Some(&self.key_hash)
    }
}

/// The hash of the key whose self-authenticating principal this is; `None` for other kinds of principals.
pub(crate) fn key_hash_in(principal: &types::Principal) -> Option<&[u8; 28]> {
    const SELF_AUTHENTICATING: u8 = 2;
    match principal.as_slice().split_last() {
        Some((&SELF_AUTHENTICATING, hash)) => hash.try_into().ok(),
        _ => None,
    }
}

/// The principal of a key without its last byte.
pub(crate) fn key_hash(key: &DeviceKey) -> [u8; 28] {
    let principal = key.principal();
    let hash = principal.as_slice().first_chunk();
    *hash.expect("a self-authenticating principal has 29 bytes")
}
