//! What may happen to an anchor: each function checks the rules and returns the whole effect as a
//! value, the record to write and the operation for the log, or a typed error and no effect.

use crate::authentication::Authenticated;
use crate::day::Day;
use crate::index::IndexChange;
use crate::record::{AnchorRecord, DeviceRecord};
use crate::rules::{Limits, check_device, check_devices, limits};
use oplog::Operation;
use types::{
    AnchorNumber, DeviceData, DeviceError, DeviceKey, DeviceProtection, Principal, PublicDevice,
    TimestampNs,
};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

/// A new anchor, checked, that has no number yet: [`AnchorStore::allocate`] gives it one.
///
/// [`AnchorStore::allocate`]: crate::AnchorStore::allocate
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Registration {
    pub(crate) record: Vec<u8>,
    pub(crate) index: IndexChange,
    operation: Operation,
}

/// A checked change of an anchor, to be written with [`AnchorStore::update`].
///
/// [`AnchorStore::update`]: crate::AnchorStore::update
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    pub(crate) anchor: AnchorNumber,
    pub(crate) record: Vec<u8>,
    pub(crate) index: IndexChange,
    operation: Option<Operation>,
}

/// Why an anchor is not registered. Not worth a retry with the same arguments.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RegisterError {
    /// The caller is neither the device's principal nor the temporary key.
    #[error("{caller} is not the device to be registered")]
    NotTheDevice {
        /// Who asked.
        caller: Principal,
    },
    /// The temporary key is the device's own principal.
    #[error("the temporary key is the device's own principal")]
    TemporaryKeyIsDevice,
    /// The temporary key is the anonymous principal: everybody could act for the device.
    #[error("the temporary key is the anonymous principal")]
    TemporaryKeyIsAnonymous,
    /// A device rule.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// Checks a first device and who registers it: the device's own principal, or the temporary key that
/// is to act for it.
pub fn register(
    device: DeviceData,
    caller: Principal,
    temporary_key: Option<Principal>,
    limits: Limits,
    now: TimestampNs,
) -> Result<Registration, RegisterError> {
    let device = DeviceRecord::new(device, Some(now));
    if temporary_key.is_some_and(|key| device.is(&key)) {
        return Err(RegisterError::TemporaryKeyIsDevice);
    }
    if temporary_key == Some(Principal::anonymous()) {
        return Err(RegisterError::TemporaryKeyIsAnonymous);
    }
    if !device.is(&caller) && Some(caller) != temporary_key {
        return Err(RegisterError::NotTheDevice { caller });
    }
    check_device(device.data())?;
    let operation = Operation::Register {
        device: PublicDevice::from(device.data()),
        temporary_key,
    };
    let record = AnchorRecord {
        created_at: now,
        devices: vec![device],
        spent: None,
        last_active: Some(Day::of(now)),
    };
    check_devices(&record.devices, limits)?;
    Ok(Registration {
        record: encode(&record)?,
        index: IndexChange::between(None, &record),
        operation,
    })
}

impl Authenticated {
    /// Adds a device after the ones the anchor has.
    pub fn add(
        mut self,
        device: DeviceData,
        limits: Limits,
        now: TimestampNs,
    ) -> Result<Change, DeviceError> {
        let operation = Operation::Add {
            device: PublicDevice::from(&device),
        };
        self.mark_used(now);
        self.push(device, limits, now)?;
        let index = IndexChange::addition(&self.record);
        self.change(index, Some(operation)).within_limits()
    }

    /// Gives a device other data. Its key stays the same, and so do its place and its last use.
    ///
    /// The log has an [`Operation::Update`] for it also if nothing public changes: see
    /// `docs/decisions/0006-every-order-has-its-block.md`.
    pub fn update(
        mut self,
        key: &DeviceKey,
        device: DeviceData,
        limits: Limits,
        now: TimestampNs,
    ) -> Result<Change, DeviceError> {
        let at = self.position(key).ok_or(DeviceError::NothingToUpdate)?;
        if device.pubkey != *key {
            return Err(DeviceError::KeyImmutable);
        }
        check_device(&device)?;
        self.check_unlocked(at)?;
        let operation = Operation::Update {
            device: PublicDevice::from(&device),
        };
        let before = self.record.clone();
        self.mark_used(now);
        self.record.devices[at].set_data(device, now);
        check_devices(&self.record.devices, limits)?;
        let index = IndexChange::between(Some(&before), &self.record);
        self.change(index, Some(operation)).within_limits()
    }

