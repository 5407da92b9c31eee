//! What a dapp sees of a user.
//!
//! Internet Computer interface specification, "Canister signatures": the public key is DER of
//! `SEQUENCE { SEQUENCE { OID 1.3.6.1.4.1.56387.1.2 }, BIT STRING |id| id seed }`.

use hex_literal::hex;
use types::{Principal, UserKey};

use crate::Seed;

/// `SEQUENCE (12 bytes) { OBJECT IDENTIFIER (10 bytes) 1.3.6.1.4.1.56387.1.2 }`
const ALGORITHM: [u8; 14] = hex!("300c060a2b0601040183b8430102");

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// The key that stands for (anchor, origin): front's canister-signature public key with that seed,
/// in DER. `front` is the canister that signs.
pub fn user_key(front: Principal, seed: &Seed) -> UserKey {
    let id = front.as_slice();
    // A principal has at most 29 bytes, so every length below fits one byte of DER (under 128).
    let id_length = u8::try_from(id.len()).unwrap_or_else(|_| unreachable!("at most 29"));
    // The unused-bits byte, the id's length, the id, the seed.
    let bits = 1 + 1 + id_length + 32;
    let mut der = vec![SEQUENCE, 14 + 2 + bits];
    der.extend(ALGORITHM);
    der.extend([BIT_STRING, bits, 0, id_length]);
    der.extend(id);
    der.extend(seed.as_bytes());
    UserKey::new(der)
}

/// The principal that a dapp sees: the self-authenticating id of the user key.
pub fn pseudonym(user_key: &UserKey) -> Principal {
    Principal::self_authenticating(user_key)
}

#[cfg(test)]
mod tests;
