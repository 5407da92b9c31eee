//! The argument of an installation, and of an upgrade, where it is optional.
//!
//! Tools differ in what they send when their user says nothing: `dfx` and `icp` send the Candid of no values, tools
//! that hand bytes through send none at all. Both mean the same as `(null)`.

use thiserror::Error;
use types::lean::reader::{self, NotTheArguments, Read};

#[cfg(test)]
mod tests;

/// Bytes that are not an upgrade's argument. Not worth a retry with the same bytes.
#[derive(Debug, Error)]
#[error("the argument is not ({expected}); to change nothing pass (null) or none: {reason}")]
pub struct NotTheArgument {
    expected: &'static str,
    reason: NotTheArguments,
}

/// The argument in these bytes, if there is one; `expected` is its type as the `.did` file has it.
pub fn optional<T: Read>(
    bytes: &[u8],
    expected: &'static str,
) -> Result<Option<T>, NotTheArgument> {
    if bytes.is_empty() {
        return Ok(None);
    }
    reader::value(bytes).map_err(|reason| NotTheArgument { expected, reason })
}

/// The argument of the message being executed; traps if it is another one. For the door, as `decode_with`.
pub fn optional_of_this_message<T: Read>(bytes: &[u8], expected: &'static str) -> Option<T> {
    optional(bytes, expected)
        .unwrap_or_else(|error| ic_cdk::trap(format!("refusing to start: {error}")))
}

/// The argument of the installation being executed; traps if it is another one. For the door, as `decode_with`.
pub fn of_this_message<T: Read>(bytes: &[u8], expected: &'static str) -> T {
    reader::value(bytes).unwrap_or_else(|reason| {
        let refusal = format!("refusing to start: the argument is not ({expected}): {reason}");
        ic_cdk::trap(refusal)
    })
}
