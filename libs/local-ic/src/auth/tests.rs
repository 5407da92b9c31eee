use super::*;
use crate::cbor::self_described;
use crate::certification::data_certificate;
use crate::ids::{CanisterId, ModuleHash};
use crate::memory::PageMap;
use crate::sandbox::StableMemory;
use crate::state::{Canister, Settings};
use crate::topology::{self, InstanceConfig, SubnetKind, SubnetSpec};
use crate::wasm::ExecutionState;
use base64::Engine as _;
use ciborium::Value;
use ic_canister_sig_creation::CanisterSigPublicKey;
use ic_certification::hash_tree::{HashTree, label, leaf};
use ic_transport_types::{Delegation, DelegationPermissions, SenderInfo, SignedDelegation};
use k256::ecdsa::signature::{SignatureEncoding, Signer};
use sha2::{Digest, Sha256};
use spki::der::Encode;
use spki::der::asn1::{Any, BitString, ObjectIdentifier};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use std::borrow::Cow;

const NOW: TimeNs = 1_000_000_000_000;
/// Only canister signatures ask for the root key.
const ROOT: &[u8] = &[];

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key and how it signs.
struct Key {
    der: Vec<u8>,
    sign: Sign,
}

fn wrap(algorithm: &str, curve: Option<&str>, key: &[u8]) -> Vec<u8> {
    let parameters =
        curve.map(|curve| Any::encode_from(&ObjectIdentifier::new_unwrap(curve)).unwrap());
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: ObjectIdentifier::new_unwrap(algorithm),
            parameters,
        },
        subject_public_key: BitString::from_bytes(key).unwrap(),
    }
    .to_der()
    .unwrap()
}

fn ed25519(seed: u8) -> Key {
    let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    Key {
        der: wrap("1.3.101.112", None, key.verifying_key().as_bytes()),
        sign: Box::new(move |message| key.sign(message).to_vec()),
    }
}

fn secp256k1() -> Key {
    let key = k256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    Key {
        der: wrap("1.2.840.10045.2.1", Some("1.3.132.0.10"), point.as_bytes()),
        sign: Box::new(move |message| {
            let signature: k256::ecdsa::Signature = key.sign(message);
            signature.to_vec()
        }),
    }
}

fn p256() -> Key {
    let key = p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    Key {
        der: wrap(
            "1.2.840.10045.2.1",
            Some("1.2.840.10045.3.1.7"),
            point.as_bytes(),
        ),
        sign: Box::new(move |message| {
            let signature: p256::ecdsa::Signature = key.sign(message);
            signature.to_vec()
        }),
    }
}

/// Wraps a signature over (authenticator data, hash of client data) as `WebAuthn` does.
fn assertion(message: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(message);
    let client_data =
        format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://x"}}"#);
    let authenticator_data = vec![5; 37];
    let signed = [
        &authenticator_data[..],
        &Sha256::digest(client_data.as_bytes()),
    ]
    .concat();
    let text = |text: &str| Value::Text(text.to_string());
    let fields = Value::Map(vec![
        (text("authenticator_data"), Value::Bytes(authenticator_data)),
        (text("client_data_json"), Value::Text(client_data)),
        (text("signature"), Value::Bytes(sign(&signed))),
    ]);
    let mut bytes = vec![0xd9, 0xd9, 0xf7];
    ciborium::into_writer(&fields, &mut bytes).unwrap();
    bytes
}

/// A COSE key: pairs of integer labels and values.
fn cose(entries: Vec<(i64, Value)>) -> Vec<u8> {
    let entries = entries
        .into_iter()
        .map(|(label, value)| (Value::from(label), value))
        .collect();
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(entries), &mut bytes).unwrap();
    wrap("1.3.6.1.4.1.56387.1.1", None, &bytes)
}

fn webauthn_es256() -> Key {
    let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    Key {
        der: cose(vec![
            (1, 2.into()),
            (3, (-7).into()),
            (-1, 1.into()),
            (-2, coordinate(point.x().unwrap())),
            (-3, coordinate(point.y().unwrap())),
        ]),
        sign: Box::new(move |message| {
            assertion(message, |signed| {
                let signature: p256::ecdsa::Signature = key.sign(signed);
                signature.to_der().as_bytes().to_vec()
            })
        }),
    }
}

fn webauthn_eddsa() -> Key {
    let key = ed25519_dalek::SigningKey::from_bytes(&[10; 32]);
    Key {
        der: cose(vec![
            (1, 1.into()),
            (3, (-8).into()),
            (-1, 6.into()),
            (-2, Value::Bytes(key.verifying_key().as_bytes().to_vec())),
        ]),
        sign: Box::new(move |message| assertion(message, |signed| key.sign(signed).to_vec())),
    }
}

