//! SLIP-0010 for Ed25519, where all derivation is hardened.
//!
//! Twenty lines of our own: the published crate leaves its intermediate keys in memory.

use hmac::{Hmac, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

/// "HMAC key for the master key" of this curve.
const CURVE: &[u8] = b"ed25519 seed";
/// Added to an index that is written with an apostrophe.
const HARDENED: u32 = 1 << 31;

/// The secret key at this path below the seed; each index without its apostrophe, below 2^31.
pub(super) fn ed25519(seed: &[u8], path: &[u32]) -> Zeroizing<[u8; 32]> {
    let mut node = Node::new(CURVE, &[seed]);
    for index in path {
        let index = (index | HARDENED).to_be_bytes();
        node = Node::new(&node.chain_code[..], &[&[0], &node.key[..], &index]);
    }
    node.key
}

struct Node {
    key: Zeroizing<[u8; 32]>,
    chain_code: Zeroizing<[u8; 32]>,
}

impl Node {
    /// The halves of HMAC-SHA512 over the parts together.
    fn new(key: &[u8], parts: &[&[u8]]) -> Self {
        let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("keys of HMAC have any length");
        for part in parts {
            mac.update(part);
        }
        let digest = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
        let mut node = Self {
            key: Zeroizing::default(),
            chain_code: Zeroizing::default(),
        };
        node.key.copy_from_slice(&digest[..32]);
        node.chain_code.copy_from_slice(&digest[32..]);
        node
    }
}

#[cfg(test)]
mod tests;
