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

/// A canister's log: the newest lines, as many as the canister's settings have room for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    lines: VecDeque<LogLine>,
    next: u64,
}

impl Journal {
    /// Adds lines, after `skipped` ones that nobody kept; the oldest give way until all together
    /// have at most `limit` bytes.
    pub fn append(
        &mut self,
        time: TimeNs,
        skipped: u64,
        lines: impl IntoIterator<Item = Vec<u8>>,
        limit: u64,
    ) {
        let longest = usize::try_from(limit)
            .unwrap_or(usize::MAX)
            .saturating_sub(limits::LOG_LINE_OVERHEAD);
        self.next += skipped;
        for mut content in lines {
            content.truncate(longest);
            self.lines.push_back(LogLine {
                index: self.next,
                time,
                content,
            });
            self.next += 1;
        }
        self.trim(limit);
    }

    /// Lets the oldest lines go until all together have at most `limit` bytes.
    pub fn trim(&mut self, limit: u64) {
        let mut bytes = self.bytes();
        while bytes as u64 > limit
            && let Some(line) = self.lines.pop_front()
        {
            bytes -= line.content.len() + limits::LOG_LINE_OVERHEAD;
        }
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter()
    }

    /// Bytes of all lines.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.lines.iter().map(|line| line.content.len()).sum();
        texts + self.lines.len() * limits::LOG_LINE_OVERHEAD
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
        /// The canister that it was taken of, if that is another one.
        from: Option<Principal>,
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

    const LIMIT: u64 = limits::LOG_BYTES as u64;

    fn indices(journal: &Journal) -> Vec<u64> {
        journal.lines().map(|line| line.index).collect()
    }

    #[test]
    fn the_log_keeps_the_newest_lines_and_its_indices() {
        let mut journal = Journal::default();
        for byte in 0..10 {
            journal.append(u64::from(byte), 0, [vec![byte; 1000]], LIMIT);
        }
        assert_eq!(indices(&journal), [7, 8, 9]);
        journal.trim(1_040);
        assert_eq!(indices(&journal), [9]);
        journal.forget_before(journal.next_index());
        journal.append(0, 5, [b"x".to_vec()], LIMIT);
        assert_eq!(indices(&journal), [15]);
    }

    #[test]
    fn a_line_without_a_text_takes_room_too() {
        let mut journal = Journal::default();
        journal.append(0, 0, vec![Vec::new(); 1_000], LIMIT);
        assert_eq!(journal.lines().count(), 102);
        journal.append(0, 0, [vec![0; limits::LOG_BYTES]], LIMIT);
        assert_eq!(indices(&journal), [1_000]);
        journal.append(0, 0, [Vec::new()], 0);
        assert_eq!(journal.lines().count(), 0);
    }
}
