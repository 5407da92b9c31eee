//! What controllers may change while the shard runs.

use crate::counters;
use crate::shard::Shard;
use canister_kit::guards::{Caller, NotAllowed};
use ic_stable_structures::Memory;
use types::Principal;
use types::registry::{ConfigureError, RegistrySettings};

#[cfg(test)]
mod tests;

/// Replaces the settings that `wish` names, all or none of them.
pub fn configure<M: Memory>(
    shard: &mut Shard<M>,
    caller: Caller,
    wish: &RegistrySettings,
) -> Result<(), ConfigureError> {
    caller.controller().map_err(not_allowed)?;
    shard.configure(wish)?;
    shard.counters.add(counters::SETTINGS_CHANGES, 1);
    Ok(())
}

fn not_allowed(error: NotAllowed) -> ConfigureError {
    let caller = match error {
        NotAllowed::NotController { caller } | NotAllowed::NotPeer { caller, .. } => caller,
        NotAllowed::Anonymous => Principal::anonymous(),
    };
    ConfigureError::NotController { caller }
}
