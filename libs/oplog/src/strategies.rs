//! Values for tests: fixed ones, and arbitrary ones for property tests.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use types::{
    AnchorNumber, BlockHash, BlockIndex, CredentialId, DeviceKey, DeviceProtection, KeyType,
    Principal, PublicDevice, Purpose, TimestampNs,
};

use crate::{Block, Operation, Tx};

/// A device with a one-byte key and nothing optional.
pub(crate) fn plain_device(key: u8) -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new([key]),
        credential_id: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Unknown,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata_keys: Vec::new(),
    }
}

/// A device with every field filled.
pub(crate) fn full_device() -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new([0xaa, 0xbb]),
        credential_id: Some(CredentialId::new([0xcc])),
        purpose: Purpose::Recovery,
        key_type: KeyType::CrossPlatform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://a.b".to_owned()),
        metadata_keys: vec!["k".to_owned()],
    }
}

/// A recovery phrase with a one-byte key that only it can change.
pub(crate) fn protected_device(key: u8) -> PublicDevice {
    PublicDevice {
        key_type: KeyType::SeedPhrase,
        protection: DeviceProtection::Protected,
        ..plain_device(key)
    }
}

/// The operation on that anchor, by nobody in particular.
pub(crate) fn tx_of(anchor: u64, operation: Operation) -> Tx {
    Tx {
        anchor: anchor.into(),
        caller: Principal::anonymous(),
        operation,
    }
}

pub(crate) fn register(anchor: u64, key: u8) -> Tx {
    let operation = Operation::Register {
        device: plain_device(key),
        temporary_key: None,
    };
    tx_of(anchor, operation)
}

pub(crate) fn add(anchor: u64, key: u8) -> Tx {
    let device = plain_device(key);
    tx_of(anchor, Operation::Add { device })
}

pub(crate) fn update(anchor: u64, device: PublicDevice) -> Tx {
    tx_of(anchor, Operation::Update { device })
}

pub(crate) fn replace(anchor: u64, old: u8, key: u8) -> Tx {
    let operation = Operation::Replace {
        old: DeviceKey::new([old]),
        device: plain_device(key),
    };
    tx_of(anchor, operation)
}

pub(crate) fn remove(anchor: u64, key: u8) -> Tx {
    let key = DeviceKey::new([key]);
    tx_of(anchor, Operation::Remove { key })
}

pub(crate) fn lost(anchor: u64, first_missing: u64, next_anchor: u64) -> Tx {
    let operation = Operation::Lost {
        first_missing: BlockIndex::new(first_missing),
        next_anchor: AnchorNumber::new(next_anchor),
    };
    tx_of(anchor, operation)
}

/// The transactions as a log, one nanosecond apart.
pub(crate) fn chain(txs: &[Tx]) -> Vec<Block> {
    let mut parent = None;
    (1..)
        .zip(txs)
        .map(|(ts, tx)| {
            let block = Block::new(parent, TimestampNs::new(ts), tx);
            parent = Some(block.hash());
            block
        })
        .collect()
}

fn principal() -> impl Strategy<Value = Principal> {
    vec(any::<u8>(), 0..=29).prop_map(|bytes| Principal::from_slice(&bytes))
}

fn key() -> impl Strategy<Value = DeviceKey> {
    vec(any::<u8>(), 0..40).prop_map(DeviceKey::new)
}

fn device() -> impl Strategy<Value = PublicDevice> {
    (
        vec(any::<u8>(), 0..40),
        option::of(vec(any::<u8>(), 0..40)),
        any::<bool>(),
        any::<bool>(),
        option::of(any::<String>()),
        vec(any::<String>(), 0..3),
    )
        .prop_map(
            |(pubkey, credential_id, recovery, protected, origin, metadata_keys)| PublicDevice {
                pubkey: DeviceKey::new(pubkey),
                credential_id: credential_id.map(CredentialId::new),
                purpose: if recovery {
                    Purpose::Recovery
                } else {
                    Purpose::Authentication
                },
                key_type: if protected {
                    KeyType::SeedPhrase
                } else {
                    KeyType::Platform
                },
                protection: if protected {
                    DeviceProtection::Protected
                } else {
                    DeviceProtection::Unprotected
                },
                origin,
                metadata_keys,
            },
        )
}

pub(crate) fn tx() -> impl Strategy<Value = Tx> {
    let operation = prop_oneof![
        (device(), option::of(principal())).prop_map(|(device, temporary_key)| {
            Operation::Register {
                device,
                temporary_key,
            }
        }),
        device().prop_map(|device| Operation::Add { device }),
        device().prop_map(|device| Operation::Update { device }),
        (key(), device()).prop_map(|(old, device)| Operation::Replace { old, device }),
        key().prop_map(|key| Operation::Remove { key }),
        any::<[u64; 2]>().prop_map(|[first_missing, next_anchor]| Operation::Lost {
            first_missing: BlockIndex::new(first_missing),
            next_anchor: AnchorNumber::new(next_anchor),
        }),
    ];
    (any::<u64>(), principal(), operation).prop_map(|(anchor, caller, operation)| Tx {
        anchor: AnchorNumber::new(anchor),
        caller,
        operation,
    })
}

pub(crate) fn block() -> impl Strategy<Value = Block> {
    (option::of(any::<[u8; 32]>()), any::<u64>(), tx()).prop_map(|(parent, ts, tx)| {
        Block::new(parent.map(BlockHash::new), TimestampNs::new(ts), &tx)
    })
}
