//! Registering a device on another machine: the state between "a device of the anchor opens the
//! registration" and "a device of the anchor types the code that the new one shows".
//!
//! Pure values: [`crate::AnchorRecord`] is read, never changed. The new device becomes one of the
//! anchor's by [`crate::Authenticated::add`], with the device that [`RegistrationMode::verify`] gives.

use crate::change;
use crate::record::AnchorRecord;
use crate::rules::Limits;
use minicbor::{Decode, Encode};
use types::registry::VerificationCode;
use types::{DeviceData, DeviceError, KeyType, TimestampNs};

#[cfg(test)]
mod tests;

/// How long a registration is open.
pub const REGISTRATION_MODE_NS: u64 = 15 * 60 * 1_000_000_000;

/// Codes that may be typed for one device.
pub const VERIFICATION_TRIES: u8 = 3;

/// An anchor's registration of a device on another machine. Stored; numbers are never reused.
#[derive(Clone, Debug, Eq, PartialEq, Encode, Decode)]
pub struct RegistrationMode {
    #[n(0)]
    ends: TimestampNs,
    #[n(1)]
    tentative: Option<Tentative>,
}

/// A device that waits for its code.
#[derive(Clone, Debug, Eq, PartialEq, Encode, Decode)]
struct Tentative {
    #[n(0)]
    device: DeviceData,
    #[n(1)]
    code: VerificationCode,
    /// At least one.
    #[n(2)]
    tries_left: u8,
}

/// Why a device does not wait. Nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TentativeError {
    /// Another one waits already. Worth a retry in another registration.
    #[error("another device waits")]
    AnotherDevice,
    /// Somebody has a device with that key. Not worth a retry.
    #[error("device key known")]
    KnownKey,
    /// Recovery phrases are written down where the anchor is in use. Not worth a retry.
    #[error("recovery phrase")]
    RecoveryPhrase,
    /// It could not be added to the anchor as that is now. Worth a retry if the anchor changes.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// What a code leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verification {
    /// The code is right: this device may be added, and with that the registration is over. If it cannot
    /// be added, the registration stays as it is.
    Right(Box<DeviceData>),
    /// The code is wrong.
    Wrong {
        /// Tries that are left.
        tries_left: u8,
        /// What the registration becomes; `None`: it is over, there is no try left.
        next: Option<RegistrationMode>,
    },
    /// No device waits. The registration stays as it is.
    NoDevice,
}

impl RegistrationMode {
    /// A registration that is opened at `now`.
    pub fn opened(now: TimestampNs) -> Self {
        Self {
            ends: now.saturating_add(REGISTRATION_MODE_NS),
            tentative: None,
        }
    }

    /// The first moment at which it is over.
    pub fn ends(&self) -> TimestampNs {
        self.ends
    }

    /// Whether it is still open at `now`.
    pub fn is_open(&self, now: TimestampNs) -> bool {
        now < self.ends
    }

    /// The device that waits.
    pub fn device(&self) -> Option<&DeviceData> {
        self.tentative.as_ref().map(|tentative| &tentative.device)
    }

    /// Lets `device` wait for `code`, if it could be added to the anchor as that is now.
    ///
    /// `is_known`: the anchor has a device with that key, or another anchor a passkey.
    pub fn add(
        &mut self,
        record: &AnchorRecord,
        device: DeviceData,
        code: VerificationCode,
        limits: Limits,
        is_known: bool,
    ) -> Result<(), TentativeError> {
        if self.tentative.is_some() {
            return Err(TentativeError::AnotherDevice);
        }
        if is_known {
            return Err(TentativeError::KnownKey);
        }
        if device.key_type == KeyType::SeedPhrase {
            return Err(TentativeError::RecoveryPhrase);
        }
        change::check_addition(record, &device, limits)?;
        self.tentative = Some(Tentative {
            device,
            code,
            tries_left: VERIFICATION_TRIES,
        });
        Ok(())
    }

    /// Compares what was typed with the code of the device that waits. `None`: it had not even the form
    /// of a code.
    pub fn verify(&self, typed: Option<VerificationCode>) -> Verification {
        let Some(tentative) = &self.tentative else {
            return Verification::NoDevice;
        };
        if typed == Some(tentative.code) {
            return Verification::Right(Box::new(tentative.device.clone()));
        }
        let tries_left = tentative.tries_left.saturating_sub(1);
        let next = (tries_left > 0).then(|| Self {
            ends: self.ends,
            tentative: Some(Tentative {
                tries_left,
                ..tentative.clone()
            }),
        });
        Verification::Wrong { tries_left, next }
    }
}
