//! Golden bytes: what is on the wire between a front and a shard of different releases.

use candid::Principal;

use super::*;
use crate::message::{decode, encode};
use crate::{
    AnchorRange, BlockHash, DeviceError, DeviceProtection, EncodedBlock, KeyType, Purpose,
};

pub(super) fn device() -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new([0xaa, 0xbb]),
        alias: "me".to_owned(),
        credential_id: None,
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Unknown,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata: None,
    }
}

pub(super) fn tip() -> ShardTip {
    ShardTip {
        log_length: 3,
        last_hash: Some(BlockHash::new([0x11; 32])),
        next_anchor: AnchorNumber::new(10_002),
    }
}

/// [pubkey, alias, null, null, 1 (authentication), 0 (unknown), 1 (unprotected)]; what is absent at
/// the end is left out.
pub(super) const DEVICE: &str = "8742aabb626d65f6f6010001";

/// [3, hash, 10002]
pub(super) const TIP: &str =
    "830358201111111111111111111111111111111111111111111111111111111111111111192712";

/// The order id.
pub(super) const ORDER: &str =
    "58202222222222222222222222222222222222222222222222222222222222222222";

#[track_caller]
pub(super) fn assert_golden<M>(message: &M, parts: &[&str])
where
    M: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + core::fmt::Debug,
{
    let golden = parts.concat();
    assert_eq!(hex::encode(encode(message)), golden);
    assert_eq!(
        &decode::<M>(&hex::decode(golden).unwrap()).unwrap(),
        message
    );
}

#[test]
fn create_anchor() {
    let mut order = CreateAnchor {
        order: OrderId::new([0x22; 32]),
        expected: None,
        caller: Principal::from_slice(&[1, 2, 3]),
        temporary_key: None,
        device: device(),
        below: None,
    };
    assert_golden(&order, &["01", "85", ORDER, "f6", "43010203", "f6", DEVICE]);

    order.expected = Some(tip());
    order.temporary_key = Some(Principal::anonymous());
    assert_golden(
        &order,
        &["01", "85", ORDER, TIP, "43010203", "4104", DEVICE],
    );

    order.below = Some(AnchorNumber::new(7));
    assert_golden(
        &order,
        &["01", "86", ORDER, TIP, "43010203", "4104", DEVICE, "07"],
    );
}

#[test]
fn apply() {
    let key = || DeviceKey::new([0xcc]);
    let add = DeviceOperation::Add { device: device() };
    let update = DeviceOperation::Update {
        key: key(),
        device: device(),
    };
    let replace = DeviceOperation::Replace {
        key: key(),
        device: device(),
    };
    let remove = DeviceOperation::Remove { key: key() };
    for (operation, golden) in [
        // [0 (add), [device]]
        (add, ["820081", DEVICE]),
        // [1 (update), [key, device]]
        (update, ["82018241cc", DEVICE]),
        // [2 (replace), [key, device]]
        (replace, ["82028241cc", DEVICE]),
        // [3 (remove), [key]]
        (remove, ["82038141cc", ""]),
    ] {
        let order = Apply {
            order: OrderId::new([0x22; 32]),
            expected: None,
            anchor: AnchorNumber::new(10_000),
            caller: Principal::anonymous(),
            operation,
        };
        let before = ["01", "85", ORDER, "f6", "192710", "4104"];
        assert_golden(&order, &[&before[..], &golden[..]].concat());
    }
}

#[test]
fn authenticate() {
    let question = Authenticate {
        expected: Some(tip()),
        anchor: AnchorNumber::new(10_000),
        caller: Principal::anonymous(),
    };
    assert_golden(&question, &["01", "83", TIP, "192710", "4104"]);
    let query = Identify {
        expected: Some(tip()),
        anchor: AnchorNumber::new(10_000),
        caller: Principal::anonymous(),
    };
    assert_golden(&query, &["01", "83", TIP, "192710", "4104"]);

    let answer = Answer {
        tip: tip(),
        result: Ok(Authenticated {
            device: DeviceKey::new([0xaa, 0xbb]),
            by: AuthenticatedBy::TemporaryKey,
        }),
    };
    // result: [0 (ok), value]
    assert_golden(&answer, &["01", "82", TIP, "8200", "8242aabb01"]);
}

