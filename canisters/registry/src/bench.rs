//! Fills a shard for measurements. Only modules that are built with the feature `bench` have it, and those are never
//! deployed.

pub mod storage;

use crate::apply::apply;
use crate::create_anchor::create_anchor;
use crate::fetch_blocks::fetch_blocks;
use crate::shard::Shard;
use candid::CandidType;
use canister_kit::guards::{Caller, Peer};
use ic_stable_structures::Memory;
use oplog::sha256;
use serde::Deserialize;
use types::registry::{Apply, CreateAnchor, DeviceOperation, FetchAnswer, FetchBlocks};
use types::{BlockIndex, CredentialId, DeviceData, DeviceKey, OrderId, Principal, TimestampNs};

/// What to fill with.
#[derive(CandidType, Deserialize)]
pub struct Fill {
    /// So many anchors.
    pub anchors: u64,
    /// The devices of each, but for the last bytes of keys and credential ids.
    pub devices: Vec<DeviceData>,
    /// The time of the first order; each is [`STEP_NS`] later than the one before.
    pub at: TimestampNs,
    /// Whether blocks are handed out as if the archive in service had come for them.
    pub archived: bool,
}

/// Nanoseconds between two orders: 200 in a second, as many as the order book remembers.
pub const STEP_NS: u64 = 5_000_000;

/// Orders between two visits of the archive.
const FETCHED: u64 = 1_000;

/// Has the anchors created and the devices added by the functions that front's orders run, and answers when the next order
/// would be.
///
/// # Panics
/// If an order is refused, or the caller is no controller.
pub fn fill<M: Memory>(shard: &mut Shard<M>, caller: Caller, wish: Fill) -> TimestampNs {
    caller.controller().expect("for controllers");
    let principal = shard.settings().front;
    let front = Caller {
        principal,
        is_controller: false,
    };
    let front = front.peer(principal).expect("front is front");
    let Fill {
        anchors,
        devices,
        mut at,
        archived,
    } = wish;
    for _ in 0..anchors {
        let number = shard.anchors.next().get();
        let devices = devices.iter().zip(0_u64..);
        let devices = devices.map(|(device, place)| variant(device, (number << 8) | place));
        at = one(shard, front, devices.collect(), at);
        if archived && number.is_multiple_of(FETCHED) {
            archive(shard, at);
        }
    }
    at
}

fn one<M: Memory>(
    shard: &mut Shard<M>,
    front: Peer,
    devices: Vec<DeviceData>,
    mut at: TimestampNs,
) -> TimestampNs {
    let mut devices = devices.into_iter();
    let first = devices.next().expect("an anchor has a device");
    let caller = first.pubkey.principal();
    let order = CreateAnchor {
        order: order_id(shard.log.length()),
        expected: Some(shard.tip()),
        caller,
        temporary_key: None,
        device: first,
        below: None,
    };
    let anchor = create_anchor(shard, front, order, at).expect("room for an anchor");
    at = at.saturating_add(STEP_NS);
    for device in devices {
        let order = Apply {
            order: order_id(shard.log.length()),
            expected: Some(shard.tip()),
            anchor,
            caller,
            operation: DeviceOperation::Add { device },
        };
        apply(shard, front, order, at).expect("room for a device");
        at = at.saturating_add(STEP_NS);
    }
    at
}

/// Hands everything out and has it acknowledged.
fn archive<M: Memory>(shard: &mut Shard<M>, now: TimestampNs) {
    let canister = shard.archives().in_service().map(|entry| entry.canister);
    let canister: Principal = canister.expect("an archive is in service");
    loop {
        let next = shard.archives().archived();
        let wish = FetchBlocks {
            next_index: BlockIndex::new(next),
            last_hash: shard.log.hash_before(next),
            limit: 1_000,
            first_index: None,
        };
        let answer = fetch_blocks(shard, canister, &wish, now);
        let FetchAnswer::Blocks { blocks, .. } = answer else {
            panic!("{answer:?}");
        };
        if blocks.is_empty() {
            return;
        }
        let wish = FetchBlocks {
            next_index: BlockIndex::new(next + blocks.len() as u64),
            last_hash: shard.log.hash_before(next + blocks.len() as u64),
            limit: 0,
            first_index: None,
        };
        fetch_blocks(shard, canister, &wish, now);
    }
}

fn order_id(number: u64) -> OrderId {
    OrderId::new(sha256(&[&number.to_le_bytes()]))
}

/// The device with another key and another credential id of the same lengths.
fn variant(device: &DeviceData, number: u64) -> DeviceData {
    let credential_id = device.credential_id.as_ref();
    DeviceData {
        pubkey: DeviceKey::new(ending_in(device.pubkey.as_slice(), number)),
        credential_id: credential_id.map(|id| CredentialId::new(ending_in(id.as_slice(), number))),
        ..device.clone()
    }
}

fn ending_in(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let digest = sha256(&[&number.to_le_bytes()]);
    let end = bytes.len().min(16);
    let at = bytes.len() - end;
    bytes[at..].copy_from_slice(&digest[..end]);
    bytes
}