fn webauthn_rs256() -> Key {
    use rsa::traits::PublicKeyParts;
    let mut random = rsa::rand_core::OsRng;
    let key = rsa::RsaPrivateKey::new(&mut random, 1024).unwrap();
    let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
    let signer = rsa::pkcs1v15::SigningKey::<Sha256>::new(key);
    Key {
        der: cose(vec![
            (1, 3.into()),
            (3, (-257).into()),
            (-1, Value::Bytes(n)),
            (-2, Value::Bytes(e)),
        ]),
        sign: Box::new(move |message| assertion(message, |signed| signer.sign(signed).to_vec())),
    }
}

fn call(sender: Principal) -> EnvelopeContent {
    EnvelopeContent::Call {
        nonce: Some(vec![1, 2, 3]),
        ingress_expiry: NOW + 60_000_000_000,
        sender,
        canister_id: Principal::from_slice(&[1]),
        method_name: "method".to_string(),
        arg: b"argument".to_vec(),
        sender_info: None,
    }
}

fn encode(
    content: EnvelopeContent,
    key: Option<&Key>,
    signature: Option<Vec<u8>>,
    delegations: Vec<SignedDelegation>,
) -> Envelope {
    let bytes = ic_transport_types::Envelope {
        content: Cow::Owned(content),
        sender_pubkey: key.map(|key| key.der.clone()),
        sender_sig: signature,
        sender_delegation: (!delegations.is_empty()).then_some(delegations),
    }
    .encode_bytes();
    parse(&bytes).unwrap()
}

fn signed(key: &Key) -> Envelope {
    let content = call(Principal::self_authenticating(&key.der));
    let signature = (key.sign)(&content.to_request_id().signable());
    encode(content, Some(key), Some(signature), vec![])
}

fn check(envelope: &Envelope) -> Result<Chain, AuthError> {
    authenticate(envelope, Kind::Call, NOW, ROOT)
}

fn delegate(from: &Key, to: &Key, change: impl Fn(&mut Delegation)) -> SignedDelegation {
    let mut delegation = Delegation {
        pubkey: to.der.clone(),
        expiration: NOW + 1,
        targets: None,
        permissions: None,
    };
    change(&mut delegation);
    SignedDelegation {
        signature: (from.sign)(&delegation.signable()),
        delegation,
    }
}

fn delegated(change: impl Fn(&mut Delegation)) -> Envelope {
    let (owner, session) = (webauthn_es256(), ed25519(2));
    let content = call(Principal::self_authenticating(&owner.der));
    let signature = (session.sign)(&content.to_request_id().signable());
    let link = delegate(&owner, &session, change);
    encode(content, Some(&owner), Some(signature), vec![link])
}

#[test]
fn every_kind_of_key_signs_and_a_flipped_bit_is_found() {
    for (name, key) in [
        ("Ed25519", ed25519(1)),
        ("secp256k1", secp256k1()),
        ("P-256", p256()),
        ("WebAuthn ES256", webauthn_es256()),
        ("WebAuthn EdDSA", webauthn_eddsa()),
        ("WebAuthn RS256", webauthn_rs256()),
    ] {
        let envelope = signed(&key);
        assert!(check(&envelope).is_ok(), "{name}: {:?}", check(&envelope));
        let mut tampered = envelope.clone();
        let signature = tampered.sender_sig.as_mut().unwrap();
        *signature.last_mut().unwrap() ^= 1;
        assert!(
            matches!(check(&tampered), Err(AuthError::Signature(_))),
            "{name}"
        );
        let mut tampered = envelope;
        let EnvelopeContent::Call { arg, .. } = &mut tampered.content else {
            unreachable!("it is a call");
        };
        arg[0] ^= 1;
        assert!(
            matches!(check(&tampered), Err(AuthError::Signature(_))),
            "{name}"
        );
    }
}

#[test]
fn both_forms_of_a_secp256k1_signature_are_accepted() {
    let key = secp256k1();
    let mut envelope = signed(&key);
    let signature =
        k256::ecdsa::Signature::from_slice(envelope.sender_sig.as_ref().unwrap()).unwrap();
    let (r, s) = signature.split_scalars();
    let other = k256::ecdsa::Signature::from_scalars(r, -*s).unwrap();
    envelope.sender_sig = Some(other.to_vec());
    assert!(check(&envelope).is_ok());
}

