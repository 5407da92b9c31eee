use super::*;
use crate::strategies::device;
use proptest::collection::vec;
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
}
