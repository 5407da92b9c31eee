use super::*;
use std::collections::BTreeSet;
use types::registry::ShardTip;
use types::{AnchorNumber, AnchorRange, BlockIndex, DeviceError, EncodedBlock};

/// The counter behind a slot, as the metrics name it.
fn label(slot: Slot) -> &'static str {
    let counter = TABLE.iter().find(|counter| counter.slot == slot);
    counter.expect("in the table").labels[0].1
}

#[test]
fn no_slot_is_used_twice() {
    let slots: BTreeSet<_> = TABLE.iter().map(|c| format!("{:?}", c.slot)).collect();
    assert_eq!(slots.len(), TABLE.len());
    let methods: BTreeSet<_> = METHODS.iter().map(|m| format!("{:?}", m.method)).collect();
    assert_eq!(methods.len(), METHODS.len());
}

#[test]
fn each_refusal_has_the_counter_of_its_name() {
    let (lo, hi) = (AnchorNumber::new(0), AnchorNumber::new(1));
    let range = AnchorRange::new(lo, hi).unwrap();
    for (error, name) in [
        (RegistryError::NotMine { range }, "not_mine"),
        (RegistryError::Unauthorized, "unauthorized"),
        (RegistryError::RolledBack, "rolled_back"),
        (RegistryError::OrderMismatch, "order_mismatch"),
        (RegistryError::Full, "full"),
        (
            RegistryError::Backlog {
                unarchived: 1,
                limit: 1,
            },
            "backlog",
        ),
        (RegistryError::Device(DeviceError::SecondPhrase), "device"),
        (
            RegistryError::UnsupportedVersion { supported: 1 },
            "unsupported_version",
        ),
        (RegistryError::Malformed, "malformed"),
        (RegistryError::NotFront, "not_front"),
        (RegistryError::Maintenance, "maintenance"),
        (
            RegistryError::TemporaryKeyIsDevice,
            "temporary_key_is_device",
        ),
        (RegistryError::OutOfMemory, "out_of_memory"),
        (RegistryError::RecoveryPhrase, "recovery_phrase"),
        (
            RegistryError::RegistrationModes { limit: 1 },
            "registration_modes",
        ),
        (
            RegistryError::OperationBudget {
                limit: 1,
                resets_at: 1.into(),
            },
            "operation_budget",
        ),
        (
            RegistryError::IndexIncomplete { unindexed: 1 },
            "index_incomplete",
        ),
    ] {
        assert_eq!(label(refusal(&error)), name);
    }
}

#[test]
fn each_answer_to_an_archive_has_the_counter_of_its_name() {
    let index = BlockIndex::new(0);
    let blocks = |blocks| FetchAnswer::Blocks {
        first_index: index,
        blocks,
        tip: ShardTip {
            log_length: 0,
            last_hash: None,
            next_anchor: AnchorNumber::new(0),
        },
    };
    let not_yours = |reason| FetchAnswer::NotYourRange { reason };
    for (answer, name) in [
        (blocks(vec![EncodedBlock::new(*b"x")]), "blocks"),
        (blocks(vec![]), "up_to_date"),
        (FetchAnswer::Diverged { index, ours: None }, "diverged"),
        (FetchAnswer::Pruned { first_kept: index }, "pruned"),
        (not_yours(NotServed::NotRegistered), "not_registered"),
        (not_yours(NotServed::Retired), "retired"),
        (not_yours(NotServed::StartsTooLate), "starts_too_late"),
        (
            FetchAnswer::UnsupportedVersion { supported: 1 },
            "unsupported_version",
        ),
        (FetchAnswer::Malformed, "malformed"),
    ] {
        assert_eq!(label(fetch_answer(&answer)), name);
    }
}
