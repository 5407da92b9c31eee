//! The public state of a shard, computed from its log alone.

use std::collections::BTreeMap;

use types::{AnchorNumber, AnchorRange, DeviceKey, DeviceProtection, Principal, PublicDevice};

use crate::{Block, BlockError, LOST_NUMBERS_LIMIT, Operation, Tx};

/// The public state after the blocks that were replayed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    range: AnchorRange,
    next_anchor: AnchorNumber,
    anchors: BTreeMap<AnchorNumber, Vec<PublicDevice>>,
}

/// A block that cannot have happened after those before it. It changed nothing; no retry helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The block cannot be read.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The anchor belongs to another shard.
    #[error("anchor {anchor} outside {range}")]
    OutsideRange {
        /// The anchor in question.
        anchor: AnchorNumber,
        /// The shard's range.
        range: AnchorRange,
    },
    /// Numbers are given one after the other, each once.
    #[error("anchor {found} registered where {expected} comes next")]
    WrongNumber {
        /// The number that comes next.
        expected: AnchorNumber,
        /// The number that was given.
        found: AnchorNumber,
    },
    /// An operation on an anchor that was never registered.
    #[error("anchor {anchor} not registered")]
    NotRegistered {
        /// The anchor in question.
        anchor: AnchorNumber,
    },
    /// The anchor has a device with that key already.
    #[error("anchor {anchor} has device {key} already")]
    KeyExists {
        /// The anchor in question.
        anchor: AnchorNumber,
        /// The key in question.
        key: DeviceKey,
    },
    /// The anchor has no device with the key that changes or goes.
    #[error("anchor {anchor} has no device {key}")]
    KeyNotFound {
        /// The anchor in question.
        anchor: AnchorNumber,
        /// The key in question.
        key: DeviceKey,
    },
    /// A protected device that was changed or removed by somebody else.
    #[error("anchor {anchor}: protected device {key} changed by {caller}")]
    Locked {
        /// The anchor in question.
        anchor: AnchorNumber,
        /// The device's key.
        key: DeviceKey,
        /// Who did it.
        caller: Principal,
    },
    /// Blocks were lost at another number than the next one, with a number that was given already, or with more numbers
    /// than one block may give up.
    #[error("numbers [{from}, {next}) lost where {expected} comes next")]
    WrongLoss {
        /// The number that comes next.
        expected: AnchorNumber,
        /// The first number that is said to be lost.
        from: AnchorNumber,
        /// The number after the last of them.
        next: AnchorNumber,
    },
    /// The anchor's last device was removed before: nobody can act for it any more.
    #[error("anchor {anchor} is dead")]
    Dead {
        /// The anchor in question.
        anchor: AnchorNumber,
    },
}

impl Replay {
    /// The state of a shard before its first block.
    pub const fn new(range: AnchorRange) -> Self {
        Self {
            range,
            next_anchor: range.lo(),
            anchors: BTreeMap::new(),
        }
    }

    /// Replays the next block. That it is the next one is for [`crate::ChainVerifier`] to say.
    pub fn push(&mut self, block: &Block) -> Result<(), ReplayError> {
        self.apply(block.tx()?)
    }

    /// Replays the next operation.
    pub fn apply(&mut self, tx: Tx) -> Result<(), ReplayError> {
        if !tx.belongs_to(self.range) {
            return Err(ReplayError::OutsideRange {
                anchor: tx.anchor,
                range: self.range,
            });
        }
        let Tx {
            anchor,
            caller,
            operation,
        } = tx;
        match operation {
            Operation::Register {
                device,
                temporary_key: _,
            } => self.register(anchor, device),
            Operation::Add { device } => self.add(anchor, device),
            Operation::Update { device } => {
                let (devices, at) = self.changeable(anchor, &device.pubkey, caller)?;
                devices[at] = device;
                Ok(())
            }
            Operation::Replace { old, device } => {
                let (devices, at) = self.changeable(anchor, &old, caller)?;
                let is_new = |other: &PublicDevice| other.pubkey == device.pubkey;
                if old != device.pubkey && devices.iter().any(is_new) {
                    let key = device.pubkey;
                    return Err(ReplayError::KeyExists { anchor, key });
                }
                devices.remove(at);
                devices.push(device);
                Ok(())
            }
            Operation::Remove { key } => {
                let (devices, at) = self.changeable(anchor, &key, caller)?;
                devices.remove(at);
                Ok(())
            }
            Operation::Lost {
                first_missing: _,
                next_anchor,
            } => self.lost(anchor, next_anchor),
        }
    }

