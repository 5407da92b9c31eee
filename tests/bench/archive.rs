//! What the archive executes: taking blocks in, and pages of entries.

use crate::CALLS;
use crate::meter;
use crate::results::Measured;
use crate::state::{ARCHIVE, Filled, SHARD};
use serde_bytes::ByteBuf;
use std::time::Duration;
use types::archive::{AnchorEntries, Cursor, Entries};
use types::message;
use types::registry::{Answer, Apply, DeviceOperation};
use types::{AnchorNumber, BlockIndex, OrderId, Principal};

const NAME: &str = "archive";
/// Blocks taken in at once.
const BATCH: u64 = 100;
/// Entries of a page.
const PAGE: u16 = 1_000;

/// All of them.
pub(crate) fn calls(filled: &Filled) -> Vec<Measured> {
    let blocks = filled.anchors * 3;
    let appends = appends(filled);
    let anchor = filled.anchor(1);
    updates(filled, anchor);
    vec![
        Measured::calls("archive_append_per_operation", &appends).blocks(blocks),
        Measured::calls("archive_page_1000", &pages(filled)).blocks(blocks),
        Measured::calls("archive_anchor_page_1000", &anchor_pages(filled, anchor)).blocks(blocks),
    ]
}

/// Per block, in answers of a hundred: one registration with three more devices each.
fn appends(filled: &Filled) -> Vec<Vec<(&'static str, u64)>> {
    filled.family.waits_until_archived(0);
    let one = |_| {
        filled.creates(BATCH / 4, 4, filled.now().get());
        let before = filled.archived();
        let poll = || filled.family.waits(Duration::from_secs(11));
        let ((), instructions) = meter::counted(&filled.family, ARCHIVE, "take_answer", poll);
        assert_eq!(filled.archived() - before, BATCH);
        vec![(NAME, instructions / BATCH)]
    };
    (0..CALLS).map(one).collect()
}

/// Gives an anchor more than a page of blocks.
fn updates(filled: &Filled, anchor: AnchorNumber) {
    let device = filled.devices(anchor).remove(0);
    for number in 0..u64::from(PAGE) + CALLS as u64 {
        let mut id = [1; 32];
        id[..8].copy_from_slice(&number.to_le_bytes());
        let order = Apply {
            order: OrderId::new(id),
            expected: None,
            anchor,
            caller: device.pubkey.principal(),
            operation: DeviceOperation::Update {
                key: device.pubkey.clone(),
                device: types::DeviceData {
                    alias: number.to_string(),
                    ..device.clone()
                },
            },
        };
        let blob = ByteBuf::from(message::encode(&order));
        let front = filled.family.front;
        let ((answer,), _): ((ByteBuf,), u64) =
            meter::call(&filled.family, SHARD, front, "apply", (blob,));
        let answer: Answer<()> = message::decode(&answer).expect("an answer");
        answer.result.expect("an update is allowed");
    }
    filled.family.waits_until_archived(0);
}

fn pages(filled: &Filled) -> Vec<Vec<(&'static str, u64)>> {
    let first_pages = filled.anchors * 3 - u64::from(PAGE);
    let one = |place: usize| {
        let index = BlockIndex::new(place as u64 * 7_919 % first_pages);
        let arguments = (Some(index), Some(PAGE));
        let ((page,), instructions): ((Entries,), u64) = asks(filled, "get_entries", arguments);
        assert_eq!(page.entries.len(), usize::from(PAGE));
        vec![(NAME, instructions)]
    };
    (0..CALLS).map(one).collect()
}

fn anchor_pages(filled: &Filled, anchor: AnchorNumber) -> Vec<Vec<(&'static str, u64)>> {
    let one = |_| {
        let arguments = (anchor, None::<Cursor>, Some(PAGE));
        let ((page,), instructions): ((AnchorEntries,), u64) =
            asks(filled, "get_anchor_entries", arguments);
        assert_eq!(page.entries.len(), usize::from(PAGE));
        vec![(NAME, instructions)]
    };
    (0..CALLS).map(one).collect()
}

fn asks<A, R>(filled: &Filled, method: &str, arguments: A) -> (R, u64)
where
    A: candid::utils::ArgumentEncoder,
    R: for<'a> candid::utils::ArgumentDecoder<'a>,
{
    let nobody = Principal::anonymous();
    meter::call(&filled.family, ARCHIVE, nobody, method, arguments)
}
