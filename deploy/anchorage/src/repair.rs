//! The way back of a shard that was put back to a snapshot.
//!
//! ```text
//! front: the tip it expects        archives: the blocks that the shard lacks
//!               |                                 |
//!               +---------------> plan <----------+---- shard: its own tip
//!                                  |
//!      shard closed --> blocks replayed --> (what nobody has: declared lost, front told) --> shard opened
//! ```
//!
//! What is asked is asked of the subnet (certified answers); blocks come from single nodes, and count because they form a
//! chain from the shard's own tip to the one that the archive, or front, has. Everything is read and checked before
//! anything is changed, and a command that was interrupted is given again.

mod carry_out;
mod plan;
mod problem;
mod report;

pub(crate) use problem::Problem;

use crate::cli;
use crate::error::{Error, named};
use crate::family::{self, Shard};
use crate::identity;
use crate::network::Network;
use crate::output::Step;
use carry_out::Operator;
use client::{FrontClient, Replicated};
use plan::Plan;
pub(crate) use report::Report;
use std::path::Path;
use types::registry::ArchiveProgress;
use types::{BlockIndex, Principal};

/// Repairs the shards that need it: one after the other, those before the one that fails stay repaired.
pub(crate) async fn run(
    home: &Path,
    network: &Network,
    options: &cli::Repair,
) -> Result<Report, Error> {
    let key = match &options.identity {
        Some(path) => path.clone(),
        None => home.join("operator.pem"),
    };
    let operator = Operator::new(network, identity::read(&key)?)?;
    let agent = network.anonymous()?;
    let front = FrontClient::new(Replicated(&agent), network.front());
    let expected = named("front", front.expected_tips().await.map_err(Error::from))?;
    let mut shards = named("shards", family::shards(network, &agent).await)?;
    if let Some(wanted) = options.shard {
        shards.retain(|shard| shard.registry == wanted);
        if shards.is_empty() {
            return Err(Error::NoSuchShard(wanted));
        }
    }
    let mut reports = Vec::new();
    for shard in &mut shards {
        also_ask(shard, &options.archive);
        let expects = expected.iter().find(|tip| tip.canister == shard.registry);
        let expects = expects.and_then(|expected| expected.tip);
        let name = format!("shard {}", shard.registry);
        let step = Step::begin(format!("{name}: looking for what is missing"));
        let plan = named(&name, Plan::make(&agent, shard, expects).await)?;
        step.done(plan.line());
        named(&name, plan.may_be_done(options.declare_lost))?;
        let report = if options.dry_run || plan.is_empty() {
            plan.report()
        } else {
            named(&name, operator.carries_out(&plan).await)?
        };
        reports.push(report);
    }
    Ok(Report::new(options.dry_run, reports))
}

/// A snapshot may be older than the shard's list of archives.
fn also_ask(shard: &mut Shard, archives: &[Principal]) {
    for archive in archives {
        if shard
            .archives
            .iter()
            .all(|known| known.canister != *archive)
        {
            shard.archives.push(ArchiveProgress {
                canister: *archive,
                in_service: false,
                acknowledged: BlockIndex::new(0),
                last_fetch: None,
                diverged: false,
            });
        }
    }
}
