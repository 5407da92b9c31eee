//! How messages travel between our canisters.
//!
//! ```text
//! 0        1
//! | version | one CBOR item (arrays and numbered fields) |
//! ```
//!
//! One message is the single argument (and the single answer) of a Candid method `(blob) -> (blob)`.
//! Unknown array fields are skipped and missing optional ones are `None`, so within one version
//! fields may be added at the end. Nothing else may follow the item.

use minicbor::{Decode, Decoder, Encode};

/// The version that this code writes and the only one it reads.
pub const VERSION: u8 = 1;

/// Room for most messages, so that writing one moves nothing.
const USUAL_LENGTH: usize = 512;

/// A message that asks for an answer.
pub trait Request: Encode<()> + for<'b> Decode<'b, ()> {
    /// What the method answers.
    type Answer: Encode<()> + for<'b> Decode<'b, ()>;

    /// The method's name.
    const METHOD: &'static str;
}

/// Bytes that are no message of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// No byte at all.
    #[error("empty message")]
    Empty,
    /// Written by a neighbour more than one version away. Retry after an upgrade of one of them.
    #[error("message version {found}, supported {VERSION}")]
    UnsupportedVersion {
        /// The version it is written in.
        found: u8,
    },
    /// Not the item that was expected. A retry with the same bytes gives the same error.
    #[error("malformed message: {reason}")]
    Malformed {
        /// What the decoder says; for logs, not for decisions.
        reason: String,
    },
    /// Something follows the item.
    #[error("{count} bytes after the message")]
    TrailingBytes {
        /// How many bytes.
        count: usize,
    },
}

impl MessageError {
    /// Whether the same message may be understood later, without being changed.
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::UnsupportedVersion { .. })
    }
}

/// The message's bytes.
pub fn encode<M: Encode<()>>(message: &M) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_LENGTH);
    bytes.push(VERSION);
    match minicbor::encode(message, &mut bytes) {
        Ok(()) => bytes,
        // A vector takes every byte, and no encoder here reports an error of its own.
        Err(error) => unreachable!("writing to a vector: {error}"),
    }
}

/// Reads a message that fills `bytes` to the end.
pub fn decode<'b, M: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<M, MessageError> {
    match bytes.split_first() {
        None => Err(MessageError::Empty),
        Some((&VERSION, item)) => decode_item(item),
        Some((&found, _)) => Err(MessageError::UnsupportedVersion { found }),
    }
}

fn decode_item<'b, M: Decode<'b, ()>>(item: &'b [u8]) -> Result<M, MessageError> {
    let mut decoder = Decoder::new(item);
    let message = decoder.decode().map_err(|error| MessageError::Malformed {
        reason: error.to_string(),
    })?;
    match item.len() - decoder.position() {
        0 => Ok(message),
        count => Err(MessageError::TrailingBytes { count }),
    }
}

#[cfg(test)]
mod tests;
