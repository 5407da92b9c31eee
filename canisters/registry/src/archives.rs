//! The archives that may fetch this shard's blocks, and how far they are.

use minicbor::{Decode, Encode};
use std::collections::BTreeSet;
use types::registry::{ArchiveLink, ArchiveProgress, SettingsError};
use types::{BlockIndex, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// All archives of a shard. Stored.
#[derive(Clone, Debug, Default, Eq, PartialEq, Encode, Decode)]
pub struct Archives {
    /// Blocks below this index are archived: the archive in service, whichever it was then, had
    /// them when it last asked. Goes down if that archive lost some, to what the shard can still give at most.
    #[n(0)]
    archived: u64,
    #[n(1)]
    entries: Vec<Entry>,
}

/// One archive.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Encode, Decode)]
pub struct Entry {
    /// Its canister.
    #[n(0)]
    #[cbor(with = "types::codec::principal")]
    pub canister: Principal,
    /// Whether what it has counts as archived.
    #[n(1)]
    pub in_service: bool,
    /// Where its blocks begin: as it says, or what it first asked for.
    #[n(2)]
    pub first_index: Option<BlockIndex>,
    /// It has everything from there up to this index.
    #[n(3)]
    pub acknowledged: BlockIndex,
    /// When it last asked.
    #[n(4)]
    pub last_fetch: Option<TimestampNs>,
    /// Whether its chain differed from the shard's when it last asked.
    #[n(5)]
    pub diverged: bool,
}

impl Archives {
    /// Replaces who may fetch and who is in service. An archive that stays keeps what is known of it.
    pub fn set(&mut self, links: &[ArchiveLink]) -> Result<(), SettingsError> {
        let count = links.iter().filter(|link| link.in_service).count() as u64;
        if count > 1 {
            return Err(SettingsError::TwoInService { count });
        }
        let mut named = BTreeSet::new();
        for ArchiveLink { canister, .. } in links {
            if !named.insert(*canister) {
                let canister = *canister;
                return Err(SettingsError::ArchiveTwice { canister });
            }
        }
        self.entries = links
            .iter()
            .map(
                |ArchiveLink {
                     canister,
                     in_service,
                 }| {
                    let known = self
                        .entries
                        .iter()
                        .find(|entry| entry.canister == *canister);
                    Entry {
                        in_service: *in_service,
                        ..known.copied().unwrap_or(Entry::new(*canister))
                    }
                },
            )
            .collect();
        Ok(())
    }

    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Notes that `canister` asks. False if it may not.
    pub fn asks(&mut self, canister: Principal, now: TimestampNs) -> bool {
        let Some(entry) = self.entry_mut(canister) else {
            return false;
        };
        entry.last_fetch = Some(now);
        true
    }

    /// Notes that `canister` has the shard's own blocks from `first_index` up to `next_index`. Only the archive in
    /// service acknowledges by that, and only if it lacks none that no archive in service had: then it is `false`. What is below
    /// `first_kept` nobody can give it any more.
    pub fn matches(
        &mut self,
        canister: Principal,
        first_index: Option<BlockIndex>,
        next_index: BlockIndex,
        first_kept: u64,
    ) -> bool {
        let archived = self.archived;
        let Some(entry) = self.entry_mut(canister) else {
            return false;
        };
        entry.diverged = false;
        entry.acknowledged = next_index;
        let first_index = first_index.or(entry.first_index).unwrap_or(next_index);
        let had_more = entry.first_index.is_some_and(|had| had < first_index);
        entry.first_index = Some(first_index);
        if entry.in_service {
            if had_more {
                self.archived = archived.min(first_kept);
            }
            if first_index.get() > self.archived.max(first_kept) {
                return false;
            }
            self.archived = next_index.get();
        }
        true
    }

    /// Notes that `canister` has at most what is below `next_index`, whether or not that is the shard's, and that the shard has
    /// nothing below `first_kept` to give.
    pub fn lacks(&mut self, canister: Principal, next_index: BlockIndex, first_kept: u64) {
        let Some(entry) = self.entry_mut(canister) else {
            return;
        };
        entry.acknowledged = entry.acknowledged.min(next_index);
        if entry.in_service {
            self.archived = self.archived.min(first_kept);
        }
    }

    /// Notes that `canister` has another chain than the shard.
    pub fn diverges(&mut self, canister: Principal) {
        if let Some(entry) = self.entry_mut(canister) {
            entry.diverged = true;
        }
    }

    /// Forgets whose chain differed: the shard's log is another one now, and each archive will say anew what it has.
    pub fn compare_anew(&mut self) {
        for entry in &mut self.entries {
            entry.diverged = false;
        }
    }

    /// Blocks below this index are archived.
    pub fn archived(&self) -> u64 {
        self.archived
    }

    /// Blocks below this index may be forgotten as far as archives are concerned. While an archive's
    /// chain differs nobody knows who is right, so none may.
    pub fn forgettable(&self) -> u64 {
        if self.entries.iter().any(|entry| entry.diverged) {
            0
        } else {
            self.archived
        }
    }

    /// The archive in service.
    pub fn in_service(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.in_service)
    }

    /// What everybody may know about them.
    pub fn progress(&self) -> Vec<ArchiveProgress> {
        self.entries
            .iter()
            .map(|entry| {
                let Entry {
                    canister,
                    in_service,
                    first_index: _,
                    acknowledged,
                    last_fetch,
                    diverged,
                } = *entry;
                ArchiveProgress {
                    canister,
                    in_service,
                    acknowledged,
                    last_fetch,
                    diverged,
                }
            })
            .collect()
    }

    fn entry_mut(&mut self, canister: Principal) -> Option<&mut Entry> {
        let mut entries = self.entries.iter_mut();
        entries.find(|entry| entry.canister == canister)
    }
}

impl Entry {
    fn new(canister: Principal) -> Self {
        Self {
            canister,
            in_service: false,
            first_index: None,
            acknowledged: BlockIndex::new(0),
            last_fetch: None,
            diverged: false,
        }
    }
}
