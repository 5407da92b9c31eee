//! What this shard counts. Stored; a number is never given to something else.

use crate::shard::Shard;
use canister_kit::counters::{Method, Slot};
use canister_kit::metrics::{MeasuredMethod, StoredCounter};
use ic_stable_structures::Memory;
use oplog::Operation;
use types::registry::{FetchAnswer, NotServed, RegistryError};

#[cfg(test)]
mod tests;

const REGISTERED: Slot = Slot::new(0);
const ADDED: Slot = Slot::new(1);
/// Orders that got the answer of their first delivery.
pub const REPEATED_ORDERS: Slot = Slot::new(2);
/// Callers that were found to be a device.
pub const AUTHENTICATIONS: Slot = Slot::new(3);
/// Uses of devices that could not be noted.
pub const LOST_USES: Slot = Slot::new(4);
/// Blocks given to archives.
pub const HANDED_OUT_BLOCKS: Slot = Slot::new(5);
/// Blocks forgotten because an archive has them.
pub const FORGOTTEN_BLOCKS: Slot = Slot::new(6);

const UPDATED: Slot = Slot::new(7);
const REPLACED: Slot = Slot::new(8);
const REMOVED: Slot = Slot::new(9);
/// Declared losses of blocks.
pub const LOST: Slot = Slot::new(64);
/// Blocks that came back by a repair.
pub const REPAIRED_BLOCKS: Slot = Slot::new(65);

/// Registrations of devices on other machines that were opened.
pub const REGISTRATIONS_OPENED: Slot = Slot::new(54);
/// Devices that waited for a code.
pub const DEVICES_TENTATIVE: Slot = Slot::new(55);
/// Wrong codes.
pub const WRONG_CODES: Slot = Slot::new(56);
/// Devices that were added because the code was right.
pub const DEVICES_VERIFIED: Slot = Slot::new(60);

/// The counters, family by family.
pub const TABLE: [StoredCounter; 43] = [
    operation_counter(REGISTERED, &[("operation", "register")]),
    operation_counter(ADDED, &[("operation", "add")]),
    operation_counter(UPDATED, &[("operation", "update")]),
    operation_counter(REPLACED, &[("operation", "replace")]),
    operation_counter(REMOVED, &[("operation", "remove")]),
    operation_counter(LOST, &[("operation", "lost")]),
    single(
        REPEATED_ORDERS,
        "registry_orders_repeated_total",
        "Orders that got the answer of their first delivery.",
    ),
    single(
        AUTHENTICATIONS,
        "registry_authentications_total",
        "Questions by front whether a caller may act for an anchor that were answered with yes.",
    ),
    single(
        LOST_USES,
        "registry_device_uses_lost_total",
        "Uses of devices that could not be noted for lack of memory.",
    ),
    single(
        HANDED_OUT_BLOCKS,
        "registry_blocks_handed_out_total",
        "Blocks given to archives.",
    ),
    single(
        FORGOTTEN_BLOCKS,
        "registry_blocks_forgotten_total",
        "Blocks forgotten because the archive in service has them.",
    ),
    single(
        REPAIRED_BLOCKS,
        "registry_blocks_repaired_total",
        "Blocks that controllers brought back after the shard was set back.",
    ),
    refusal_counter(10, &[("reason", "not_mine")]),
    refusal_counter(11, &[("reason", "unauthorized")]),
    refusal_counter(12, &[("reason", "rolled_back")]),
    refusal_counter(13, &[("reason", "order_mismatch")]),
    refusal_counter(14, &[("reason", "full")]),
    refusal_counter(15, &[("reason", "backlog")]),
    refusal_counter(16, &[("reason", "device")]),
    refusal_counter(17, &[("reason", "unsupported_version")]),
    refusal_counter(18, &[("reason", "malformed")]),
    refusal_counter(19, &[("reason", "not_front")]),
    refusal_counter(20, &[("reason", "maintenance")]),
    refusal_counter(21, &[("reason", "temporary_key_is_device")]),
    refusal_counter(22, &[("reason", "out_of_memory")]),
    refusal_counter(57, &[("reason", "recovery_phrase")]),
    refusal_counter(58, &[("reason", "registration_modes")]),
    refusal_counter(59, &[("reason", "operation_budget")]),
    refusal_counter(49, &[("reason", "index_incomplete")]),
    fetch_counter(40, &[("answer", "blocks")]),
    fetch_counter(41, &[("answer", "up_to_date")]),
    fetch_counter(42, &[("answer", "diverged")]),
    fetch_counter(43, &[("answer", "pruned")]),
    fetch_counter(44, &[("answer", "not_registered")]),
    fetch_counter(45, &[("answer", "retired")]),
    fetch_counter(66, &[("answer", "starts_too_late")]),
    fetch_counter(46, &[("answer", "unsupported_version")]),
    fetch_counter(47, &[("answer", "malformed")]),
    single(
        Slot::new(48),
        "registry_settings_changes_total",
        "Changes of settings or archives by controllers.",
    ),
    remote_counter(REGISTRATIONS_OPENED, &[("step", "opened")]),
    remote_counter(DEVICES_TENTATIVE, &[("step", "tentative")]),
    remote_counter(WRONG_CODES, &[("step", "wrong_code")]),
    remote_counter(DEVICES_VERIFIED, &[("step", "verified")]),
];

/// Changes by controllers.
pub const SETTINGS_CHANGES: Slot = Slot::new(48);

