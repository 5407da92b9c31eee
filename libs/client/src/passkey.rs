//! A passkey in software: what a browser and an authenticator do together, for tests and tools.
//!
//! It signs as the interface specification has it under "Signatures", "Web Authentication":
//!
//! ```text
//! public key = DER SubjectPublicKeyInfo { 1.3.6.1.4.1.56387.1.1, COSE key }
//! signature  = CBOR 55799 { authenticator_data, client_data_json, signature }
//! signed     = authenticator data | SHA-256(client data), whose challenge is the message
//! ```
//!
//! | | COSE key | signature | who makes them |
//! |---|---|---|---|
//! | ES256 | EC2, P-256, x, y | ECDSA with SHA-256, DER | nearly all |
//! | RS256 | RSA, n, e | PKCS#1 v1.5 with SHA-256, 256 bytes | Windows Hello |
//! | `EdDSA` | OKP, Ed25519, x | 64 bytes | some security keys; networks accept it since version 0.62 |

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::tag::Required;
use coset::CborSerializable;
use ic_agent::agent::EnvelopeContent;
use ic_agent::identity::{Delegation, Identity, Signature};
use p256::elliptic_curve::rand_core::OsRng;
use serde::Serialize;
use sha2::{Digest, Sha256};
use spki::der::Encode;
use spki::der::asn1::{BitString, ObjectIdentifier};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use types::{CredentialId, DeviceData, DeviceKey, DeviceProtection, KeyType, Principal, Purpose};

use crate::keys::InvalidSecret;
use secret::Secret;

mod secret;

/// Keys of `WebAuthn` (interface specification, "Signatures").
const COSE_IN_DER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.56387.1.1");
/// CBOR's self-describing tag.
const SELF_DESCRIBED: u64 = 55_799;
/// The user was there (bit 0) and was verified (bit 2): `WebAuthn`, section 6.1.
const USER_PRESENT_AND_VERIFIED: u8 = 0b101;
/// What authenticators that keep no count of signatures answer.
const NO_COUNT: [u8; 4] = [0; 4];

/// A key that signs as `WebAuthn` does for one host.
#[derive(Clone)]
pub struct Passkey {
    secret: Secret,
    origin: String,
    authenticator_data: Vec<u8>,
    public_key: DeviceKey,
}

#[derive(Serialize)]
struct ClientData<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    challenge: String,
    origin: &'a str,
    #[serde(rename = "crossOrigin")]
    cross_origin: bool,
}

#[derive(Serialize)]
struct Assertion<'a> {
    #[serde(with = "serde_bytes")]
    authenticator_data: &'a [u8],
    client_data_json: String,
    #[serde(with = "serde_bytes")]
    signature: Vec<u8>,
}

impl Passkey {
    /// A new ES256 passkey for `https://<host>`, from the operating system's randomness.
    pub fn generate(host: &str) -> Self {
        let secret = p256::ecdsa::SigningKey::random(&mut OsRng);
        Self::new(Secret::Es256(secret), host)
    }

    /// The ES256 passkey with this secret (a big-endian number) for `https://<host>`.
    pub fn es256(secret: &[u8; 32], host: &str) -> Result<Self, InvalidSecret> {
        Ok(Self::new(Secret::es256(secret)?, host))
    }

    /// The RS256 passkey of 2048 bits with these two primes (big-endian, not tested for being prime) for
    /// `https://<host>`. For tests: making a signature takes a time that depends on the secret.
    pub fn rs256(primes: [&[u8; 128]; 2], host: &str) -> Result<Self, InvalidSecret> {
        Ok(Self::new(Secret::rs256(primes)?, host))
    }

    /// The `EdDSA` passkey with this secret (RFC 8032, section 5.1.5) for `https://<host>`.
    pub fn ed_dsa(secret: &[u8; 32], host: &str) -> Self {
        Self::new(Secret::EdDsa(secret.into()), host)
    }

    fn new(secret: Secret, host: &str) -> Self {
        let mut authenticator_data = Sha256::digest(host).to_vec();
        authenticator_data.push(USER_PRESENT_AND_VERIFIED);
        authenticator_data.extend(NO_COUNT);
        Self {
            origin: format!("https://{host}"),
            authenticator_data,
            public_key: public_key(&secret),
            secret,
        }
    }

    /// The public key, DER.
    pub const fn key(&self) -> &DeviceKey {
        &self.public_key
    }

    /// Whom canisters see.
    pub fn principal(&self) -> Principal {
        self.public_key.principal()
    }

    /// What front is told about it.
    pub fn device(&self, alias: &str) -> DeviceData {
        DeviceData {
            pubkey: self.public_key.clone(),
            alias: alias.to_owned(),
            credential_id: Some(CredentialId::new(&Sha256::digest(&self.public_key)[..])),
            aaguid: None,
            purpose: Purpose::Authentication,
            key_type: KeyType::CrossPlatform,
            protection: DeviceProtection::Unprotected,
            origin: Some(self.origin.clone()),
            metadata: None,
        }
    }

    /// The assertion whose challenge is this message, in CBOR.
    fn assertion(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let client_data_json = serde_json::to_string(&ClientData {
            kind: "webauthn.get",
            challenge: URL_SAFE_NO_PAD.encode(message),
            origin: &self.origin,
            cross_origin: false,
        })
        .map_err(|error| error.to_string())?;
        let client_data_hash = Sha256::digest(&client_data_json);
        let signed = [&self.authenticator_data[..], &client_data_hash].concat();
        let assertion = Required::<_, SELF_DESCRIBED>(Assertion {
            authenticator_data: &self.authenticator_data,
            client_data_json,
            signature: self.secret.sign(&signed),
        });
        let mut bytes = Vec::new();
        ciborium::into_writer(&assertion, &mut bytes).map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

impl Identity for Passkey {
    fn sender(&self) -> Result<Principal, String> {
        Ok(self.principal())
    }

    fn public_key(&self) -> Option<Vec<u8>> {
        Some(self.public_key.as_slice().to_vec())
    }

    fn sign(&self, content: &EnvelopeContent) -> Result<Signature, String> {
        self.sign_arbitrary(&content.to_request_id().signable())
    }

    fn sign_delegation(&self, content: &Delegation) -> Result<Signature, String> {
        self.sign_arbitrary(&content.signable())
    }

    fn sign_arbitrary(&self, content: &[u8]) -> Result<Signature, String> {
        Ok(Signature {
            public_key: self.public_key(),
            signature: Some(self.assertion(content)?),
            delegations: None,
        })
    }
}

fn public_key(secret: &Secret) -> DeviceKey {
    let cose = secret.cose_key().to_vec();
    let cose = cose.expect("a key of integers and bytes has an encoding");
    let info = SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: COSE_IN_DER,
            parameters: None,
        },
        subject_public_key: BitString::from_bytes(&cose).expect("272 bytes are not too many"),
    };
    DeviceKey::new(info.to_der().expect("295 bytes are not too many"))
}

#[cfg(test)]
mod tests;
