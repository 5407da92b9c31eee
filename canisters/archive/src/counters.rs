//! What the archive counts. Slot and method numbers are for ever.

use canister_kit::counters::{Method, Slot};
use canister_kit::metrics::{MeasuredMethod, StoredCounter};
use types::archive::FetchFailure;

/// Blocks stored.
pub const BLOCKS_STORED: Slot = Slot::new(0);
/// Answers of the registry that were taken without a failure.
pub const FETCHES: Slot = Slot::new(1);
/// Not a counter: time of the last success, in nanoseconds, 0 for never.
pub const LAST_SUCCESS_NS: Slot = Slot::new(2);
/// Not a counter: length of the registry's log as of the last success.
pub const REGISTRY_LOG_LENGTH: Slot = Slot::new(3);

const CALL_FAILED: Slot = Slot::new(16);
const UNDECODABLE_ANSWER: Slot = Slot::new(17);
const UNSUPPORTED_VERSION: Slot = Slot::new(18);
const DIVERGED: Slot = Slot::new(19);
const PRUNED: Slot = Slot::new(20);
const NOT_YOUR_RANGE: Slot = Slot::new(21);
const WRONG_INDEX: Slot = Slot::new(22);
const UNDECODABLE_BLOCK: Slot = Slot::new(23);
const CHAIN_MISMATCH: Slot = Slot::new(24);
const AT_CAPACITY: Slot = Slot::new(25);
const MALFORMED_REQUEST: Slot = Slot::new(26);
const FOREIGN_ANCHOR: Slot = Slot::new(27);

/// The failures, in the order in which they are shown, with the label that names each.
pub const FAILURES: [(Slot, &str); 12] = [
    (CALL_FAILED, "call_failed"),
    (UNDECODABLE_ANSWER, "undecodable_answer"),
    (UNSUPPORTED_VERSION, "unsupported_version"),
    (DIVERGED, "diverged"),
    (PRUNED, "pruned"),
    (NOT_YOUR_RANGE, "not_your_range"),
    (WRONG_INDEX, "gap"),
    (UNDECODABLE_BLOCK, "undecodable_block"),
    (CHAIN_MISMATCH, "chain_mismatch"),
    (AT_CAPACITY, "at_capacity"),
    (MALFORMED_REQUEST, "malformed_request"),
    (FOREIGN_ANCHOR, "foreign_anchor"),
];

/// Where a failure is counted.
pub fn slot_of(failure: &FetchFailure) -> Slot {
    match failure {
        FetchFailure::CallFailed { .. } => CALL_FAILED,
        FetchFailure::UndecodableAnswer => UNDECODABLE_ANSWER,
        FetchFailure::UnsupportedVersion { .. } => UNSUPPORTED_VERSION,
        FetchFailure::Diverged { .. } => DIVERGED,
        FetchFailure::Pruned { .. } => PRUNED,
        FetchFailure::NotYourRange { .. } => NOT_YOUR_RANGE,
        FetchFailure::WrongIndex { .. } => WRONG_INDEX,
        FetchFailure::UndecodableBlock { .. } => UNDECODABLE_BLOCK,
        FetchFailure::ChainMismatch { .. } => CHAIN_MISMATCH,
        FetchFailure::AtCapacity => AT_CAPACITY,
        FetchFailure::MalformedRequest => MALFORMED_REQUEST,
        FetchFailure::ForeignAnchor { .. } => FOREIGN_ANCHOR,
    }
}

/// The stored counters as metrics; the failures follow from [`FAILURES`].
pub const TABLE: [StoredCounter; 2] = [
    StoredCounter {
        slot: BLOCKS_STORED,
        name: "anchorage_archive_blocks_stored_total",
        help: "Blocks verified and stored.",
        labels: &[],
    },
    StoredCounter {
        slot: FETCHES,
        name: "anchorage_archive_fetches_total",
        help: "Answers of the registry that were taken without a failure.",
        labels: &[],
    },
];

/// One answer of the registry, from its arrival to its last block stored.
pub const TAKE_ANSWER: Method = Method::new(0);

/// The measured methods.
pub const METHODS: [MeasuredMethod; 1] = [MeasuredMethod::new(TAKE_ANSWER, "take_answer")];
