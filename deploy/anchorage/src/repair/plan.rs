//! What a shard lacks, and who has it. Reads only.

use super::Problem;
use super::report::{Lost, ShardRepair};
use crate::error::Error;
use crate::family::Shard;
use client::{ArchiveClient, CallError, ClientError, RegistryClient, Replicated};
use ic_agent::Agent;
use oplog::{Block, ChainVerifier, Operation};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use types::icrc3::GetBlocksRequest;
use types::registry::ShardTip;
use types::{AnchorNumber, BlockHash, BlockIndex, EncodedBlock, Principal};

#[cfg(test)]
mod tests;

/// Everything that is to be done to a shard.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) registry: Principal,
    /// The shard's tip before.
    pub(crate) has: ShardTip,
    /// What front expects.
    pub(crate) expects: ShardTip,
    /// The blocks that the shard lacks and an archive has.
    pub(crate) blocks: Vec<EncodedBlock>,
    /// Where the log ends with them.
    pub(crate) with_blocks: ShardTip,
    /// What front saw beyond that: nobody has it.
    pub(crate) lost: Option<Lost>,
    /// Whether front has to be told of the tip: after a loss its own is in no log.
    pub(crate) tells_front: bool,
    /// Whether the shard is closed already.
    pub(crate) is_closed: bool,
    /// Anchors with devices in the blocks, which show neither aliases nor metadata values.
    pub(crate) emptied: BTreeSet<AnchorNumber>,
    /// Archives that did not answer.
    silent: Vec<(Principal, ClientError)>,
}

/// An archive that answered.
struct Source {
    archive: Principal,
    next_index: u64,
    last_hash: Option<BlockHash>,
}

/// The blocks that follow a tip, followed.
#[derive(Debug)]
struct Followed {
    chain: ChainVerifier,
    next_anchor: AnchorNumber,
    blocks: Vec<EncodedBlock>,
    emptied: BTreeSet<AnchorNumber>,
    /// The hash of the last block that front expects, once it is known.
    at_expected: Option<BlockHash>,
    /// Whether the last block declares a loss.
    ends_with_loss: bool,
}

impl Plan {
    /// Asks front's expectation, shard and archives.
    pub(crate) async fn make(
        agent: &Agent,
        shard: &Shard,
        expects: Option<ShardTip>,
    ) -> Result<Self, Error> {
        let problem = |problem| Error::repair(shard.registry, problem);
        let registry = RegistryClient::new(Replicated(agent), shard.registry);
        let status = registry.status().await?;
        let has = status.tip;
        let expects = expects.unwrap_or(has);
        let (sources, silent) = sources(agent, shard).await?;
        let mut followed = Followed::after(has).map_err(problem)?;
        // The archive with most blocks first; the others have nothing beyond.
        for source in sources {
            follow(agent, shard, &source, &mut followed, expects.log_length).await?;
        }
        if followed.blocks.is_empty() {
            followed.ends_with_loss = ends_with_loss(agent, shard, has.log_length).await;
        }
        let Followed {
            chain,
            next_anchor,
            blocks,
            emptied,
            at_expected,
            ends_with_loss,
        } = followed;
        let with_blocks = ShardTip {
            log_length: chain.next_index().get(),
            last_hash: chain.last_hash(),
            next_anchor,
        };
        // The block that front expects last, as far as it is known.
        let found = match expects.log_length.cmp(&has.log_length) {
            Ordering::Less => hash_before(agent, shard, expects.log_length).await,
            Ordering::Equal => has.last_hash,
            Ordering::Greater => at_expected,
        };
        let is_reached = with_blocks.log_length >= expects.log_length
            && with_blocks.next_anchor >= expects.next_anchor;
        let differs = found.is_some() && found != expects.last_hash;
        // An earlier command declared the loss; front was not told.
        let is_declared = ends_with_loss && with_blocks.next_anchor >= expects.next_anchor;
        if differs && !is_declared {
            return Err(problem(Problem::OtherHistory {
                index: expects.log_length.saturating_sub(1),
                expected: expects.last_hash,
                found,
            }));
        }
        let lost = (!is_reached && !is_declared).then(|| Lost::between(&with_blocks, &expects));
        Ok(Self {
            registry: shard.registry,
            has,
            expects,
            blocks,
            with_blocks,
            tells_front: lost.is_some() || (is_declared && (!is_reached || differs)),
            lost,
            is_closed: status.maintenance,
            emptied,
            silent,
        })
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && !self.tells_front
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        let missing = match &self.lost {
            None => String::new(),
            Some(lost) => format!(", nobody has what follows block {}", lost.first_missing),
        };
        format!(
            "shard {}: {} blocks, front saw {}, {} to be replayed{missing}",
            self.registry,
            self.has.log_length,
            self.expects.log_length,
            self.blocks.len()
        )
    }