    fn lost(&mut self, from: AnchorNumber, next: AnchorNumber) -> Result<(), ReplayError> {
        let count = next.get().checked_sub(from.get());
        if from != self.next_anchor || count.is_none_or(|count| count > LOST_NUMBERS_LIMIT) {
            return Err(ReplayError::WrongLoss {
                expected: self.next_anchor,
                from,
                next,
            });
        }
        let numbers = (from.get()..next.get()).map(AnchorNumber::new);
        self.anchors
            .extend(numbers.map(|number| (number, Vec::new())));
        self.next_anchor = next;
        Ok(())
    }

    fn register(&mut self, anchor: AnchorNumber, device: PublicDevice) -> Result<(), ReplayError> {
        if anchor != self.next_anchor {
            return Err(ReplayError::WrongNumber {
                expected: self.next_anchor,
                found: anchor,
            });
        }
        // A number inside a half-open range has a successor.
        self.next_anchor = anchor.saturating_add(1);
        self.anchors.insert(anchor, vec![device]);
        Ok(())
    }

    fn add(&mut self, anchor: AnchorNumber, device: PublicDevice) -> Result<(), ReplayError> {
        let devices = self.living(anchor)?;
        if devices.iter().any(|other| other.pubkey == device.pubkey) {
            return Err(ReplayError::KeyExists {
                anchor,
                key: device.pubkey,
            });
        }
        devices.push(device);
        Ok(())
    }

    /// The anchor's devices, of which there is one at least.
    fn living(&mut self, anchor: AnchorNumber) -> Result<&mut Vec<PublicDevice>, ReplayError> {
        match self.anchors.get_mut(&anchor) {
            None => Err(ReplayError::NotRegistered { anchor }),
            Some(devices) if devices.is_empty() => Err(ReplayError::Dead { anchor }),
            Some(devices) => Ok(devices),
        }
    }

    /// The anchor's devices, and where among them the one is that `caller` changes or removes.
    fn changeable(
        &mut self,
        anchor: AnchorNumber,
        key: &DeviceKey,
        caller: Principal,
    ) -> Result<(&mut Vec<PublicDevice>, usize), ReplayError> {
        let devices = self.living(anchor)?;
        let Some(at) = devices.iter().position(|device| device.pubkey == *key) else {
            let key = key.clone();
            return Err(ReplayError::KeyNotFound { anchor, key });
        };
        if devices[at].protection == DeviceProtection::Protected && caller != key.principal() {
            return Err(ReplayError::Locked {
                anchor,
                key: key.clone(),
                caller,
            });
        }
        Ok((devices, at))
    }

    /// The shard's range.
    pub const fn range(&self) -> AnchorRange {
        self.range
    }

    /// The number that the next anchor gets.
    pub const fn next_anchor(&self) -> AnchorNumber {
        self.next_anchor
    }

    /// An anchor's devices, in their order; `None` if it was never registered.
    pub fn devices(&self, anchor: AnchorNumber) -> Option<&[PublicDevice]> {
        self.anchors.get(&anchor).map(Vec::as_slice)
    }

    /// Every anchor with its devices, by number.
    pub fn anchors(&self) -> impl Iterator<Item = (AnchorNumber, &[PublicDevice])> {
        self.anchors_from(self.range.lo())
    }

    /// Those of them from this number on.
    pub fn anchors_from(
        &self,
        from: AnchorNumber,
    ) -> impl Iterator<Item = (AnchorNumber, &[PublicDevice])> {
        self.anchors
            .range(from..)
            .map(|(anchor, devices)| (*anchor, devices.as_slice()))
    }
}

#[cfg(test)]
mod tests;
