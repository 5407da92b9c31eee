//! Why a shard is not repaired.

use client::ClientError;
use oplog::ChainError;
use std::fmt::Write;
use types::front::ExpectTipError;
use types::registry::{ConfigureError, RepairError, ShardTip};
use types::{BlockHash, Principal};

/// What stands against a repair. Unless it says otherwise nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("the blocks of its archives do not follow its last block: {0}")]
    NotFollowing(ChainError),
    #[error("block {index} of {by} cannot be read: {reason}")]
    Unreadable {
        index: u64,
        by: Principal,
        reason: String,
    },
    #[error("archive {by} answers other blocks than the last one it says to have")]
    OtherEnd { by: Principal },
    #[error("archive {by} does not answer block {index}, which it says to have")]
    NotAnswered { by: Principal, index: u64 },
    #[error(
        "no archive that answers has the blocks from {from} to {}, and archive {by} has those after them",
        to.saturating_sub(1)
    )]
    Gap { from: u64, to: u64, by: Principal },
    #[error(
        "front expects block {index} to be {}, the log has {}",
        shown(*.expected),
        shown(*.found)
    )]
    OtherHistory {
        index: u64,
        expected: Option<BlockHash>,
        found: Option<BlockHash>,
    },
    #[error(
        "archive {by} has {} as block {index}, the log has {}",
        shown(*.theirs),
        shown(*.ours)
    )]
    Parted {
        by: Principal,
        index: u64,
        theirs: Option<BlockHash>,
        ours: Option<BlockHash>,
    },
    #[error("nobody has the blocks from {first} on: front saw {blocks} more of them, and {numbers} anchors that were registered in them{}", unanswered(.silent))]
    Missing {
        first: u64,
        blocks: u64,
        numbers: u64,
        silent: Vec<(Principal, ClientError)>,
    },
    #[error("its log ends with a loss that was declared, and front was not told of it")]
    NotTold,
    #[error("nothing can be declared lost{}", unanswered(.0))]
    Silent(Vec<(Principal, ClientError)>),
    #[error("it changed meanwhile: its tip was {0:?}, it is {1:?}")]
    Changed(ShardTip, ShardTip),
    #[error("it does not let {caller} in: {error}")]
    NotController {
        caller: Principal,
        error: Box<ClientError>,
    },
    #[error("front is not controlled by {caller}, and has to be told of the loss")]
    NotFrontsController { caller: Principal },
    #[error("its settings stay as they are: {0}")]
    Settings(ConfigureError),
    /// Blocks before the one in question were taken; the shard is in maintenance.
    #[error("it does not take the blocks: {0}")]
    Refused(RepairError),
    /// The loss is declared; the shard is in maintenance.
    #[error("front does not expect its new tip: {0}")]
    Front(ExpectTipError),
    /// Everything was taken; the shard is in maintenance.
    #[error("after the repair its tip is {found:?} and not {wanted:?}")]
    NotTheTip {
        wanted: Box<ShardTip>,
        found: Box<ShardTip>,
    },
}

impl Problem {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::NotFollowing(_) | Self::OtherHistory { .. } | Self::Parted { .. } => {
                "the shard has written blocks of its own since it was put back: load an older snapshot, which only has blocks that the archive has too, and give the same command again"
            }
            Self::Missing { .. } => {
                "is there an archive that the snapshot does not know? Name it with --archive CANISTER. If nobody has them: --declare-lost writes a block that says so, and their numbers are never given again"
            }
            Self::Gap { .. } => {
                "name the archive that kept them with --archive CANISTER, or start it"
            }
            Self::NotTold => "--declare-lost lets front expect the log as it is",
            Self::Silent(_) => {
                "an archive that does not answer may have the blocks: start it, or, if it is gone for good, take it off the shard's list with `set_archives`"
            }
            Self::NotAnswered { .. } | Self::Changed(..) => {
                "give the same command again; somebody else may be at work"
            }
            Self::NotController { .. }
            | Self::NotFrontsController { .. }
            | Self::Settings(_)
            | Self::Refused(RepairError::NotController { .. }) => {
                "name the key of a controller with --identity"
            }
            Self::Refused(RepairError::NoRoom { .. }) => {
                "the snapshot is too old to be repaired: load a newer one"
            }
            Self::Unreadable { .. } => "use the tool of the release that the family runs",
            Self::OtherEnd { .. } | Self::Refused(_) | Self::Front(_) | Self::NotTheTip { .. } => {
                "the shard stays closed: keep the output, and look at `status` of shard and archives"
            }
        }
    }
}

fn shown(hash: Option<BlockHash>) -> String {
    hash.map_or_else(|| "none".to_owned(), |hash| hash.to_string())
}

fn unanswered(silent: &[(Principal, ClientError)]) -> String {
    let mut words = String::new();
    for (archive, error) in silent {
        let _ = write!(words, "; archive {archive} does not answer: {error}");
    }
    words
}
