//! What an audit says of the shards that stood it.

use crate::family::Failed;
use crate::output::Shown;
use crate::record::SavedTip;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use types::Principal;

/// An audit of all shards.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Of the shards that stood it.
    pub(crate) blocks: u64,
    seconds: f64,
    /// Those that stood it.
    shards: Vec<ShardReport>,
    /// Those with a finding, and those that did not answer.
    failed: Vec<Failed>,
}

/// An audit of a shard without a finding.
#[derive(Debug, Serialize)]
pub(crate) struct ShardReport {
    pub(crate) registry: Principal,
    /// The numbers it may give, the last one exclusive.
    pub(crate) range: [u64; 2],
    pub(crate) blocks: u64,
    /// How many of them an archive certified to have.
    pub(crate) archived: u64,
    pub(crate) anchors: u64,
    pub(crate) next_anchor: u64,
    /// The certified end of the log; none for an empty one.
    pub(crate) tip: Option<SavedTip>,
    /// The tip of an earlier audit, which the log contains.
    pub(crate) earlier_tip: Option<SavedTip>,
    /// Archives that did not answer, and why; their blocks came from elsewhere.
    pub(crate) silent_archives: BTreeMap<Principal, String>,
}

impl ShardReport {
    /// In one line.
    pub(crate) fn line(&self) -> String {
        let Self {
            registry,
            range: [lo, hi],
            blocks,
            archived,
            anchors,
            silent_archives,
            ..
        } = self;
        let mut line = format!(
            "shard {registry} [{lo}, {hi}): blocks {blocks}, archived {archived}, anchors {anchors}"
        );
        for (archive, why) in silent_archives {
            line.extend(["; archive ", &archive.to_text(), " does not answer: ", why]);
        }
        line
    }
}

impl Report {
    pub(crate) fn new(shards: Vec<ShardReport>, failed: Vec<Failed>, time: Duration) -> Self {
        Self {
            blocks: shards.iter().map(|shard| shard.blocks).sum(),
            seconds: time.as_secs_f64(),
            shards,
            failed,
        }
    }

    /// Whether there is no shard in it that stood the audit.
    pub(crate) const fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    /// What the audit rests on, besides the network.
    fn rests_on(&self) -> String {
        let with_blocks = self.shards.iter().filter(|shard| shard.blocks > 0);
        let (known, new): (Vec<_>, Vec<_>) =
            with_blocks.partition(|shard| shard.earlier_tip.is_some());
        match (known.len(), new.len()) {
            (0, 0) => "the logs are empty".to_owned(),
            (_, 0) => "each log contains the tip that an earlier audit saved".to_owned(),
            (0, _) => {
                "no tip was saved before: that the controllers never replaced the history is their word; from now on it is checked"
                    .to_owned()
            }
            (known, new) => format!(
                "{known} logs contain the tip that an earlier audit saved; for {new} there was none, and their past is the controllers' word"
            ),
        }
    }
}

impl Shown for Report {
    fn lines(&self) -> Vec<String> {
        let failed = match self.failed.len() {
            0 => String::new(),
            failed => format!("; {failed} not: see the error"),
        };
        vec![
            format!(
                "audit: {} blocks, chain verified, replay matches (shards: {}{failed}, {:.1} s)",
                self.blocks,
                self.shards.len(),
                self.seconds
            ),
            self.rests_on(),
        ]
    }
}
