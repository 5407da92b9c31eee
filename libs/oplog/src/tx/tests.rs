use proptest::prelude::*;

use super::*;
use crate::strategies::{self, add, full_device, lost, register, remove, replace, update};

/// Key h'aabb', credential id h'cc', 0 (recovery), 2 (cross platform), 1 (unprotected), an origin
/// of 11 letters, one metadata key of 1 letter.
const FULL_DEVICE: &str = "8742aabb41cc0002016b68747470733a2f2f612e6281616b";

/// Key h'07', null, 1 (authentication), 0 (unknown), 1 (unprotected), null, no metadata key.
const PLAIN_DEVICE: &str = "874107f6010001f680";

#[track_caller]
fn assert_golden(tx: &Tx, parts: &[&str]) {
    let golden = parts.concat();
    assert_eq!(hex::encode(tx.encode().as_slice()), golden);
    let bytes = TxBytes::new(hex::decode(golden).unwrap());
    assert_eq!(Tx::decode(&bytes), Ok(tx.clone()));
}

#[test]
fn golden_bytes() {
    // version, [anchor 10000, caller h'04' (anonymous), [0 (register), [device]]]
    assert_golden(
        &register(10_000, 7),
        &["01", "83", "192710", "4104", "820081", PLAIN_DEVICE],
    );
    // ... [0 (register), [device, temporary key h'0102']]
    let mut tx = register(10_000, 7);
    tx.operation = Operation::Register {
        device: full_device(),
        temporary_key: Some(Principal::from_slice(&[1, 2])),
    };
    assert_golden(
        &tx,
        &[
            "01",
            "83",
            "192710",
            "4104",
            "820082",
            FULL_DEVICE,
            "420102",
        ],
    );
    // ... [1 (add), [device]]
    assert_golden(
        &add(0, 7),
        &["01", "83", "00", "4104", "820181", PLAIN_DEVICE],
    );
    // ... [2 (update), [device]]
    assert_golden(
        &update(0, full_device()),
        &["01", "83", "00", "4104", "820281", FULL_DEVICE],
    );
    // ... [3 (replace), [key h'05', device]]
    assert_golden(
        &replace(0, 5, 7),
        &["01", "83", "00", "4104", "8203824105", PLAIN_DEVICE],
    );
    // ... [4 (remove), [key h'05']]
    assert_golden(&remove(0, 5), &["01", "83", "00", "4104", "8204814105"]);
    // ... [5 (lost), [7, 10003]]
    assert_golden(
        &lost(10_000, 7, 10_003),
        &["01", "83", "192710", "4104", "82058207192713"],
    );
}

#[test]
fn lost_blocks_belong_to_a_shard_up_to_the_end_of_its_range() {
    let range = AnchorRange::new(10.into(), 13.into()).unwrap();
    for (from, next) in [(10, 10), (10, 13), (12, 13), (13, 13)] {
        assert!(lost(from, 0, next).belongs_to(range), "[{from}, {next})");
    }
    for (from, next) in [(9, 11), (12, 14), (14, 14), (12, 11)] {
        assert!(!lost(from, 0, next).belongs_to(range), "[{from}, {next})");
    }
    assert!(register(12, 1).belongs_to(range));
    assert!(!register(13, 1).belongs_to(range));
}

#[test]
fn newer_versions_are_named() {
    let mut bytes = register(0, 1).encode().as_slice().to_vec();
    bytes[0] = 2;
    assert_eq!(
        Tx::decode(&TxBytes::new(bytes)),
        Err(TxError::UnsupportedVersion { found: 2 })
    );
    assert_eq!(Tx::decode(&TxBytes::new([])), Err(TxError::Empty));
}

#[test]
fn other_encodings_of_the_same_content_are_refused() {
    let canonical = ["01", "83", "00", "4104", "820181", PLAIN_DEVICE].concat();
    let variations = [
        // anchor 0 in two bytes
        ["01", "83", "1800", "4104", "820181", PLAIN_DEVICE].concat(),
        // array of indefinite length
        ["01", "9f", "00", "4104", "820181", PLAIN_DEVICE, "ff"].concat(),
        // a field that we do not know
        ["01", "84", "00", "4104", "820181", PLAIN_DEVICE, "00"].concat(),
        // something behind
        format!("{canonical}00"),
    ];
    for bytes in variations {
        let bytes = TxBytes::new(hex::decode(bytes).unwrap());
        assert_eq!(Tx::decode(&bytes), Err(TxError::NotCanonical));
    }
}

#[test]
fn an_unknown_operation_is_an_error() {
    let bytes = ["01", "83", "00", "4104", "821863", "81", PLAIN_DEVICE].concat();
    let bytes = TxBytes::new(hex::decode(bytes).unwrap());
    assert!(matches!(Tx::decode(&bytes), Err(TxError::Malformed { .. })));
}

proptest! {
    #[test]
    fn round_trips(tx in strategies::tx()) {
        prop_assert_eq!(Tx::decode(&tx.encode()), Ok(tx));
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut versioned = vec![VERSION];
        versioned.extend(bytes);
        let bytes = TxBytes::new(versioned);
        if let Ok(tx) = Tx::decode(&bytes) {
            prop_assert_eq!(tx.encode(), bytes);
        }
    }

    #[test]
    fn cut_short_is_an_error(tx in strategies::tx(), cut in any::<prop::sample::Index>()) {
        let bytes = tx.encode();
        let cut = cut.index(bytes.as_slice().len());
        prop_assert!(Tx::decode(&TxBytes::new(&bytes.as_slice()[..cut])).is_err());
    }
}