/// `create_anchor`
pub const CREATE_ANCHOR: Method = Method::new(0);
/// `apply`
pub const APPLY: Method = Method::new(1);
/// `authenticate`
pub const AUTHENTICATE: Method = Method::new(2);
/// `anchor_info`
pub const ANCHOR_INFO: Method = Method::new(3);
/// `fetch_blocks`
pub const FETCH_BLOCKS: Method = Method::new(4);
/// Not a method: the timer that builds the index of passkeys.
pub const INDEX_PASSKEYS: Method = Method::new(5);
/// `repair`
pub const REPAIR: Method = Method::new(12);
/// `declare_lost`
pub const DECLARE_LOST: Method = Method::new(13);

/// `enter_registration_mode`
pub const ENTER_REGISTRATION_MODE: Method = Method::new(8);
/// `exit_registration_mode`
pub const EXIT_REGISTRATION_MODE: Method = Method::new(9);
/// `add_tentative_device`
pub const ADD_TENTATIVE_DEVICE: Method = Method::new(10);
/// `verify_tentative_device`
pub const VERIFY_TENTATIVE_DEVICE: Method = Method::new(11);

/// `init` and `post_upgrade`
pub const START: Method = Method::new(14);

/// The methods whose instructions are counted.
pub const METHODS: [MeasuredMethod; 13] = [
    MeasuredMethod::new(CREATE_ANCHOR, "create_anchor"),
    MeasuredMethod::new(APPLY, "apply"),
    MeasuredMethod::new(AUTHENTICATE, "authenticate"),
    MeasuredMethod::new(ANCHOR_INFO, "anchor_info"),
    MeasuredMethod::new(FETCH_BLOCKS, "fetch_blocks"),
    MeasuredMethod::new(REPAIR, "repair"),
    MeasuredMethod::new(DECLARE_LOST, "declare_lost"),
    MeasuredMethod::new(ENTER_REGISTRATION_MODE, "enter_registration_mode"),
    MeasuredMethod::new(EXIT_REGISTRATION_MODE, "exit_registration_mode"),
    MeasuredMethod::new(ADD_TENTATIVE_DEVICE, "add_tentative_device"),
    MeasuredMethod::new(VERIFY_TENTATIVE_DEVICE, "verify_tentative_device"),
    MeasuredMethod::new(INDEX_PASSKEYS, "index_passkeys"),
    MeasuredMethod::new(START, "start"),
];

/// The counter of an operation that was carried out.
pub fn operation(operation: &Operation) -> Slot {
    match operation {
        Operation::Register { .. } => REGISTERED,
        Operation::Add { .. } => ADDED,
        Operation::Update { .. } => UPDATED,
        Operation::Replace { .. } => REPLACED,
        Operation::Remove { .. } => REMOVED,
        Operation::Lost { .. } => LOST,
    }
}

/// The counter of an answer to an archive.
pub fn fetch_answer(answer: &FetchAnswer) -> Slot {
    Slot::new(match answer {
        FetchAnswer::Blocks { blocks, .. } if !blocks.is_empty() => 40,
        FetchAnswer::Blocks { .. } => 41,
        FetchAnswer::Diverged { .. } => 42,
        FetchAnswer::Pruned { .. } => 43,
        FetchAnswer::NotYourRange { reason } => match reason {
            NotServed::NotRegistered => 44,
            NotServed::Retired => 45,
            NotServed::StartsTooLate => 66,
        },
        FetchAnswer::UnsupportedVersion { .. } => 46,
        FetchAnswer::Malformed => 47,
    })
}

/// The counter of a refusal.
pub fn refusal(error: &RegistryError) -> Slot {
    Slot::new(match error {
        RegistryError::NotMine { .. } => 10,
        RegistryError::Unauthorized => 11,
        RegistryError::RolledBack => 12,
        RegistryError::OrderMismatch => 13,
        RegistryError::Full => 14,
        RegistryError::Backlog { .. } => 15,
        RegistryError::Device(_) => 16,
        RegistryError::UnsupportedVersion { .. } => 17,
        RegistryError::Malformed => 18,
        RegistryError::NotFront => 19,
        RegistryError::Maintenance => 20,
        RegistryError::TemporaryKeyIsDevice => 21,
        RegistryError::OutOfMemory => 22,
        RegistryError::RecoveryPhrase => 57,
        RegistryError::RegistrationModes { .. } => 58,
        RegistryError::OperationBudget { .. } => 59,
        RegistryError::IndexIncomplete { .. } => 49,
    })
}

impl<M: Memory> Shard<M> {
    /// Counts a refusal by its reason.
    pub fn count_refusal(&self, error: &RegistryError) {
        self.counters.add(refusal(error), 1);
    }
}

type StaticLabels = &'static [(&'static str, &'static str)];

const fn single(slot: Slot, name: &'static str, help: &'static str) -> StoredCounter {
    StoredCounter {
        slot,
        name,
        help,
        labels: &[],
    }
}

const fn operation_counter(slot: Slot, labels: StaticLabels) -> StoredCounter {
    StoredCounter {
        slot,
        name: "registry_operations_total",
        help: "Operations carried out, each with its block.",
        labels,
    }
}

const fn refusal_counter(slot: u16, labels: StaticLabels) -> StoredCounter {
    StoredCounter {
        slot: Slot::new(slot),
        name: "registry_refusals_total",
        help: "Orders and questions refused, by reason.",
        labels,
    }
}

const fn remote_counter(slot: Slot, labels: StaticLabels) -> StoredCounter {
    StoredCounter {
        slot,
        name: "registry_remote_registrations_total",
        help: "Registrations of devices on other machines, by how far they came.",
        labels,
    }
}

const fn fetch_counter(slot: u16, labels: StaticLabels) -> StoredCounter {
    StoredCounter {
        slot: Slot::new(slot),
        name: "registry_fetches_total",
        help: "Answers to archives, by kind.",
        labels,
    }
}
