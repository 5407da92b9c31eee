//! Signatures of every kind of key that a sender may have (interface specification, Signatures).

use coset::cbor::Value;
use coset::iana::{self, EnumI64};
use coset::{CborSerializable, CoseKey, KeyType, Label, RegisteredLabelWithPrivate};
use ic_canister_sig_creation::{CanisterSigPublicKey, extract_raw_root_pk_from_der};
use k256::ecdsa::signature::Verifier;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode;
use spki::der::asn1::ObjectIdentifier;

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const COSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.56387.1.1");
const CANISTER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.56387.1.2");

/// Verifies a signature over `message` with a key in DER; the error says what is wrong.
pub(super) fn verify(
    der: &[u8],
    message: &[u8],
    signature: &[u8],
    root_key: &[u8],
) -> Result<(), String> {
    let info = SubjectPublicKeyInfoRef::from_der(der)
        .map_err(|error| format!("the public key is not valid DER: {error}"))?;
    let key = info
        .subject_public_key
        .as_bytes()
        .ok_or("the public key has unused bits")?;
    match info.algorithm.oid {
        ED25519 => ed25519(key, message, signature),
        EC => match info.algorithm.parameters_oid() {
            Ok(SECP256K1) => secp256k1(key, message, signature),
            Ok(P256) => p256(key, message, &p256_raw(signature)?),
            _ => Err("the elliptic curve is neither secp256k1 nor P-256".to_string()),
        },
        COSE => webauthn(key, message, signature),
        CANISTER => {
            let root = extract_raw_root_pk_from_der(root_key)?;
            ic_signature_verification::verify_canister_sig(message, signature, der, &root)?;
            require_signing_subnet(signature)
        }
        oid => Err(format!("keys with algorithm {oid} are not accepted")),
    }
}

/// The canister whose signatures a key stands for, if it is such a key.
pub(super) fn signing_canister(der: &[u8]) -> Option<Vec<u8>> {
    let key = CanisterSigPublicKey::try_from(der).ok()?;
    Some(key.canister_id.as_slice().to_vec())
}

#[derive(Deserialize)]
struct CanisterSignature {
    #[serde(with = "serde_bytes")]
    certificate: Vec<u8>,
}

#[derive(Deserialize)]
struct Certificate {
    tree: Value,
    delegation: Option<Delegation>,
}

#[derive(Deserialize)]
struct Delegation {
    #[serde(with = "serde_bytes")]
    subnet_id: Vec<u8>,
    #[serde(with = "serde_bytes")]
    certificate: Vec<u8>,
}

/// A canister's signature counts only if its delegation shows that the subnet is not of the type
/// `cloud_engine`; the root subnet has no delegation. Everything else has been verified.
fn require_signing_subnet(signature: &[u8]) -> Result<(), String> {
    let invalid = |error| format!("the canister signature is not valid CBOR: {error}");
    let signature: CanisterSignature = ciborium::from_reader(signature).map_err(invalid)?;
    let certificate: Certificate =
        ciborium::from_reader(signature.certificate.as_slice()).map_err(invalid)?;
    let Some(delegation) = certificate.delegation else {
        return Ok(());
    };
    let certificate: Certificate =
        ciborium::from_reader(delegation.certificate.as_slice()).map_err(invalid)?;
    let path = [b"subnet", delegation.subnet_id.as_slice(), b"type"];
    match leaf(&certificate.tree, &path) {
        Some(b"cloud_engine") => {
            Err("signatures of canisters on cloud engines do not count".to_string())
        }
        Some(_) => Ok(()),
        None => Err("the delegation of the canister signature shows no subnet type".to_string()),
    }
}

/// The leaf at a path of a hash tree.
fn leaf<'a>(tree: &'a Value, path: &[&[u8]]) -> Option<&'a [u8]> {
    let (kind, parts) = tree.as_array()?.split_first()?;
    match (u8::try_from(kind.as_integer()?).ok()?, parts, path) {
        (1, [left, right], _) => leaf(left, path).or_else(|| leaf(right, path)),
        (2, [label, below], [first, rest @ ..]) if label.as_bytes()?.as_slice() == *first => {
            leaf(below, rest)
        }
        (3, [contents], []) => contents.as_bytes().map(Vec::as_slice),
        _ => None,
    }
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let key = key
        .try_into()
        .ok()
        .and_then(|key| ed25519_dalek::VerifyingKey::from_bytes(key).ok())
        .ok_or("the Ed25519 key is not valid")?;
    let signature = ed25519_dalek::Signature::from_slice(signature)
        .map_err(|_| "an Ed25519 signature has 64 bytes")?;
    key.verify(message, &signature).map_err(wrong)
}

