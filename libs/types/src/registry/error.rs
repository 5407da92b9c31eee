//! Why a shard refuses front.

use minicbor::{Decode, Encode};

use crate::{AnchorRange, DeviceError};

/// A shard's refusal. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Encode, Decode)]
pub enum RegistryError {
    /// The anchor is not in the shard's range: front's routing is wrong.
    #[n(0)]
    #[error("anchor outside the shard's range {range}")]
    NotMine {
        /// The range that the shard has.
        #[n(0)]
        range: AnchorRange,
    },
    /// The caller may not act for the anchor, or there is no such anchor (not told apart).
    #[n(1)]
    #[error("caller may not act for the anchor")]
    Unauthorized,
    /// The shard's log lacks the block that front expects: it was rolled back. Retry after repair.
    #[n(2)]
    #[error("the shard was rolled back")]
    RolledBack,
    /// The order id was used for an order with other contents.
    #[n(3)]
    #[error("order id used for another order")]
    OrderMismatch,
    /// Every number of the shard's range is given: ask another shard.
    #[n(4)]
    #[error("no anchor number left")]
    Full,
    /// Too many blocks wait for an archive. Retry when an archive has caught up.
    #[n(5)]
    #[error("{unarchived} blocks not archived, limit {limit}")]
    Backlog {
        /// Blocks that no archive has.
        #[n(0)]
        unarchived: u64,
        /// How many there may be.
        #[n(1)]
        limit: u64,
    },
    /// A device rule said no.
    #[n(6)]
    #[error(transparent)]
    Device(#[n(0)] DeviceError),
    /// The message has a version that the shard does not read. Retry after an upgrade.
    #[n(7)]
    #[error("message version not supported, only {supported}")]
    UnsupportedVersion {
        /// The highest version that it reads.
        #[n(0)]
        supported: u8,
    },
    /// The bytes are not the message that the method takes.
    #[n(8)]
    #[error("malformed message")]
    Malformed,
    /// The message did not come from the shard's front.
    #[n(9)]
    #[error("only front may ask")]
    NotFront,
    /// Maintenance: orders wait, questions are answered. Retry later.
    #[n(10)]
    #[error("maintenance")]
    Maintenance,
    /// The temporary key is the device itself.
    #[n(11)]
    #[error("temporary key equals the device's principal")]
    TemporaryKeyIsDevice,
    /// Stable memory could not grow. Retry when the operator has made room.
    #[n(12)]
    #[error("out of stable memory")]
    OutOfMemory,
}

impl RegistryError {
    /// Whether the same message, sent again later to the same shard, may succeed.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::RolledBack
            | Self::Backlog { .. }
            | Self::UnsupportedVersion { .. }
            | Self::Maintenance
            | Self::OutOfMemory => true,
            Self::NotMine { .. }
            | Self::Unauthorized
            | Self::OrderMismatch
            | Self::Full
            | Self::Device(_)
            | Self::Malformed
            | Self::NotFront
            | Self::TemporaryKeyIsDevice => false,
        }
    }
}
