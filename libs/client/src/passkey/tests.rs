use ciborium::Value;
use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::Verifier;

use super::*;

/// A number whose public key is in RFC 6979, appendix A.2.5.
const SECRET: [u8; 32] =
    hex_literal::hex!("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
const X: [u8; 32] =
    hex_literal::hex!("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
const Y: [u8; 32] =
    hex_literal::hex!("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

fn passkey() -> Passkey {
    Passkey::from_secret(&SECRET, "id.example").expect("the secret of a published vector")
}

#[test]
fn the_public_key_is_a_cose_key_in_der() {
    let mut expected = Vec::new();
    // SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 1.3.6.1.4.1.56387.1.1 } BIT STRING, no unused bits }
    expected.extend(hex_literal::hex!(
        "305e 300c 060a 2b0601040183b8430101 034e 00"
    ));
    // { 1 (kty): 2 (EC2), 3 (alg): -7 (ES256), -1 (crv): 1 (P-256), -2 (x): .., -3 (y): .. }
    expected.extend(hex_literal::hex!("a5 0102 0326 2001 215820"));
    expected.extend(X);
    expected.extend(hex_literal::hex!("225820"));
    expected.extend(Y);
    let passkey = passkey();
    assert_eq!(passkey.public_key().unwrap(), expected);
    assert_eq!(
        passkey.sender(),
        Ok(Principal::self_authenticating(&expected))
    );
    assert_eq!(passkey.device("mine").pubkey.as_slice(), expected);
}

#[test]
fn an_assertion_is_over_the_message_for_the_host() {
    let message = b"\x0aic-request and the rest";
    let signature = passkey()
        .sign_arbitrary(message)
        .unwrap()
        .signature
        .unwrap();
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

    let key = VerifyingKey::from_sec1_bytes(&[&[4][..], &X, &Y].concat()).unwrap();
    let signature = p256::ecdsa::Signature::from_der(signature.as_bytes().unwrap()).unwrap();
    let mut signed = data.clone();
    signed.extend(Sha256::digest(json));
    key.verify(&signed, &signature).unwrap();
    signed[36] ^= 1;
    key.verify(&signed, &signature).unwrap_err();
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
fn zero_is_no_secret() {
    assert_eq!(
        Passkey::from_secret(&[0; 32], "id.example").err(),
        Some(InvalidSecret)
    );
}