#[test]
fn the_sender_is_the_principal_of_the_key() {
    let key = ed25519(1);
    let content = call(Principal::self_authenticating(&ed25519(2).der));
    let signature = (key.sign)(&content.to_request_id().signable());
    let envelope = encode(content, Some(&key), Some(signature), vec![]);
    assert!(matches!(check(&envelope), Err(AuthError::Signature(_))));
}

#[test]
fn an_anonymous_request_has_no_signature() {
    let content = call(Principal::anonymous());
    assert!(check(&encode(content.clone(), None, None, vec![])).is_ok());
    let signed = encode(content, Some(&ed25519(1)), Some(vec![0; 64]), vec![]);
    assert!(matches!(check(&signed), Err(AuthError::Signature(_))));
}

/// Nobody stands for what it says.
#[test]
fn an_anonymous_request_has_no_sender_info() {
    let mut content = call(Principal::anonymous());
    let EnvelopeContent::Call { sender_info, .. } = &mut content else {
        panic!("it is a call");
    };
    *sender_info = Some(SenderInfo {
        info: b"attributes".to_vec(),
        signer: vec![1],
        sig: vec![0; 64],
    });
    let claims = encode(content, None, None, vec![]);
    assert!(matches!(check(&claims), Err(AuthError::Signature(_))));
}

#[test]
fn requests_expire_and_do_not_come_from_the_far_future() {
    let envelope = signed(&ed25519(1));
    let expiry = envelope.content.ingress_expiry();
    for (now, good) in [
        (expiry - 1, true),
        (expiry, false),
        (expiry - INGRESS_WINDOW_NS, true),
        (expiry - INGRESS_WINDOW_NS - 1, false),
    ] {
        let result = authenticate(&envelope, Kind::Call, now, ROOT);
        assert_eq!(result.is_ok(), good, "at {now}");
    }
}

#[test]
fn a_delegation_lets_the_session_key_act() {
    assert!(check(&delegated(|_| {})).is_ok());
}

#[test]
fn a_delegation_ends_names_canisters_and_may_be_for_reading_only() {
    let late = delegated(|delegation| delegation.expiration = NOW - 1);
    assert!(matches!(check(&late), Err(AuthError::Delegation(_))));

    let target = Principal::from_slice(&[1]);
    let limited = check(&delegated(|delegation| {
        delegation.targets = Some(vec![target]);
    }))
    .unwrap();
    assert!(limited.permits(CanisterId(target)));
    assert!(!limited.permits(CanisterId(Principal::from_slice(&[2]))));

    let reading =
        delegated(|delegation| delegation.permissions = Some(DelegationPermissions::Queries));
    assert!(matches!(check(&reading), Err(AuthError::Delegation(_))));
    assert!(authenticate(&reading, Kind::Read, NOW, ROOT).is_ok());
}

#[test]
fn a_tampered_delegation_is_found() {
    let mut envelope = delegated(|_| {});
    envelope.sender_delegation[0].delegation.expiration += 1;
    assert!(matches!(check(&envelope), Err(AuthError::Delegation(_))));
}

#[test]
fn chains_are_short_and_without_loops() {
    let (owner, session) = (ed25519(1), ed25519(2));
    let content = call(Principal::self_authenticating(&owner.der));
    let signature = (owner.sign)(&content.to_request_id().signable());
    let there = delegate(&owner, &session, |_| {});
    let back = delegate(&session, &owner, |_| {});
    let envelope = encode(
        content.clone(),
        Some(&owner),
        Some(signature),
        vec![there, back],
    );
    assert!(matches!(check(&envelope), Err(AuthError::Delegation(_))));

    let keys: Vec<Key> = (1..=22).map(ed25519).collect();
    let links = keys
        .windows(2)
        .map(|pair| delegate(&pair[0], &pair[1], |_| {}))
        .collect();
    let signature = (keys[21].sign)(&content.to_request_id().signable());
    let envelope = encode(content, Some(&owner), Some(signature), links);
    assert!(matches!(check(&envelope), Err(AuthError::Delegation(_))));
}

#[test]
fn bodies_that_are_no_envelopes_are_refused_with_what_is_missing() {
    let text = |text: &str| Value::Text(text.to_string());
    let body = |value: Value| {
        let mut bytes = Vec::new();
        ciborium::into_writer(&value, &mut bytes).unwrap();
        parse(&bytes).unwrap_err().to_string()
    };
    assert!(parse(b"").is_err());
    assert!(parse(&[0xff; 40]).is_err());
    assert!(body(Value::Null).contains("the envelope is a map"));
    assert!(body(Value::Map(vec![])).contains("content is missing"));
    let content = Value::Map(vec![(text("request_type"), text("call"))]);
    assert!(
        body(Value::Map(vec![(text("content"), content)])).contains("ingress_expiry is missing")
    );
}

