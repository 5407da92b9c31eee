//! What a canister's controllers can read back: its log and the history of its changes.

use crate::ids::{ModuleHash, TimeNs};
use crate::limits;
use candid::Principal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A line of a canister's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Grows by one with each line, over the canister's life.
    pub index: u64,
    /// When it was written.
    pub time: TimeNs,
    /// The text.
    #[serde(with = "serde_bytes")]
    pub content: Vec<u8>,
}

/// A canister's log: the newest lines, at most [`limits::LOG_BYTES`] together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    lines: VecDeque<LogLine>,
    next: u64,
}

impl Journal {
    /// Adds a line; the oldest give way.
    pub fn push(&mut self, time: TimeNs, mut content: Vec<u8>) {
        content.truncate(limits::LOG_BYTES);
        self.lines.push_back(LogLine {
            index: self.next,
            time,
            content,
        });
        self.next += 1;
        while self.bytes() > limits::LOG_BYTES && self.lines.len() > 1 {
            self.lines.pop_front();
        }
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter()
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.content.len()).sum()
    }

    /// The index that the next line gets.
    pub fn next_index(&self) -> u64 {
        self.next
    }

    /// Forgets the lines before this index; indices go on.
    pub fn forget_before(&mut self, index: u64) {
        self.lines.retain(|line| line.index >= index);
    }
}

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeOrigin {
    /// A user.
    User(Principal),
    /// A canister, perhaps with its version.
    Canister(Principal, Option<u64>),
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeRecord {
    /// The canister was created.
    Creation {
        /// Its controllers.
        controllers: Vec<Principal>,
    },
    /// The code was uninstalled.
    Uninstall,
    /// Code was installed; the mode is 0 install, 1 reinstall, 2 upgrade.
    Deployment {
        /// See above.
        mode: u8,
        /// The new module.
        module: ModuleHash,
    },
    /// A snapshot was loaded.
    LoadSnapshot {
        /// The snapshot.
        id: Vec<u8>,
        /// The canister version when it was taken.
        version: u64,
        /// When it was taken.
        taken: TimeNs,
    },
    /// The controllers changed.
    Controllers {
        /// The new ones.
        controllers: Vec<Principal>,
    },
}

/// An entry of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub time: TimeNs,
    /// The canister version after it.
    pub version: u64,
    /// Who.
    pub origin: ChangeOrigin,
    /// What.
    pub record: ChangeRecord,
}

/// The last [`limits::HISTORY_CHANGES`] changes of a canister.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Changes over the canister's life.
    pub total: u64,
    /// The newest ones, oldest first.
    pub changes: VecDeque<Change>,
}

impl History {
    /// Adds a change.
    pub fn push(&mut self, change: Change) {
        self.total += 1;
        self.changes.push_back(change);
        while self.changes.len() > limits::HISTORY_CHANGES {
            self.changes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_lines_and_its_indices() {
        let mut journal = Journal::default();
        for byte in 0..10 {
            journal.push(u64::from(byte), vec![byte; 1000]);
        }
        let indices: Vec<u64> = journal.lines().map(|line| line.index).collect();
        assert_eq!(indices, [6, 7, 8, 9]);
        journal.forget_before(journal.next_index());
        journal.push(0, b"x".to_vec());
        assert_eq!(journal.lines().next().unwrap().index, 10);
    }
}
