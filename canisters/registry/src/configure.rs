//! What controllers may change while the shard runs.

use crate::counters;
use crate::settings::SettingsError;
use crate::shard::Shard;
use candid::CandidType;
use canister_kit::guards::{Caller, NotAllowed};
use ic_stable_structures::Memory;
use serde::Deserialize;
use types::Principal;
use types::registry::RegistrySettings;

#[cfg(test)]
mod tests;

/// Why settings were not changed. Nothing is changed then; not worth a retry as it is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error, CandidType, Deserialize)]
pub enum ConfigureError {
    /// Only controllers may.
    #[error("{caller} is not a controller of this canister")]
    #[serde(rename = "not_controller")]
    NotController {
        /// Who called.
        caller: Principal,
    },
    /// The settings make no sense.
    #[error(transparent)]
    #[serde(rename = "invalid")]
    Invalid(#[from] SettingsError),
}

impl From<NotAllowed> for ConfigureError {
    fn from(error: NotAllowed) -> Self {
        let caller = match error {
            NotAllowed::NotController { caller } | NotAllowed::NotPeer { caller, .. } => caller,
            NotAllowed::Anonymous => Principal::anonymous(),
        };
        Self::NotController { caller }
    }
}

/// Replaces the settings that `wish` names, all or none of them.
pub fn configure<M: Memory>(
    shard: &mut Shard<M>,
    caller: Caller,
    wish: &RegistrySettings,
) -> Result<(), ConfigureError> {
    caller.controller()?;
    shard.configure(wish)?;
    shard.counters.add(counters::SETTINGS_CHANGES, 1);
    Ok(())
}
