use super::*;
use crate::archive::Entries;
use crate::strategies::{device, principal};
use crate::{AnchorNumber, BlockIndex, DeviceKey, TimestampNs};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

#[test]
fn the_types_of_devices_are_those_of_candids_library() {
    let types = types_of(&Vec::<DeviceData>::new(), 1);
    assert_eq!(DEVICES, types, "{}", types.escape_ascii());
}

#[test]
fn lengths_are_leb128() {
    for (number, bytes) in [
        (0, &[0][..]),
        (127, &[0x7f]),
        (128, &[0x80, 1]),
        (624_485, &[0xe5, 0x8e, 0x26]),
    ] {
        let mut written = Vec::new();
        length(number, &mut written);
        assert_eq!(written, bytes);
    }
}

fn operation() -> impl Strategy<Value = EntryOperation> {
    let public = || device().prop_map(|device| PublicDevice::from(&device));
    let key = || vec(any::<u8>(), 0..200).prop_map(DeviceKey::from);
    prop_oneof![
        (public(), option::of(principal())).prop_map(|(device, temporary_key)| {
            EntryOperation::RegisterAnchor {
                device,
                temporary_key,
            }
        }),
        public().prop_map(|device| EntryOperation::AddDevice { device }),
        (key(), public())
            .prop_map(|(device, new_values)| EntryOperation::UpdateDevice { device, new_values }),
        (key(), public()).prop_map(|(old_device, new_device)| EntryOperation::ReplaceDevice {
            old_device,
            new_device
        }),
        key().prop_map(|device| EntryOperation::RemoveDevice { device }),
        any::<(u64, u64)>().prop_map(|(first, next)| EntryOperation::BlocksLost {
            first_missing: BlockIndex::new(first),
            next_anchor: AnchorNumber::new(next),
        }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let numbers = any::<(u64, u64, u64)>();
    (numbers, principal(), operation()).prop_map(|((anchor, time, index), caller, operation)| {
        Entry {
            anchor: AnchorNumber::new(anchor),
            operation,
            timestamp: TimestampNs::new(time),
            caller,
            sequence_number: BlockIndex::new(index),
        }
    })
}

proptest! {
    #[test]
    fn devices_are_the_bytes_of_candids_library(given in vec(device(), 0..4)) {
        prop_assert_eq!(devices(&given), candid::encode_one(&given).unwrap());
        let public: Vec<_> = given
            .into_iter()
            .map(|device| DeviceData { metadata: None, ..device })
            .collect();
        prop_assert_eq!(devices(&public), candid::encode_one(&public).unwrap());
    }

    #[test]
    fn entries_are_the_bytes_of_candids_library(given in vec(option::of(entry()), 0..4)) {
        let mut bytes = types_of(&Entries { entries: Vec::new() }, 1);
        length(given.len(), &mut bytes);
        for entry in &given {
            opt(entry.as_ref(), &mut bytes, Entry::write);
        }
        prop_assert_eq!(bytes, candid::encode_one(Entries { entries: given }).unwrap());
    }
}
