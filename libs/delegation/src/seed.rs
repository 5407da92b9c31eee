//! The secret seed behind a pseudonym.

use sha2::{Digest, Sha256};
use types::AnchorNumber;

use crate::Origin;

/// Front's secret: 32 random bytes, drawn once. Without it nobody can tell which pseudonyms belong
/// to one anchor. Never shown, so `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes the random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing them.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl core::fmt::Debug for Salt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Salt(hidden)")
    }
}

/// What stands for (anchor, origin) in front's canister-signature keys. Not secret: it is part of
/// the user key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed([u8; 32]);

impl Seed {
    /// `SHA-256( |salt| salt |anchor| anchor |origin| origin )`, with each `|x|` one byte that
    /// holds the length, the anchor in decimal ASCII and the origin in UTF-8.
    pub fn new(salt: &Salt, anchor: AnchorNumber, origin: &Origin) -> Self {
        let mut hasher = Sha256::new();
        let anchor = anchor.to_string();
        let parts = [&salt.0[..], anchor.as_bytes(), origin.as_str().as_bytes()];
        for part in parts {
            // 32, at most 20, and at most `Origin::MAX_LENGTH`.
            let length = u8::try_from(part.len()).unwrap_or_else(|_| unreachable!("bounded"));
            hasher.update([length]);
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
