//! What may happen to an anchor: each function checks the rules and returns the whole effect as a
//! value, the record to write and the operation for the log, or a typed error and no effect.

use crate::authentication::Authenticated;
use crate::record::{AnchorRecord, DeviceRecord};
use crate::rules::{Limits, check_device, check_devices, limits};
use oplog::Operation;
use types::{AnchorNumber, DeviceData, DeviceError, Principal, PublicDevice, TimestampNs};

#[cfg(test)]
mod tests;

/// A new anchor, checked, that has no number yet: [`AnchorStore::allocate`] gives it one.
///
/// [`AnchorStore::allocate`]: crate::AnchorStore::allocate
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Registration {
    pub(crate) record: Vec<u8>,
    operation: Operation,
}

/// A checked change of an anchor, to be written with [`AnchorStore::update`].
///
/// [`AnchorStore::update`]: crate::AnchorStore::update
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    pub(crate) anchor: AnchorNumber,
    pub(crate) record: Vec<u8>,
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
    let principal = device.pubkey.principal();
    if temporary_key == Some(principal) {
        return Err(RegisterError::TemporaryKeyIsDevice);
    }
    if temporary_key == Some(Principal::anonymous()) {
        return Err(RegisterError::TemporaryKeyIsAnonymous);
    }
    if caller != principal && Some(caller) != temporary_key {
        return Err(RegisterError::NotTheDevice { caller });
    }
    check_device(&device)?;
    let operation = Operation::Register {
        device: PublicDevice::from(&device),
        temporary_key,
    };
    let record = AnchorRecord {
        created_at: now,
        devices: vec![DeviceRecord::new(device, Some(now))],
    };
    check_devices(&record.devices, limits)?;
    Ok(Registration {
        record: encode(&record)?,
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
        let mut present = self.record.devices.iter();
        if present.any(|known| known.data.pubkey == device.pubkey) {
            return Err(DeviceError::KeyExists { key: device.pubkey });
        }
        check_device(&device)?;
        let operation = Operation::Add {
            device: PublicDevice::from(&device),
        };
        self.mark_used(now);
        self.record.devices.push(DeviceRecord::new(device, None));
        check_devices(&self.record.devices, limits)?;
        Ok(Change {
            anchor: self.anchor,
            record: encode(&self.record)?,
            operation: Some(operation),
        })
    }

    /// Notes the use of the device at `now`: a change that no block shows.
    pub fn used(mut self, now: TimestampNs) -> Change {
        self.mark_used(now);
        Change {
            anchor: self.anchor,
            record: self.record.encode(),
            operation: None,
        }
    }
}

impl Registration {
    /// What the log says about it.
    pub fn operation(&self) -> &Operation {
        &self.operation
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
}

fn encode(record: &AnchorRecord) -> Result<Vec<u8>, DeviceError> {
    let bytes = record.encode();
    if bytes.len() > limits::RECORD {
        return Err(DeviceError::RecordTooLarge {
            length: bytes.len() as u64,
            limit: limits::RECORD as u64,
        });
    }
    Ok(bytes)
}
