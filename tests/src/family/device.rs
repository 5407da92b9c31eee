//! Software devices: Ed25519 keys that follow from a name.

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use types::{
    Aaguid, CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, Metadata,
    MetadataValue, Principal, Purpose,
};

/// DER of an Ed25519 public key before the key itself (RFC 8410).
const ED25519_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A device of a person: a key, and what front is told about it.
#[derive(Clone, Debug)]
pub struct Device {
    /// What front is told.
    pub data: DeviceData,
}

/// The principal of the device with that name.
pub fn principal_of(name: &str) -> Principal {
    key(name).principal()
}

impl Device {
    /// A passkey.
    pub fn new(name: &str) -> Self {
        let digest = Sha256::digest(format!("credential of {name}"));
        let note = MetadataValue::String(format!("private note about {name}"));
        let metadata = [("note".to_owned(), note)];
        Self {
            data: DeviceData {
                pubkey: key(name),
                alias: format!("private alias of {name}"),
                credential_id: Some(CredentialId::new(&digest[..])),
                aaguid: Some(Aaguid::new(&digest[..16])),
                purpose: Purpose::Authentication,
                key_type: KeyType::Platform,
                protection: DeviceProtection::Unprotected,
                origin: Some("https://identity.example".to_owned()),
                metadata: Some(Metadata(metadata.into())),
            },
        }
    }

    /// A recovery phrase.
    pub fn phrase(name: &str) -> Self {
        Self {
            data: DeviceData {
                pubkey: key(name),
                alias: "Recovery phrase".to_owned(),
                credential_id: None,
                aaguid: None,
                purpose: Purpose::Recovery,
                key_type: KeyType::SeedPhrase,
                protection: DeviceProtection::Protected,
                origin: None,
                metadata: None,
            },
        }
    }

    /// The same device with something else in its data.
    #[must_use]
    pub fn but(mut self, change: impl FnOnce(&mut DeviceData)) -> Self {
        change(&mut self.data);
        self
    }

    /// Whom the canisters see when the device calls.
    pub fn principal(&self) -> Principal {
        self.data.pubkey.principal()
    }
}

fn key(name: &str) -> DeviceKey {
    let secret = SigningKey::from_bytes(&Sha256::digest(name).into());
    let mut der = ED25519_PREFIX.to_vec();
    der.extend_from_slice(secret.verifying_key().as_bytes());
    DeviceKey::new(der)
}
