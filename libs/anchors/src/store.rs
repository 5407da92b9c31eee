//! The anchors of one shard in stable memory.
//!
//! ```text
//! +---------------------------------+ 0
//! | magic "ANC", version 1          | 4 bytes
//! | lo: first number of the range   | u64, all numbers little-endian
//! | hi: first number after it       | u64
//! | count: numbers given so far     | u64
//! | reserved, zero                  | 36 bytes
//! +---------------------------------+ 64
//! | slot of anchor lo               | 768 bytes (see `slots`)
//! | slot of anchor lo + 1           |
//! ```
//!
//! A number exists exactly if its record does: [`AnchorStore::allocate`] writes the record first and
//! counts it then, in one message, so neither a refusal nor a trap leaves a hole. The index of passkeys
//! lies in a memory of its own (see `index`) and follows each record in the message that writes it.

use crate::authentication::LastUse;
use crate::change::{Change, Registration};
use crate::day::Day;
use crate::index::{DeviceIndex, IndexChange};
use crate::record::{
    AnchorRecord, CorruptRecord, Rest, find, key_hash, key_hash_in, last_use_bytes, last_use_in,
    rest,
};
use crate::slots::{OutOfMemory, Slots, ensure_size};
use ic_stable_structures::Memory;
use types::{
    AnchorNumber, AnchorRange, CredentialId, DeviceKey, KeyType, Principal, Purpose, RangeShrinks,
    TimestampNs,
};

#[cfg(test)]
mod tests;

const MAGIC: [u8; 4] = *b"ANC\x01";
const LO_AT: u64 = 4;
const HI_AT: u64 = 12;
const COUNT_AT: u64 = 20;
const HEADER_BYTES: u64 = 64;

/// Room for three passkeys with names and origins; longer records use a tail.
pub(crate) const SLOT_BYTES: usize = 768;

/// See the module's documentation.
pub struct AnchorStore<M: Memory> {
    slots: Slots<M>,
    index: DeviceIndex<M>,
    range: AnchorRange,
    count: u64,
}

/// A passkey that was looked up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passkey {
    /// Whose it is.
    pub anchor: AnchorNumber,
    /// Its public key.
    pub key: DeviceKey,
    /// Block time since which the anchor has it with this credential id.
    pub since: TimestampNs,
}

/// A use that was noted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotedUse {
    /// Key of the device.
    pub device: DeviceKey,
    /// What has to be counted as activity; `None` if the device was in use on this day before.
    pub first: Option<FirstUse>,
}

/// A device's first use on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FirstUse {
    /// What the device is for.
    pub purpose: Purpose,
    /// Kind of its key.
    pub key_type: KeyType,
    /// Whether it is a passkey.
    pub has_credential_id: bool,
    /// When it and its anchor were in use before.
    pub before: LastUse,
}

