//! The key inside a passkey: how its public half is written and what its signatures look like.

use coset::cbor::Value;
use coset::iana::{self, EnumI64};
use coset::{CoseKey, KeyType, Label, RegisteredLabelWithPrivate};
use ed25519_dalek::SigningKey as Ed25519;
use p256::ecdsa::SigningKey as P256;
use rsa::pkcs1v15::SigningKey as RsaPkcs1;
use rsa::signature::{Keypair, SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey};
use sha2::Sha256;

use crate::keys::InvalidSecret;

/// Bytes of one of the two primes of a 2048-bit key.
const PRIME_LENGTH: usize = 128;
/// 65537, which all authenticators use.
const PUBLIC_EXPONENT: u32 = 0x0001_0001;

/// Named as in COSE's registry of algorithms.
#[derive(Clone)]
pub(super) enum Secret {
    /// ECDSA on P-256 with SHA-256.
    Es256(P256),
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256(Box<RsaPkcs1<Sha256>>),
    /// Ed25519.
    EdDsa(Ed25519),
}

impl Secret {
    pub(super) fn es256(secret: &[u8; 32]) -> Result<Self, InvalidSecret> {
        let key = P256::from_slice(secret).map_err(|_| InvalidSecret { kind: "P-256" })?;
        Ok(Self::Es256(key))
    }

    pub(super) fn rs256(primes: [&[u8; PRIME_LENGTH]; 2]) -> Result<Self, InvalidSecret> {
        let invalid = InvalidSecret {
            kind: "2048-bit RSA",
        };
        let [p, q] = primes.map(|prime| BigUint::from_bytes_be(prime));
        // Only two primes of full length have such a product; with zero or one the library panics.
        if (&p * &q).bits() != 2 * 8 * PRIME_LENGTH {
            return Err(invalid);
        }
        let key = RsaPrivateKey::from_p_q(p, q, PUBLIC_EXPONENT.into()).map_err(|_| invalid)?;
        Ok(Self::Rs256(Box::new(RsaPkcs1::new(key))))
    }

    /// RFC 9053, section 7 (elliptic curves); RFC 8230, section 4 (RSA).
    pub(super) fn cose_key(&self) -> CoseKey {
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                let (x, y) = point
                    .x()
                    .zip(point.y())
                    .expect("an uncompressed point of a public key has both coordinates");
                let parameters = [
                    (iana::Ec2KeyParameter::Crv.to_i64(), curve(P_256)),
                    (iana::Ec2KeyParameter::X.to_i64(), bytes(x)),
                    (iana::Ec2KeyParameter::Y.to_i64(), bytes(y)),
                ];
                cose(iana::KeyType::EC2, iana::Algorithm::ES256, parameters)
            }
            Self::Rs256(key) => {
                let public = key.verifying_key();
                let public: &rsa::RsaPublicKey = public.as_ref();
                let parameters = [
                    (
                        iana::RsaKeyParameter::N.to_i64(),
                        bytes(&public.n().to_bytes_be()),
                    ),
                    (
                        iana::RsaKeyParameter::E.to_i64(),
                        bytes(&public.e().to_bytes_be()),
                    ),
                ];
                cose(iana::KeyType::RSA, iana::Algorithm::RS256, parameters)
            }
            Self::EdDsa(key) => {
                let parameters = [
                    (iana::OkpKeyParameter::Crv.to_i64(), curve(ED25519)),
                    (
                        iana::OkpKeyParameter::X.to_i64(),
                        bytes(key.verifying_key().as_bytes()),
                    ),
                ];
                cose(iana::KeyType::OKP, iana::Algorithm::EdDSA, parameters)
            }
        }
    }

    /// As authenticators encode signatures (`WebAuthn`, section 6.5.5): ECDSA in DER, the others as they are.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.to_vec()
            }
            Self::Rs256(key) => key.sign(message).to_vec(),
            Self::EdDsa(key) => key.sign(message).to_vec(),
        }
    }
}

const P_256: iana::EllipticCurve = iana::EllipticCurve::P_256;
const ED25519: iana::EllipticCurve = iana::EllipticCurve::Ed25519;

fn curve(curve: iana::EllipticCurve) -> Value {
    Value::from(curve.to_i64())
}

fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

fn cose<const N: usize>(
    kind: iana::KeyType,
    algorithm: iana::Algorithm,
    parameters: [(i64, Value); N],
) -> CoseKey {
    CoseKey {
        kty: KeyType::Assigned(kind),
        alg: Some(RegisteredLabelWithPrivate::Assigned(algorithm)),
        params: parameters
            .into_iter()
            .map(|(label, value)| (Label::Int(label), value))
            .collect(),
        ..CoseKey::default()
    }
}
