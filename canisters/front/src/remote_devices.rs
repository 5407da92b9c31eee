//! `enter_device_registration_mode`, `exit_device_registration_mode`, `add_tentative_device` and
//! `verify_tentative_device`: front draws the code, the shard keeps it with the device and decides.

use crate::crowd::REGISTRATION;
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::services::{self, Service};
use crate::shards::{self, owner};
use crate::state::{Randomness, Shared};
use crate::{metrics, order_id, randomness};
use candid::Principal;
use canister_kit::counters::Slot;
use types::front::{AddTentativeDeviceResponse, VerifyTentativeDeviceResponse};
use types::registry::{
    AddTentativeDevice, EnterRegistrationMode, ExitRegistrationMode, TentativeAnswer,
    VerificationAnswer, VerificationCode, VerifyTentativeDevice,
};
use types::{AnchorNumber, DeviceData, TimestampNs};

#[cfg(test)]
mod tests;

/// Opens the registration of a device on another machine; answers when it ends.
pub(crate) async fn enter<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
) -> Result<TimestampNs, Refusal> {
    services::check(runtime, state, Service::Change)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    let ends = shards::order(runtime, state, shard, |expected| EnterRegistrationMode {
        expected,
        anchor,
        caller,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))?;
    state.borrow_mut().saw(anchor, REGISTRATION);
    Ok(ends)
}

/// Ends it and forgets the device that waits.
pub(crate) async fn exit<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
) -> Result<(), Refusal> {
    services::check(runtime, state, Service::Change)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    shards::order(runtime, state, shard, |expected| ExitRegistrationMode {
        expected,
        anchor,
        caller,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))
}

/// Lets a device wait for a code that front draws, and counts how it went.
pub(crate) async fn add_tentative<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    device: DeviceData,
) -> Result<AddTentativeDeviceResponse, Refusal> {
    let result = draw_and_add(runtime, state, caller, anchor, device).await;
    let slot = match &result {
        Ok(AddTentativeDeviceResponse::AddedTentatively { .. }) => metrics::TENTATIVE_ADDED,
        Ok(_) => metrics::TENTATIVE_TURNED_AWAY,
        Err(Refusal::OutcomeUnknown) => metrics::TENTATIVE_UNKNOWN,
        Err(_) => metrics::TENTATIVE_REFUSED,
    };
    count(state, slot);
    result
}

async fn draw_and_add<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    device: DeviceData,
) -> Result<AddTentativeDeviceResponse, Refusal> {
    services::check(runtime, state, Service::Registration)?;
    randomness::ensure(runtime, state)
        .await
        .map_err(|_| Refusal::NoRandomness)?;
    let Some(shard) = owner(state, anchor) else {
        return Ok(AddTentativeDeviceResponse::DeviceRegistrationModeOff);
    };
    let code = draw_code(state).ok_or(Refusal::NoRandomness)?;
    let order = order_id::next_change(runtime, state, caller);
    let answer = shards::order(runtime, state, shard, |expected| AddTentativeDevice {
        order,
        expected,
        anchor,
        device,
        code,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))?;
    Ok(match answer {
        TentativeAnswer::Added { ends } => AddTentativeDeviceResponse::AddedTentatively {
            verification_code: code.to_string(),
            device_registration_timeout: ends,
        },
        TentativeAnswer::ModeOff => {
            state.borrow_mut().crowd.turned_away(anchor, REGISTRATION);
            AddTentativeDeviceResponse::DeviceRegistrationModeOff
        }
        TentativeAnswer::AnotherDevice => AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded,
        TentativeAnswer::KeyIsUsed => {
            AddTentativeDeviceResponse::PasskeyWithThisPublicKeyIsAlreadyUsed
        }
    })
}

/// Adds the device that waits if `typed` is its code, and counts how it went.
pub(crate) async fn verify<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    typed: &str,
) -> Result<VerifyTentativeDeviceResponse, Refusal> {
    let code = VerificationCode::parse(typed);
    let result = compare(runtime, state, caller, anchor, code).await;
    let slot = match &result {
        Ok(VerifyTentativeDeviceResponse::Verified) => metrics::VERIFIED,
        Ok(_) => metrics::NOT_VERIFIED,
        Err(Refusal::OutcomeUnknown) => metrics::VERIFY_UNKNOWN,
        Err(_) => metrics::VERIFY_REFUSED,
    };
    count(state, slot);
    result
}

async fn compare<R: Runtime>(
    runtime: &R,
    state: &Shared,
    caller: Principal,
    anchor: AnchorNumber,
    code: Option<VerificationCode>,
) -> Result<VerifyTentativeDeviceResponse, Refusal> {
    services::check(runtime, state, Service::Change)?;
    let shard = owner(state, anchor).ok_or(Refusal::NotAuthenticated { caller })?;
    let order = order_id::next_change(runtime, state, caller);
    let answer = shards::order(runtime, state, shard, |expected| VerifyTentativeDevice {
        order,
        expected,
        anchor,
        caller,
        code,
    })
    .await
    .map_err(|failure| Refusal::of_shard(failure, shard, caller))?;
    Ok(match answer {
        VerificationAnswer::Verified => VerifyTentativeDeviceResponse::Verified,
        VerificationAnswer::WrongCode { tries_left } => VerifyTentativeDeviceResponse::WrongCode {
            retries_left: tries_left,
        },
        VerificationAnswer::ModeOff => VerifyTentativeDeviceResponse::DeviceRegistrationModeOff,
        VerificationAnswer::NoDevice => VerifyTentativeDeviceResponse::NoDeviceToVerify,
    })
}

fn draw_code(state: &Shared) -> Option<VerificationCode> {
    let mut state = state.borrow_mut();
    let Randomness { rng, .. } = state.randomness.as_mut()?;
    let random = u64::from_be_bytes(randomness::draw(rng));
    Some(VerificationCode::from_random(random))
}

fn count(state: &Shared, slot: Slot) {
    state.borrow().counters.add(slot, 1);
}
