//! The blocks of a shard, from whoever has them.

use super::Finding;
use crate::certified::CertifiedTip;
use crate::error::Error;
use crate::family::{EarlierArchive, Shard};
use crate::network::once_caught_up;
use client::{ArchiveClient, CallError, ClientError, RegistryClient, Replicated};
use ic_agent::Agent;
use oplog::Block;
use std::collections::BTreeMap;
use types::Principal;
use types::icrc3::GetBlocksRequest;
use types::registry::ArchiveProgress;

/// A shard's log: its archives', then its own.
pub(crate) struct Log<'a> {
    agent: &'a Agent,
    shard: &'a Shard,
    /// Who has the block that was asked for last, among the archives and then the shard.
    at: usize,
    /// Where the archives begin.
    begins: Vec<u64>,
    /// Archives that the shard does not name any more, the youngest first. What they have beyond the beginning of a successor may be
    /// another history.
    earlier: Vec<EarlierArchive>,
    /// Archives that did not answer, and why.
    silent: BTreeMap<Principal, String>,
}

impl<'a> Log<'a> {
    pub(crate) fn new(
        agent: &'a Agent,
        shard: &'a Shard,
        mut earlier: Vec<EarlierArchive>,
    ) -> Self {
        earlier.sort_by_key(|archive| std::cmp::Reverse(archive.first_index));
        Self {
            agent,
            shard,
            at: 0,
            begins: earlier.iter().map(|archive| archive.first_index).collect(),
            earlier,
            silent: BTreeMap::new(),
        }
    }

    /// The shard.
    pub(crate) const fn shard(&self) -> Principal {
        self.shard.registry
    }

    /// Archives that did not answer, and why.
    pub(crate) fn silent(&self) -> BTreeMap<Principal, String> {
        self.silent.clone()
    }

    /// The shard's certified tip.
    pub(crate) async fn tip(&self) -> Result<Option<CertifiedTip>, Error> {
        let registry = RegistryClient::new(self.agent, self.shard.registry);
        let tip = registry.log().get_tip_certificate().await?;
        CertifiedTip::new(self.agent, self.shard.registry, tip.as_ref())
    }

    /// The certified tips of the archives that answer and have something. What an archive says of itself, and the shard
    /// of it, must agree: it has what it acknowledged.
    pub(crate) async fn archive_tips(&mut self) -> Result<Vec<(Principal, CertifiedTip)>, Error> {
        let mut tips = Vec::new();
        for known in &self.shard.archives {
            match self.archive_tip(known).await {
                Ok(tip) => tips.extend(tip.map(|tip| (known.canister, tip))),
                Err(error) => self.is_silent(known.canister, error)?,
            }
        }
        Ok(tips)
    }

    async fn archive_tip(
        &mut self,
        known: &ArchiveProgress,
    ) -> Result<Option<CertifiedTip>, Error> {
        let archive = known.canister;
        if known.diverged {
            return Err(self.found(Finding::Diverged { archive }));
        }
        // As an update: one node could say that there is nothing.
        let client = ArchiveClient::new(Replicated(self.agent), archive);
        let status = client.status().await?;
        self.begins.push(status.first_index.get());
        let (acknowledged, next) = (known.acknowledged.get(), status.next_index.get());
        if next < acknowledged {
            return Err(self.found(Finding::Lost {
                archive,
                acknowledged,
                next,
            }));
        }
        let client = ArchiveClient::new(self.agent, archive);
        let tip = once_caught_up(async || {
            let tip = client.log().get_tip_certificate().await?;
            let tip = CertifiedTip::new(self.agent, archive, tip.as_ref())?;
            let is_empty = status.next_index == status.first_index;
            Ok((tip.is_some() || is_empty).then_some(tip))
        });
        tip.await?
            .ok_or_else(|| self.found(Finding::NoTip { archive }))
    }

    /// Some blocks from `start` on and below `end`, at least one, and who answered them. Waits a little for a node that
    /// has not seen yet what the subnet has agreed on.
    pub(crate) async fn blocks(
        &mut self,
        start: u64,
        end: u64,
    ) -> Result<(Principal, Vec<Block>), Error> {
        if let Some(found) = once_caught_up(async || self.ask_all(start, end).await).await? {
            return Ok(found);
        }
        let tried = match self.silent.first_key_value() {
            Some((id, why)) => format!("{id} does not answer: {why}"),
            None => "all archives and the shard answered".to_owned(),
        };
        Err(self.found(Finding::Missing {
            index: start,
            tried,
        }))
    }

    /// Asks who had the blocks before, then everybody else.
    async fn ask_all(
        &mut self,
        start: u64,
        end: u64,
    ) -> Result<Option<(Principal, Vec<Block>)>, Error> {
        let sources = self.shard.archives.len() + 1;
        for offset in 0..sources {
            let at = (self.at + offset) % sources;
            let archive = self.shard.archives.get(at).map(|archive| archive.canister);
            let by = archive.unwrap_or(self.shard.registry);
            match (self.ask(by, start, end).await, archive) {
                (Ok(blocks), _) => {
                    self.silent.remove(&by);
                    if !blocks.is_empty() {
                        self.at = at;
                        return Ok(Some((by, blocks)));
                    }
                }
                (Err(error), Some(archive)) => self.is_silent(archive, error)?,
                (Err(error), None) => return Err(error),
            }
        }
        let later = self.begins.iter().filter(|begins| **begins > start);
        let end = later.min().map_or(end, |begins| end.min(*begins));
        for &EarlierArchive { canister, .. } in &self.earlier {
            let blocks = self.ask(canister, start, end).await?;
            if !blocks.is_empty() {
                return Ok(Some((canister, blocks)));
            }
        }
        Ok(None)
    }

    /// What this canister has of the blocks from `start` on; nothing if it has only later ones.
    async fn ask(&self, by: Principal, start: u64, end: u64) -> Result<Vec<Block>, Error> {
        // Archives and shards give their blocks by the same methods.
        let log = ArchiveClient::new(self.agent, by);
        let run = GetBlocksRequest {
            start: start.into(),
            length: (end - start).into(),
        };
        let answer = log.log().get_blocks(&[run]).await?.blocks;
        if answer.first().is_none_or(|first| first.id > start) {
            return Ok(Vec::new());
        }
        let mut blocks = Vec::new();
        for (expected, found) in (start..end).zip(answer) {
            if found.id != expected {
                return Err(self.found(Finding::WrongBlock {
                    by,
                    expected,
                    found: found.id.to_string(),
                }));
            }
            let block = Block::from_value(&found.block).map_err(|error| {
                self.found(Finding::Unreadable {
                    index: expected,
                    by,
                    reason: error.to_string(),
                })
            })?;
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// Notes an archive that cannot be reached or refuses, as a stopped one does. Anything else is an error.
    fn is_silent(&mut self, id: Principal, error: Error) -> Result<(), Error> {
        match error {
            Error::Client(ClientError::Call {
                error: error @ (CallError::Unreachable { .. } | CallError::Rejected { .. }),
                ..
            }) => {
                self.silent.insert(id, error.to_string());
                Ok(())
            }
            error => Err(error),
        }
    }

    fn found(&self, finding: Finding) -> Error {
        Error::found(self.shard.registry, finding)
    }
}
