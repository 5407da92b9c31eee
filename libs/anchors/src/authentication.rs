//! Who may act for an anchor.

use crate::day::Day;
use crate::record::AnchorRecord;
use types::{AnchorNumber, DeviceData, DeviceKey, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// Proof that a caller is a device of an anchor, or acts for one. Only [`authenticate`] makes it;
/// what changes an anchor takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Authenticated {
    pub(crate) anchor: AnchorNumber,
    pub(crate) record: AnchorRecord,
    pub(crate) caller: Principal,
    pub(crate) device: usize,
    pub(crate) means: Means,
}

/// When a device and its anchor were in use before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LastUse {
    /// When the device authenticated somebody; `None` if it never did.
    pub device: Option<TimestampNs>,
    /// The day on which any device of the anchor did; `None` if nobody noted it.
    pub anchor: Option<Day>,
}

/// What a caller's right rests on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Means {
    /// The caller is the principal of the device's key: true as long as the device is there.
    DeviceKey,
    /// The caller is a temporary key that acts for the device for a few minutes: not to be cached.
    TemporaryKey,
}

/// The caller is neither a device of the anchor nor a living temporary key of one. Not worth a
/// retry with the same identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{caller} is no device of anchor {anchor}")]
pub struct Unauthorized {
    /// Who asked.
    pub caller: Principal,
    /// For which anchor.
    pub anchor: AnchorNumber,
}

/// Decides whether `caller` may act for `anchor`, whose record is `record`.
///
/// `temporary` is the key of the device for which `caller` is a *living* temporary key, if it
/// is one; that device must still be there.
pub fn authenticate(
    anchor: AnchorNumber,
    record: AnchorRecord,
    caller: Principal,
    temporary: Option<&DeviceKey>,
) -> Result<Authenticated, Unauthorized> {
    let by_key = record.devices.iter().position(|device| device.is(&caller));
    let by_temporary_key = || {
        let key = temporary?;
        let mut devices = record.devices.iter();
        devices.position(|device| device.data.pubkey == *key)
    };
    let (device, means) = match by_key {
        Some(device) => (device, Means::DeviceKey),
        None => match by_temporary_key() {
            Some(device) => (device, Means::TemporaryKey),
            None => return Err(Unauthorized { caller, anchor }),
        },
    };
    Ok(Authenticated {
        anchor,
        record,
        caller,
        device,
        means,
    })
}

impl Authenticated {
    /// The anchor's record as it was when the caller was checked.
    pub fn record(&self) -> &AnchorRecord {
        &self.record
    }

    /// Who may act.
    pub fn caller(&self) -> Principal {
        self.caller
    }

    /// The device that the caller is or acts for.
    pub fn device(&self) -> &DeviceData {
        &self.record.devices[self.device].data
    }

    /// Key of the device that the caller is or acts for.
    pub fn device_key(&self) -> &DeviceKey {
        &self.device().pubkey
    }

    /// When that device and the anchor were in use before this call.
    pub fn last_use(&self) -> LastUse {
        LastUse {
            device: self.record.devices[self.device].last_use,
            anchor: self.record.last_active,
        }
    }

    /// What the caller's right rests on.
    pub fn means(&self) -> Means {
        self.means
    }

    /// Notes that the device was used at `now`. Time does not run backwards.
    pub(crate) fn mark_used(&mut self, now: TimestampNs) {
        let last_use = &mut self.record.devices[self.device].last_use;
        *last_use = (*last_use).max(Some(now));
        let last_active = &mut self.record.last_active;
        *last_active = (*last_active).max(Some(Day::of(now)));
    }
}
