//! The blocks that follow a shard's tip, as its archives have them. Reads only.

use super::Problem;
use crate::error::Error;
use crate::family::Shard;
use crate::network::once_caught_up;
use client::{ArchiveClient, CallError, ClientError, Replicated};
use ic_agent::Agent;
use oplog::{Block, ChainVerifier, Operation};
use std::collections::BTreeSet;
use types::icrc3::GetBlocksRequest;
use types::registry::ShardTip;
use types::{AnchorNumber, BlockHash, BlockIndex, EncodedBlock, Principal};

#[cfg(test)]
pub(super) mod tests;

/// An archive that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) archive: Principal,
    pub(super) first_index: u64,
    pub(super) next_index: u64,
    pub(super) last_hash: Option<BlockHash>,
}

/// The blocks that follow a tip, followed.
#[derive(Debug)]
pub(super) struct Followed {
    /// Where they begin.
    begin: u64,
    chain: ChainVerifier,
    pub(super) next_anchor: AnchorNumber,
    pub(super) blocks: Vec<EncodedBlock>,
    hashes: Vec<BlockHash>,
    /// Anchors with devices in the blocks.
    pub(super) emptied: BTreeSet<AnchorNumber>,
    /// Whether the last block declares a loss.
    pub(super) ends_with_loss: bool,
}

impl Followed {
    pub(super) fn after(tip: ShardTip) -> Result<Self, Problem> {
        let next = BlockIndex::new(tip.log_length);
        let chain = ChainVerifier::resume(next, tip.last_hash).map_err(Problem::NotFollowing)?;
        Ok(Self {
            begin: tip.log_length,
            chain,
            next_anchor: tip.next_anchor,
            blocks: Vec::new(),
            hashes: Vec::new(),
            emptied: BTreeSet::new(),
            ends_with_loss: false,
        })
    }

    /// Where the log ends with them.
    pub(super) const fn tip(&self) -> ShardTip {
        ShardTip {
            log_length: self.length(),
            last_hash: self.chain.last_hash(),
            next_anchor: self.next_anchor,
        }
    }

    const fn length(&self) -> u64 {
        self.chain.next_index().get()
    }

    /// The hash of the last block of a log of this length, if it is one of these.
    pub(super) fn hash_before(&self, length: u64) -> Option<BlockHash> {
        let place = length.checked_sub(self.begin)?.checked_sub(1)?;
        self.hashes.get(usize::try_from(place).ok()?).copied()
    }

    /// Takes the next block, as that canister answered it.
    fn push(&mut self, by: Principal, block: &Block) -> Result<(), Problem> {
        let index = self.chain.next_index();
        let tx = block.tx().map_err(|error| Problem::Unreadable {
            index: index.get(),
            by,
            reason: error.to_string(),
        })?;
        let hash = self.chain.push(index, block);
        self.hashes.push(hash.map_err(Problem::NotFollowing)?);
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
        self.blocks.push(block.encode());
        Ok(())
    }

    /// Takes what the archives have beyond the tip, and compares their ends with the log.
    pub(super) async fn follow(
        &mut self,
        agent: &Agent,
        shard: &Shard,
        sources: &[Source],
    ) -> Result<(), Error> {
        let problem = |problem| Error::repair(shard.registry, problem);
        let mut sources = sources.to_vec();
        while let Some((source, end)) = next(&sources, self.length()) {
            let by = source.archive;
            let start = self.length();
            for block in blocks(agent, shard, by, start, end).await? {
                let pushed = self.push(by, &block);
                if let Err(Problem::NotFollowing(_)) = pushed
                    && is_overtaken(agent, shard, source, &sources).await?
                {
                    sources.retain(|other| other.archive != by);
                    break;
                }
                pushed.map_err(problem)?;
            }
            let is_at_its_end = self.length() == source.next_index;
            if is_at_its_end && self.chain.last_hash() != source.last_hash {
                return Err(problem(Problem::OtherEnd { by }));
            }
        }
        let from = self.length();
        let later = sources
            .iter()
            .filter(|source| source.first_index > from && source.next_index > source.first_index);
        if let Some(later) = later.min_by_key(|source| source.first_index) {
            return Err(problem(Problem::Gap {
                from,
                to: later.first_index,
                by: later.archive,
            }));
        }
        for source in sources.iter().filter(|source| is_end(source, &sources)) {
            let index = source.next_index;
            // Known where the archive ends with the log, or where the shard has not forgotten the block yet.
            let ours = if index == from {
                self.chain.last_hash()
            } else if index > self.begin {
                self.hash_before(index)
            } else {
                hash_before(agent, shard, index).await
            };
            if ours.is_some() && ours != source.last_hash {
                return Err(problem(Problem::Parted {
                    by: source.archive,
                    index: index.saturating_sub(1),
                    theirs: source.last_hash,
                    ours,
                }));
            }
        }
        Ok(())
    }
}

