//! Calls that the shard alone executes.

use crate::CALLS;
use crate::meter;
use crate::results::Measured;
use crate::state::{Filled, SHARD};
use anchorage_tests::family::ask;
use serde_bytes::ByteBuf;
use types::message::{self, Request};
use types::registry::{Answer, Authenticate, Authenticated, FetchAnswer, FetchBlocks};
use types::{AnchorNumber, BlockIndex, DeviceData, Principal};

const NAME: &str = "registry";
/// Blocks handed out at once.
const BATCH: u32 = 100;

/// Questions at the shard.
pub(crate) fn calls(filled: &Filled) -> Vec<Measured> {
    let anchors = filled.anchors;
    let device = |place| {
        let anchor = filled.anchor(place);
        (anchor, filled.devices(anchor).remove(2))
    };
    let authenticate: Vec<_> = (0..CALLS)
        .map(device)
        .map(|(anchor, device)| vec![(NAME, finds_the_device(filled, anchor, &device))])
        .collect();
    let question: Vec<_> = (0..CALLS)
        .map(device)
        .map(|(anchor, device)| vec![(NAME, authenticates(filled, anchor, &device))])
        .collect();
    let lookup: Vec<_> = (0..CALLS)
        .map(|place| vec![(NAME, looks_up(filled, filled.anchor(place)))])
        .collect();
    vec![
        Measured::calls("authenticate", &authenticate).anchors(anchors),
        Measured::calls("authenticate_question", &question).anchors(anchors),
        Measured::calls("lookup_3_devices", &lookup).anchors(anchors),
    ]
}

/// The start of the same code over the shard's state.
pub(crate) fn upgrade(filled: &Filled) -> Measured {
    let upgrades: Vec<_> = (0..CALLS)
        .map(|_| {
            let upgrade = || filled.family.upgrades(SHARD);
            let ((), instructions) = meter::counted(&filled.family, SHARD, "start", upgrade);
            vec![(NAME, instructions)]
        })
        .collect();
    Measured::calls("upgrade_registry", &upgrades).anchors(filled.anchors)
}

/// Blocks are handed out to the archive and forgotten when it asks for the next ones.
pub(crate) fn hand_over(filled: &Filled) -> Measured {
    let archive = filled.family.shards[0].archive;
    let at = filled.now().get();
    filled.creates(u64::from(BATCH) * (CALLS as u64 + 12), 1, at);
    let status = filled.family.status(0);
    let mut next_index = status.archives[0].acknowledged;
    let mut last_hash = hash_before(filled, next_index);
    let mut calls = Vec::new();
    // What is forgotten are blocks that were retained until now: ten batches.
    for call in 0..CALLS + 11 {
        let request = FetchBlocks {
            next_index,
            last_hash,
            limit: BATCH,
            first_index: None,
        };
        let (answer, instructions) = sends(filled, archive, &request);
        let FetchAnswer::Blocks { blocks, .. } = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(blocks.len(), BATCH as usize);
        next_index = next_index.saturating_add(u64::from(BATCH));
        let last = blocks.last().expect("a batch");
        let block = oplog::Block::decode(last.as_slice()).expect("a block");
        last_hash = Some(block.hash());
        if call >= 11 {
            calls.push(vec![(NAME, instructions / u64::from(BATCH))]);
        }
    }
    Measured::calls("archive_handover_per_operation", &calls).blocks(filled.anchors * 3)
}

fn hash_before(filled: &Filled, index: BlockIndex) -> Option<types::BlockHash> {
    let status = ask(filled.family.archive(0).status()).succeeds();
    assert_eq!(status.next_index, index);
    status.last_hash
}

/// What the shard spends within a call on finding out whether its sender is a device of the anchor.
fn finds_the_device(filled: &Filled, anchor: AnchorNumber, device: &DeviceData) -> u64 {
    let family = &filled.family;
    let arguments = candid::encode_args((anchor, device.pubkey.principal())).expect("arguments");
    let nobody = Principal::anonymous();
    let answer = family
        .network
        .query_call(family.id(SHARD), nobody, "bench_authenticate", arguments)
        .expect("a device of the anchor");
    candid::decode_one(&answer).expect("instructions")
}

/// Front's question at the shard, all of it: the first use of the day is noted, too.
fn authenticates(filled: &Filled, anchor: AnchorNumber, device: &DeviceData) -> u64 {
    let request = Authenticate {
        expected: Some(filled.family.status(0).tip),
        anchor,
        caller: device.pubkey.principal(),
    };
    let (answer, instructions): (Answer<Authenticated>, u64) =
        sends(filled, filled.family.front, &request);
    assert_eq!(answer.result.expect("a device").device, device.pubkey);
    instructions
}

fn looks_up(filled: &Filled, anchor: AnchorNumber) -> u64 {
    let nobody = Principal::anonymous();
    let ((devices,), instructions): ((Vec<DeviceData>,), u64) =
        meter::call(&filled.family, SHARD, nobody, "lookup", (anchor,));
    assert_eq!(devices.len(), 3);
    instructions
}

fn sends<Q: Request>(filled: &Filled, sender: Principal, request: &Q) -> (Q::Answer, u64) {
    let blob = ByteBuf::from(message::encode(request));
    let ((answer,), instructions): ((ByteBuf,), u64) =
        meter::call(&filled.family, SHARD, sender, Q::METHOD, (blob,));
    let answer = message::decode(&answer).expect("an answer of this version");
    (answer, instructions)
}
