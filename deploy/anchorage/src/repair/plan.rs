//! What a shard lacks, and who has it. Reads only.

use super::Problem;
use super::followed::{self, Followed};
use super::report::{Lost, ShardRepair};
use crate::error::Error;
use crate::family::Shard;
use client::{ClientError, RegistryClient, Replicated};
use ic_agent::Agent;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use types::registry::ShardTip;
use types::{AnchorNumber, EncodedBlock, Principal};

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
        let (sources, silent) = followed::sources(agent, shard).await?;
        let mut followed = Followed::after(has).map_err(problem)?;
        followed.follow(agent, shard, &sources).await?;
        let with_blocks = followed.tip();
        // The block that front expects last, as far as it is known.
        let found = match expects.log_length.cmp(&has.log_length) {
            Ordering::Less => followed::hash_before(agent, shard, expects.log_length).await,
            Ordering::Equal => has.last_hash,
            Ordering::Greater => followed.hash_before(expects.log_length),
        };
        let differs = found.is_some() && found != expects.last_hash;
        let ends_with_loss = if followed.blocks.is_empty() {
            followed::ends_with_loss(agent, shard, has).await
        } else {
            followed.ends_with_loss
        };
        let is_reached = with_blocks.log_length >= expects.log_length
            && with_blocks.next_anchor >= expects.next_anchor;
        // An earlier command declared the loss, and did not tell front.
        let is_declared = is_reached && ends_with_loss;
        if differs && !is_declared {
            return Err(problem(Problem::OtherHistory {
                index: expects.log_length.saturating_sub(1),
                expected: expects.last_hash,
                found,
            }));
        }
        Ok(Self {
            registry: shard.registry,
            has,
            expects,
            blocks: followed.blocks,
            with_blocks,
            lost: (!is_reached).then(|| Lost::between(&with_blocks, &expects)),
            tells_front: !is_reached || differs,
            is_closed: status.maintenance,
            emptied: followed.emptied,
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

    /// To let front expect less than it saw needs a word of the operator's, and all archives' answers.
    pub(crate) fn may_be_done(&self, declare_lost: bool) -> Result<(), Error> {
        if !self.tells_front {
            return Ok(());
        }
        let silent = self.silent.clone();
        let problem = match (declare_lost, silent.is_empty(), &self.lost) {
            (true, true, _) => return Ok(()),
            (true, false, _) => Problem::Silent(silent),
            (false, _, None) => Problem::NotTold,
            (false, _, Some(lost)) => Problem::Missing {
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
            tells_front: self.tells_front,
            silent_archives: self
                .silent
                .iter()
                .map(|(archive, error)| (*archive, error.to_string()))
                .collect(),
            is_open: !self.is_closed,
        }
    }
}
