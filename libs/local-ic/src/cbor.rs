//! CBOR as the interface specification wants it.

use serde::Serialize;

/// A value behind the self-describing tag, 55799.
pub(crate) fn self_described(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = vec![0xd9, 0xd9, 0xf7];
    ciborium::into_writer(value, &mut bytes).expect("writing to memory does not fail");
    bytes
}
