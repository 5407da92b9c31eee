//! Registering a device on another machine: opening and closing the registration, the new device, its code.
//!
//! What is remembered is bounded by what a device of the anchor does: opening a registration counts as an
//! operation of the day's budget, and each has room for one device and three codes. What anybody may send is
//! remembered only if it found an open registration without a device; refusals leave nothing behind.

use crate::activity::Use;
use crate::counters;
use crate::orders::OrderDigest;
use crate::registration_modes::{self, TooMany};
use crate::shard::{Begun, Shard, transaction};
use anchors::{AnchorRecord, RegistrationMode, TentativeError, Verification};
use canister_kit::guards::Peer;
use ic_stable_structures::Memory;
use minicbor::Encode;
use types::message::Request;
use types::registry::{
    AddTentativeDevice, EnterRegistrationMode, ExitRegistrationMode, OpenRegistration,
    RegistryError, TentativeAnswer, VerificationAnswer, VerificationCode, VerifyTentativeDevice,
};
use types::{AnchorNumber, DeviceData, DeviceKey, Principal, TimestampNs};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

/// Opens the registration and answers when it ends. One that is open stays as it is.
pub fn enter<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: EnterRegistrationMode,
    now: TimestampNs,
) -> Result<TimestampNs, RegistryError> {
    let EnterRegistrationMode {
        expected,
        anchor,
        caller,
    } = request;
    shard.is_mine(anchor)?;
    shard.continues(front, expected.as_ref())?;
    let proof = shard.authenticate(anchor, caller, now)?;
    if let Some(mode) = shard.registration_modes.get(anchor, now) {
        shard.record_use(proof, now);
        return Ok(mode.ends());
    }
    shard.accepts_orders(now)?;
    shard
        .registration_modes
        .reserve(now)
        .map_err(|TooMany| RegistryError::RegistrationModes {
            limit: registration_modes::LIMIT,
        })?;
    let used = Use::of(&proof);
    let proof = shard.charge(proof, now)?;
    shard.write(&proof.used(now), used, now)?;
    let mode = RegistrationMode::opened(now);
    let ends = mode.ends();
    shard.registration_modes.put(anchor, mode);
    shard.counters.add(counters::REGISTRATIONS_OPENED, 1);
    Ok(ends)
}

/// Ends the registration and forgets the device that waits. Possible whatever the backlog; has no order
/// id, because ending what is over changes nothing.
pub fn exit<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: ExitRegistrationMode,
    now: TimestampNs,
) -> Result<(), RegistryError> {
    let ExitRegistrationMode {
        expected,
        anchor,
        caller,
    } = request;
    shard.is_mine(anchor)?;
    shard.continues(front, expected.as_ref())?;
    let proof = shard.authenticate(anchor, caller, now)?;
    if shard.settings().maintenance {
        return Err(RegistryError::Maintenance);
    }
    shard.registration_modes.end(anchor);
    shard.record_use(proof, now);
    Ok(())
}

/// What a repeated [`AddTentativeDevice`] must repeat.
#[derive(Encode)]
struct TentativeContents<'a> {
    #[n(0)]
    anchor: AnchorNumber,
    #[n(1)]
    device: &'a DeviceData,
    #[n(2)]
    code: VerificationCode,
}

