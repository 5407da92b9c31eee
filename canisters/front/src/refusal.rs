//! Why front refuses, as values; and the words for it, which only the door uses.
//!
//! The words before any added detail are those of Internet Identity's first interface: clients and
//! test suites look for them.

use crate::lookups::SHARDS_LIMIT;
use crate::routing;
use crate::services::Service;
use candid::Principal;
use canister_kit::guards::NotAllowed;
use types::front::ShardState;
use types::registry::RegistryError;
use types::{AnchorNumber, DeviceError, DeviceField, DeviceKey, KeyType, TimestampNs};

/// A method without an error variant says no. The call is rejected with the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The caller may not act for the anchor, or there is no such anchor. Do not retry.
    NotAuthenticated {
        /// Who called.
        caller: Principal,
    },
    /// At registration: the caller is neither the device nor its temporary key. Do not retry.
    NotTheDevice {
        /// Who called.
        caller: Principal,
        /// The key of the device to register.
        key: DeviceKey,
    },
    /// The temporary key is the device's own principal. Do not retry.
    TemporaryKeyIsDevice,
    /// The temporary key is the anonymous principal. Do not retry.
    TemporaryKeyIsAnonymous,
    /// Too many registrations at present. Retry later.
    RateLimited,
    /// A device rule said no. Do not retry.
    Device(DeviceError),
    /// A recovery phrase cannot be added from another machine. Do not retry.
    TentativePhrase,
    /// Too many anchors are registering a device on another machine. Retry later.
    TooManyRegistrationModes,
    /// The anchor was changed too often today. Devices can still be removed. Retry when the next day begins.
    OperationBudget {
        /// How often it may be changed on one day.
        limit: u32,
        /// When the next day begins.
        resets_at: TimestampNs,
    },
    /// The origin is too long. Do not retry.
    HostnameTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The session key is too long. Do not retry.
    SessionKeyTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The method is for others (controllers). Do not retry.
    NotAllowed(NotAllowed),
    /// The salt is drawn already. Do not retry.
    SaltAlreadySet,
    /// The Internet Computer gave no randomness. Retry.
    NoRandomness,
    /// The shard refused for a reason that passes, or did not take the message. Nothing was changed. Retry.
    ShardBusy {
        /// Which shard.
        shard: Principal,
        /// Its reason, if it gave one.
        reason: Option<RegistryError>,
    },
    /// Front is short of cycles. Retry when the operator has topped it up.
    LowOnCycles {
        /// What is closed.
        service: Service,
    },
    /// The operator has stopped messages of this kind to the shard; nothing was sent. Retry.
    HeldBack {
        /// Which shard.
        shard: Principal,
        /// Its state in the routing table.
        state: ShardState,
    },
    /// The shard cannot be asked from here (a composite query reaches front's own subnet only). Ask it directly.
    AskTheShard {
        /// Whose shard.
        anchor: AnchorNumber,
        /// Which one.
        shard: Principal,
    },
    /// A shard gave no answer, and without it the answer could be wrong. Ask all shards directly.
    ShardSilent {
        /// Which one.
        shard: Principal,
    },
    /// There are more shards than one query can ask. Ask them directly.
    TooManyShards {
        /// How many there are.
        count: usize,
    },
    /// There is no salt yet, so nobody has a pseudonym. Retry after the first log-in.
    NoSalt,
    /// The order was sent twice and no answer came. Repeat the same call.
    OutcomeUnknown,
    /// The same registration was sent before with other contents. Start again with a new challenge.
    OtherContents,
    /// Shard and front disagree (routing, order ids, versions): an operator must look. Do not retry.
    Internal {
        /// Which shard.
        shard: Principal,
        /// What it said.
        reason: RegistryError,
    },
}

impl From<NotAllowed> for Refusal {
    fn from(error: NotAllowed) -> Self {
        Self::NotAllowed(error)
    }
}

