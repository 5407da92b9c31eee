use hex_literal::hex;
use ic_agent::Identity;
use k256::ecdsa::signature::Verifier;

use super::*;

/// SEQUENCE { SEQUENCE { 1.2.840.10045.2.1 (a key on a curve), the curve }, BIT STRING, uncompressed point.
const P256: [u8; 27] = hex!("3059 3013 0607 2a8648ce3d0201 0608 2a8648ce3d030107 0342 00 04");
const SECP256K1: [u8; 24] = hex!("3056 3010 0607 2a8648ce3d0201 0605 2b8104000a 0342 00 04");

#[test]
fn a_p256_key_is_plain_der_and_signs_for_it() {
    // RFC 6979, appendix A.2.5.
    let secret = hex!("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let identity = p256(&secret).unwrap();
    let der = identity.public_key().unwrap();
    let x = hex!("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    let y = hex!("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    assert_eq!(der, [&P256[..], &x, &y].concat());

    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&der[26..]).unwrap();
    let signature = identity
        .sign_arbitrary(b"message")
        .unwrap()
        .signature
        .unwrap();
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    key.verify(b"message", &signature).unwrap();
    key.verify(b"another", &signature).unwrap_err();
}

#[test]
fn a_secp256k1_key_is_plain_der_and_signs_for_it() {
    let mut one = [0; 32];
    one[31] = 1;
    let identity = secp256k1(&one).unwrap();
    let der = identity.public_key().unwrap();
    // The key of one is the group's generator: SEC 2, section 2.4.1.
    let x = hex!("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let y = hex!("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    assert_eq!(der, [&SECP256K1[..], &x, &y].concat());

    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&der[23..]).unwrap();
    let signature = identity
        .sign_arbitrary(b"message")
        .unwrap()
        .signature
        .unwrap();
    let signature = k256::ecdsa::Signature::from_slice(&signature).unwrap();
    key.verify(b"message", &signature).unwrap();
    key.verify(b"another", &signature).unwrap_err();
}

#[test]
fn zero_is_no_secret() {
    let refused = p256(&[0; 32]).err();
    assert_eq!(refused, Some(InvalidSecret { kind: "P-256" }));
    let refused = secp256k1(&[0; 32]).err();
    assert_eq!(refused, Some(InvalidSecret { kind: "secp256k1" }));
}