/// Who has the block at this index, and up to where the blocks are taken from there: the archive that begins last, and
/// up to where another one begins. What an archive has beyond the beginning of its successor may be another history.
fn next(sources: &[Source], index: u64) -> Option<(Source, u64)> {
    let have = sources
        .iter()
        .filter(|source| (source.first_index..source.next_index).contains(&index));
    let source = have.max_by_key(|source| (source.first_index, source.next_index))?;
    let beginnings = sources.iter().map(|source| source.first_index);
    let later = beginnings.filter(|begins| *begins > index).min();
    let end = later.map_or(source.next_index, |later| later.min(source.next_index));
    Some((*source, end))
}

/// Whether an archive's end is another history than its successor's, as after a loss that was declared.
async fn is_overtaken(
    agent: &Agent,
    shard: &Shard,
    source: Source,
    sources: &[Source],
) -> Result<bool, Error> {
    let Some(successor) = successor(source, sources) else {
        return Ok(false);
    };
    let end = successor.next_index;
    let theirs = blocks(agent, shard, source.archive, end - 1, end).await?;
    Ok(theirs.first().map(Block::hash) != successor.last_hash)
}

/// The last of those that begin and end within what this archive has, and have something.
fn successor(source: Source, sources: &[Source]) -> Option<Source> {
    let inside = sources.iter().filter(|other| {
        source.first_index < other.first_index
            && other.first_index < other.next_index
            && other.next_index <= source.next_index
    });
    inside.max_by_key(|other| other.first_index).copied()
}

/// Whether the end of what this archive has is the log's there: no other one begins before it and goes on beyond it.
fn is_end(source: &Source, sources: &[Source]) -> bool {
    let inside = source.first_index + 1..source.next_index;
    sources
        .iter()
        .all(|other| !inside.contains(&other.first_index) || other.next_index < source.next_index)
}

/// The archives of a shard that answer, and those that do not.
pub(super) async fn sources(
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
                first_index: status.first_index.get(),
                next_index: status.next_index.get(),
                last_hash: status.last_hash,
            }),
            Err(error) if is_silence(&error) => silent.push((archive, error)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((sources, silent))
}

/// As a canister that is stopped, or gone, or cannot be reached answers.
const fn is_silence(error: &ClientError) -> bool {
    matches!(
        error.call(),
        Some(CallError::Unreachable { .. } | CallError::Rejected { .. })
    )
}

/// Some of an archive's blocks from `start` on and below `end`, at least one. Waits a little for a node that has not seen yet
/// what the subnet has agreed on.
async fn blocks(
    agent: &Agent,
    shard: &Shard,
    archive: Principal,
    start: u64,
    end: u64,
) -> Result<Vec<Block>, Error> {
    let found = once_caught_up(async || {
        let blocks = blocks_of_a_node(agent, shard, archive, start, end).await?;
        Ok((!blocks.is_empty()).then_some(blocks))
    });
    found.await?.ok_or_else(|| {
        let (by, index) = (archive, start);
        let problem = Problem::NotAnswered { by, index };
        Error::repair(shard.registry, problem)
    })
}

/// Some of the blocks from `start` on and below `end`, as one node of the canister's subnet answers them.
async fn blocks_of_a_node(
    agent: &Agent,
    shard: &Shard,
    by: Principal,
    start: u64,
    end: u64,
) -> Result<Vec<Block>, Error> {
    let run = GetBlocksRequest {
        start: start.into(),
        length: (end - start).into(),
    };
    // Archives and shards give their blocks by the same methods.
    let log = ArchiveClient::new(agent, by);
    let answer = log.log().get_blocks(&[run]).await?.blocks;
    let mut blocks = Vec::new();
    for (index, found) in (start..end).zip(answer) {
        if found.id != index {
            break;
        }
        let block = Block::from_value(&found.block).map_err(|error| {
            let reason = error.to_string();
            let problem = Problem::Unreadable { index, by, reason };
            Error::repair(shard.registry, problem)
        })?;
        blocks.push(block);
    }
    Ok(blocks)
}

/// Whether a shard's log ends with the declaration of a loss: an earlier command got that far.
pub(super) async fn ends_with_loss(agent: &Agent, shard: &Shard, tip: ShardTip) -> bool {
    let last = block_before(agent, shard, tip.log_length).await;
    // One node's word, unless it is the block that the subnet has certified.
    let last = last.filter(|block| Some(block.hash()) == tip.last_hash);
    let tx = last.and_then(|block| block.tx().ok());
    tx.is_some_and(|tx| matches!(tx.operation, Operation::Lost { .. }))
}

/// The hash of the last block of a log of this length, as far as the shard has not forgotten it.
pub(super) async fn hash_before(agent: &Agent, shard: &Shard, length: u64) -> Option<BlockHash> {
    let block = block_before(agent, shard, length).await;
    block.map(|block| block.hash())
}

/// The shard's own block before this index; `None` if it is archived, cannot be had, or cannot be read.
async fn block_before(agent: &Agent, shard: &Shard, length: u64) -> Option<Block> {
    let last = length.checked_sub(1)?;
    let found = blocks_of_a_node(agent, shard, shard.registry, last, length).await;
    found.ok()?.into_iter().next()
}
