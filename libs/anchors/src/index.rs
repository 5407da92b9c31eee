//! Which anchors have a passkey, by its credential id and by its public key.
//!
//! A passkey is a device with a credential id, whatever its purpose: the devices among which Internet Identity looks
//! (dfinity/internet-identity, `src/internet_identity/src/storage.rs`). Others are not in the index.
//!
//! ```text
//! +--------------------------------------+ 0
//! | magic "IDX", version 1               | 4 bytes
//! | anchors covered, from the lowest on  | u64, little-endian
//! | reserved, zero                       | 52 bytes
//! +--------------------------------------+ 64
//! | entries: a set, see `crit_bit`       |
//!
//! entry, 32 bytes:
//!   1   kind: 1 credential id, 2 public key
//!  15   credential id: first bytes of its SHA-256; public key: first bytes of the device's principal
//!   8   credential id: time since which the device has it (u64, big-endian, ns); public key: zero
//!   8   anchor (u64, big-endian)
//! ```
//!
//! So the first entry of a credential id is that of the anchor that has had it longest, whoever copied it later
//! and how often. An entry is only a hint: the record says whether the anchor really has that passkey. Each
//! entry follows from the record, so removing a passkey finds its entries without a search.
//!
//! The index covers the lowest numbers. Normally these are all that are given; after an upgrade from a
//! layout without an index it is built anchor by anchor, and what changes meanwhile above the covered part
//! needs no care.

use crate::crit_bit::{CritBitSet, Key};
use crate::record::{AnchorRecord, DeviceRecord};
use crate::slots::{OutOfMemory, ensure_size};
use crate::store::OpenError;
use ic_stable_structures::Memory;
use oplog::sha256;
use types::{AnchorNumber, CredentialId, TimestampNs};

#[cfg(test)]
mod tests;

const MAGIC: [u8; 4] = *b"IDX\x01";
const COVERED_AT: u64 = 4;
const ENTRIES_AT: u64 = 64;

const BY_CREDENTIAL_ID: u8 = 1;
const BY_KEY: u8 = 2;
const HASH_BYTES: usize = 15;
/// Kind and hash.
const WHAT_BYTES: usize = 1 + HASH_BYTES;

/// Records that a lookup reads at most. Only the first entry matters unless two different ids have the
/// same 120 bits of SHA-256, which nobody can bring about for an id that somebody else has.
const HINTS: usize = 16;

/// See the module's documentation.
pub(crate) struct DeviceIndex<M: Memory> {
    entries: CritBitSet<M>,
    covered: u64,
}

/// An entry without its anchor.
type Entry = [u8; WHAT_BYTES + 8];

/// What a change of one anchor means for the index.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct IndexChange {
    gone: Vec<Entry>,
    come: Vec<Entry>,
}

/// An anchor that may have what was looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Hint {
    pub(crate) since: TimestampNs,
    pub(crate) anchor: AnchorNumber,
}

