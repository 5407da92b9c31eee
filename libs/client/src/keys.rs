//! Keys in plain DER, as command-line tools and wallets have them: thin constructors around the published agent's
//! identities. Ed25519 needs none: `ic_agent::identity::BasicIdentity::from_raw_key`.

use ic_agent::identity::{Prime256v1Identity, Secp256k1Identity};

/// The bytes are no secret key of that kind. Take others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a secret key of {kind}")]
pub struct InvalidSecret {
    /// The kind of key.
    pub kind: &'static str,
}

/// The P-256 key with this secret (a big-endian number).
pub fn p256(secret: &[u8; 32]) -> Result<Prime256v1Identity, InvalidSecret> {
    let secret = p256::SecretKey::from_slice(secret);
    let secret = secret.map_err(|_| InvalidSecret { kind: "P-256" })?;
    Ok(Prime256v1Identity::from_private_key(secret))
}

/// The secp256k1 key with this secret (a big-endian number).
pub fn secp256k1(secret: &[u8; 32]) -> Result<Secp256k1Identity, InvalidSecret> {
    let secret = k256::SecretKey::from_slice(secret);
    let secret = secret.map_err(|_| InvalidSecret { kind: "secp256k1" })?;
    Ok(Secp256k1Identity::from_private_key(secret))
}

#[cfg(test)]
mod tests;
