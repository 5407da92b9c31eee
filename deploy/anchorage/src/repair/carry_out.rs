//! Doing what was planned, as a controller.

use super::Problem;
use super::plan::Plan;
use super::report::ShardRepair;
use crate::error::Error;
use crate::network::Network;
use crate::output::Step;
use client::{CallError, FrontClient, RegistryClient, RejectCode, Replicated};
use ic_agent::{Agent, Identity};
use oplog::LOST_NUMBERS_LIMIT;
use types::registry::{Loss, RegistrySettings, Repair, RepairError, ShardTip};
use types::{BlockIndex, EncodedBlock, Principal};

/// Blocks of one call at most.
const BLOCKS: usize = 500;
/// Their bytes at most, unless a single block has more: half of what a message may have.
const BYTES: usize = 1_000_000;

/// A controller of front and of the shards.
pub(crate) struct Operator {
    pub(crate) agent: Agent,
    front: Principal,
}

impl Operator {
    pub(crate) fn new(network: &Network, identity: Box<dyn Identity>) -> Result<Self, Error> {
        Ok(Self {
            agent: network.agent(identity)?,
            front: network.front(),
        })
    }

    /// Closes the shard, replays, declares what is lost, tells front, and opens the shard. What fails leaves it closed.
    pub(crate) async fn carries_out(&self, plan: &Plan) -> Result<ShardRepair, Error> {
        let problem = |problem| Error::repair(plan.registry, problem);
        if plan.tells_front {
            self.controls_front(plan.registry).await?;
        }
        let registry = RegistryClient::new(Replicated(&self.agent), plan.registry);
        self.sets_maintenance(plan.registry, true).await?;
        let found = registry.status().await?.tip;
        if found != plan.has {
            if !plan.is_closed {
                self.sets_maintenance(plan.registry, false).await?;
            }
            return Err(problem(Problem::Changed(plan.has, found)));
        }
        if !plan.emptied.is_empty() {
            // Now, because an interrupted command has no result, and the next one finds these blocks in the log.
            let numbers: Vec<_> = plan.emptied.iter().map(ToString::to_string).collect();
            let numbers = numbers.join(", ");
            Step::begin("what comes back empty").done(format!(
                "aliases and metadata values will be empty at anchors {numbers}"
            ));
        }
        let step = Step::counted(
            format!("replaying at shard {}", plan.registry),
            plan.blocks.len() as u64,
        );
        let mut tip = plan.has;
        let mut left = &plan.blocks[..];
        while !left.is_empty() {
            let (now, later) = left.split_at(batch(left));
            let request = Repair {
                first_index: BlockIndex::new(tip.log_length),
                blocks: now.to_vec(),
            };
            tip = taken(registry.repair(&request).await?).map_err(problem)?;
            left = later;
            step.reached((plan.blocks.len() - left.len()) as u64);
        }
        if tip != plan.with_blocks {
            return Err(problem(Problem::NotTheTip {
                wanted: Box::new(plan.with_blocks),
                found: Box::new(tip),
            }));
        }
        step.done(format!("{} blocks replayed", plan.blocks.len()));

        if plan.lost.is_some() {
            let step = Step::begin("declaring what is lost");
            loop {
                let next = tip.next_anchor.saturating_add(LOST_NUMBERS_LIMIT);
                let loss = Loss {
                    first_missing: BlockIndex::new(tip.log_length),
                    next_anchor: next.min(plan.expects.next_anchor).max(tip.next_anchor),
                };
                tip = taken(registry.declare_lost(loss).await?).map_err(problem)?;
                if tip.next_anchor >= plan.expects.next_anchor {
                    break;
                }
            }
            step.done(format!("block {} says what is lost", tip.log_length - 1));
        }
        if plan.tells_front {
            let front = FrontClient::new(&self.agent, self.front);
            let told = front.expect_tip(plan.registry, &tip).await?;
            told.map_err(|error| problem(Problem::Front(error)))?;
        }
        self.sets_maintenance(plan.registry, false).await?;
        Ok(ShardRepair {
            blocks_after: tip.log_length,
            next_anchor: tip.next_anchor.get(),
            is_open: true,
            ..plan.report()
        })
    }

    /// Opens a shard that lacks nothing.
    pub(crate) async fn opens(&self, plan: &Plan) -> Result<ShardRepair, Error> {
        self.sets_maintenance(plan.registry, false).await?;
        Ok(ShardRepair {
            is_open: true,
            ..plan.report()
        })
    }

    /// Before anything is declared that front then would not be told of.
    async fn controls_front(&self, registry: Principal) -> Result<(), Error> {
        let controllers = self.agent.read_state_canister_controllers(self.front);
        let controllers = controllers.await.map_err(CallError::from)?;
        match self.agent.get_principal() {
            Ok(caller) if !controllers.contains(&caller) => {
                let problem = Problem::NotFrontsController { caller };
                Err(Error::repair(registry, problem))
            }
            _ => Ok(()),
        }
    }

    async fn sets_maintenance(&self, registry: Principal, maintenance: bool) -> Result<(), Error> {
        let wish = RegistrySettings {
            maintenance: Some(maintenance),
            ..RegistrySettings::default()
        };
        let client = RegistryClient::new(&self.agent, registry);
        let result = client.configure(&wish).await.map_err(|error| {
            // The shard turns others away at its door, before any method could say why.
            let is_turned_away = matches!(
                error.call(),
                Some(CallError::Rejected {
                    code: RejectCode::CanisterReject,
                    ..
                })
            );
            match (is_turned_away, self.agent.get_principal()) {
                (true, Ok(caller)) => {
                    let error = Box::new(error);
                    Error::repair(registry, Problem::NotController { caller, error })
                }
                _ => error.into(),
            }
        })?;
        result.map_err(|error| Error::repair(registry, Problem::Settings(error)))
    }
}

fn taken(answer: Result<ShardTip, RepairError>) -> Result<ShardTip, Problem> {
    answer.map_err(Problem::Refused)
}

/// How many of these blocks one call takes; at least one.
fn batch(blocks: &[EncodedBlock]) -> usize {
    let mut bytes = 0;
    let fitting = blocks.iter().take(BLOCKS).take_while(|block| {
        bytes += block.len();
        bytes <= BYTES
    });
    fitting.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_takes_as_many_blocks_as_fit() {
        let block = |bytes: usize| EncodedBlock::new(vec![0; bytes]);
        assert_eq!(batch(&vec![block(300); 700]), BLOCKS);
        assert_eq!(batch(&vec![block(300_000); 7]), 3);
        assert_eq!(batch(&[block(2 * BYTES), block(1)]), 1);
        assert_eq!(batch(&[block(1), block(1)]), 2);
    }
}
