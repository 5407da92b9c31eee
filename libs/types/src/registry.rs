//! What a shard is asked: by front (orders, questions), by archives (blocks), by everybody
//! (public queries).

use candid::{CandidType, Principal};
use minicbor::{Decode, Encode};
use serde::Deserialize;

use crate::lean::{Lean, Read};
use crate::message::Request;
use crate::{AnchorNumber, BlockHash, DeviceData, DeviceKey, OrderId, TimestampNs};

mod blocks;
mod error;
mod public;
mod remote;
mod repair;

pub use blocks::{FetchAnswer, FetchBlocks, NotServed};
pub use error::{ConfigureError, RegistryError, SettingsError};
pub use public::{
    ArchiveLink, ArchiveProgress, IndexIncomplete, KnownPasskey, PublicAnchor, PublicState,
    RegistryInit, RegistrySettings, RegistryStatus,
};
pub use remote::{
    AddTentativeDevice, EnterRegistrationMode, ExitRegistrationMode, OpenRegistration,
    TentativeAnswer, VerificationAnswer, VerificationCode, VerifyTentativeDevice,
};
pub use repair::{Loss, Repair, RepairError};

/// Where a shard's log ends and which number it gives next. Front keeps the highest it saw and
/// sends it along, so that a shard that was rolled back notices.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize, Lean, Read, Encode, Decode,
)]
pub struct ShardTip {
    /// Number of blocks, which is also the index of the next one.
    #[n(0)]
    pub log_length: u64,
    /// Hash of the last block; `None` if there is none.
    #[n(1)]
    pub last_hash: Option<BlockHash>,
    /// The number that the next anchor gets.
    #[n(2)]
    pub next_anchor: AnchorNumber,
}

/// What a shard answers to front.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Answer<T> {
    /// The shard's tip after the message.
    #[n(0)]
    pub tip: ShardTip,
    /// What came of it.
    #[n(1)]
    pub result: Result<T, RegistryError>,
}

/// Order: a new anchor with its first device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CreateAnchor {
    /// The order's id; see [`OrderId`].
    #[n(0)]
    pub order: OrderId,
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(1)]
    pub expected: Option<ShardTip>,
    /// The user: the device's principal or the temporary key.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
    /// A key that acts for the device for some minutes.
    #[n(3)]
    #[cbor(with = "crate::codec::opt_principal", has_nil)]
    pub temporary_key: Option<Principal>,
    /// The anchor's first device.
    #[n(4)]
    pub device: DeviceData,
    /// A new number must be below this: the end of the range that front routes to the shard, so that whatever the
    /// shard's own range is, nobody gets a number that front does not route. `None`: the shard's range decides.
    #[n(5)]
    pub below: Option<AnchorNumber>,
}

/// Order: a change to the devices of an anchor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Apply {
    /// The order's id; see [`OrderId`].
    #[n(0)]
    pub order: OrderId,
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(1)]
    pub expected: Option<ShardTip>,
    /// Whose devices.
    #[n(2)]
    pub anchor: AnchorNumber,
    /// The user, who must be allowed to.
    #[n(3)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
    /// What to change.
    #[n(4)]
    pub operation: DeviceOperation,
}

/// A change to the devices of an anchor. Numbers are never reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum DeviceOperation {
    /// One device more, at the end.
    #[n(0)]
    Add {
        /// The new device.
        #[n(0)]
        device: DeviceData,
    },
    /// Other data for a device, which keeps its key, its place and its last use.
    #[n(1)]
    Update {
        /// The device's key.
        #[n(0)]
        key: DeviceKey,
        /// The device as it is to be; with the same key.
        #[n(1)]
        device: DeviceData,
    },
    /// One device less and another one at the end, at once.
    #[n(2)]
    Replace {
        /// Key of the device that goes.
        #[n(0)]
        key: DeviceKey,
        /// The new device.
        #[n(1)]
        device: DeviceData,
    },
    /// One device less. Without any the anchor is dead for ever.
    #[n(3)]
    Remove {
        /// The device's key.
        #[n(0)]
        key: DeviceKey,
    },
}

/// Question: may this caller act for this anchor?
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Authenticate {
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(0)]
    pub expected: Option<ShardTip>,
    /// The anchor in question.
    #[n(1)]
    pub anchor: AnchorNumber,
    /// The user.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
}

/// Answer: yes, and by what right.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Authenticated {
    /// The device that the caller is, or acts for.
    #[n(0)]
    pub device: DeviceKey,
    /// Whether the caller is the device itself.
    #[n(1)]
    pub by: AuthenticatedBy,
}

/// By what right a caller acts for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum AuthenticatedBy {
    /// The caller is the principal of the device's key.
    #[n(0)]
    DeviceKey,
    /// The caller is the device's living temporary key. Not to be remembered: it ends by itself.
    #[n(1)]
    TemporaryKey,
}

/// The same question as a query: nothing is noted, so a composite query of front's may ask it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Identify {
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(0)]
    pub expected: Option<ShardTip>,
    /// The anchor in question.
    #[n(1)]
    pub anchor: AnchorNumber,
    /// The user.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
}

/// Question: the devices of an anchor, for one of them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AnchorInfo {
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(0)]
    pub expected: Option<ShardTip>,
    /// The anchor in question.
    #[n(1)]
    pub anchor: AnchorNumber,
    /// The user.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
}

/// Answer: everything about the anchor, private parts included.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AnchorDetails {
    /// The caller's right to see it.
    #[n(0)]
    pub authenticated: Authenticated,
    /// The devices, in their order.
    #[n(1)]
    pub devices: Vec<UsedDevice>,
    /// When the anchor was registered (time of its block), if that is known.
    #[n(2)]
    pub created_at: Option<TimestampNs>,
    /// The open registration of a device on another machine.
    #[n(3)]
    pub registration: Option<OpenRegistration>,
}

/// A device and its last use.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct UsedDevice {
    /// The device.
    #[n(0)]
    pub device: DeviceData,
    /// When it last authenticated somebody, if that is known.
    #[n(1)]
    pub last_usage: Option<TimestampNs>,
}

impl Request for CreateAnchor {
    type Answer = Answer<AnchorNumber>;
    const METHOD: &'static str = "create_anchor";
}

impl Request for Apply {
    type Answer = Answer<()>;
    const METHOD: &'static str = "apply";
}

impl Request for Authenticate {
    type Answer = Answer<Authenticated>;
    const METHOD: &'static str = "authenticate";
}

impl Request for Identify {
    type Answer = Answer<Authenticated>;
    const METHOD: &'static str = "identify";
}

impl Request for AnchorInfo {
    type Answer = Answer<AnchorDetails>;
    const METHOD: &'static str = "anchor_info";
}

impl Request for FetchBlocks {
    type Answer = FetchAnswer;
    const METHOD: &'static str = "fetch_blocks";
}

#[cfg(test)]
mod tests;