/// The memory is not this shard's store. Not worth a retry with the same arguments.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// It holds something else, or a layout of another version.
    #[error("the memory starts with {found:02x?}, not with an anchor store of this layout")]
    Layout {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// The header holds an empty range.
    #[error("the header holds an empty range")]
    Header,
    /// The index's memory holds something else, or an index of another version.
    #[error("the index's memory starts with {found:02x?}, not with an index of this layout")]
    Index {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// The index says that it covers anchors that do not exist.
    #[error("the index covers {covered} anchors, {count} numbers are given")]
    IndexAhead {
        /// Anchors that it covers.
        covered: u64,
        /// Numbers that are given.
        count: u64,
    },
    /// There is no store yet and its first page cannot be allocated.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

/// No number was given.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AllocateError {
    /// Every number of the range is given. Not worth a retry at this shard.
    #[error("every number of the range is given")]
    RangeFull,
    /// Worth a retry once there is more memory.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

/// The record of an existing anchor cannot be read. Not worth a retry.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Its slot is empty.
    #[error("anchor {anchor} has a number but no record")]
    Missing {
        /// The anchor.
        anchor: AnchorNumber,
    },
    /// Its bytes are no record.
    #[error("anchor {anchor}: {source}")]
    Corrupt {
        /// The anchor.
        anchor: AnchorNumber,
        /// What is wrong with them.
        source: CorruptRecord,
    },
}

/// No answer to a lookup.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Some anchors are not in the index yet. Worth a retry.
    #[error("{unindexed} anchors are not in the index yet")]
    Incomplete {
        /// How many.
        unindexed: u64,
    },
    /// A record is damaged. Not worth a retry.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The index did not get further.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A record is damaged. Not worth a retry.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Worth a retry once there is more memory.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

impl<M: Memory> AnchorStore<M> {
    /// Makes an empty store for `range` in memories that hold nothing.
    pub fn create(memory: M, tails: M, index: M, range: AnchorRange) -> Result<Self, OpenError> {
        if memory.size() > 0 {
            return Err(OpenError::Layout {
                found: read_array(&memory, 0),
            });
        }
        ensure_size(&memory, HEADER_BYTES)?;
        memory.write(0, &MAGIC);
        memory.write(LO_AT, &range.lo().get().to_le_bytes());
        memory.write(HI_AT, &range.hi().get().to_le_bytes());
        Self::open(memory, tails, index)
    }

    /// Opens the store that [`AnchorStore::create`] made. An `index` that holds nothing covers no anchor:
    /// see [`AnchorStore::index_more`].
    pub fn open(memory: M, tails: M, index: M) -> Result<Self, OpenError> {
        let found = if memory.size() == 0 {
            [0; 4]
        } else {
            read_array(&memory, 0)
        };
        if found != MAGIC {
            return Err(OpenError::Layout { found });
        }
        let number = |at| u64::from_le_bytes(read_array(&memory, at));
        let (lo, hi, count) = (number(LO_AT), number(HI_AT), number(COUNT_AT));
        let range = AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(hi))
            .map_err(|_| OpenError::Header)?;
        let index = DeviceIndex::init(index)?;
        let covered = index.covered();
        if covered > count {
            return Err(OpenError::IndexAhead { covered, count });
        }
        Ok(Self {
            slots: Slots::new(memory, tails, HEADER_BYTES, SLOT_BYTES),
            index,
            range,
            count,
        })
    }

    /// Raises the end of the range, for ever. The slots of its numbers follow the others.
    pub fn widen(&mut self, end: AnchorNumber) -> Result<(), RangeShrinks> {
        self.range = self.range.widened_to(end)?;
        let memory = self.slots.memory();
        memory.write(HI_AT, &end.get().to_le_bytes());
        Ok(())
    }

    /// The numbers that this store may give.
    pub fn range(&self) -> AnchorRange {
        self.range
    }

    /// How many numbers are given.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number that the next anchor gets; `hi` of the range if it is full.
    pub fn next(&self) -> AnchorNumber {
        self.range.lo().saturating_add(self.count)
    }

    /// Makes sure that a number can be given: the next [`AnchorStore::allocate`] of this message does
    /// not fail.
    pub fn reserve(&self) -> Result<AnchorNumber, AllocateError> {
        if self.count >= self.range.len() {
            return Err(AllocateError::RangeFull);
        }
        self.slots.reserve(self.count)?;
        Ok(self.next())
    }

    /// Writes a new anchor and gives it the next number.
    pub fn allocate(&mut self, registration: &Registration) -> Result<AnchorNumber, AllocateError> {
        let anchor = self.reserve()?;
        self.push(&registration.record, &registration.index)?;
        Ok(anchor)
    }

    /// Makes sure that `count` anchors that the index does not show can be pushed.
    pub(crate) fn reserve_many(&self, count: u64) -> Result<(), OutOfMemory> {
        match (self.count + count).checked_sub(1) {
            Some(last) => self.slots.reserve(last),
            None => Ok(()),
        }
    }

    /// Writes a new anchor behind the others, all of it or nothing.
    pub(crate) fn push(&mut self, record: &[u8], index: &IndexChange) -> Result<(), OutOfMemory> {
        let anchor = self.next();
        self.index.reserve(index)?;
        self.slots.write(self.count, record)?;

        if self.unindexed() == 0 {
            self.index.cover(anchor, index);
        }
        self.count += 1;
        let memory = self.slots.memory();
        memory.write(COUNT_AT, &self.count.to_le_bytes());
        Ok(())
    }

    /// Writes a changed anchor. Its slot exists, so this needs no room but that of a longer tail and of the
    /// index.
    pub fn update(&mut self, change: &Change) -> Result<(), OutOfMemory> {
        self.overwrite(change.anchor, &change.record, &change.index)
    }

    pub(crate) fn overwrite(
        &mut self,
        anchor: AnchorNumber,
        record: &[u8],
        change: &IndexChange,
    ) -> Result<(), OutOfMemory> {
        let index = self
            .index(anchor)
            .expect("a change is made from a record of this store");
        self.index.reserve(change)?;
        self.slots.write(index, record)?;
        if index < self.index.covered() {
            self.index.apply(anchor, change);
        }
        Ok(())
    }

    /// How many anchors are not in the index of passkeys yet. More than none only after an upgrade from a
    /// layout without one.
    pub fn unindexed(&self) -> u64 {
        self.count - self.index.covered()
    }

    /// Takes up at most `limit` anchors more into the index.
    pub fn index_more(&mut self, limit: u64) -> Result<(), IndexError> {
        let covered = self.index.covered();
        for index in covered..self.count.min(covered.saturating_add(limit)) {
            let anchor = self.range.lo().saturating_add(index);
            let record = self.get(anchor)?.ok_or(ReadError::Missing { anchor })?;
            let change = IndexChange::between(None, &record);
            self.index.reserve(&change)?;
            self.index.cover(anchor, &change);
        }
        Ok(())
    }

    /// The passkey with this credential id; of several anchors', the one that has had it longest (and of
    /// those the lowest number).
    pub fn passkey(&self, id: &CredentialId) -> Result<Option<Passkey>, LookupError> {
        self.check_index()?;
        for hint in self.index.with_credential_id(id) {
            let Some(record) = self.get(hint.anchor)? else {
                continue;
            };
            let mut devices = record.devices.iter();
            let device = devices.find(|device| {
                device.data.credential_id.as_ref() == Some(id) && record.since(device) == hint.since
            });
            if let Some(device) = device {
                return Ok(Some(Passkey {
                    anchor: hint.anchor,
                    key: device.data.pubkey.clone(),
                    since: hint.since,
                }));
            }
        }
        Ok(None)
    }

    /// Whether some anchor has a passkey with this public key.
    pub fn has_passkey(&self, key: &DeviceKey) -> Result<bool, LookupError> {
        self.check_index()?;
        for hint in self.index.with_key(&key_hash(key)) {
            let record = self.get(hint.anchor)?;
            let devices = record.iter().flat_map(AnchorRecord::devices);
            let mut passkeys = devices.filter(|device| device.data.credential_id.is_some());
            if passkeys.any(|device| device.data.pubkey == *key) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn check_index(&self) -> Result<(), LookupError> {
        match self.unindexed() {
            0 => Ok(()),
            unindexed => Err(LookupError::Incomplete { unindexed }),
        }
    }

    /// Notes a use of the device that `caller` is, if it is one of the anchor's. Only bytes are replaced: `None` also if that
    /// is not all there is to do (something lies beyond the slot, or an earlier module wrote it in another way), and then
    /// nothing has changed; [`crate::authenticate`] knows.
    pub fn note_use(
        &mut self,
        anchor: AnchorNumber,
        caller: Principal,
        now: TimestampNs,
    ) -> Result<Option<NotedUse>, ReadError> {
        let (Some(index), Some(hash)) = (self.index(anchor), key_hash_in(&caller)) else {
            return Ok(None);
        };
        let bytes = self
            .slots
            .read(index)
            .ok_or(ReadError::Missing { anchor })?;
        let corrupt = |source| ReadError::Corrupt { anchor, source };
        let Some(found) = find(&bytes, hash).map_err(corrupt)? else {
            return Ok(None);
        };
        let device = DeviceKey::from(found.key);
        let place = found.last_use.clone();
        let before = last_use_in(&bytes[place.clone()]).map_err(|error| corrupt(error.into()))?;
        let time = last_use_bytes(before.max(Some(now)));
        if place.len() != time.len() {
            return Ok(None);
        }
        let today = Day::of(now);
        let first = if before.map(Day::of) == Some(today) {
            None
        } else {
            let Some(rest) = rest(&bytes, &found).map_err(corrupt)? else {
                return Ok(None);
            };
            let Rest {
                purpose,
                key_type,
                has_credential_id,
                last_active,
                last_active_at,
            } = rest;
            let day = last_active.max(today).encode();
            // It comes after the time, so if it is in the slot both are.
            let fits = day.len() == last_active_at.len();
            if !(fits && self.slots.patch(index, last_active_at.start, &day)) {
                return Ok(None);
            }
            Some(FirstUse {
                purpose,
                key_type,
                has_credential_id,
                before: LastUse {
                    device: before,
                    anchor: Some(last_active),
                },
            })
        };
        let noted = self.slots.patch(index, place.start, &time);
        Ok(noted.then_some(NotedUse { device, first }))
    }

    /// An anchor's record; `None` if the number is not given (or not of this range).
    pub fn get(&self, anchor: AnchorNumber) -> Result<Option<AnchorRecord>, ReadError> {
        let Some(index) = self.index(anchor) else {
            return Ok(None);
        };
        decode(anchor, self.slots.read(index)).map(Some)
    }

    /// Anchors from `from` on in order, none left out, until `takes` refuses one; it is told the bytes of each record.
    pub fn page(
        &self,
        from: AnchorNumber,
        mut takes: impl FnMut(usize) -> bool,
    ) -> Result<Vec<(AnchorNumber, AnchorRecord)>, ReadError> {
        let lo = self.range.lo().get();
        let mut page = Vec::new();
        for index in from.get().saturating_sub(lo)..self.count {
            let anchor = AnchorNumber::new(lo + index);
            let bytes = self.slots.read(index);
            if !takes(bytes.as_ref().map_or(0, Vec::len)) {
                break;
            }
            page.push((anchor, decode(anchor, bytes)?));
        }
        Ok(page)
    }

    #[cfg(test)]
    pub(crate) fn index_entries(&self) -> impl Iterator<Item = crate::crit_bit::Key> {
        self.index.entries().into_iter()
    }

    #[cfg(test)]
    pub(crate) fn index_mut(&mut self) -> &mut DeviceIndex<M> {
        &mut self.index
    }

    fn index(&self, anchor: AnchorNumber) -> Option<u64> {
        let index = anchor.get().checked_sub(self.range.lo().get())?;
        (index < self.count).then_some(index)
    }
}

/// The record of an anchor whose number is given.
fn decode(anchor: AnchorNumber, bytes: Option<Vec<u8>>) -> Result<AnchorRecord, ReadError> {
    let bytes = bytes.ok_or(ReadError::Missing { anchor })?;
    AnchorRecord::decode(&bytes).map_err(|source| ReadError::Corrupt { anchor, source })
}

fn read_array<const N: usize>(memory: &impl Memory, at: u64) -> [u8; N] {
    let mut bytes = [0; N];
    memory.read(at, &mut bytes);
    bytes
}
