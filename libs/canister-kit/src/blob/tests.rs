use super::*;
use serde_bytes::Bytes;

fn of_their_library(blob: &[u8]) -> Vec<u8> {
    candid::encode_one(Bytes::new(blob)).unwrap()
}

#[test]
fn bytes_are_those_of_candids_own_library() {
    for length in [0, 1, 127, 128, 300, 20_000] {
        let blob = vec![7; length];
        assert_eq!(encode(&blob), of_their_library(&blob), "{length} bytes");
        assert_eq!(decode(encode(&blob)).unwrap(), blob, "{length} bytes");
    }
}

#[test]
fn other_encodings_of_a_blob_are_read_too() {
    // A second type that nothing uses.
    let mut bytes = b"DIDL\x02\x6d\x7b\x6d\x7b\x01\x01\x02".to_vec();
    bytes.extend([8, 9]);
    assert_eq!(decode(bytes).unwrap(), [8, 9]);
    // A value more than is asked for.
    let two = candid::encode_args((Bytes::new(&[5]), 1_u8)).unwrap();
    assert_eq!(decode(two).unwrap(), [5]);
}

#[test]
fn what_is_no_blob_is_refused() {
    let blob = of_their_library(&[1, 2, 3]);
    for bytes in [
        Vec::new(),
        blob[..blob.len() - 1].to_vec(),
        [&blob[..], &[0]].concat(),
        candid::encode_one("text").unwrap(),
        candid::encode_one(7_u64).unwrap(),
        HEADER.to_vec(),
        [&HEADER[..], &[0xff; 11]].concat(),
        [
            &HEADER[..],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        ]
        .concat(),
    ] {
        assert!(decode(bytes.clone()).is_err(), "{bytes:02x?}");
    }
}
