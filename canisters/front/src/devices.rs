//! `add`, `update`, `replace`, `remove` and `get_anchor_info`: front finds the shard, the shard decides.

use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::services::{self, Service};
use crate::shards::{self, ShardFailure, owner};
use crate::state::Shared;
use crate::{metrics, order_id};
use candid::Principal;
use types::AnchorNumber;
use types::front::{DeviceRegistrationInfo, IdentityAnchorInfo};
use types::registry::{AnchorDetails, AnchorInfo, Apply, DeviceOperation, RegistryError};

/// Changes the devices of an anchor, and counts how it went.
pub(crate) async fn change<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    operation: DeviceOperation,
) -> Result<(), Refusal> {
    let result = apply(runtime, state, caller, anchor, operation).await;
    let slot = match &result {
        Ok(()) => metrics::CHANGED,
        Err(Refusal::OutcomeUnknown) => metrics::CHANGE_UNKNOWN,
        Err(_) => metrics::CHANGE_REFUSED,
    };
    state.borrow().counters.add(slot, 1);
    result
}

async fn apply<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    operation: DeviceOperation,
) -> Result<(), Refusal> {
    services::check(runtime, state, Service::Change)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    let order = order_id::next_change(runtime, state, caller);
    shards::order(runtime, state, shard, |expected| Apply {
        order,
        expected,
        anchor,
        caller,
        operation,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))
}

/// Everything about an anchor, for one of its devices.
pub(crate) async fn get_anchor_info<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
) -> Result<IdentityAnchorInfo, Refusal> {
    services::check(runtime, state, Service::LogIn)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    let details = shards::question(runtime, state, shard, |expected| AnchorInfo {
        expected,
        anchor,
        caller,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))?;
    let AnchorDetails {
        authenticated: _,
        devices,
        created_at,
        registration,
    } = details;
    Ok(IdentityAnchorInfo {
        devices: devices
            .into_iter()
            .map(|used| used.device.with_usage(used.last_usage))
            .collect(),
        device_registration: registration.map(|open| DeviceRegistrationInfo {
            tentative_device: open.device,
            expiration: open.ends,
        }),
        created_at,
    })
}

impl Refusal {
    /// What a shard's failure means for the user who called.
    pub(crate) fn of_shard(failure: ShardFailure, shard: Principal, caller: Principal) -> Self {
        let reason = match failure {
            ShardFailure::NotDone => {
                return Self::ShardBusy {
                    shard,
                    reason: None,
                };
            }
            ShardFailure::HeldBack(state) => return Self::HeldBack { shard, state },
            ShardFailure::Unknown => return Self::OutcomeUnknown,
            ShardFailure::Refused(reason) => reason,
        };
        Self::of_reason(reason, shard, caller)
    }

    /// What a shard's refusal means for the user who called.
    pub(crate) fn of_reason(reason: RegistryError, shard: Principal, caller: Principal) -> Self {
        match reason {
            RegistryError::Unauthorized => Self::NotAuthenticated { caller },
            RegistryError::Device(error) => Self::Device(error),
            RegistryError::TemporaryKeyIsDevice => Self::TemporaryKeyIsDevice,
            RegistryError::OrderMismatch => Self::OtherContents,
            RegistryError::RecoveryPhrase => Self::TentativePhrase,
            RegistryError::RegistrationModes { limit: _ } => Self::TooManyRegistrationModes,
            RegistryError::OperationBudget { limit, resets_at } => {
                Self::OperationBudget { limit, resets_at }
            }
            reason if reason.retryable() => Self::ShardBusy {
                shard,
                reason: Some(reason),
            },
            reason => Self::Internal { shard, reason },
        }
    }
}

#[cfg(test)]
mod tests;
