//! Why the device rules refuse. Variants and numbers only: the words that users read are chosen
//! at front's door.

use candid::Principal;
use minicbor::{Decode, Encode};

use crate::{DeviceKey, KeyType};

/// A part of a device whose size is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum DeviceField {
    /// The user's name for the device.
    #[n(0)]
    Alias,
    /// The public key.
    #[n(1)]
    PubKey,
    /// The `WebAuthn` credential id.
    #[n(2)]
    CredentialId,
    /// The web origin.
    #[n(3)]
    Origin,
    /// The authenticator's model.
    #[n(4)]
    Aaguid,
}

/// A device rule said no. None is worth a retry with the same arguments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Encode, Decode)]
pub enum DeviceError {
    /// The anchor has a device with that key already.
    #[n(0)]
    #[error("device {key} exists")]
    KeyExists {
        /// The key in question.
        #[n(0)]
        key: DeviceKey,
    },
    /// The anchor would have too many devices.
    #[n(1)]
    #[error("{count} devices, limit {limit}")]
    TooManyDevices {
        /// How many there would be.
        #[n(0)]
        count: u64,
        /// How many there may be.
        #[n(1)]
        limit: u64,
    },
    /// The anchor has no device with that key (asked to remove it or look at it).
    #[n(2)]
    #[error("device {key} not found")]
    KeyNotFound {
        /// The key in question.
        #[n(0)]
        key: DeviceKey,
    },
    /// The anchor has no device with that key (asked to update it).
    #[n(3)]
    #[error("no such device to update")]
    NothingToUpdate,
    /// An update would change the device's key.
    #[n(4)]
    #[error("device key immutable")]
    KeyImmutable,
    /// The device is protected and the caller is not that device.
    #[n(5)]
    #[error("device of {authorized} locked for {actual}")]
    Locked {
        /// The only principal that may change it.
        #[n(0)]
        #[cbor(with = "crate::codec::principal")]
        authorized: Principal,
        /// The principal that tried.
        #[n(1)]
        #[cbor(with = "crate::codec::principal")]
        actual: Principal,
    },
    /// Only recovery phrases may be protected.
    #[n(6)]
    #[error("{key_type:?} device must not be protected")]
    NotProtectable {
        /// What it is instead.
        #[n(0)]
        key_type: KeyType,
    },
    /// A recovery phrase must not have a credential id.
    #[n(7)]
    #[error("recovery phrase with a credential id")]
    PhraseWithCredentialId,
    /// The anchor has a recovery phrase already.
    #[n(8)]
    #[error("second recovery phrase")]
    SecondPhrase,
    /// One field is too long.
    #[n(9)]
    #[error("{field:?} has {length} bytes, limit {limit}")]
    FieldTooLong {
        /// Which one.
        #[n(0)]
        field: DeviceField,
        /// Its length in bytes.
        #[n(1)]
        length: u64,
        /// How long it may be, in bytes.
        #[n(2)]
        limit: u64,
    },
    /// All variable fields of the anchor together are too long.
    #[n(10)]
    #[error("variable fields have {length} bytes, limit {limit}")]
    FieldsTooLong {
        /// Their length in bytes.
        #[n(0)]
        length: u64,
        /// How long they may be, in bytes.
        #[n(1)]
        limit: u64,
    },
    /// A metadata key is named like a field of the device.
    #[n(11)]
    #[error("metadata key {key:?} reserved")]
    ReservedMetadataKey {
        /// The key in question.
        #[n(0)]
        key: String,
    },
    /// Too many metadata maps inside one another.
    #[n(12)]
    #[error("metadata {depth} maps deep, limit {limit}")]
    MetadataTooDeep {
        /// How many.
        #[n(0)]
        depth: u64,
        /// How many may be.
        #[n(1)]
        limit: u64,
    },
    /// The anchor's record would not fit into its place in stable memory.
    #[n(13)]
    #[error("record has {length} bytes, limit {limit}")]
    RecordTooLarge {
        /// Its length in bytes.
        #[n(0)]
        length: u64,
        /// How long it may be, in bytes.
        #[n(1)]
        limit: u64,
    },
    /// The key is a canister's: whoever holds a delegation from that canister would act as the device.
    #[n(14)]
    #[error("canister signature key as a device")]
    CanisterSignatureKey,
}
