//! What a login page needs of passkeys: which ones an anchor has, and whose one is.
//!
//! Candid names and shapes are those of Internet Identity (dfinity/internet-identity,
//! `src/internet_identity/internet_identity.did` at 00429c71).

use candid::CandidType;
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::{AnchorNumber, CredentialId, DeviceData, DeviceKey, KeyType, Purpose};

#[cfg(test)]
mod tests;

/// How somebody may authenticate as an anchor, by purpose. Empty for an anchor that does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct AnchorCredentials {
    /// Passkeys for everyday log-ins.
    pub credentials: Vec<WebAuthnCredential>,
    /// Passkeys for recovery.
    pub recovery_credentials: Vec<WebAuthnCredential>,
    /// Keys of recovery phrases.
    pub recovery_phrases: Vec<DeviceKey>,
}

/// A passkey, public part.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct WebAuthnCredential {
    /// What the authenticator calls it.
    pub credential_id: CredentialId,
    /// Its public key, DER.
    pub pubkey: DeviceKey,
}

/// Answer of front's `lookup_device_key`: whose passkey it is.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct DeviceKeyWithAnchor {
    /// Its public key, DER.
    pub pubkey: DeviceKey,
    /// The anchor.
    pub anchor_number: AnchorNumber,
}

impl AnchorCredentials {
    /// Those of an anchor's devices, in their order. A device that is neither a recovery phrase nor a passkey (a
    /// browser's key) is in none of the lists.
    pub fn of<'a>(devices: impl IntoIterator<Item = &'a DeviceData>) -> Self {
        let mut all = Self::default();
        for device in devices {
            let pubkey = device.pubkey.clone();
            if device.key_type == KeyType::SeedPhrase {
                all.recovery_phrases.push(pubkey);
            } else if let Some(credential_id) = device.credential_id.clone() {
                let list = match device.purpose {
                    Purpose::Authentication => &mut all.credentials,
                    Purpose::Recovery => &mut all.recovery_credentials,
                };
                list.push(WebAuthnCredential {
                    credential_id,
                    pubkey,
                });
            }
        }
        all
    }
}