/// Lets a device wait for its code, whoever sends it. Panics as [`Shard::record`] does.
pub fn add_tentative<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: AddTentativeDevice,
    now: TimestampNs,
) -> Result<TentativeAnswer, RegistryError> {
    let AddTentativeDevice {
        order,
        expected,
        anchor,
        device,
        code,
    } = request;
    shard.is_mine(anchor)?;
    let contents = TentativeContents {
        anchor,
        device: &device,
        code,
    };
    let digest = OrderDigest::of(AddTentativeDevice::METHOD, &contents);
    let order = match shard.begin(front, order, digest, expected.as_ref(), now)? {
        Begun::Before(answer) => return Ok(answer),
        Begun::New(order) => order,
    };
    let Some(mut mode) = shard.registration_modes.get(anchor, now) else {
        return Ok(TentativeAnswer::ModeOff);
    };
    let record = shard.record(anchor);
    let record = record.expect("a device of the anchor has opened the registration");
    let is_known = has_device(&record, &device.pubkey) || shard.is_known_key(&device.pubkey)?;
    match mode.add(&record, device, code, shard.limits(), is_known) {
        Ok(()) => {}
        Err(TentativeError::AnotherDevice) => return Ok(TentativeAnswer::AnotherDevice),
        Err(TentativeError::KnownKey) => return Ok(TentativeAnswer::KeyIsUsed),
        Err(TentativeError::RecoveryPhrase) => return Err(RegistryError::RecoveryPhrase),
        Err(TentativeError::Device(error)) => return Err(RegistryError::Device(error)),
    }
    shard.accepts_orders(now)?;
    let answer = TentativeAnswer::Added { ends: mode.ends() };
    shard.registration_modes.put(anchor, mode);
    shard.remember(order, &answer, now);
    shard.counters.add(counters::DEVICES_TENTATIVE, 1);
    Ok(answer)
}

fn has_device(record: &AnchorRecord, key: &DeviceKey) -> bool {
    let mut devices = record.devices().iter();
    devices.any(|device| device.data().pubkey == *key)
}

/// What a repeated [`VerifyTentativeDevice`] must repeat.
#[derive(Encode)]
struct VerificationContents {
    #[n(0)]
    anchor: AnchorNumber,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    caller: Principal,
    #[n(2)]
    code: Option<VerificationCode>,
}

/// Adds the device that waits, if the code is right. Record, block, answer and the end of the
/// registration are written in this one message, or nothing is. A wrong code costs one of three tries.
pub fn verify<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: VerifyTentativeDevice,
    now: TimestampNs,
) -> Result<VerificationAnswer, RegistryError> {
    let VerifyTentativeDevice {
        order,
        expected,
        anchor,
        caller,
        code,
    } = request;
    shard.is_mine(anchor)?;
    let contents = VerificationContents {
        anchor,
        caller,
        code,
    };
    let digest = OrderDigest::of(VerifyTentativeDevice::METHOD, &contents);
    let order = match shard.begin(front, order, digest, expected.as_ref(), now)? {
        Begun::Before(answer) => return Ok(answer),
        Begun::New(order) => order,
    };
    let proof = shard.authenticate(anchor, caller, now)?;
    let Some(mode) = shard.registration_modes.get(anchor, now) else {
        shard.record_use(proof, now);
        return Ok(VerificationAnswer::ModeOff);
    };
    match mode.verify(code) {
        Verification::NoDevice => {
            shard.record_use(proof, now);
            Ok(VerificationAnswer::NoDevice)
        }
        Verification::Wrong { tries_left, next } => {
            shard.accepts_orders(now)?;
            match next {
                Some(next) => shard.registration_modes.put(anchor, next),
                None => shard.registration_modes.end(anchor),
            }
            let answer = VerificationAnswer::WrongCode { tries_left };
            shard.remember(order, &answer, now);
            shard.record_use(proof, now);
            shard.counters.add(counters::WRONG_CODES, 1);
            Ok(answer)
        }
        Verification::Right(device) => {
            shard.accepts_orders(now)?;
            let used = Use::of(&proof);
            let proof = shard.charge(proof, now)?;
            let change = proof
                .add(*device, shard.limits(), now)
                .map_err(RegistryError::Device)?;
            shard.write(&change, used, now)?;
            let operation = change.into_operation();
            let operation = operation.expect("an added device is in the log");
            let tx = transaction(anchor, caller, operation);
            shard.registration_modes.end(anchor);
            let answer = VerificationAnswer::Verified;
            shard.finish(order, &tx, &answer, now);
            shard.counters.add(counters::DEVICES_VERIFIED, 1);
            Ok(answer)
        }
    }
}

/// The anchor's open registration, for its devices.
pub fn open<M: Memory>(
    shard: &Shard<M>,
    anchor: AnchorNumber,
    now: TimestampNs,
) -> Option<OpenRegistration> {
    let mode = shard.registration_modes.get(anchor, now)?;
    Some(OpenRegistration {
        ends: mode.ends(),
        device: mode.device().cloned(),
    })
}
