//! Ids and wire types that the canisters, the libraries below them and the tools share.
//!
//! Two doors, two encodings. What a user or an auditor sees is Candid ([`front`], [`archive`],
//! the public queries in [`registry`], [`icrc3`]). What travels between our own canisters is a
//! versioned blob ([`message`]), because generic Candid costs ten times the instructions. Canisters write and read Candid
//! without its library ([`lean`]); clients, tools and tests use it.
//!
//! Nothing here knows a rule about anchors, and nothing here depends on a canister's runtime.

#[macro_use]
mod bytes;

pub mod archive;
pub mod codec;
pub mod credentials;
pub mod device;
pub mod front;
pub mod http;
pub mod icrc3;
pub mod ids;
pub mod lean;
pub mod message;
pub mod metadata;
pub mod range;
pub mod registry;

#[cfg(test)]
mod strategies;

pub use candid::Principal;
pub use credentials::{AnchorCredentials, DeviceKeyWithAnchor, WebAuthnCredential};
pub use device::{
    DeviceData, DeviceError, DeviceField, DeviceProtection, DeviceWithUsage, KeyType, PublicDevice,
    Purpose,
};
pub use ids::{
    Aaguid, AnchorNumber, BlockHash, BlockIndex, CredentialId, DeviceKey, EncodedBlock, OrderId,
    SessionKey, TimestampNs, UserKey,
};
pub use metadata::{Metadata, MetadataValue};
pub use range::{AnchorRange, EmptyRange, RangeShrinks};
