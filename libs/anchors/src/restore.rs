//! Bringing a block back into the store of a shard that was set back.
//!
//! The block says who changed what, and the shard allowed it when it happened. So nothing that only guards users' input is
//! checked again (lengths, limits, who may); what is checked is that the record to be written is the one that replaying
//! the log gives. What no block shows is gone: aliases, models and metadata values come back empty, what was spent of a
//! day's budget is forgotten, and so are uses: nobody has counted them either, so the next one counts as the first of its day.

use crate::index::IndexChange;
use crate::record::{AnchorRecord, DeviceRecord};
use crate::slots::OutOfMemory;
use crate::store::{AnchorStore, ReadError};
use ic_stable_structures::Memory;
use oplog::{LOST_NUMBERS_LIMIT, Operation, Tx};
use types::{
    AnchorNumber, AnchorRange, DeviceData, DeviceKey, Metadata, MetadataValue, PublicDevice,
    TimestampNs,
};

#[cfg(test)]
mod tests;

/// Why a block cannot be brought back. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is about an anchor of another shard. No retry helps, here and below.
    #[error("anchor {anchor} outside {range}")]
    OutsideRange {
        /// The anchor.
        anchor: AnchorNumber,
        /// The shard's range.
        range: AnchorRange,
    },
    /// Numbers are given, and lost, one after the other.
    #[error("anchor {found} where {expected} comes next")]
    WrongNumber {
        /// The number that comes next.
        expected: AnchorNumber,
        /// The number in the block.
        found: AnchorNumber,
    },
    /// More numbers are lost than one block may give up.
    #[error("{count} numbers lost, limit {LOST_NUMBERS_LIMIT}")]
    TooManyLost {
        /// How many.
        count: u64,
    },
    /// The anchor does not exist.
    #[error("anchor {anchor} is not registered")]
    NotRegistered {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// The anchor's last device was removed.
    #[error("anchor {anchor} is dead")]
    Dead {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// The anchor has no such device, or has the new one already.
    #[error("anchor {anchor} does not have the devices that the block changes")]
    OtherDevices {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// The device in the block is none that a record gives: its metadata's keys are unsorted or not unique.
    #[error("the device of anchor {anchor} is in no canonical form")]
    NotCanonical {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// Worth a retry once there is more memory.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// The stable memory is damaged.
    #[error(transparent)]
    Damaged(#[from] ReadError),
}

/// What the block did besides what is in the records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Restored {
    /// The device that is gone, which may have left something in the heap.
    pub gone: Option<DeviceKey>,
}

impl<M: Memory> AnchorStore<M> {
    /// Writes what `tx`, an operation of `at`, did to its anchor: all of it or nothing.
    pub fn restore(&mut self, tx: &Tx, at: TimestampNs) -> Result<Restored, RestoreError> {
        if !tx.belongs_to(self.range()) {
            return Err(RestoreError::OutsideRange {
                anchor: tx.anchor,
                range: self.range(),
            });
        }
        let Tx {
            anchor,
            caller: _,
            operation,
        } = tx;
        let gone = match operation {
            Operation::Register {
                device,
                temporary_key: _,
            } => {
                self.is_next(*anchor)?;
                let device = DeviceRecord::new(restored(*anchor, device)?, None);
                let record = AnchorRecord {
                    created_at: at,
                    devices: vec![device],
                    spent: None,
                    last_active: None,
                };
                let index = IndexChange::between(None, &record);
                self.push(&record.encode(), &index)?;
                None
            }
            Operation::Add { device } => {
                self.change(*anchor, |devices| {
                    push(devices, restored(*anchor, device)?, at)
                        .ok_or(RestoreError::OtherDevices { anchor: *anchor })
                })?;
                None
            }
            Operation::Update { device } => {
                self.change(*anchor, |devices| {
                    let data = restored(*anchor, device)?;
                    let place = position(devices, &device.pubkey)
                        .ok_or(RestoreError::OtherDevices { anchor: *anchor })?;
                    devices[place].set_data(data, at);
                    Ok(())
                })?;
                None
            }
            Operation::Replace { old, device } => {
                self.change(*anchor, |devices| {
                    let data = restored(*anchor, device)?;
                    take_out(devices, old)
                        .and_then(|()| push(devices, data, at))
                        .ok_or(RestoreError::OtherDevices { anchor: *anchor })
                })?;
                Some(old.clone())
            }
            Operation::Remove { key } => {
                self.change(*anchor, |devices| {
                    take_out(devices, key).ok_or(RestoreError::OtherDevices { anchor: *anchor })
                })?;
                Some(key.clone())
            }
            Operation::Lost {
                first_missing: _,
                next_anchor,
            } => {
                self.is_next(*anchor)?;
                self.bury(*next_anchor, at)?;
                None
            }
        };
        Ok(Restored { gone })
    }

    /// Gives all numbers below `next` to anchors without devices, which are dead for ever.
    fn bury(&mut self, next: AnchorNumber, at: TimestampNs) -> Result<(), RestoreError> {
        let count = next.get() - self.next().get();
        if count > LOST_NUMBERS_LIMIT {
            return Err(RestoreError::TooManyLost { count });
        }
        let dead = AnchorRecord {
            created_at: at,
            devices: Vec::new(),
            spent: None,
            last_active: None,
        };
        self.reserve_many(count)?;
        let dead = dead.encode();
        for _ in 0..count {
            self.push(&dead, &IndexChange::default())?;
        }
        Ok(())
    }

    fn is_next(&self, found: AnchorNumber) -> Result<(), RestoreError> {
        let expected = self.next();
        if found == expected {
            return Ok(());
        }
        Err(RestoreError::WrongNumber { expected, found })
    }

    fn change(
        &mut self,
        anchor: AnchorNumber,
        change: impl FnOnce(&mut Vec<DeviceRecord>) -> Result<(), RestoreError>,
    ) -> Result<(), RestoreError> {
        let record = self.get(anchor)?;
        let mut record = record.ok_or(RestoreError::NotRegistered { anchor })?;
        if record.devices.is_empty() {
            return Err(RestoreError::Dead { anchor });
        }
        let before = record.clone();
        change(&mut record.devices)?;
        let index = IndexChange::between(Some(&before), &record);
        self.overwrite(anchor, &record.encode(), &index)?;
        Ok(())
    }
}

fn position(devices: &[DeviceRecord], key: &DeviceKey) -> Option<usize> {
    let mut devices = devices.iter();
    devices.position(|device| device.data.pubkey == *key)
}

fn push(devices: &mut Vec<DeviceRecord>, device: DeviceData, at: TimestampNs) -> Option<()> {
    if position(devices, &device.pubkey).is_some() {
        return None;
    }
    devices.push(DeviceRecord::added(device, at));
    Some(())
}

fn take_out(devices: &mut Vec<DeviceRecord>, key: &DeviceKey) -> Option<()> {
    let at = position(devices, key)?;
    devices.remove(at);
    Some(())
}

/// The device with nothing where no block shows anything.
fn restored(anchor: AnchorNumber, device: &PublicDevice) -> Result<DeviceData, RestoreError> {
    let PublicDevice {
        pubkey,
        credential_id,
        purpose,
        key_type,
        protection,
        origin,
        metadata_keys,
    } = device.clone();
    let empty = |key| (key, MetadataValue::String(String::new()));
    let metadata = Metadata(metadata_keys.into_iter().map(empty).collect());
    let data = DeviceData {
        pubkey,
        alias: String::new(),
        credential_id,
        aaguid: None,
        purpose,
        key_type,
        protection,
        origin,
        metadata: (!metadata.0.is_empty()).then_some(metadata),
    };
    if PublicDevice::from(&data) == *device {
        Ok(data)
    } else {
        Err(RestoreError::NotCanonical { anchor })
    }
}
