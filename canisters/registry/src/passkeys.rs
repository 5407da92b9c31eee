//! Whose a passkey is. After an upgrade from layout 1 the index that knows it is built in steps from a timer, while
//! the shard serves everything else.

use crate::shard::Shard;
use anchors::{IndexError, LookupError, Passkey};
use ic_stable_structures::Memory;
use types::registry::{IndexIncomplete, KnownPasskey, RegistryError};
use types::{CredentialId, DeviceKey};

#[cfg(test)]
mod tests;

/// Anchors that one step takes up: with ten devices each well below a tenth of a message's instructions.
const STEP: u64 = 2_000;

/// The passkey with this credential id; of several anchors', the one that has had it longest.
///
/// # Panics
/// If a record cannot be read: the stable memory is damaged.
pub fn lookup_device_key<M: Memory>(
    shard: &Shard<M>,
    id: &CredentialId,
) -> Result<Option<KnownPasskey>, IndexIncomplete> {
    let found = shard.anchors.passkey(id).map_err(incomplete)?;
    Ok(found.map(|Passkey { anchor, key, since }| KnownPasskey {
        pubkey: key,
        anchor_number: anchor,
        since,
    }))
}

impl<M: Memory> Shard<M> {
    /// Whether some anchor of the shard has a passkey with this public key. Recovery phrases, and other devices without
    /// a credential id, do not count, as in Internet Identity (dfinity/internet-identity,
    /// `src/internet_identity/src/storage.rs`: its index of public keys holds passkeys).
    ///
    /// # Panics
    /// If a record cannot be read: the stable memory is damaged.
    pub fn is_known_key(&self, key: &DeviceKey) -> Result<bool, RegistryError> {
        let known = self.anchors.has_passkey(key).map_err(incomplete);
        known.map_err(RegistryError::from)
    }
}

/// Takes some anchors more into the index; says whether it is complete.
///
/// # Panics
/// If a record cannot be read: the stable memory is damaged.
pub fn index_some<M: Memory>(shard: &mut Shard<M>) -> bool {
    match shard.anchors.index_more(STEP) {
        // Without memory the next step tries again.
        Ok(()) | Err(IndexError::OutOfMemory(_)) => shard.anchors.unindexed() == 0,
        Err(IndexError::Read(error)) => panic!("{error}"),
    }
}

fn incomplete(error: LookupError) -> IndexIncomplete {
    match error {
        LookupError::Incomplete { unindexed } => IndexIncomplete { unindexed },
        LookupError::Read(error) => panic!("{error}"),
    }
}