impl Refusal {
    /// What the user's client reads.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::NotAuthenticated { caller } => format!("{caller} could not be authenticated."),
            Self::NotTheDevice { caller, key } => {
                format!("{caller} could not be authenticated against the device key {key}")
            }
            Self::TemporaryKeyIsDevice => {
                "The temporary key must differ from the principal of the device.".to_owned()
            }
            Self::TemporaryKeyIsAnonymous => {
                "The temporary key must not be the anonymous principal.".to_owned()
            }
            Self::RateLimited => "rate limit reached, try again later".to_owned(),
            Self::Device(error) => device_words(error),
            Self::TentativePhrase => {
                "Recovery phrases cannot be added from another machine.".to_owned()
            }
            Self::TooManyRegistrationModes => {
                "too many anchors in device registration mode, try again later".to_owned()
            }
            Self::OperationBudget { limit, resets_at } => format!(
                "too many operations of this anchor on one day: limit {limit}, try again in the next day \
                 (UTC), which begins {} s after 1970-01-01; devices can be removed at any time",
                resets_at.get() / 1_000_000_000
            ),
            Self::HostnameTooLong { length } => {
                format!("frontend hostname {length} exceeds the limit of 255 bytes")
            }
            Self::SessionKeyTooLong { length } => {
                format!("session key {length} exceeds the limit of 1024 bytes")
            }
            Self::NotAllowed(error) => error.to_string(),
            Self::SaltAlreadySet => "Salt already set".to_owned(),
            Self::NoRandomness => "no randomness available, try again later".to_owned(),
            Self::ShardBusy {
                shard,
                reason: Some(reason),
            } => format!("shard {shard} cannot do this now: {reason}, try again later"),
            Self::LowOnCycles { service } => {
                let what = match service {
                    Service::Registration => "no registrations",
                    Service::Change => "no changes",
                    Service::LogIn => "no log-ins",
                };
                format!("low on cycles: {what}, try again later")
            }
            Self::HeldBack { shard, state } => {
                let state = routing::state_word(*state);
                format!("shard {shard} cannot do this now: {state}, try again later")
            }
            Self::ShardBusy {
                shard,
                reason: None,
            } => format!("shard {shard} is not available, try again later"),
            Self::AskTheShard { anchor, shard } => {
                format!("anchor {anchor} is served by canister {shard}: ask it directly")
            }
            Self::ShardSilent { shard } => {
                format!("canister {shard} did not answer: ask all shards directly")
            }
            Self::TooManyShards { count } => format!(
                "there are {count} shards and a query can ask {SHARDS_LIMIT}: ask them directly"
            ),
            Self::NoSalt => "no salt is set yet, try again after the first log-in".to_owned(),
            Self::OutcomeUnknown => "outcome unknown, repeat the same call".to_owned(),
            Self::OtherContents => "this registration was sent before with other contents, \
                 start again with a new challenge"
                .to_owned(),
            Self::Internal { shard, reason } => {
                format!("shard {shard} does not understand front: {reason}")
            }
        }
    }
}

fn device_words(error: &DeviceError) -> String {
    match error {
        DeviceError::KeyExists { key } => {
            format!("Device with key {key} already exists on this anchor.")
        }
        DeviceError::TooManyDevices { count, limit } => {
            format!("Anchor device limit exceeded: num devices {count}, limit {limit}")
        }
        DeviceError::KeyNotFound { key } => format!("Device with key {key} not found."),
        DeviceError::NothingToUpdate => {
            "Could not find device to update, check device key".to_owned()
        }
        DeviceError::KeyImmutable => "Device key cannot be updated.".to_owned(),
        DeviceError::Locked { authorized, actual } => format!(
            "Device is locked. Must be authenticated with this device to mutate: \
             authorized principal {authorized}, actual principal {actual}"
        ),
        DeviceError::NotProtectable { key_type } => format!(
            "Only recovery phrases can be locked but key type is {}",
            key_type_word(*key_type)
        ),
        DeviceError::PhraseWithCredentialId => {
            "Devices with key type seed_phrase must not have a credential id.".to_owned()
        }
        DeviceError::SecondPhrase => {
            "There is already a recovery phrase and only one is allowed.".to_owned()
        }
        DeviceError::FieldTooLong {
            field,
            length,
            limit,
        } => format!(
            "{} limit exceeded: length {length}, limit {limit}",
            field_word(*field)
        ),
        DeviceError::FieldsTooLong { length, limit } => format!(
            "Cumulative size of variable sized fields exceeds limit: length {length}, limit {limit}."
        ),
        DeviceError::ReservedMetadataKey { key } => {
            format!("Metadata key '{key}' is reserved and cannot be used.")
        }
        DeviceError::MetadataTooDeep { depth, limit } => {
            format!("Metadata is nested too deeply: depth {depth}, limit {limit}")
        }
        DeviceError::RecordTooLarge { length, limit } => {
            format!("Anchor record is too large: length {length}, limit {limit}")
        }
        DeviceError::CanisterSignatureKey => {
            "Canister signature keys cannot be devices: add a passkey, a security key or a recovery phrase.".to_owned()
        }
    }
}

fn field_word(field: DeviceField) -> &'static str {
    match field {
        DeviceField::Alias => "alias",
        DeviceField::PubKey => "pubkey",
        DeviceField::CredentialId => "credential_id",
        DeviceField::Origin => "origin",
        DeviceField::Aaguid => "aaguid",
    }
}

fn key_type_word(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Unknown => "Unknown",
        KeyType::Platform => "Platform",
        KeyType::CrossPlatform => "CrossPlatform",
        KeyType::SeedPhrase => "SeedPhrase",
        KeyType::BrowserStorageKey => "BrowserStorageKey",
    }
}

#[cfg(test)]
mod tests;
