//! Questions: may this caller act for this anchor, and what are its devices?

use crate::activity::Use;
use crate::counters;
use crate::remote_devices;
use crate::shard::Shard;
use anchors::{Means, NotedUse};
use canister_kit::guards::Peer;
use ic_stable_structures::Memory;
use types::TimestampNs;
use types::registry::{
    AnchorDetails, AnchorInfo, Authenticate, Authenticated, AuthenticatedBy, Identify,
    RegistryError, UsedDevice,
};

#[cfg(test)]
mod tests;

/// Says as which device of the anchor the caller may act, and notes the use.
///
/// # Panics
/// If the anchor's record cannot be read: the stable memory is damaged.
pub fn authenticate<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: Authenticate,
    now: TimestampNs,
) -> Result<Authenticated, RegistryError> {
    let Authenticate {
        expected,
        anchor,
        caller,
    } = request;
    shard.continues(front, expected.as_ref())?;
    shard.is_mine(anchor)?;
    // Nearly always without decoding the record and writing it anew.
    let noted = shard.anchors.note_use(anchor, caller, now);
    let noted = noted.unwrap_or_else(|error| panic!("{error}"));
    let answer = if let Some(NotedUse { device, first }) = noted {
        if let Some(first) = first {
            shard.activity.note(Use::first_of_day(first), now);
        }
        Authenticated {
            device,
            by: AuthenticatedBy::DeviceKey,
        }
    } else {
        let proof = shard.authenticate(anchor, caller, now)?;
        let answer = answer(&proof);
        shard.record_use(proof, now);
        answer
    };
    shard.counters.add(counters::AUTHENTICATIONS, 1);
    Ok(answer)
}

/// The same answer, and nothing is noted.
pub fn identify<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: Identify,
    now: TimestampNs,
) -> Result<Authenticated, RegistryError> {
    let Identify {
        expected,
        anchor,
        caller,
    } = request;
    shard.continues(front, expected.as_ref())?;
    let proof = shard.authenticate(anchor, caller, now)?;
    Ok(answer(&proof))
}

/// Everything about the anchor, for one of its devices, whose use is noted.
pub fn anchor_info<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    request: AnchorInfo,
    now: TimestampNs,
) -> Result<AnchorDetails, RegistryError> {
    let AnchorInfo {
        expected,
        anchor,
        caller,
    } = request;
    shard.continues(front, expected.as_ref())?;
    let proof = shard.authenticate(anchor, caller, now)?;
    let authenticated = answer(&proof);
    let created_at = proof.record().created_at();
    shard.record_use(proof, now);
    let proof = shard.authenticate(anchor, caller, now)?;
    let devices = proof.record().devices().iter();
    Ok(AnchorDetails {
        authenticated,
        devices: devices
            .map(|device| UsedDevice {
                device: device.data().clone(),
                last_usage: device.last_use(),
            })
            .collect(),
        created_at: Some(created_at),
        registration: remote_devices::open(shard, anchor, now),
    })
}

fn answer(proof: &anchors::Authenticated) -> Authenticated {
    Authenticated {
        device: proof.device_key().clone(),
        by: match proof.means() {
            Means::DeviceKey => AuthenticatedBy::DeviceKey,
            Means::TemporaryKey => AuthenticatedBy::TemporaryKey,
        },
    }
}
