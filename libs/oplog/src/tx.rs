//! What happened: one operation on one anchor, in canonical bytes.
//!
//! ```text
//! 0        1
//! | version | CBOR [anchor, caller, operation] |
//!
//! operation 0, register: [0, [device, temporary key]]     (the key is left out if there is none)
//! operation 1, add:      [1, [device]]
//! operation 2, update:   [2, [device]]
//! operation 3, replace:  [3, [pubkey of the old device, new device]]
//! operation 4, remove:   [4, [pubkey]]
//! operation 5, lost:     [5, [first missing index, next anchor]]
//! device: [pubkey, credential id, purpose, key type, protection, origin, metadata keys]
//! ```
//!
//! Canonical: a value has one encoding, and other bytes are refused. A block's hash covers these
//! bytes, so they never change; another content gets another operation number or version.

use minicbor::{Decode, Decoder, Encode};
use types::{AnchorNumber, AnchorRange, BlockIndex, DeviceKey, Principal, PublicDevice};

use crate::BlockType;

/// The version that this code writes and the only one it reads.
pub const VERSION: u8 = 1;

/// Anchor numbers that one [`Operation::Lost`] gives up at most, so that replaying a block is bounded work. More of them
/// take several blocks.
pub const LOST_NUMBERS_LIMIT: u64 = 100_000;

/// One operation on one anchor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Tx {
    /// Whose devices changed. Of [`Operation::Lost`]: the number that the shard would have given next.
    #[n(0)]
    pub anchor: AnchorNumber,
    /// Which principal did it: a device's, or a temporary key; of [`Operation::Lost`] a controller of the shard.
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    pub caller: Principal,
    /// What changed.
    #[n(2)]
    pub operation: Operation,
}

/// A change of an anchor, as far as it is public. Numbers are never reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Operation {
    /// The anchor begins to exist, with one device.
    #[n(0)]
    Register {
        /// Its first device.
        #[n(0)]
        device: PublicDevice,
        /// A principal that acts for the device for some minutes.
        #[n(1)]
        #[cbor(with = "types::codec::opt_principal", has_nil)]
        temporary_key: Option<Principal>,
    },
    /// One device more, behind the others.
    #[n(1)]
    Add {
        /// The new device.
        #[n(0)]
        device: PublicDevice,
    },
    /// The device with this key is now like this, and stays in its place. It may be like this before
    /// too: then something private changed.
    #[n(2)]
    Update {
        /// All of it, with the key that it has kept.
        #[n(0)]
        device: PublicDevice,
    },
    /// One device less, and another one behind the others.
    #[n(3)]
    Replace {
        /// Key of the device that is gone.
        #[n(0)]
        old: DeviceKey,
        /// The new device.
        #[n(1)]
        device: PublicDevice,
    },
    /// One device less.
    #[n(4)]
    Remove {
        /// Its key.
        #[n(0)]
        key: DeviceKey,
    },
    /// Blocks were lost: the shard was set back, and nobody has what followed. Numbers from the transaction's anchor on
    /// that were given in them are dead for ever, as anchors without devices.
    #[n(5)]
    Lost {
        /// Index of the first block that is lost, which is also the index of this block.
        #[n(0)]
        first_missing: BlockIndex,
        /// The first number that was not given; the next anchor gets it.
        #[n(1)]
        next_anchor: AnchorNumber,
    },
}

impl Operation {
    /// The type of the block that carries it.
    pub const fn block_type(&self) -> BlockType {
        match self {
            Self::Register { .. } => BlockType::Register,
            Self::Add { .. } => BlockType::Add,
            Self::Update { .. } => BlockType::Update,
            Self::Replace { .. } => BlockType::Replace,
            Self::Remove { .. } => BlockType::Remove,
            Self::Lost { .. } => BlockType::Lost,
        }
    }
}

/// A [`Tx`] in its canonical bytes.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct TxBytes(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    Vec<u8>,
);

impl TxBytes {
    /// Takes bytes that somebody else encoded, unread.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl core::fmt::Debug for TxBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "TxBytes({} bytes)", self.0.len())
    }
}

/// Bytes that are no transaction of ours. The bytes of a block never change, so no retry helps,
/// except with newer code where it says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TxError {
    /// No byte at all.
    #[error("empty transaction")]
    Empty,
    /// Written by newer code, which can read it.
    #[error("transaction version {found}, supported {VERSION}")]
    UnsupportedVersion {
        /// The version it is written in.
        found: u8,
    },
    /// Not the CBOR that was expected.
    #[error("malformed transaction: {reason}")]
    Malformed {
        /// What the decoder says; for logs, not for decisions.
        reason: String,
    },
    /// Another encoding than the one that this content has.
    #[error("transaction not in canonical form")]
    NotCanonical,
}

impl Tx {
    /// Whether it is about anchors of this range. A full shard that lost blocks names the end of its range.
    pub fn belongs_to(&self, range: AnchorRange) -> bool {
        match self.operation {
            Operation::Register { .. }
            | Operation::Add { .. }
            | Operation::Update { .. }
            | Operation::Replace { .. }
            | Operation::Remove { .. } => range.contains(self.anchor),
            Operation::Lost { next_anchor, .. } => {
                let numbers = [range.lo(), self.anchor, next_anchor, range.hi()];
                numbers.is_sorted()
            }
        }
    }

    /// The one encoding of this transaction.
    pub fn encode(&self) -> TxBytes {
        // Enough for a passkey: growing step by step would cost more than the encoding.
        let mut bytes = Vec::with_capacity(300);
        bytes.push(VERSION);
        match minicbor::encode(self, &mut bytes) {
            Ok(()) => TxBytes(bytes),
            // A vector takes every byte, and no encoder here reports an error of its own.
            Err(error) => unreachable!("writing to a vector: {error}"),
        }
    }

    /// Reads canonical bytes, all of them.
    pub fn decode(bytes: &TxBytes) -> Result<Self, TxError> {
        let tx: Self = Decoder::new(item(bytes.as_slice())?)
            .decode()
            .map_err(|error| TxError::Malformed {
                reason: error.to_string(),
            })?;
        if tx.encode() == *bytes {
            Ok(tx)
        } else {
            Err(TxError::NotCanonical)
        }
    }
}

/// The CBOR item of a transaction of a version that this code reads.
pub(crate) fn item(bytes: &[u8]) -> Result<&[u8], TxError> {
    match bytes.split_first() {
        None => Err(TxError::Empty),
        Some((&VERSION, item)) => Ok(item),
        Some((&found, _)) => Err(TxError::UnsupportedVersion { found }),
    }
}

#[cfg(test)]
mod tests;