/// The representation-independent hash of a map, as the interface specification defines it.
fn hash_of_map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut pairs: Vec<Vec<u8>> = fields
        .iter()
        .map(|(name, value)| [Sha256::digest(name), Sha256::digest(value)].concat())
        .collect();
    pairs.sort();
    Sha256::digest(pairs.concat()).to_vec()
}

#[test]
fn the_nonce_of_a_reading_is_signed() {
    let key = ed25519(1);
    let sender = Principal::self_authenticating(&key.der);
    let expiry = NOW + 1;
    let nonce = b"once".to_vec();
    let id = hash_of_map(&[
        ("request_type", b"read_state".to_vec()),
        ("ingress_expiry", leb128(expiry)),
        ("sender", sender.as_slice().to_vec()),
        // What is hashed of an array are its elements' hashes; here is one path of one label.
        ("paths", Sha256::digest(Sha256::digest("time")).to_vec()),
        ("nonce", nonce.clone()),
    ]);
    let signature = (key.sign)(&[b"\x0aic-request".as_slice(), &id].concat());
    let text = |text: &str| Value::Text(text.to_string());
    let read = |nonce: Vec<u8>| {
        let content = Value::Map(vec![
            (text("request_type"), text("read_state")),
            (text("ingress_expiry"), Value::from(expiry)),
            (text("sender"), Value::Bytes(sender.as_slice().to_vec())),
            (
                text("paths"),
                Value::Array(vec![Value::Array(vec![Value::Bytes(b"time".to_vec())])]),
            ),
            (text("nonce"), Value::Bytes(nonce)),
        ]);
        let envelope = Value::Map(vec![
            (text("content"), content),
            (text("sender_pubkey"), Value::Bytes(key.der.clone())),
            (text("sender_sig"), Value::Bytes(signature.clone())),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&envelope, &mut bytes).unwrap();
        authenticate(&parse(&bytes).unwrap(), Kind::Read, NOW, ROOT)
    };
    read(nonce).unwrap();
    let other = read(b"twice".to_vec()).unwrap_err();
    assert!(matches!(other, AuthError::Signature(_)), "{other}");
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

/// A canister's signature over a message, with the key and the network's root key.
fn canister_signature(kind: SubnetKind, message: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let specs = [SubnetKind::System, kind].map(|kind| SubnetSpec {
        free: true,
        ..SubnetSpec::new(kind)
    });
    let mut network = topology::create(&InstanceConfig {
        subnets: specs.to_vec(),
        ..InstanceConfig::new(&[])
    })
    .unwrap();
    let id = CanisterId::from_index(network.subnets[1].allocation.0);
    let seed = b"seed".to_vec();
    let signed = label(
        b"sig".to_vec(),
        hashed(&seed, hashed(message, leaf(Vec::new()))),
    );
    let mut canister = Canister::new(id, Settings::new([]), 0, NOW);
    canister.code = Some(ExecutionState {
        module: ModuleHash([0; 32]),
        heap: PageMap::default(),
        heap_pages: 0,
        globals: Vec::new(),
        stable: StableMemory::default(),
    });
    canister.certified_data = signed.digest().to_vec();
    network.subnets[1].canisters.insert(id, canister);
    let signature = self_described(&Value::Map(vec![
        (
            Value::from("certificate"),
            Value::Bytes(data_certificate(&network, id).unwrap()),
        ),
        (Value::from("tree"), Value::serialized(&signed).unwrap()),
    ]));
    let key = CanisterSigPublicKey::new(id.0, seed).to_der();
    (key, signature, network.subnets[0].public_key.clone())
}

fn hashed(name: &[u8], tree: HashTree<Vec<u8>>) -> HashTree<Vec<u8>> {
    label(Sha256::digest(name).to_vec(), tree)
}

#[test]
fn canisters_on_cloud_engines_sign_nothing() {
    let message = b"message";
    for (kind, complaint) in [
        (SubnetKind::Application, None),
        (SubnetKind::CloudEngine, Some("cloud engines")),
    ] {
        let (key, signature, root) = canister_signature(kind, message);
        let checked = keys::verify(&key, message, &signature, &root);
        match (checked, complaint) {
            (Ok(()), None) => {}
            (Err(error), Some(complaint)) => assert!(error.contains(complaint), "{error}"),
            (checked, _) => panic!("{kind:?}: {checked:?}"),
        }
    }
}
