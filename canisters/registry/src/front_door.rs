//! How front's messages come in and answers go out.

use crate::shard::Shard;
use canister_kit::guards::{Caller, Peer};
use ic_stable_structures::Memory;
use minicbor::{Decode, Encode};
use types::TimestampNs;
use types::message::{self, MessageError, Request};
use types::registry::{Answer, RegistryError};

#[cfg(test)]
mod tests;

/// Reads a message of front's, has it answered by `handle`, and writes the answer with the shard's
/// tip after it. Whatever the bytes are and whoever sent them, there is an answer.
pub fn serve<M, R, T>(
    shard: &mut Shard<M>,
    caller: Caller,
    bytes: &[u8],
    now: TimestampNs,
    handle: impl FnOnce(&mut Shard<M>, Peer, R, TimestampNs) -> Result<T, RegistryError>,
) -> Vec<u8>
where
    M: Memory,
    R: Request<Answer = Answer<T>>,
    Answer<T>: Encode<()> + for<'b> Decode<'b, ()>,
{
    let result = caller
        .peer(shard.settings().front)
        .map_err(|_| RegistryError::NotFront)
        .and_then(|front| {
            let message = message::decode(bytes).map_err(|error| refusal(&error))?;
            handle(shard, front, message, now)
        });
    if let Err(error) = &result {
        shard.count_refusal(error);
    }
    message::encode(&Answer {
        tip: shard.tip(),
        result,
    })
}

fn refusal(error: &MessageError) -> RegistryError {
    match error {
        MessageError::UnsupportedVersion { found: _ } => RegistryError::UnsupportedVersion {
            supported: message::VERSION,
        },
        MessageError::Empty
        | MessageError::Malformed { reason: _ }
        | MessageError::TrailingBytes { count: _ } => RegistryError::Malformed,
    }
}
