//! The argument of an upgrade, which is optional.
//!
//! Tools differ in what they send when their user says nothing: `dfx` and `icp` send the Candid of no values, tools
//! that hand bytes through send none at all. Both mean the same as `(null)`.

use candid::{CandidType, Deserialize};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Bytes that are not the argument. Not worth a retry with the same bytes.
#[derive(Debug, Error)]
#[error("the argument is not ({expected}); to change nothing pass (null) or none: {reason}")]
pub struct NotTheArgument {
    expected: &'static str,
    reason: candid::Error,
}

/// The argument in these bytes, if there is one; `expected` is its type as the `.did` file has it.
pub fn optional<T>(bytes: &[u8], expected: &'static str) -> Result<Option<T>, NotTheArgument>
where
    T: CandidType + for<'de> Deserialize<'de>,
{
    if bytes.is_empty() {
        return Ok(None);
    }
    // Candid fills in `null` for an optional value that was not sent.
    candid::decode_one(bytes).map_err(|reason| NotTheArgument { expected, reason })
}

/// The argument of the message being executed; traps if it is another one. For the door, as `decode_with`.
pub fn optional_of_this_message<T>(bytes: &[u8], expected: &'static str) -> Option<T>
where
    T: CandidType + for<'de> Deserialize<'de>,
{
    optional(bytes, expected)
        .unwrap_or_else(|error| ic_cdk::trap(format!("refusing to start: {error}")))
}
