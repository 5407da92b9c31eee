use ciborium::Value;
use hex_literal::hex;
use p256::ecdsa::signature::Verifier;

use super::*;

/// ES256: a number whose public key is in RFC 6979, appendix A.2.5.
const SECRET: [u8; 32] = hex!("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
const X: [u8; 32] = hex!("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
const Y: [u8; 32] = hex!("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

/// RS256: the key of RFC 7515, appendix A.2.
const P: [u8; 128] = hex!(
    "e01cc410eb48a6655d54464d0aa4bb6da0b872b774a6a9d11ffe480778f0ddb7"
    "311a7e902ef9c4b5f75476262ba8176cb35979f014372a1a2829e4136bd001d0"
    "7c3f3f2e4f25d4c934f63c7109fba2e67628a0dc9a73c6058e6def22dcd50950"
    "e711ddc16d5586f2a7fa75ea8494c18083e0b65742f8a0d5e73fb2d970f01947"
);
const Q: [u8; 128] = hex!(
    "b903c47e0995b632f4532cb1f3c199145d5f3ae9c7dfeedc7a92a6b47e29c61b"
    "42a07aa95a64fc600999c5a7b01e01c08cb62ca756527bbcc56078fb0baba5ed"
    "38de2d07990ff6300faeadeb6c039a97bf1e507e4e7040fa78db8257c8b112ed"
    "5e59c3cd092fe5d4e5b51275d41281072a5e785ebaf3dae3709203133f5159d7"
);
const MODULUS: [u8; 256] = hex!(
    "a1f8160ae2e3c9b465ce8d2d656263362b927dbe29e1f02477fc1625cc90a136"
    "e38bd93497c5b6ea63dd7711e67c7429f956b0fb8a8f089adc4b69893cc1333f"
    "53edd019b87784252fec914fe4857769594bea4280d32c0f55bf62944f130396"
    "bc6e9bdf6ebdd2bda3678eeca0c668f701b38dbffb38c8342ce2fe6d27fade4a"
    "5a4874979dd4b9cf9adec4c75b05852c2c0f5ef8a5c1750392f944e8ed64c110"
    "c6b647609aa4783aeb9c6c9ad755313050638b83665c6f6f7a82a396702a1f64"
    "1b82d3ebf2392219491fb686872c5716f50af8358d9a8b9d17c340728f7f87d8"
    "9a18d8fcab67ad84590c2ecf759339363c07034d6f606f9e21e05456cae5e9a1"
);

/// `EdDSA`: TEST 1 of RFC 8032, section 7.1.
const ED25519_SECRET: [u8; 32] =
    hex!("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const ED25519_PUBLIC: [u8; 32] =
    hex!("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

fn es256() -> Passkey {
    Passkey::es256(&SECRET, "id.example").expect("the secret of a published vector")
}

fn rs256() -> Passkey {
    Passkey::rs256([&P, &Q], "id.example").expect("the primes of a published vector")
}

fn ed_dsa() -> Passkey {
    Passkey::ed_dsa(&ED25519_SECRET, "id.example")
}

#[track_caller]
fn assert_key(passkey: &Passkey, expected: &[u8]) {
    assert_eq!(passkey.public_key().unwrap(), expected);
    let principal = Principal::self_authenticating(expected);
    assert_eq!(passkey.sender(), Ok(principal));
    let device = passkey.device("mine");
    assert_eq!(device.pubkey.as_slice(), expected);
}

#[test]
fn an_es256_key_is_a_cose_key_in_der() {
    let mut expected = Vec::new();
    // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 1.3.6.1.4.1.56387.1.1 } BIT STRING, no unused bits }
    expected.extend(hex!("305e 300c 060a 2b0601040183b8430101 034e 00"));
    // { 1 (kty): 2 (EC2), 3 (alg): -7 (ES256), -1 (crv): 1 (P-256), -2 (x): .., -3 (y): .. }
    expected.extend(hex!("a5 0102 0326 2001 215820"));
    expected.extend(X);
    expected.extend(hex!("225820"));
    expected.extend(Y);
    assert_key(&es256(), &expected);
}

#[test]
fn an_rs256_key_is_a_cose_key_in_der_and_short_enough_for_a_device() {
    let mut expected = Vec::new();
    expected.extend(hex!("30820123 300c 060a 2b0601040183b8430101 03820111 00"));
    // { 1 (kty): 3 (RSA), 3 (alg): -257 (RS256), -1 (n): .., -2 (e): 65537 }
    expected.extend(hex!("a4 0103 03390100 20590100"));
    expected.extend(MODULUS);
    expected.extend(hex!("2143010001"));
    assert_key(&rs256(), &expected);
    assert!(expected.len() <= DeviceKey::MAX_LENGTH);
}

#[test]
fn an_eddsa_key_is_a_cose_key_in_der() {
    let mut expected = Vec::new();
    expected.extend(hex!("303b 300c 060a 2b0601040183b8430101 032b 00"));
    // { 1 (kty): 1 (OKP), 3 (alg): -8 (EdDSA), -1 (crv): 6 (Ed25519), -2 (x): .. }
    expected.extend(hex!("a4 0101 0327 2006 215820"));
    expected.extend(ED25519_PUBLIC);
    assert_key(&ed_dsa(), &expected);
}

/// Checks an assertion over the message, but for the signature; answers what is signed, and the signature.
#[track_caller]
fn opened(passkey: &Passkey, message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let signature = passkey.sign_arbitrary(message).unwrap().signature.unwrap();
    let Ok(Value::Tag(55_799, assertion)) = ciborium::from_reader(&signature[..]) else {
        panic!("not self-describing CBOR");
    };
    let fields: Vec<(String, Value)> = assertion.deserialized::<Value>().map_or_else(
        |error| panic!("{error}"),
        |map| {
            let named = |(name, value): (Value, Value)| (name.into_text().unwrap(), value);
            map.into_map().unwrap().into_iter().map(named).collect()
        },
    );
    let [(first, data), (second, json), (third, signature)] = &fields[..] else {
        panic!("three fields, not {fields:?}");
    };
    assert_eq!(
        [first, second, third],
        ["authenticator_data", "client_data_json", "signature"]
    );

    let data = data.as_bytes().unwrap();
    assert_eq!(data[..32], Sha256::digest("id.example")[..]);
    assert_eq!(data[32..], [5, 0, 0, 0, 0]);
    let json = json.as_text().unwrap();
    let client: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(client["type"], "webauthn.get");
    assert_eq!(client["origin"], "https://id.example");
    let challenge = client["challenge"].as_str().unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(challenge).unwrap(), message);

    let signed = [&data[..], &Sha256::digest(json)].concat();
    (signed, signature.as_bytes().unwrap().clone())
}

#[test]
fn an_es256_assertion_is_over_the_message_for_the_host() {
    let (mut signed, signature) = opened(&es256(), b"\x0aic-request and the rest");
    let key = [&[4][..], &X, &Y].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key).unwrap();
    let signature = p256::ecdsa::Signature::from_der(&signature).unwrap();
    key.verify(&signed, &signature).unwrap();
    signed[36] ^= 1;
    key.verify(&signed, &signature).unwrap_err();
}

#[test]
fn an_rs256_assertion_is_over_the_message_for_the_host() {
    let (mut signed, signature) = opened(&rs256(), b"\x0aic-request and the rest");
    let (n, e) = (rsa::BigUint::from_bytes_be(&MODULUS), 65_537_u32.into());
    let key = rsa::RsaPublicKey::new(n, e).unwrap();
    let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(key);
    let signature = rsa::pkcs1v15::Signature::try_from(&signature[..]).unwrap();
    key.verify(&signed, &signature).unwrap();
    signed[36] ^= 1;
    key.verify(&signed, &signature).unwrap_err();
}

#[test]
fn an_eddsa_assertion_is_over_the_message_for_the_host() {
    let (mut signed, signature) = opened(&ed_dsa(), b"\x0aic-request and the rest");
    let key = ed25519_dalek::VerifyingKey::from_bytes(&ED25519_PUBLIC).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
    key.verify(&signed, &signature).unwrap();
    signed[36] ^= 1;
    key.verify(&signed, &signature).unwrap_err();
}

/// RFC 7515, appendix A.2.1: such signatures depend on nothing but key and message.
#[test]
fn rs256_signatures_are_the_published_ones() {
    let header = "eyJhbGciOiJSUzI1NiJ9";
    let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = hex!(
        "702e218943e88fd11eb5d82dbf7845f34106ae1b81fff7731116add1717d8365"
        "6d420afd3c96eedd73a2663e5166687b000b87226e0187ed1073f945e582adfc"
        "ef16d85a798ee8c66ddb3db8975b17d09402beedd5d9d97007108db28160d5f8"
        "040ca7445762b81fbe7ff9d92e0ae76f24f25b33bbe6f44ae61eb1040acb2004"
        "4d3ef9128ed40130795bd4bd3b41eecad066ab651981fde48df77f372dc38b9f"
        "afdd3befb18b5da3cc3c2eb02f9e3a41d612caad15911273a05f23b9e838faaf"
        "849d698429ef5a1e88798236c3d40e604522a544c8f27a7a2db80663d16cf7ca"
        "ea56de405cb2215a45b2c25566b55ac1a748a070dfc8a32a469543d019eefb47"
    );
    let message = format!("{header}.{payload}");
    assert_eq!(rs256().secret.sign(message.as_bytes()), signature);
}

#[test]
fn new_passkeys_differ() {
    let (one, other) = (
        Passkey::generate("id.example"),
        Passkey::generate("id.example"),
    );
    assert_ne!(one.key(), other.key());
    assert_ne!(
        one.device("a").credential_id,
        other.device("a").credential_id
    );
}

#[test]
fn not_every_secret_is_one() {
    let zero = Passkey::es256(&[0; 32], "id.example").err();
    assert_eq!(zero, Some(InvalidSecret { kind: "P-256" }));
    let short = [0xff_u8; 128].map(|byte| byte >> 1);
    let mut smallest = [0; 128];
    smallest[0] = 0x80;
    smallest[127] = 1;
    // The same twice; none at all; products of 2047 bits.
    for primes in [[&P, &P], [&P, &[0; 128]], [&short, &Q], [&smallest, &P]] {
        let refused = Passkey::rs256(primes, "id.example").err();
        let kind = "2048-bit RSA";
        assert_eq!(refused, Some(InvalidSecret { kind }));
    }
}
