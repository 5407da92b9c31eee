//! What a device, and an anchor's devices together, must be like.
//!
//! Source: the rules and numbers of Internet Identity (dfinity/internet-identity,
//! `src/internet_identity/src/storage/anchor.rs`), so that its clients meet no surprises.

use crate::record::DeviceRecord;
use hex_literal::hex;
use types::{
    Aaguid, CredentialId, DeviceData, DeviceError, DeviceField, DeviceKey, DeviceProtection,
    KeyType, Metadata, MetadataValue,
};

#[cfg(test)]
mod tests;

/// Sizes in bytes.
pub mod limits {
    use types::{CredentialId, DeviceKey};

    /// Longest public key.
    pub const PUBKEY: usize = DeviceKey::MAX_LENGTH;
    /// Longest alias.
    pub const ALIAS: usize = 64;
    /// Longest credential id of a passkey.
    pub const CREDENTIAL_ID: usize = CredentialId::MAX_LENGTH;
    /// Longest origin.
    pub const ORIGIN: usize = 50;
    /// Length of an authenticator's model id, as authenticators have it.
    pub const AAGUID: usize = 16;
    /// Aliases, keys, credential ids, origins and metadata of all devices of an anchor together.
    pub const VARIABLE_FIELDS: usize = 2_500;
    /// An anchor's record as it is stored. Only metadata of many tiny pieces comes near.
    pub const RECORD: usize = 8_192;
}

/// Metadata keys that clients may not use: the names of a device's fields, and two that later
/// versions of the interface give a meaning.
const RESERVED_METADATA_KEYS: [&str; 12] = [
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
];

/// The contents of the object identifier 1.3.6.1.4.1.56387.1.2: interface specification, "Canister signatures".
const CANISTER_SIGNATURE: [u8; 10] = hex!("2b0601040183b8430102");
/// The seven bits zero and one more byte to come: before a number, the same number.
const PADDING: u8 = 0x80;

/// Limits that a deployment chooses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Devices that one anchor may have.
    pub devices_per_anchor: u16,
    /// How often one anchor may be changed on one day (UTC), removals not counted.
    pub operations_per_day: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            devices_per_anchor: 10,
            operations_per_day: 100,
        }
    }
}

/// The rules about one device by itself.
pub(crate) fn check_device(device: &DeviceData) -> Result<(), DeviceError> {
    let DeviceData {
        pubkey,
        alias,
        credential_id,
        aaguid,
        purpose: _,
        key_type,
        protection,
        origin,
        metadata,
    } = device;

    if let Some(metadata) = metadata {
        check_metadata(metadata)?;
    }
    let credential_length = credential_id.as_ref().map_or(0, CredentialId::len);
    let origin_length = origin.as_ref().map_or(0, String::len);
    let aaguid_length = aaguid.as_ref().map_or(0, Aaguid::len);
    for (field, length, limit) in [
        (DeviceField::Alias, alias.len(), limits::ALIAS),
        (DeviceField::PubKey, pubkey.len(), limits::PUBKEY),
        (
            DeviceField::CredentialId,
            credential_length,
            limits::CREDENTIAL_ID,
        ),
        (DeviceField::Origin, origin_length, limits::ORIGIN),
        (DeviceField::Aaguid, aaguid_length, limits::AAGUID),
    ] {
        if length > limit {
            return Err(DeviceError::FieldTooLong {
                field,
                length: length as u64,
                limit: limit as u64,
            });
        }
    }
    if is_canister_signature(pubkey) {
        return Err(DeviceError::CanisterSignatureKey);
    }
    if *key_type == KeyType::SeedPhrase && credential_id.is_some() {
        return Err(DeviceError::PhraseWithCredentialId);
    }
    if *protection == DeviceProtection::Protected && *key_type != KeyType::SeedPhrase {
        return Err(DeviceError::NotProtectable {
            key_type: *key_type,
        });
    }
    Ok(())
}

/// The rules about all devices of an anchor together. Each of `devices` has passed [`check_device`].
pub(crate) fn check_devices(devices: &[DeviceRecord], limits: Limits) -> Result<(), DeviceError> {
    let limit = usize::from(limits.devices_per_anchor);
    if devices.len() > limit {
        return Err(DeviceError::TooManyDevices {
            count: devices.len() as u64,
            limit: limit as u64,
        });
    }
    let length: usize = devices
        .iter()
        .map(|device| variable_length(&device.data))
        .sum();
    if length > limits::VARIABLE_FIELDS {
        return Err(DeviceError::FieldsTooLong {
            length: length as u64,
            limit: limits::VARIABLE_FIELDS as u64,
        });
    }
    let is_phrase = |device: &&DeviceRecord| device.data.key_type == KeyType::SeedPhrase;
    if devices.iter().filter(is_phrase).count() > 1 {
        return Err(DeviceError::SecondPhrase);
    }
    Ok(())
}

fn check_metadata(metadata: &Metadata) -> Result<(), DeviceError> {
    for key in RESERVED_METADATA_KEYS {
        if metadata.0.contains_key(key) {
            return Err(DeviceError::ReservedMetadataKey {
                key: key.to_owned(),
            });
        }
    }
    let depth = metadata.depth();
    if depth > Metadata::MAX_DEPTH {
        return Err(DeviceError::MetadataTooDeep {
            depth: depth as u64,
            limit: Metadata::MAX_DEPTH as u64,
        });
    }
    Ok(())
}

/// Whether a key names the algorithm of canister signatures. See `docs/decisions/0007-no-canister-as-a-device.md`.
fn is_canister_signature(key: &DeviceKey) -> bool {
    // Anywhere, because a tolerant reader of DER takes long forms of tags and lengths before it, and without the bytes that may pad
    // each of its numbers.
    let [first, others @ ..] = &CANISTER_SIGNATURE;
    let mut rest = key.as_slice();
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at + 1..];
        let numbers = rest.iter().filter(|byte| **byte != PADDING);
        if numbers.take(others.len()).eq(others) {
            return true;
        }
    }
    false
}

/// Bytes that count towards [`limits::VARIABLE_FIELDS`]. The model id has a fixed size and does not.
fn variable_length(device: &DeviceData) -> usize {
    let DeviceData {
        pubkey,
        alias,
        credential_id,
        aaguid: _,
        purpose: _,
        key_type: _,
        protection: _,
        origin,
        metadata,
    } = device;
    pubkey.len()
        + alias.len()
        + credential_id.as_ref().map_or(0, CredentialId::len)
        + origin.as_ref().map_or(0, String::len)
        + metadata.as_ref().map_or(0, metadata_length)
}

fn metadata_length(metadata: &Metadata) -> usize {
    let entries = metadata.0.iter();
    entries
        .map(|(key, value)| {
            key.len()
                + match value {
                    MetadataValue::Map(map) => metadata_length(map),
                    MetadataValue::String(text) => text.len(),
                    MetadataValue::Bytes(bytes) => bytes.len(),
                }
        })
        .sum()
}
