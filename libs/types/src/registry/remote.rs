//! Registering a device on another machine, as front and a shard talk about it.
//!
//! A device of the anchor opens the registration; anybody may then name *one* new device, for which
//! front draws a code; a device of the anchor that sends the code makes the new one a device too.

use candid::Principal;
use minicbor::{Decode, Encode};

use super::{Answer, ShardTip};
use crate::message::Request;
use crate::{AnchorNumber, DeviceData, OrderId, TimestampNs};

/// Six decimal digits that tie a new device to the person who sees them on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct VerificationCode(#[n(0)] u32);

impl VerificationCode {
    const COUNT: u64 = 1_000_000;

    /// The code that a random number gives. Of the 2^64 numbers each code has 18,446,744,073,709 or one
    /// more: no code is worth trying before another.
    pub fn from_random(random: u64) -> Self {
        let code = u32::try_from(random % Self::COUNT);
        Self(code.expect("a code is far below 2^32"))
    }

    /// The code that somebody typed; `None` if it is not six digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_code = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code = is_code.then(|| text.parse().ok())?;
        code.map(Self)
    }
}

impl core::fmt::Display for VerificationCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// Opens the registration, or answers when the open one ends. Has no order id: sent again it finds
/// what it has opened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EnterRegistrationMode {
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(0)]
    pub expected: Option<ShardTip>,
    /// Whose devices.
    #[n(1)]
    pub anchor: AnchorNumber,
    /// The user, who must be allowed to.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
}

/// Ends the registration and forgets the device that waits. Has no order id: sent again it finds nothing
/// to end.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ExitRegistrationMode {
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(0)]
    pub expected: Option<ShardTip>,
    /// Whose devices.
    #[n(1)]
    pub anchor: AnchorNumber,
    /// The user, who must be allowed to.
    #[n(2)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
}

/// Order of anybody's: a device that waits to be verified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct AddTentativeDevice {
    /// The order's id; see [`OrderId`].
    #[n(0)]
    pub order: OrderId,
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(1)]
    pub expected: Option<ShardTip>,
    /// To whose devices.
    #[n(2)]
    pub anchor: AnchorNumber,
    /// The device.
    #[n(3)]
    pub device: DeviceData,
    /// The code that goes with this very device; drawn by front.
    #[n(4)]
    pub code: VerificationCode,
}

/// What came of an [`AddTentativeDevice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum TentativeAnswer {
    /// The device waits for its code.
    #[n(0)]
    Added {
        /// Until then.
        #[n(0)]
        ends: TimestampNs,
    },
    /// No registration is open.
    #[n(1)]
    ModeOff,
    /// A device waits already.
    #[n(2)]
    AnotherDevice,
    /// The key belongs to a device already.
    #[n(3)]
    KeyIsUsed,
}

/// Order: the device that waits becomes one of the anchor's, if the code is right.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct VerifyTentativeDevice {
    /// The order's id; see [`OrderId`].
    #[n(0)]
    pub order: OrderId,
    /// The highest tip that front saw; `None` if it never saw one.
    #[n(1)]
    pub expected: Option<ShardTip>,
    /// To whose devices.
    #[n(2)]
    pub anchor: AnchorNumber,
    /// The user, who must be allowed to.
    #[n(3)]
    #[cbor(with = "crate::codec::principal")]
    pub caller: Principal,
    /// What the user typed; `None` if it has not the form of a code, which is a wrong try too.
    #[n(4)]
    pub code: Option<VerificationCode>,
}

/// What came of a [`VerifyTentativeDevice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum VerificationAnswer {
    /// The device is one of the anchor's, and the registration is over.
    #[n(0)]
    Verified,
    /// The code was wrong.
    #[n(1)]
    WrongCode {
        /// Tries that are left; with none the registration is over.
        #[n(0)]
        tries_left: u8,
    },
    /// No registration is open.
    #[n(2)]
    ModeOff,
    /// No device waits; the registration goes on.
    #[n(3)]
    NoDevice,
}

/// An open registration, as the anchor's devices see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OpenRegistration {
    /// When it ends by itself.
    #[n(0)]
    pub ends: TimestampNs,
    /// The device that waits.
    #[n(1)]
    pub device: Option<DeviceData>,
}

impl Request for EnterRegistrationMode {
    type Answer = Answer<TimestampNs>;
    const METHOD: &'static str = "enter_registration_mode";
}

impl Request for ExitRegistrationMode {
    type Answer = Answer<()>;
    const METHOD: &'static str = "exit_registration_mode";
}

impl Request for AddTentativeDevice {
    type Answer = Answer<TentativeAnswer>;
    const METHOD: &'static str = "add_tentative_device";
}

impl Request for VerifyTentativeDevice {
    type Answer = Answer<VerificationAnswer>;
    const METHOD: &'static str = "verify_tentative_device";
}

#[cfg(test)]
mod tests;