    /// Removes a device and adds another one after those that are left, both or neither. So the new one
    /// may take the old one's place as the only recovery phrase, as the last one that is allowed, and
    /// even its key.
    pub fn replace(
        mut self,
        key: DeviceKey,
        device: DeviceData,
        limits: Limits,
        now: TimestampNs,
    ) -> Result<Change, DeviceError> {
        let operation = Operation::Replace {
            old: key.clone(),
            device: PublicDevice::from(&device),
        };
        let before = self.record.clone();
        self.take_out(key, now)?;
        self.push(device, limits, now)?;
        let index = IndexChange::between(Some(&before), &self.record);
        self.change(index, Some(operation)).within_limits()
    }

    /// Removes a device: any one, the caller's own and the last one included. Without devices an
    /// anchor is dead for ever, because nobody can be authenticated for it.
    ///
    /// What is left is not checked against limits: nobody is kept from removing a device because
    /// the limits have become narrower.
    pub fn remove(mut self, key: DeviceKey, now: TimestampNs) -> Result<Change, DeviceError> {
        let operation = Operation::Remove { key: key.clone() };
        let before = self.record.clone();
        self.take_out(key, now)?;
        let index = IndexChange::between(Some(&before), &self.record);
        Ok(self.change(index, Some(operation)))
    }

    fn push(
        &mut self,
        device: DeviceData,
        limits: Limits,
        now: TimestampNs,
    ) -> Result<(), DeviceError> {
        push(&mut self.record, device, limits, now)
    }

    /// Afterwards `self.device` stands for nothing: the caller's device may be the one that is gone.
    fn take_out(&mut self, key: DeviceKey, now: TimestampNs) -> Result<(), DeviceError> {
        let Some(at) = self.position(&key) else {
            return Err(DeviceError::KeyNotFound { key });
        };
        self.check_unlocked(at)?;
        self.mark_used(now);
        self.record.devices.remove(at);
        Ok(())
    }

    fn position(&self, key: &DeviceKey) -> Option<usize> {
        position(&self.record, key)
    }

    /// A protected device yields to its own key only, not to a temporary key that acts for it.
    fn check_unlocked(&self, at: usize) -> Result<(), DeviceError> {
        let device = &self.record.devices[at];
        if device.data.protection == DeviceProtection::Protected && !device.is(&self.caller) {
            return Err(DeviceError::Locked {
                authorized: device.data.pubkey.principal(),
                actual: self.caller,
            });
        }
        Ok(())
    }

    /// Notes the use of the device at `now`: a change that no block shows.
    pub fn used(mut self, now: TimestampNs) -> Change {
        self.mark_used(now);
        self.change(IndexChange::default(), None)
    }

    fn change(self, index: IndexChange, operation: Option<Operation>) -> Change {
        Change {
            anchor: self.anchor,
            record: self.record.encode(),
            index,
            operation,
        }
    }
}

impl Registration {
    /// What the log says about it.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The same, once it is written.
    pub fn into_operation(self) -> Operation {
        self.operation
    }
}

impl Change {
    /// The anchor that changes.
    pub fn anchor(&self) -> AnchorNumber {
        self.anchor
    }

    /// What the log says about it; `None` if only private things change.
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// The same, once it is written.
    pub fn into_operation(self) -> Option<Operation> {
        self.operation
    }

    fn within_limits(self) -> Result<Self, DeviceError> {
        check_length(&self.record)?;
        Ok(self)
    }
}

/// Whether a device could be added to an anchor as it is now.
pub(crate) fn check_addition(
    record: &AnchorRecord,
    device: &DeviceData,
    limits: Limits,
) -> Result<(), DeviceError> {
    let mut record = record.clone();
    // The latest time has the longest encoding.
    push(
        &mut record,
        device.clone(),
        limits,
        TimestampNs::new(u64::MAX),
    )?;
    encode(&record).map(drop)
}

fn push(
    record: &mut AnchorRecord,
    device: DeviceData,
    limits: Limits,
    now: TimestampNs,
) -> Result<(), DeviceError> {
    if position(record, &device.pubkey).is_some() {
        return Err(DeviceError::KeyExists { key: device.pubkey });
    }
    check_device(&device)?;
    record.devices.push(DeviceRecord::added(device, now));
    check_devices(&record.devices, limits)
}

fn position(record: &AnchorRecord, key: &DeviceKey) -> Option<usize> {
    let mut devices = record.devices.iter();
    devices.position(|device| device.data.pubkey == *key)
}

fn encode(record: &AnchorRecord) -> Result<Vec<u8>, DeviceError> {
    let bytes = record.encode();
    check_length(&bytes)?;
    Ok(bytes)
}

fn check_length(record: &[u8]) -> Result<(), DeviceError> {
    if record.len() > limits::RECORD {
        return Err(DeviceError::RecordTooLarge {
            length: record.len() as u64,
            limit: limits::RECORD as u64,
        });
    }
    Ok(())
}
