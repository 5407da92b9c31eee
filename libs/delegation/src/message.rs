//! What front signs when it lets a session key act for a pseudonym.
//!
//! Internet Computer interface specification, "Authentication": the signed message is
//! `\x1Aic-request-auth-delegation`, then the representation-independent hash of
//! `{ pubkey, expiration, targets? }`.

use hex_literal::hex;
use sha2::{Digest, Sha256};
use types::{Principal, SessionKey, TimestampNs};

/// The domain separator without its length byte.
pub const DOMAIN: &[u8; 26] = b"ic-request-auth-delegation";

// SHA-256 of the field names, in the order in which the hash of a map takes them: sorted.
const TARGETS: [u8; 32] = hex!("26cafb94003a654827f52047a9368c0821f01f4512828a68f7bd4b44e6a0afcf");
const EXPIRATION: [u8; 32] =
    hex!("2eea88ac2baa11e3a7468126879609105e6db78f210978ee00bddb13fcd8cc4c");
const PUBKEY: [u8; 32] = hex!("b84b25628f800e36925811aa24aaf28c9f827333d2df990762b5c3a86eff7c9b");

/// Representation-independent hash of a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DelegationHash([u8; 32]);

impl DelegationHash {
    /// The hash of "`session_key` may act until `expiration`, at `targets` or (`None`) anywhere".
    pub fn new(
        session_key: &SessionKey,
        expiration: TimestampNs,
        targets: Option<&[Principal]>,
    ) -> Self {
        let mut pairs = Sha256::new();
        if let Some(targets) = targets {
            pairs.update(TARGETS);
            pairs.update(array_hash(targets));
        }
        pairs.update(EXPIRATION);
        pairs.update(nat_hash(expiration.get()));
        pairs.update(PUBKEY);
        pairs.update(Sha256::digest(session_key));
        Self(pairs.finalize().into())
    }

    /// The bytes: the `message` of a canister signature with domain [`DOMAIN`].
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes that the signature covers: the domain separator with its length, then the hash.
    pub fn signed_message(&self) -> [u8; 59] {
        let mut message = [0; 59];
        message[0] = 26;
        message[1..27].copy_from_slice(DOMAIN);
        message[27..].copy_from_slice(&self.0);
        message
    }
}

/// An array is hashed as its elements' hashes, one behind the other.
fn array_hash(principals: &[Principal]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for principal in principals {
        hasher.update(Sha256::digest(principal));
    }
    hasher.finalize().into()
}

/// A natural number is hashed in LEB128.
fn nat_hash(number: u64) -> [u8; 32] {
    let Some((bytes, length)) = leb128fmt::encode_u64(number) else {
        unreachable!("64 bits always fit");
    };
    Sha256::digest(&bytes[..length]).into()
}

#[cfg(test)]
mod tests;