    /// Blocks that nobody has need a word of the operator's, and all archives' answers.
    pub(crate) fn may_be_done(&self, declare_lost: bool) -> Result<(), Error> {
        let Some(lost) = &self.lost else {
            return Ok(());
        };
        let silent = self.silent.clone();
        let problem = match (declare_lost, silent.is_empty()) {
            (true, true) => return Ok(()),
            (true, false) => Problem::Silent(silent),
            (false, _) => Problem::Missing {
                first: lost.first_missing,
                blocks: lost.blocks,
                numbers: lost.numbers,
                silent,
            },
        };
        Err(Error::repair(self.registry, problem))
    }

    /// What was found and is not done.
    pub(crate) fn report(&self) -> ShardRepair {
        ShardRepair {
            registry: self.registry,
            blocks_before: self.has.log_length,
            blocks_expected: self.expects.log_length,
            replayed: self.blocks.len() as u64,
            lost: self.lost,
            blocks_after: self.has.log_length,
            next_anchor: self.has.next_anchor.get(),
            emptied: self.emptied.iter().map(|anchor| anchor.get()).collect(),
            is_open: !self.is_closed,
        }
    }
}

impl Followed {
    fn after(tip: ShardTip) -> Result<Self, Problem> {
        let next = BlockIndex::new(tip.log_length);
        let chain = ChainVerifier::resume(next, tip.last_hash).map_err(Problem::NotFollowing)?;
        Ok(Self {
            chain,
            next_anchor: tip.next_anchor,
            blocks: Vec::new(),
            emptied: BTreeSet::new(),
            at_expected: None,
            ends_with_loss: false,
        })
    }

    fn length(&self) -> u64 {
        self.chain.next_index().get()
    }

    /// Takes the next block, as that canister answered it.
    fn push(&mut self, by: Principal, block: &Block, expected_length: u64) -> Result<(), Problem> {
        let index = self.chain.next_index();
        let tx = block.tx().map_err(|error| Problem::Unreadable {
            index: index.get(),
            by,
            reason: error.to_string(),
        })?;
        let hash = self.chain.push(index, block);
        let hash = hash.map_err(Problem::NotFollowing)?;
        self.ends_with_loss = false;
        match tx.operation {
            Operation::Register { .. } => {
                self.next_anchor = tx.anchor.saturating_add(1);
                self.emptied.insert(tx.anchor);
            }
            Operation::Add { .. } | Operation::Update { .. } | Operation::Replace { .. } => {
                self.emptied.insert(tx.anchor);
            }
            Operation::Remove { .. } => {}
            Operation::Lost { next_anchor, .. } => {
                self.next_anchor = next_anchor;
                self.ends_with_loss = true;
            }
        }
        if self.length() == expected_length {
            self.at_expected = Some(hash);
        }
        self.blocks.push(block.encode());
        Ok(())
    }
}