#[test]
fn anchor_info() {
    let question = AnchorInfo {
        expected: None,
        anchor: AnchorNumber::new(0),
        caller: Principal::anonymous(),
    };
    assert_golden(&question, &["01", "83", "f6", "00", "4104"]);

    let answer = AnchorDetails {
        authenticated: Authenticated {
            device: DeviceKey::new([0xaa, 0xbb]),
            by: AuthenticatedBy::DeviceKey,
        },
        devices: vec![UsedDevice {
            device: device(),
            last_usage: Some(TimestampNs::new(1)),
        }],
        created_at: None,
        registration: None,
    };
    assert_golden(
        &answer,
        &["01", "82", "8242aabb00", "81", "82", DEVICE, "01"],
    );
}

#[test]
fn refusals() {
    let refused = |error| Answer::<AnchorNumber> {
        tip: tip(),
        result: Err(error),
    };
    // result: [1 (error), [variant, [fields]]]
    assert_golden(
        &refused(RegistryError::Backlog {
            unarchived: 5,
            limit: 4,
        }),
        &["01", "82", TIP, "8201", "8205", "820504"],
    );
    assert_golden(
        &refused(RegistryError::NotMine {
            range: AnchorRange::new(1.into(), 2.into()).unwrap(),
        }),
        &["01", "82", TIP, "8201", "8200", "81820102"],
    );
    assert_golden(
        &refused(RegistryError::Device(DeviceError::TooManyDevices {
            count: 11,
            limit: 10,
        })),
        &["01", "82", TIP, "8201", "8206", "81", "8201", "820b0a"],
    );
    assert_golden(
        &refused(RegistryError::Unauthorized),
        &["01", "82", TIP, "8201", "8201", "80"],
    );
    assert_golden(
        &refused(IndexIncomplete { unindexed: 7 }.into()),
        &["01", "82", TIP, "8201", "820d", "8107"],
    );
}

#[test]
fn fetch_blocks() {
    let question = FetchBlocks {
        next_index: 3.into(),
        last_hash: Some(BlockHash::new([0x22; 32])),
        limit: 100,
        first_index: Some(2.into()),
    };
    assert_golden(&question, &["01", "84", "03", ORDER, "1864", "02"]);
    // As archives of earlier modules ask, and as their shards understand it.
    let question = FetchBlocks {
        first_index: None,
        ..question
    };
    assert_golden(&question, &["01", "83", "03", ORDER, "1864"]);

    let answer = FetchAnswer::Blocks {
        first_index: 3.into(),
        blocks: vec![EncodedBlock::new([1]), EncodedBlock::new([2, 3])],
        tip: tip(),
    };
    assert_golden(
        &answer,
        &["01", "8200", "83", "03", "82", "4101", "420203", TIP],
    );
    assert_golden(
        &FetchAnswer::Diverged {
            index: 2.into(),
            ours: None,
        },
        &["01", "8201", "8102"],
    );
    assert_golden(
        &FetchAnswer::NotYourRange {
            reason: NotServed::Retired,
        },
        &["01", "8203", "8101"],
    );
    assert_golden(
        &FetchAnswer::NotYourRange {
            reason: NotServed::StartsTooLate,
        },
        &["01", "8203", "8102"],
    );
}

#[test]
fn only_what_may_change_by_itself_is_worth_a_retry() {
    for error in [
        RegistryError::RolledBack,
        RegistryError::Maintenance,
        RegistryError::OutOfMemory,
        RegistryError::Backlog {
            unarchived: 1,
            limit: 1,
        },
        RegistryError::UnsupportedVersion { supported: 1 },
        RegistryError::RegistrationModes { limit: 1 },
        RegistryError::OperationBudget {
            limit: 1,
            resets_at: TimestampNs::new(1),
        },
        RegistryError::IndexIncomplete { unindexed: 1 },
    ] {
        assert!(error.retryable(), "{error}");
    }
    for error in [
        RegistryError::Unauthorized,
        RegistryError::Full,
        RegistryError::OrderMismatch,
        RegistryError::NotFront,
        RegistryError::RecoveryPhrase,
        RegistryError::Device(DeviceError::SecondPhrase),
    ] {
        assert!(!error.retryable(), "{error}");
    }
}
