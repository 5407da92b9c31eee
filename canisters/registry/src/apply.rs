//! Order: a change to the devices of an anchor.

use crate::activity::Use;
use crate::orders::OrderDigest;
use crate::shard::{Begun, Shard, transaction};
use canister_kit::guards::Peer;
use ic_stable_structures::Memory;
use minicbor::Encode;
use types::message::Request;
use types::registry::{Apply, DeviceOperation, RegistryError};
use types::{AnchorNumber, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// What a repeated order must repeat.
#[derive(Encode)]
struct Contents<'a> {
    #[n(0)]
    anchor: AnchorNumber,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    caller: Principal,
    #[n(2)]
    operation: &'a DeviceOperation,
}

/// Changes the devices of an anchor for one of its devices. Record, block and answer are written in
/// this one message, or nothing is.
pub fn apply<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: Apply,
    now: TimestampNs,
) -> Result<(), RegistryError> {
    let Apply {
        order,
        expected,
        anchor,
        caller,
        operation,
    } = request;
    shard.is_mine(anchor)?;
    let digest = OrderDigest::of(
        Apply::METHOD,
        &Contents {
            anchor,
            caller,
            operation: &operation,
        },
    );
    let order = match shard.begin(front, order, digest, expected.as_ref(), now)? {
        Begun::Before(()) => return Ok(()),
        Begun::New(order) => order,
    };
    let proof = shard.authenticate(anchor, caller, now)?;
    shard.accepts_orders(now)?;
    let limits = shard.limits();
    let gone = match &operation {
        DeviceOperation::Replace { key, .. } | DeviceOperation::Remove { key } => Some(key.clone()),
        DeviceOperation::Add { .. } | DeviceOperation::Update { .. } => None,
    };
    let used = Use::of(&proof);
    let is_removal = matches!(operation, DeviceOperation::Remove { .. });
    let is_last = is_removal && proof.record().devices().len() == 1;
    // A removal is free: nobody is kept from throwing a thief's device out.
    let proof = if is_removal {
        proof
    } else {
        shard.charge(proof, now)?
    };
    let change = match operation {
        DeviceOperation::Add { device } => proof.add(device, limits, now),
        DeviceOperation::Update { key, device } => proof.update(&key, device, limits, now),
        DeviceOperation::Replace { key, device } => proof.replace(key, device, limits, now),
        DeviceOperation::Remove { key } => proof.remove(key, now),
    };
    let change = change.map_err(RegistryError::Device)?;
    shard.write(&change, used, now)?;
    if let Some(operation) = change.into_operation() {
        let tx = transaction(anchor, caller, operation);
        shard.finish(order, &tx, &(), now);
    }
    if let Some(key) = gone {
        shard.temporary_keys.forget(anchor, &key);
    }
    if is_last {
        shard.registration_modes.end(anchor);
    }
    Ok(())
}