/// The archives that answer, those with most blocks first, and those that do not.
async fn sources(
    agent: &Agent,
    shard: &Shard,
) -> Result<(Vec<Source>, Vec<(Principal, ClientError)>), Error> {
    let (mut sources, mut silent) = (Vec::new(), Vec::new());
    for known in &shard.archives {
        let archive = known.canister;
        match ArchiveClient::new(Replicated(agent), archive)
            .status()
            .await
        {
            Ok(status) => sources.push(Source {
                archive,
                next_index: status.next_index.get(),
                last_hash: status.last_hash,
            }),
            Err(error) if is_silence(&error) => silent.push((archive, error)),
            Err(error) => return Err(error.into()),
        }
    }
    sources.sort_by_key(|source| core::cmp::Reverse(source.next_index));
    Ok((sources, silent))
}

/// As a canister that is stopped, or gone, or cannot be reached answers.
const fn is_silence(error: &ClientError) -> bool {
    matches!(
        error.call(),
        Some(CallError::Unreachable { .. } | CallError::Rejected { .. })
    )
}

/// Takes the blocks that an archive has beyond those that are there.
async fn follow(
    agent: &Agent,
    shard: &Shard,
    source: &Source,
    followed: &mut Followed,
    expected_length: u64,
) -> Result<(), Error> {
    let problem = |problem| Error::repair(shard.registry, problem);
    let by = source.archive;
    if source.next_index <= followed.length() {
        // Known where the archive ends with the log, or where the shard has not forgotten the block yet.
        let ours = if source.next_index == followed.length() {
            followed.chain.last_hash()
        } else {
            hash_before(agent, shard, source.next_index).await
        };
        if ours.is_some() && ours != source.last_hash {
            return Err(problem(Problem::Parted {
                by,
                index: source.next_index.saturating_sub(1),
                theirs: source.last_hash,
                ours,
            }));
        }
        return Ok(());
    }
    while followed.length() < source.next_index {
        let start = followed.length();
        for block in blocks(agent, by, start, source.next_index).await? {
            followed
                .push(by, &block, expected_length)
                .map_err(problem)?;
        }
        if followed.length() == start {
            return Err(problem(Problem::NotAnswered { by, index: start }));
        }
    }
    if followed.chain.last_hash() != source.last_hash {
        return Err(problem(Problem::OtherEnd { by }));
    }
    Ok(())
}

/// Some of the blocks from `start` on and below `end`, as one node of the canister's subnet answers them.
async fn blocks(
    agent: &Agent,
    canister: Principal,
    start: u64,
    end: u64,
) -> Result<Vec<Block>, Error> {
    let run = GetBlocksRequest {
        start: start.into(),
        length: (end - start).into(),
    };
    // Archives and shards give their blocks by the same methods.
    let log = ArchiveClient::new(agent, canister);
    let answer = log.log().get_blocks(&[run]).await?.blocks;
    let mut blocks = Vec::new();
    for (index, found) in (start..end).zip(answer) {
        if found.id != index {
            break;
        }
        let block = Block::from_value(&found.block);
        let block = block.map_err(|error| {
            Error::repair(
                canister,
                Problem::Unreadable {
                    index,
                    by: canister,
                    reason: error.to_string(),
                },
            )
        })?;
        blocks.push(block);
    }
    Ok(blocks)
}

/// Whether a shard's log of this length ends with the declaration of a loss: an earlier command got that far.
async fn ends_with_loss(agent: &Agent, shard: &Shard, length: u64) -> bool {
    let last = block_before(agent, shard, length).await;
    let tx = last.and_then(|block| block.tx().ok());
    tx.is_some_and(|tx| matches!(tx.operation, Operation::Lost { .. }))
}

async fn hash_before(agent: &Agent, shard: &Shard, length: u64) -> Option<BlockHash> {
    let block = block_before(agent, shard, length).await;
    block.map(|block| block.hash())
}

/// The shard's own block before this index; `None` if it is archived, cannot be had, or cannot be read.
async fn block_before(agent: &Agent, shard: &Shard, length: u64) -> Option<Block> {
    let last = length.checked_sub(1)?;
    let found = blocks(agent, shard.registry, last, length).await;
    found.ok()?.into_iter().next()
}
