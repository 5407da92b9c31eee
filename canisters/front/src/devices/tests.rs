use super::*;
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run};
use crate::shards::tests::{authenticated, device};
use crate::state::tests::{shard, with_shards};
use types::registry::{OpenRegistration, UsedDevice};
use types::{DeviceError, DeviceKey, TimestampNs};

const ANCHOR: AnchorNumber = AnchorNumber::new(150);

fn caller() -> Principal {
    Principal::self_authenticating([1])
}

fn add_device(mock: &Mock, state: &Shared, key: u8) -> Result<(), Refusal> {
    let operation = DeviceOperation::Add {
        device: device(key),
    };
    run(change(mock, state, caller(), ANCHOR, operation))
}

#[test]
fn every_change_is_sent_to_the_shard_as_it_was_asked_for() {
    let key = DeviceKey::new([9]);
    for operation in [
        DeviceOperation::Add { device: device(1) },
        DeviceOperation::Update {
            key: key.clone(),
            device: device(1),
        },
        DeviceOperation::Replace {
            key: key.clone(),
            device: device(1),
        },
        DeviceOperation::Remove { key },
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        mock.will_answer(1, Ok(()));
        let changed = run(change(&mock, &state, caller(), ANCHOR, operation.clone()));
        assert_eq!(changed, Ok(()));
        assert_eq!(mock.sent::<Apply>(0).1.operation, operation);
    }
}

#[test]
fn adding_orders_the_owning_shard_with_an_id_of_its_own_each_time() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
    for _ in 0..2 {
        mock.will_answer(1, Ok(()));
        assert_eq!(add_device(&mock, &state, 1), Ok(()));
    }
    let (first, second) = (mock.sent::<Apply>(0), mock.sent::<Apply>(1));
    assert_eq!(first.0, shard(1));
    assert_eq!(first.1.anchor, ANCHOR);
    assert_eq!(first.1.caller, caller());
    assert_eq!(
        first.1.operation,
        DeviceOperation::Add { device: device(1) }
    );
    assert_ne!(first.1.order, second.1.order);
    assert_eq!(state.borrow().counters.get(metrics::CHANGED), 2);
}

#[test]
fn a_number_that_nobody_owns_is_nobodys_and_no_shard_is_asked() {
    let (mock, state) = (Mock::new(), with_shards(&[2]));
    let refused = Refusal::NotAuthenticated { caller: caller() };
    assert_eq!(add_device(&mock, &state, 1), Err(refused.clone()));
    let info = run(get_anchor_info(&mock, &state, caller(), ANCHOR));
    assert_eq!(info, Err(refused));
    assert!(mock.called().is_empty());
}

#[test]
fn each_refusal_of_a_shard_has_its_meaning() {
    let shard = shard(1);
    let caller = caller();
    let busy = |reason| Refusal::ShardBusy {
        shard,
        reason: Some(reason),
    };
    for (error, refusal) in [
        (
            RegistryError::Unauthorized,
            Refusal::NotAuthenticated { caller },
        ),
        (
            RegistryError::Device(DeviceError::SecondPhrase),
            Refusal::Device(DeviceError::SecondPhrase),
        ),
        (RegistryError::RolledBack, busy(RegistryError::RolledBack)),
        (RegistryError::Maintenance, busy(RegistryError::Maintenance)),
        (RegistryError::OrderMismatch, Refusal::OtherContents),
        (RegistryError::RecoveryPhrase, Refusal::TentativePhrase),
        (
            RegistryError::RegistrationModes { limit: 1 },
            Refusal::TooManyRegistrationModes,
        ),
        (
            RegistryError::OperationBudget {
                limit: 2,
                resets_at: TimestampNs::new(3),
            },
            Refusal::OperationBudget {
                limit: 2,
                resets_at: TimestampNs::new(3),
            },
        ),
        (
            RegistryError::NotFront,
            Refusal::Internal {
                shard,
                reason: RegistryError::NotFront,
            },
        ),
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        mock.will_answer::<()>(1, Err(error));
        assert_eq!(add_device(&mock, &state, 1), Err(refusal));
    }
}

#[test]
fn an_unknown_outcome_is_counted_as_such() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::Unknown));
    mock.will_reply(Err(NoReply::Unknown));
    assert_eq!(add_device(&mock, &state, 1), Err(Refusal::OutcomeUnknown));
    assert_eq!(state.borrow().counters.get(metrics::CHANGE_UNKNOWN), 1);
}

#[test]
fn anchor_info_hands_everything_to_a_device() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let used = TimestampNs::new(5);
    let details = AnchorDetails {
        authenticated: authenticated(),
        devices: vec![UsedDevice {
            device: device(1),
            last_usage: Some(used),
        }],
        created_at: Some(TimestampNs::new(3)),
        registration: Some(OpenRegistration {
            ends: TimestampNs::new(4),
            device: Some(device(2)),
        }),
    };
    mock.will_answer(1, Ok(details));
    let info = run(get_anchor_info(&mock, &state, caller(), ANCHOR)).expect("allowed");
    assert_eq!(info.devices, [device(1).with_usage(Some(used))]);
    assert_eq!(info.created_at, Some(TimestampNs::new(3)));
    let open = DeviceRegistrationInfo {
        tentative_device: Some(device(2)),
        expiration: TimestampNs::new(4),
    };
    assert_eq!(info.device_registration, Some(open));
    assert_eq!(mock.sent::<AnchorInfo>(0).1.caller, caller());
}
