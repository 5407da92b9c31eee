//! One blob as Candid, without Candid's type tables: how the family's messages travel.
//!
//! ```text
//! "DIDL" | 1 type: vec (6d) of nat8 (7b) | 1 value, of type 0 | length (LEB128) | bytes
//! ```
//!
//! Every encoder writes one blob so, and reading it any other way costs more. What is encoded in another way, which Candid allows, is
//! read as any other argument.

use serde_bytes::ByteBuf;
use types::lean;
use types::lean::reader::{self, NotTheArguments};

#[cfg(test)]
mod tests;

const HEADER: &[u8; 9] = b"DIDL\x01\x6d\x7b\x01\x00";

/// The blob as the only value of an argument or answer.
pub fn encode(blob: &[u8]) -> Vec<u8> {
    // A length below 4 GiB has at most five digits.
    let mut bytes = Vec::with_capacity(HEADER.len() + 5 + blob.len());
    bytes.extend_from_slice(HEADER);
    lean::blob(blob, &mut bytes);
    bytes
}

/// The only value of an argument or answer, if it is a blob.
pub fn decode(mut bytes: Vec<u8>) -> Result<Vec<u8>, NotTheArguments> {
    match start(&bytes) {
        Some(start) => {
            bytes.drain(..start);
            Ok(bytes)
        }
        None => reader::value(&bytes),
    }
}

/// Where the blob starts; none if it is encoded in another way or does not end with the bytes.
fn start(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let rest = bytes.strip_prefix(HEADER)?;
    let length = leb128fmt::decode_uint_slice::<u64, 64>(rest, &mut at).ok()?;
    let start = HEADER.len() + at;
    (bytes.len() - start == usize::try_from(length).ok()?).then_some(start)
}

/// The blob that the message being executed has as its argument; traps if it has another one. For the door, as
/// `decode_with`.
pub fn of_this_message(bytes: Vec<u8>) -> ByteBuf {
    let blob = decode(bytes).unwrap_or_else(|error| ic_cdk::trap(format!("not (blob): {error}")));
    ByteBuf::from(blob)
}

/// The answer of the message being executed. For the door, as `encode_with`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn answer(blob: ByteBuf) -> Vec<u8> {
    encode(&blob)
}
