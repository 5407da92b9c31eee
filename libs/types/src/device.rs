//! Devices: one way each to authenticate as an anchor.
//!
//! Candid names and shapes are those of Internet Identity (dfinity/internet-identity,
//! `src/internet_identity/internet_identity.did` at 00429c71).

use candid::CandidType;
use minicbor::{Decode, Encode};
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::{Aaguid, CredentialId, DeviceKey, Metadata, TimestampNs};

mod error;

pub use error::{DeviceError, DeviceField};

/// What a device is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
#[cbor(index_only)]
pub enum Purpose {
    /// Getting back in when the other devices are lost.
    #[n(0)]
    #[serde(rename = "recovery")]
    Recovery,
    /// Everyday log-ins.
    #[n(1)]
    #[serde(rename = "authentication")]
    Authentication,
}

/// What kind of key a device has, as its user's client says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
#[cbor(index_only)]
pub enum KeyType {
    /// Nobody said.
    #[n(0)]
    #[serde(rename = "unknown")]
    Unknown,
    /// Built into the machine (fingerprint reader, face recognition).
    #[n(1)]
    #[serde(rename = "platform")]
    Platform,
    /// A security key or a phone that can be carried to another machine.
    #[n(2)]
    #[serde(rename = "cross_platform")]
    CrossPlatform,
    /// A recovery phrase.
    #[n(3)]
    #[serde(rename = "seed_phrase")]
    SeedPhrase,
    /// A key that a browser keeps.
    #[n(4)]
    #[serde(rename = "browser_storage_key")]
    BrowserStorageKey,
}

/// Whether only the device itself may change or remove the device.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
#[cbor(index_only)]
pub enum DeviceProtection {
    /// Only a caller who authenticated with this very device may.
    #[n(0)]
    #[serde(rename = "protected")]
    Protected,
    /// Every device of the anchor may.
    #[n(1)]
    #[serde(rename = "unprotected")]
    Unprotected,
}

/// A device as users write and read it. Alias and metadata values are private.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read, Encode, Decode)]
pub struct DeviceData {
    /// Public key, DER.
    #[n(0)]
    pub pubkey: DeviceKey,
    /// The user's name for it.
    #[n(1)]
    pub alias: String,
    /// `WebAuthn` credential id, if it is a passkey.
    #[n(2)]
    pub credential_id: Option<CredentialId>,
    /// Model of the authenticator (16 bytes by its specification; longer ones are refused).
    #[n(3)]
    pub aaguid: Option<Aaguid>,
    /// What it is for.
    #[n(4)]
    pub purpose: Purpose,
    /// Kind of key.
    #[n(5)]
    pub key_type: KeyType,
    /// Who may change it.
    #[n(6)]
    pub protection: DeviceProtection,
    /// Web origin where it was made: a passkey works only there.
    #[n(7)]
    pub origin: Option<String>,
    /// What else the client wants to keep.
    #[n(8)]
    pub metadata: Option<Metadata>,
}

/// What everybody may know about a device: the public state that blocks carry and replay gives.
/// No alias, no metadata value, no authenticator model.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Encode, Decode)]
pub struct PublicDevice {
    /// Public key, DER.
    #[n(0)]
    pub pubkey: DeviceKey,
    /// `WebAuthn` credential id, if it is a passkey.
    #[n(1)]
    pub credential_id: Option<CredentialId>,
    /// What it is for.
    #[n(2)]
    pub purpose: Purpose,
    /// Kind of key.
    #[n(3)]
    pub key_type: KeyType,
    /// Who may change it.
    #[n(4)]
    pub protection: DeviceProtection,
    /// Web origin where it was made.
    #[n(5)]
    pub origin: Option<String>,
    /// Names of the metadata's keys (outermost map), sorted, each once.
    #[n(6)]
    pub metadata_keys: Vec<String>,
}

impl From<&DeviceData> for PublicDevice {
    fn from(device: &DeviceData) -> Self {
        // Every field is named: whoever adds one decides whether it is public.
        let DeviceData {
            pubkey,
            alias: _,
            credential_id,
            aaguid: _,
            purpose,
            key_type,
            protection,
            origin,
            metadata,
        } = device;
        Self {
            pubkey: pubkey.clone(),
            credential_id: credential_id.clone(),
            purpose: *purpose,
            key_type: *key_type,
            protection: *protection,
            origin: origin.clone(),
            metadata_keys: metadata
                .iter()
                .flat_map(|metadata| metadata.0.keys().cloned())
                .collect(),
        }
    }
}

/// A device as its owner reads it, with the time of its last use.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct DeviceWithUsage {
    /// Public key, DER.
    pub pubkey: DeviceKey,
    /// The user's name for it.
    pub alias: String,
    /// `WebAuthn` credential id, if it is a passkey.
    pub credential_id: Option<CredentialId>,
    /// Model of the authenticator.
    pub aaguid: Option<Aaguid>,
    /// What it is for.
    pub purpose: Purpose,
    /// Kind of key.
    pub key_type: KeyType,
    /// Who may change it.
    pub protection: DeviceProtection,
    /// Web origin where it was made.
    pub origin: Option<String>,
    /// When it last authenticated somebody, if that is known.
    pub last_usage: Option<TimestampNs>,
    /// What else the client wanted to keep.
    pub metadata: Option<Metadata>,
}

impl DeviceData {
    /// The same device with the time of its last use.
    pub fn with_usage(self, last_usage: Option<TimestampNs>) -> DeviceWithUsage {
        let Self {
            pubkey,
            alias,
            credential_id,
            aaguid,
            purpose,
            key_type,
            protection,
            origin,
            metadata,
        } = self;
        DeviceWithUsage {
            pubkey,
            alias,
            credential_id,
            aaguid,
            purpose,
            key_type,
            protection,
            origin,
            last_usage,
            metadata,
        }
    }
}

#[cfg(test)]
mod tests;
