//! What a repair did, or would do.

use crate::family::Failed;
use crate::output::Shown;
use serde::Serialize;
use std::collections::BTreeMap;
use types::Principal;
use types::registry::ShardTip;

/// All shards that were looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Whether nothing was changed.
    dry_run: bool,
    shards: Vec<ShardRepair>,
    /// Those that could not be looked at or repaired.
    failed: Vec<Failed>,
}

/// One shard.
#[derive(Debug, Serialize)]
pub(crate) struct ShardRepair {
    pub(crate) registry: Principal,
    pub(crate) blocks_before: u64,
    /// Blocks that front saw.
    pub(crate) blocks_expected: u64,
    /// Blocks that came from archives; in a dry run: would come.
    pub(crate) replayed: u64,
    /// What nobody has; in a dry run nothing is declared.
    pub(crate) lost: Option<Lost>,
    pub(crate) blocks_after: u64,
    pub(crate) next_anchor: u64,
    /// Anchors with devices that were replayed, whose aliases and metadata values nobody has any more.
    pub(crate) emptied: Vec<u64>,
    /// Whether front was told to expect this log, and not the longer one that it saw; in a dry run: has to be.
    pub(crate) tells_front: bool,
    /// Archives that did not answer, and why: what they have beyond the others is not known.
    pub(crate) silent_archives: BTreeMap<Principal, String>,
    /// Whether the shard takes orders.
    pub(crate) is_open: bool,
}

/// What front saw and nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Lost {
    /// Index of the first block.
    pub(crate) first_missing: u64,
    /// How many blocks front knows of.
    pub(crate) blocks: u64,
    /// How many anchors were registered in them: they are dead.
    pub(crate) numbers: u64,
}

impl Lost {
    /// What front saw beyond the end of a log.
    pub(crate) const fn between(end: &ShardTip, expects: &ShardTip) -> Self {
        let (given, known) = (end.next_anchor.get(), expects.next_anchor.get());
        Self {
            first_missing: end.log_length,
            blocks: expects.log_length.saturating_sub(end.log_length),
            numbers: known.saturating_sub(given),
        }
    }
}

impl Report {
    pub(crate) const fn new(dry_run: bool, shards: Vec<ShardRepair>, failed: Vec<Failed>) -> Self {
        Self {
            dry_run,
            shards,
            failed,
        }
    }

    /// Whether there is no shard in it that was looked at.
    pub(crate) const fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }
}

impl ShardRepair {
    fn lines(&self, dry_run: bool) -> Vec<String> {
        let Self {
            registry,
            blocks_before,
            blocks_expected,
            replayed,
            lost,
            blocks_after,
            next_anchor,
            emptied,
            tells_front,
            silent_archives,
            is_open,
        } = self;
        let silent = silent_archives
            .iter()
            .map(|(archive, why)| format!("  archive {archive} does not answer: {why}"));
        if *replayed == 0 && !tells_front && blocks_before == blocks_after {
            let state = if *is_open {
                ""
            } else {
                ", in maintenance (--open opens it)"
            };
            let whole = format!("shard {registry}: nothing is missing{state}");
            return [whole].into_iter().chain(silent).collect();
        }
        let would = if dry_run { "would be " } else { "" };
        let mut lines = vec![format!(
            "shard {registry}: had {blocks_before} of {blocks_expected} blocks; {replayed} {would}replayed"
        )];
        if let Some(Lost {
            first_missing,
            blocks,
            numbers,
        }) = lost
        {
            lines.push(format!(
                "  lost: {blocks} blocks from {first_missing} on, {numbers} anchors dead for ever"
            ));
        }
        if *tells_front {
            let has_to_be = if dry_run { "has to be" } else { "was" };
            lines.push(format!(
                "  front {has_to_be} told to expect the log without what is lost"
            ));
        }
        if !emptied.is_empty() {
            let numbers: Vec<_> = emptied.iter().map(u64::to_string).collect();
            lines.push(format!(
                "  aliases and metadata values come back empty at anchors {}",
                numbers.join(", ")
            ));
        }
        lines.extend(silent);
        if !dry_run {
            lines.push(format!(
                "  now {blocks_after} blocks, next anchor {next_anchor}, open; check it with `anchorage audit`"
            ));
        }
        lines
    }
}

impl Shown for Report {
    fn lines(&self) -> Vec<String> {
        let shards = self.shards.iter();
        shards.flat_map(|shard| shard.lines(self.dry_run)).collect()
    }
}
