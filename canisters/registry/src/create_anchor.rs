//! Order: a new anchor.

use crate::activity::Use;
use crate::orders::OrderDigest;
use crate::shard::{Begun, Shard, transaction};
use anchors::{AllocateError, RegisterError};
use canister_kit::guards::Peer;
use ic_stable_structures::Memory;
use minicbor::Encode;
use types::message::Request;
use types::registry::{CreateAnchor, RegistryError};
use types::{AnchorNumber, DeviceData, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// What a repeated order must repeat. The bound of its number is not among it: the routing table may have changed.
#[derive(Encode)]
struct Contents<'a> {
    #[n(0)]
    #[cbor(with = "types::codec::principal")]
    caller: Principal,
    #[n(1)]
    #[cbor(with = "types::codec::opt_principal", has_nil)]
    temporary_key: Option<Principal>,
    #[n(2)]
    device: &'a DeviceData,
}

/// Gives the next number to a new anchor with one device. Record, block and answer are written in
/// this one message, or nothing is.
pub fn create_anchor<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: CreateAnchor,
    now: TimestampNs,
) -> Result<AnchorNumber, RegistryError> {
    let CreateAnchor {
        order,
        expected,
        caller,
        temporary_key,
        device,
        below,
    } = request;
    let digest = OrderDigest::of(
        CreateAnchor::METHOD,
        &Contents {
            caller,
            temporary_key,
            device: &device,
        },
    );
    let order = match shard.begin(front, order, digest, expected.as_ref(), now)? {
        Begun::Before(anchor) => return Ok(anchor),
        Begun::New(order) => order,
    };
    let next = shard.anchors.reserve().map_err(no_number)?;
    if below.is_some_and(|below| next >= below) {
        return Err(RegistryError::Full);
    }
    shard.accepts_orders(now)?;

    let temporary = temporary_key.map(|key| (key, device.pubkey.clone()));
    let used = Use::first(&device);
    let registration = anchors::register(device, caller, temporary_key, shard.limits(), now)
        .map_err(|error| match error {
            RegisterError::NotTheDevice { caller: _ } | RegisterError::TemporaryKeyIsAnonymous => {
                RegistryError::Unauthorized
            }
            RegisterError::TemporaryKeyIsDevice => RegistryError::TemporaryKeyIsDevice,
            RegisterError::Device(error) => RegistryError::Device(error),
        })?;
    let anchor = shard.anchors.allocate(&registration).map_err(no_number)?;
    let tx = transaction(anchor, caller, registration.into_operation());
    shard.finish(order, &tx, &anchor, now);
    shard.activity.note(used, now);
    if let Some((temporary_key, device)) = temporary {
        shard
            .temporary_keys
            .insert(anchor, temporary_key, device, now);
    }
    Ok(anchor)
}

fn no_number(error: AllocateError) -> RegistryError {
    match error {
        AllocateError::RangeFull => RegistryError::Full,
        AllocateError::OutOfMemory(_) => RegistryError::OutOfMemory,
    }
}