/// What of a passkey is in the index.
#[derive(Clone, Copy, PartialEq)]
enum Mark<'a> {
    CredentialId(&'a CredentialId, TimestampNs),
    Key(&'a [u8; 28]),
}

impl IndexChange {
    /// What has to be done when the record's last device comes to the others. Entries that they have already stay.
    pub(crate) fn addition(after: &AnchorRecord) -> Self {
        let come = after.devices.last().map(|device| marks_of(after, device));
        let come = come.into_iter().flatten().flatten();
        Self {
            gone: Vec::new(),
            come: come.map(|mark| mark.entry()).collect(),
        }
    }

    /// What has to be done when a record takes the place of another one, or (`None`) of nothing. Only what
    /// differs is hashed.
    pub(crate) fn between(before: Option<&AnchorRecord>, after: &AnchorRecord) -> Self {
        let before = before.map(marks).unwrap_or_default();
        let after = marks(after);
        let only_in = |these: &[Mark<'_>], those: &[Mark<'_>]| {
            let these = these.iter().filter(|mark| !those.contains(mark));
            these.map(Mark::entry).collect()
        };
        Self {
            gone: only_in(&before, &after),
            come: only_in(&after, &before),
        }
    }
}

impl<M: Memory> DeviceIndex<M> {
    /// Opens the index, or makes one that covers nothing in a memory that holds nothing.
    pub(crate) fn init(memory: M) -> Result<Self, OpenError> {
        if memory.size() == 0 {
            ensure_size(&memory, ENTRIES_AT + CritBitSet::<M>::HEADER_BYTES)?;
            memory.write(0, &MAGIC);
        }
        let mut found = [0; 4];
        memory.read(0, &mut found);
        if found != MAGIC {
            return Err(OpenError::Index { found });
        }
        let mut covered = [0; 8];
        memory.read(COVERED_AT, &mut covered);
        Ok(Self {
            entries: CritBitSet::open(memory, ENTRIES_AT),
            covered: u64::from_le_bytes(covered),
        })
    }

    /// How many anchors are in it, from the lowest number on.
    pub(crate) fn covered(&self) -> u64 {
        self.covered
    }

    /// Makes sure that [`DeviceIndex::apply`] or [`DeviceIndex::cover`] finds room for this change.
    pub(crate) fn reserve(&self, change: &IndexChange) -> Result<(), OutOfMemory> {
        self.entries.reserve(change.come.len() as u64)
    }

    /// Brings the index in step with a changed record of an anchor that it covers.
    pub(crate) fn apply(&mut self, anchor: AnchorNumber, change: &IndexChange) {
        let IndexChange { gone, come } = change;
        for entry in gone {
            self.entries.remove(&key(entry, anchor));
        }
        for entry in come {
            let inserted = self.entries.insert(&key(entry, anchor));
            inserted.expect("the room was reserved");
        }
    }

    /// Takes up the lowest anchor that it does not cover yet.
    pub(crate) fn cover(&mut self, anchor: AnchorNumber, change: &IndexChange) {
        self.apply(anchor, change);
        self.covered += 1;
        let memory = self.entries.memory();
        memory.write(COVERED_AT, &self.covered.to_le_bytes());
    }

    /// Who may have a credential id, the one that has had it longest first.
    pub(crate) fn with_credential_id(&self, id: &CredentialId) -> Vec<Hint> {
        self.hints(what(BY_CREDENTIAL_ID, &sha256(&[id.as_slice()])))
    }

    /// Who may have the passkey with this key hash (see `DeviceRecord::key_hash`).
    pub(crate) fn with_key(&self, key_hash: &[u8; 28]) -> Vec<Hint> {
        self.hints(what(BY_KEY, key_hash))
    }

    fn hints(&self, what: [u8; WHAT_BYTES]) -> Vec<Hint> {
        let keys = self.entries.with_prefix(&what, HINTS).into_iter();
        let number = |bytes: &[u8]| {
            let bytes = bytes.first_chunk().expect("eight bytes");
            u64::from_be_bytes(*bytes)
        };
        keys.map(|key| Hint {
            since: TimestampNs::new(number(&key[WHAT_BYTES..])),
            anchor: AnchorNumber::new(number(&key[WHAT_BYTES + 8..])),
        })
        .collect()
    }

    /// Everything in it.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> Vec<Key> {
        self.entries.with_prefix(&[], usize::MAX)
    }
}

impl Mark<'_> {
    fn entry(&self) -> Entry {
        let (what, since) = match self {
            Self::CredentialId(id, since) => (
                what(BY_CREDENTIAL_ID, &sha256(&[id.as_slice()])),
                since.get(),
            ),
            Self::Key(key_hash) => (what(BY_KEY, *key_hash), 0),
        };
        let mut entry = Entry::default();
        entry[..WHAT_BYTES].copy_from_slice(&what);
        entry[WHAT_BYTES..].copy_from_slice(&since.to_be_bytes());
        entry
    }
}

fn marks(record: &AnchorRecord) -> Vec<Mark<'_>> {
    let devices = record.devices.iter();
    let marks = devices.filter_map(|device| marks_of(record, device));
    marks.flatten().collect()
}

/// None for other devices than passkeys.
fn marks_of<'a>(record: &AnchorRecord, device: &'a DeviceRecord) -> Option<[Mark<'a>; 2]> {
    let id = device.data.credential_id.as_ref()?;
    Some([
        Mark::CredentialId(id, record.since(device)),
        Mark::Key(&device.key_hash),
    ])
}

fn what(kind: u8, hash: &[u8]) -> [u8; WHAT_BYTES] {
    let mut what = [kind; WHAT_BYTES];
    what[1..].copy_from_slice(&hash[..HASH_BYTES]);
    what
}

fn key(entry: &Entry, anchor: AnchorNumber) -> Key {
    let mut key = Key::default();
    key[..entry.len()].copy_from_slice(entry);
    key[entry.len()..].copy_from_slice(&anchor.get().to_be_bytes());
    key
}
