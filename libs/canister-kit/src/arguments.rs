//! The arguments of users' calls: read by [`types::lean::reader`], and where that one does not know an encoding by
//! Candid's library, with the limits that the system's macros set. For the door, as `decode_with`.
//!
//! The macros take a method that decodes by itself for one of `(blob)`: such a method says `hidden`, and what it takes
//! with candid's own attribute.

use candid::utils::{ArgumentDecoder, decode_args_with_config};
use candid::{CandidType, DecoderConfig};
use serde::Deserialize;
use types::lean::reader::{self, Arguments, Read};

#[cfg(test)]
mod tests;

/// Bytes that the arguments of a user's update may have. The largest honest ones are a device (at most 2.5 kB of variable fields) and
/// a session key (1 KiB); what is a little too large still gets its typed refusal.
///
/// What is read may take many times as much of the heap, which never shrinks. A canister may send 2 MiB, and its
/// calls do not pass `inspect_message`. A query keeps nothing of the heap and answers whatever it is asked.
pub const LIMIT: usize = 16 * 1_024;

/// What of a message's values nobody asks for may cost Candid's library, as in the system's macros.
const SKIPPING_QUOTA: usize = 10_000;

/// The arguments of the message being executed; traps if they are other ones.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn all<T>(bytes: Vec<u8>) -> T
where
    T: Arguments + for<'a> ArgumentDecoder<'a>,
{
    // Refused in the words of the system's macros.
    decode(&bytes, limit(&bytes)).unwrap()
}

/// How many bytes of these arguments are read.
fn limit(bytes: &[u8]) -> usize {
    // Asked only where the answer matters.
    if bytes.len() > LIMIT && !ic_cdk::api::in_replicated_execution() {
        usize::MAX
    } else {
        LIMIT
    }
}

/// The only argument of the message being executed; traps if it is another one.
pub fn one<T>(bytes: Vec<u8>) -> T
where
    T: Read + CandidType + for<'a> Deserialize<'a>,
{
    let (argument,) = all(bytes);
    argument
}

/// The same for an argument that the quick reader does not know.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn seldom<T>(bytes: Vec<u8>) -> T
where
    T: CandidType + for<'a> Deserialize<'a>,
{
    let (argument,) = within(&bytes, limit(&bytes)).and_then(library).unwrap();
    argument
}

fn decode<T>(bytes: &[u8], limit: usize) -> candid::Result<T>
where
    T: Arguments + for<'a> ArgumentDecoder<'a>,
{
    let bytes = within(bytes, limit)?;
    reader::arguments(bytes).or_else(|_| library(bytes))
}

fn within(bytes: &[u8], limit: usize) -> candid::Result<&[u8]> {
    if bytes.len() <= limit {
        return Ok(bytes);
    }
    let length = bytes.len();
    let words = format!("the arguments have {length} bytes; at most {limit} are read");
    Err(candid::Error::msg(words))
}

fn library<T: for<'a> ArgumentDecoder<'a>>(bytes: &[u8]) -> candid::Result<T> {
    // No bytes stand for no values.
    let bytes = if bytes.is_empty() { b"DIDL\0\0" } else { bytes };
    let mut limits = DecoderConfig::new();
    limits.set_skipping_quota(SKIPPING_QUOTA);
    decode_args_with_config(bytes, &limits)
}
