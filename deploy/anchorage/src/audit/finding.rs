//! What an audit can find.

use oplog::{ChainError, ReplayError};
use types::{AnchorNumber, BlockHash, Principal};

/// A log or a state that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Finding {
    #[error("nobody has block {index}; {tried}")]
    Missing { index: u64, tried: String },
    #[error("front's routing table does not name it any more")]
    Gone,
    #[error(
        "archive {archive} acknowledged {acknowledged} blocks, and has those below {next} only"
    )]
    Lost {
        archive: Principal,
        acknowledged: u64,
        next: u64,
    },
    #[error("archive {archive} has blocks and certifies none")]
    NoTip { archive: Principal },
    #[error("archive {archive} has other blocks than the shard, says the shard")]
    Diverged { archive: Principal },
    #[error("{by} certified block {index}; the log has {length} blocks")]
    Behind {
        by: Principal,
        index: u64,
        length: u64,
    },
    #[error("block {index} of {by} cannot be read: {reason}")]
    Unreadable {
        index: u64,
        by: Principal,
        reason: String,
    },
    #[error("{by} answers block {found} where {expected} was asked for")]
    WrongBlock {
        by: Principal,
        expected: u64,
        found: String,
    },
    #[error("the chain breaks with what {by} answers: {error}")]
    Chain { by: Principal, error: ChainError },
    #[error("block {index} cannot have happened: {error}")]
    Replay { index: u64, error: ReplayError },
    #[error("{by} certified {certified} for block {index}, the log has {}", shown(*.found))]
    OtherTip {
        by: Principal,
        index: u64,
        certified: BlockHash,
        found: Option<BlockHash>,
    },
    #[error("the public state is of a log of {length} blocks that ends with {}, not with {}", shown(*.served), shown(*.found))]
    OtherHash {
        length: u64,
        served: Option<BlockHash>,
        found: Option<BlockHash>,
    },
    #[error("a page of the public state is of a tip with {page} blocks, after one with {ledger}")]
    WentBack { page: u64, ledger: u64 },
    #[error("the public state of anchor {anchor} is not what the log gives")]
    OtherState { anchor: AnchorNumber },
    #[error("the next number is {served}, the log gives {replayed}")]
    OtherNext {
        served: AnchorNumber,
        replayed: AnchorNumber,
    },
    #[error("a page from anchor {from} on continues with anchor {next}")]
    WrongPage {
        from: AnchorNumber,
        next: AnchorNumber,
    },
    #[error("no certified tip covers the {length} blocks that were seen")]
    Uncovered { length: u64 },
    #[error("the log has {length} blocks; block {saved} stood an earlier audit")]
    Shorter { length: u64, saved: u64 },
    #[error("block {index} is another one than at an earlier audit, when its hash was {saved}")]
    OtherHistory { index: u64, saved: String },
    #[error("the saved tip {0:?} is no hash")]
    SavedTip(String),
}

impl Finding {
    /// What to do about it.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "an archive may be unreachable for now; if it stays so, blocks are lost"
            }
            Self::Shorter { .. } => {
                "the shard was rolled back, or everything was installed anew; the controllers must explain it"
            }
            Self::OtherHistory { .. } => {
                "the history was replaced, which only the controllers can do; they must explain it"
            }
            Self::Gone => {
                "front lets no shard go that has given numbers: it was installed anew, or its table was forged; the controllers must explain it"
            }
            Self::Lost { .. } | Self::NoTip { .. } | Self::Diverged { .. } => {
                "the archive was rolled back or installed anew, or the shard was; the controllers must explain it"
            }
            Self::Behind { .. } => {
                "the shard was rolled back behind its archive: it serves no changes until the missing blocks are replayed"
            }
            Self::Uncovered { .. } => "a node may be behind; try again",
            _ => "keep the output: this must not happen, whatever the network's state is",
        }
    }
}

fn shown(hash: Option<BlockHash>) -> String {
    hash.map_or_else(|| "none".to_owned(), |hash| hash.to_string())
}
