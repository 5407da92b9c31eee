//! The blocks of a shard, from whoever has them.

use super::Finding;
use crate::certified::CertifiedTip;
use crate::error::Error;
use crate::family::Shard;
use client::{ArchiveClient, ClientError, LogClient, RegistryClient};
use ic_agent::Agent;
use oplog::Block;
use std::collections::BTreeMap;
use types::Principal;
use types::icrc3::GetBlocksRequest;

/// A shard's log: its archives', then its own.
pub(crate) struct Log<'a> {
    agent: &'a Agent,
    shard: &'a Shard,
    /// Who has the block that was asked for last, among the archives and then the shard.
    at: usize,
    /// Archives that did not answer, and why.
    silent: BTreeMap<Principal, String>,
}

impl<'a> Log<'a> {
    pub(crate) const fn new(agent: &'a Agent, shard: &'a Shard) -> Self {
        Self {
            agent,
            shard,
            at: 0,
            silent: BTreeMap::new(),
        }
    }

    /// The shard.
    pub(crate) const fn shard(&self) -> Principal {
        self.shard.registry
    }

    /// Archives that did not answer.
    pub(crate) fn silent(&self) -> Vec<Principal> {
        self.silent.keys().copied().collect()
    }

    /// The shard's certified tip.
    pub(crate) async fn tip(&self) -> Result<Option<CertifiedTip>, Error> {
        let registry = RegistryClient::new(self.agent, self.shard.registry);
        let tip = registry.log().get_tip_certificate().await?;
        CertifiedTip::new(self.agent, self.shard.registry, tip.as_ref())
    }

    /// The certified tips of the archives that answer and have something.
    pub(crate) async fn archive_tips(&mut self) -> Result<Vec<(Principal, CertifiedTip)>, Error> {
        let mut tips = Vec::new();
        for &id in &self.shard.archives {
            let archive = ArchiveClient::new(self.agent, id);
            match archive.log().get_tip_certificate().await {
                Ok(tip) => {
                    let tip = CertifiedTip::new(self.agent, id, tip.as_ref())?;
                    tips.extend(tip.map(|tip| (id, tip)));
                }
                Err(error) => self.is_silent(id, &error),
            }
        }
        Ok(tips)
    }

    /// Some blocks from `start` on and below `end`, at least one, and who answered them.
    pub(crate) async fn blocks(
        &mut self,
        start: u64,
        end: u64,
    ) -> Result<(Principal, Vec<Block>), Error> {
        let sources = self.shard.archives.len() + 1;
        for offset in 0..sources {
            let at = (self.at + offset) % sources;
            let by = self.source(at);
            match self.ask(by, start, end).await {
                Ok(blocks) if blocks.is_empty() => {}
                Ok(blocks) => {
                    self.at = at;
                    return Ok((by, blocks));
                }
                Err(Error::Client(error)) => self.is_silent(by, &error),
                Err(error) => return Err(error),
            }
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

    fn source(&self, at: usize) -> Principal {
        let archive = self.shard.archives.get(at);
        archive.copied().unwrap_or(self.shard.registry)
    }

    async fn ask(&self, by: Principal, start: u64, end: u64) -> Result<Vec<Block>, Error> {
        // Archives and shards give their blocks by the same methods.
        let archive = ArchiveClient::new(self.agent, by);
        let log: LogClient<_> = archive.log();
        let run = GetBlocksRequest {
            start: start.into(),
            length: (end - start).into(),
        };
        let mut blocks = Vec::new();
        for (expected, found) in (start..end).zip(log.get_blocks(&[run]).await?.blocks) {
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

    fn is_silent(&mut self, id: Principal, error: &ClientError) {
        self.silent.insert(id, error.to_string());
    }

    fn found(&self, finding: Finding) -> Error {
        Error::Audit {
            shard: self.shard.registry,
            finding: Box::new(finding),
        }
    }
}
