//! The arguments of calls, read by [`types::lean::reader`]. For the door, as `decode_with`.
//!
//! The macros take a method that decodes by itself for one of `(blob)`: such a method says `hidden`, and what it takes
//! with candid's own attribute.

use crate::guards::Caller;
use thiserror::Error;
use types::lean::NOTHING;
use types::lean::reader::{self, Arguments, NotTheArguments, Read};

#[cfg(test)]
mod tests;

/// Bytes that the arguments of a user's update may have. The largest honest ones are a device (at most 2.5 kB of variable fields) and
/// a session key (1 KiB); what is a little too large still gets its typed refusal.
///
/// What is read may take many times as much of the heap, which never shrinks. A canister may send 2 MiB, and its
/// calls do not pass `inspect_message`. A query keeps nothing of the heap and answers whatever it is asked.
pub const LIMIT: usize = 16 * 1_024;

/// Arguments that the method does not take. Not worth a retry with the same bytes.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// More bytes than are read.
    #[error("the arguments have {length} bytes; at most {limit} are read")]
    TooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Not the types that the method takes, or no Candid.
    #[error("the arguments are not those that the method takes: {0}")]
    Other(#[from] NotTheArguments),
}

/// The arguments of the message being executed; traps if they are other ones.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn all<T: Arguments>(bytes: Vec<u8>) -> T {
    or_trap(within(&bytes, limit(&bytes)))
}

/// The only argument of the message being executed; traps if it is another one.
pub fn one<T: Read>(bytes: Vec<u8>) -> T {
    let (argument,) = all(bytes);
    argument
}

/// The same for a method that is for controllers, of whom any size is read.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the system's macros ask for"
)]
pub fn of_a_controller<T: Read>(bytes: Vec<u8>) -> T {
    let limit = match Caller::of_this_message().controller() {
        Ok(_) => usize::MAX,
        Err(_) => limit(&bytes),
    };
    let (argument,) = or_trap(within(&bytes, limit));
    argument
}

fn or_trap<T>(read: Result<T, Refused>) -> T {
    read.unwrap_or_else(|refused| ic_cdk::trap(refused.to_string()))
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

fn within<T: Arguments>(bytes: &[u8], limit: usize) -> Result<T, Refused> {
    let length = bytes.len();
    if length > limit {
        return Err(Refused::TooLong { length, limit });
    }
    // No bytes stand for no values.
    let bytes = if bytes.is_empty() { NOTHING } else { bytes };
    Ok(reader::arguments(bytes)?)
}
