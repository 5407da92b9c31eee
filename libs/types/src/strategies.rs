//! Arbitrary values of our types, for property tests.

use candid::Principal;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::registry::{Apply, CreateAnchor, DeviceOperation, RegistryError, ShardTip};
use crate::{
    AnchorNumber, AnchorRange, BlockHash, DeviceData, DeviceError, DeviceKey, DeviceProtection,
    KeyType, Metadata, MetadataValue, OrderId, Purpose,
};

pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

pub(crate) fn principal() -> impl Strategy<Value = Principal> {
    vec(any::<u8>(), 0..=29).prop_map(|bytes| Principal::from_slice(&bytes))
}

fn metadata_value() -> impl Strategy<Value = MetadataValue> {
    let leaf = prop_oneof![
        any::<String>().prop_map(MetadataValue::String),
        bytes().prop_map(|bytes| MetadataValue::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        btree_map(any::<String>(), inner, 0..3).prop_map(|map| MetadataValue::Map(Metadata(map)))
    })
}

pub(crate) fn metadata() -> impl Strategy<Value = Metadata> {
    btree_map(any::<String>(), metadata_value(), 0..4).prop_map(Metadata)
}

pub(crate) fn device() -> impl Strategy<Value = DeviceData> {
    let purpose = prop_oneof![Just(Purpose::Recovery), Just(Purpose::Authentication)];
    let key_type = prop_oneof![
        Just(KeyType::Unknown),
        Just(KeyType::Platform),
        Just(KeyType::CrossPlatform),
        Just(KeyType::SeedPhrase),
        Just(KeyType::BrowserStorageKey),
    ];
    let protection = prop_oneof![
        Just(DeviceProtection::Protected),
        Just(DeviceProtection::Unprotected)
    ];
    (
        (bytes(), any::<String>()),
        (option::of(bytes()), option::of(bytes())),
        (purpose, key_type, protection),
        option::of(any::<String>()),
        option::of(metadata()),
    )
        .prop_map(
            |(
                (pubkey, alias),
                (credential_id, aaguid),
                (purpose, key_type, protection),
                origin,
                metadata,
            )| DeviceData {
                pubkey: pubkey.into(),
                alias,
                credential_id: credential_id.map(Into::into),
                aaguid: aaguid.map(Into::into),
                purpose,
                key_type,
                protection,
                origin,
                metadata,
            },
        )
}

pub(crate) fn tip() -> impl Strategy<Value = ShardTip> {
    (any::<u64>(), option::of(any::<[u8; 32]>()), any::<u64>()).prop_map(
        |(log_length, last_hash, next_anchor)| ShardTip {
            log_length,
            last_hash: last_hash.map(BlockHash::new),
            next_anchor: AnchorNumber::new(next_anchor),
        },
    )
}

pub(crate) fn create_anchor() -> impl Strategy<Value = CreateAnchor> {
    (
        any::<[u8; 32]>(),
        option::of(tip()),
        principal(),
        option::of(principal()),
        device(),
        option::of(any::<u64>().prop_map(AnchorNumber::new)),
    )
        .prop_map(
            |(order, expected, caller, temporary_key, device, below)| CreateAnchor {
                order: OrderId::new(order),
                expected,
                caller,
                temporary_key,
                device,
                below,
            },
        )
}

fn operation() -> impl Strategy<Value = DeviceOperation> {
    let key = || bytes().prop_map(DeviceKey::new);
    prop_oneof![
        device().prop_map(|device| DeviceOperation::Add { device }),
        (key(), device()).prop_map(|(key, device)| DeviceOperation::Update { key, device }),
        (key(), device()).prop_map(|(key, device)| DeviceOperation::Replace { key, device }),
        key().prop_map(|key| DeviceOperation::Remove { key }),
    ]
}

pub(crate) fn apply() -> impl Strategy<Value = Apply> {
    (
        any::<[u8; 32]>(),
        option::of(tip()),
        any::<u64>(),
        principal(),
        operation(),
    )
        .prop_map(|(order, expected, anchor, caller, operation)| Apply {
            order: OrderId::new(order),
            expected,
            anchor: AnchorNumber::new(anchor),
            caller,
            operation,
        })
}

pub(crate) fn range() -> impl Strategy<Value = AnchorRange> {
    (any::<u64>(), any::<u64>()).prop_filter_map("empty", |(lo, hi)| {
        AnchorRange::new(lo.into(), hi.into()).ok()
    })
}

pub(crate) fn registry_error() -> impl Strategy<Value = RegistryError> {
    let device_error = prop_oneof![
        bytes().prop_map(|key| DeviceError::KeyExists {
            key: DeviceKey::new(key)
        }),
        (any::<u64>(), any::<u64>())
            .prop_map(|(count, limit)| DeviceError::TooManyDevices { count, limit }),
        (principal(), principal())
            .prop_map(|(authorized, actual)| DeviceError::Locked { authorized, actual }),
        any::<String>().prop_map(|key| DeviceError::ReservedMetadataKey { key }),
        Just(DeviceError::SecondPhrase),
    ];
    prop_oneof![
        range().prop_map(|range| RegistryError::NotMine { range }),
        Just(RegistryError::Unauthorized),
        (any::<u64>(), any::<u64>())
            .prop_map(|(unarchived, limit)| RegistryError::Backlog { unarchived, limit }),
        device_error.prop_map(RegistryError::Device),
        any::<u8>().prop_map(|supported| RegistryError::UnsupportedVersion { supported }),
        Just(RegistryError::OutOfMemory),
        (any::<u32>(), any::<u64>()).prop_map(|(limit, resets_at)| {
            RegistryError::OperationBudget {
                limit,
                resets_at: resets_at.into(),
            }
        }),
        any::<u64>().prop_map(|unindexed| RegistryError::IndexIncomplete { unindexed }),
    ]
}