fn secp256k1(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(|error| error.to_string())?;
    let signature = k256::ecdsa::Signature::from_slice(signature)
        .map_err(|_| "an ECDSA signature has 64 bytes")?;
    // Both forms of a signature are accepted; the library wants the one with the lower half.
    let signature = signature.normalize_s().unwrap_or(signature);
    key.verify(message, &signature).map_err(wrong)
}

fn p256_raw(signature: &[u8]) -> Result<p256::ecdsa::Signature, String> {
    p256::ecdsa::Signature::from_slice(signature)
        .map_err(|_| "an ECDSA signature has 64 bytes".to_string())
}

fn p256(key: &[u8], message: &[u8], signature: &p256::ecdsa::Signature) -> Result<(), String> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(|error| error.to_string())?;
    key.verify(message, signature).map_err(wrong)
}

#[derive(Deserialize)]
struct WebAuthnSignature {
    #[serde(with = "serde_bytes")]
    authenticator_data: Vec<u8>,
    client_data_json: String,
    #[serde(with = "serde_bytes")]
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct ClientData {
    challenge: String,
}

/// A `WebAuthn` assertion whose challenge is the message.
fn webauthn(cose: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let parsed: WebAuthnSignature = ciborium::from_reader(signature)
        .map_err(|error| format!("the WebAuthn signature is not valid CBOR: {error}"))?;
    let client_data: ClientData = serde_json::from_str(&parsed.client_data_json)
        .map_err(|error| format!("client_data_json is not valid: {error}"))?;
    let challenge = base64::Engine::decode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        client_data.challenge.trim_end_matches('='),
    )
    .map_err(|error| format!("the challenge is not base64url: {error}"))?;
    if challenge != message {
        return Err("the challenge is not the request".to_string());
    }
    let signed = [
        parsed.authenticator_data.as_slice(),
        &Sha256::digest(parsed.client_data_json.as_bytes()),
    ]
    .concat();
    cose_signature(cose, &signed, &parsed.signature)
}

fn cose_signature(cose: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let key =
        CoseKey::from_slice(cose).map_err(|error| format!("the COSE key is not valid: {error}"))?;
    let algorithm = match &key.alg {
        Some(RegisteredLabelWithPrivate::Assigned(algorithm)) => *algorithm,
        _ => return Err("the COSE key names no algorithm".to_string()),
    };
    match (&key.kty, algorithm) {
        (KeyType::Assigned(iana::KeyType::EC2), iana::Algorithm::ES256) => {
            let x = bytes(&key, iana::Ec2KeyParameter::X.to_i64())?;
            let y = bytes(&key, iana::Ec2KeyParameter::Y.to_i64())?;
            let point = [&[4], x, y].concat();
            let signature = p256::ecdsa::Signature::from_der(signature)
                .map_err(|_| "an ES256 signature of WebAuthn is in DER")?;
            p256(&point, message, &signature)
        }
        (KeyType::Assigned(iana::KeyType::RSA), iana::Algorithm::RS256) => {
            let n = bytes(&key, iana::RsaKeyParameter::N.to_i64())?;
            let e = bytes(&key, iana::RsaKeyParameter::E.to_i64())?;
            let key = rsa::RsaPublicKey::new(
                rsa::BigUint::from_bytes_be(n),
                rsa::BigUint::from_bytes_be(e),
            )
            .map_err(|error| format!("the RSA key is not valid: {error}"))?;
            let signature = rsa::pkcs1v15::Signature::try_from(signature).map_err(wrong)?;
            rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key)
                .verify(message, &signature)
                .map_err(wrong)
        }
        (KeyType::Assigned(iana::KeyType::OKP), iana::Algorithm::EdDSA) => {
            let x = bytes(&key, iana::OkpKeyParameter::X.to_i64())?;
            ed25519(x, message, signature)
        }
        (kind, algorithm) => Err(format!(
            "COSE keys of {kind:?} with {algorithm:?} are not accepted"
        )),
    }
}

fn bytes(key: &CoseKey, parameter: i64) -> Result<&[u8], String> {
    key.params
        .iter()
        .find_map(|(label, value)| match (label, value) {
            (Label::Int(found), Value::Bytes(bytes)) if *found == parameter => {
                Some(bytes.as_slice())
            }
            _ => None,
        })
        .ok_or_else(|| format!("the COSE key has no parameter {parameter}"))
}

fn wrong<E>(_: E) -> String {
    "the signature does not match".to_string()
}
