//! The log of operations: blocks chained by hash, how to check a chain, and how to replay it.
//!
//! ```text
//!  block i-1           block i
//! +-------+           +-------------------------------------------+
//! | ...   |--hash---->| phash   btype   ts   tx                   |--hash-->
//! +-------+           |                      |                    |
//!                     |                      v                    |
//!                     |  version 1, CBOR [anchor, caller, operation] |
//!                     +-------------------------------------------+
//! ```
//!
//! * [`tx`]: what happened, in canonical versioned bytes ([`Tx`], [`Operation`]);
//! * [`block`]: the chained [`Block`], its bytes and its ICRC-3 hash;
//! * [`chain`]: [`ChainVerifier`] follows a log block by block;
//! * [`replay`]: [`Replay`] computes the public state of every anchor from the log alone;
//! * [`generic`]: blocks as ICRC-3 values, for people and their tools;
//! * [`entry`]: stored blocks as entries of an archive's answer, straight from their bytes.
//!
//! A block carries public state only. No alias, no metadata value and no time of use gets in here,
//! because [`types::PublicDevice`] has no place for them.

pub mod block;
pub mod chain;
pub mod entry;
pub mod generic;
mod hash;
pub mod replay;
mod sha256;
pub mod tx;

#[cfg(test)]
mod strategies;

pub use block::{Block, BlockError, BlockType};
pub use chain::{ChainError, ChainVerifier};
pub use entry::EntryRef;
pub use generic::ValueError;
pub use replay::{Replay, ReplayError};
pub use sha256::sha256;
pub use tx::{LOST_NUMBERS_LIMIT, Operation, Tx, TxBytes, TxError};
