use candid::{Decode, Encode};
use proptest::prelude::*;

use super::*;
use crate::message::{self, MessageError};
use crate::strategies;

fn nested(depth: usize) -> Metadata {
    (1..depth).fold(Metadata::default(), |inner, _| {
        Metadata([("m".to_owned(), MetadataValue::Map(inner))].into())
    })
}

#[test]
fn golden_bytes() {
    let metadata = Metadata(
        [
            ("b".to_owned(), MetadataValue::Bytes(vec![1, 2].into())),
            ("a".to_owned(), MetadataValue::String("x".to_owned())),
            ("c".to_owned(), MetadataValue::Map(Metadata::default())),
        ]
        .into(),
    );
    // version 1; map of 3; "a": "x"; "b": h'0102'; "c": {}
    assert_eq!(
        hex::encode(message::encode(&metadata)),
        "01a361616178616242010261 63a0".replace(' ', "")
    );
}

#[test]
fn depth_counts_maps() {
    assert_eq!(nested(1).depth(), 1);
    assert_eq!(nested(7).depth(), 7);
}

#[test]
fn deeper_than_the_limit_is_an_error_not_an_overflow() {
    let deepest = nested(Metadata::MAX_DEPTH);
    assert_eq!(message::decode(&message::encode(&deepest)), Ok(deepest));

    // {"": {"": {"": ... without an end
    let mut bytes = vec![message::VERSION];
    bytes.extend([0xa1, 0x60].repeat(500_000));
    assert!(matches!(
        message::decode::<Metadata>(&bytes),
        Err(MessageError::Malformed { .. })
    ));
}

#[test]
fn a_key_twice_is_refused() {
    // {"a": "", "a": ""}
    let bytes = [1, 0xa2, 0x61, b'a', 0x60, 0x61, b'a', 0x60];
    assert!(message::decode::<Metadata>(&bytes).is_err());
}

proptest! {
    #[test]
    fn round_trips(metadata in strategies::metadata()) {
        prop_assert_eq!(message::decode(&message::encode(&metadata)), Ok(metadata.clone()));
        let candid = Encode!(&metadata).unwrap();
        prop_assert_eq!(Decode!(&candid, Metadata).unwrap(), metadata);
    }
}
