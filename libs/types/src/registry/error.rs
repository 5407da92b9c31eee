//! Why a shard refuses: front, or its controllers.

use candid::{CandidType, Principal};
use minicbor::{Decode, Encode};

use serde::Deserialize;

use crate::lean::Lean;
use crate::{AnchorNumber, AnchorRange, DeviceError, RangeShrinks, TimestampNs};

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
    #[error("{unarchived} blocks wait for an archive, limit {limit}")]
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
    /// After an upgrade the index of passkeys is still being built. Retry in some minutes.
    #[n(13)]
    #[error("the index of passkeys is being built, {unindexed} anchors are missing")]
    IndexIncomplete {
        /// Anchors that are not in it yet.
        #[n(0)]
        unindexed: u64,
    },
    /// A recovery phrase is not registered from another machine.
    #[n(14)]
    #[error("recovery phrase as a tentative device")]
    RecoveryPhrase,
    /// Too many anchors are registering a device on another machine. Retry when some are done.
    #[n(15)]
    #[error("{limit} anchors are in device registration mode")]
    RegistrationModes {
        /// How many there may be.
        #[n(0)]
        limit: u64,
    },
    /// The anchor was changed as often as it may be on one day. Devices can still be removed. Retry on
    /// the next day.
    #[n(16)]
    #[error("{limit} operations of the anchor today, more from {resets_at} on")]
    OperationBudget {
        /// How many there may be in a day.
        #[n(0)]
        limit: u32,
        /// When the next day begins, in UTC.
        #[n(1)]
        resets_at: TimestampNs,
    },
}

impl RegistryError {
    /// Whether the same message, sent again later to the same shard, may succeed.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::RolledBack
            | Self::Backlog { .. }
            | Self::UnsupportedVersion { .. }
            | Self::Maintenance
            | Self::OutOfMemory
            | Self::RegistrationModes { .. }
            | Self::OperationBudget { .. }
            | Self::IndexIncomplete { .. } => true,
            Self::NotMine { .. }
            | Self::Unauthorized
            | Self::OrderMismatch
            | Self::Full
            | Self::Device(_)
            | Self::Malformed
            | Self::NotFront
            | Self::TemporaryKeyIsDevice
            | Self::RecoveryPhrase => false,
        }
    }
}

/// Why settings were not changed. Nothing is changed then; not worth a retry as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean)]
pub enum ConfigureError {
    /// Only controllers may.
    #[error("{caller} is not a controller of this canister")]
    #[serde(rename = "not_controller")]
    NotController {
        /// Who called.
        caller: Principal,
    },
    /// The settings make no sense.
    #[error(transparent)]
    #[serde(rename = "invalid")]
    Invalid(#[from] SettingsError),
}

impl From<RangeShrinks> for SettingsError {
    fn from(RangeShrinks { range, end }: RangeShrinks) -> Self {
        Self::RangeShrinks { range, end }
    }
}

/// Settings that make no sense. Nothing was changed; not worth a retry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, CandidType, Deserialize, Lean)]
pub enum SettingsError {
    /// At most one archive may be in service.
    #[error("{count} archives in service, at most one may be")]
    #[serde(rename = "two_in_service")]
    TwoInService {
        /// How many there would be.
        count: u64,
    },
    /// An archive is named twice.
    #[error("archive {canister} is named twice")]
    #[serde(rename = "archive_twice")]
    ArchiveTwice {
        /// Which one.
        canister: Principal,
    },
    /// An anchor needs room for one device at least and 65,535 at most.
    #[error("{max_devices} devices per anchor, allowed are 1 to 65535")]
    #[serde(rename = "max_devices")]
    MaxDevices {
        /// What was asked for.
        max_devices: u32,
    },
    /// The range would lose numbers.
    #[error("range {range} cannot shrink to end at {end}")]
    #[serde(rename = "range_shrinks")]
    RangeShrinks {
        /// The range that the shard has.
        range: AnchorRange,
        /// What was asked for.
        end: AnchorNumber,
    },
    /// Backlog and retention together exceed the room for blocks.
    #[error("backlog limit and retention ask for {blocks} blocks, there is room for {limit}")]
    #[serde(rename = "too_many_blocks")]
    TooManyBlocks {
        /// What was asked for.
        blocks: u64,
        /// How many there may be.
        limit: u64,
    },
}
