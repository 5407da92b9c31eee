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
mod followed;
mod plan;
mod problem;
mod report;

pub(crate) use problem::Problem;

use crate::cli;
use crate::error::{self, Error, named};
use crate::family::{self, EarlierArchive, Failed, Shard};
use crate::identity;
use crate::network::Network;
use crate::output::Step;
use carry_out::Operator;
use client::{FrontClient, Replicated};
use ic_agent::Agent;
use plan::Plan;
pub(crate) use report::Report;
use report::ShardRepair;
use std::path::Path;
use types::BlockIndex;
use types::front::ShardRoute;
use types::registry::{ArchiveProgress, ShardTip};

/// Repairs the shards that need it, one after the other, and says what became of each. One that fails keeps no other from
/// being repaired.
pub(crate) async fn run(
    home: &Path,
    network: &Network,
    options: &cli::Repair,
) -> Result<(Report, Result<(), Error>), Error> {
    let operator = operator(home, network, options)?;
    // As a controller, who is answered also when cycles are low.
    let agent = match &operator {
        Some(operator) => operator.agent.clone(),
        None => network.anonymous()?,
    };
    let front = FrontClient::new(Replicated(&agent), network.front());
    let expected = named("front", front.expected_tips().await.map_err(Error::from))?;
    let mut routes = named("shards", family::routes(network, &agent).await)?;
    let archives = family::earlier_archives(&agent, &routes, &options.archive).await?;
    if let Some(wanted) = options.shard {
        routes.retain(|route| route.canister == wanted);
        if routes.is_empty() {
            return Err(Error::NoSuchShard(wanted));
        }
    }
    let (mut reports, mut failed, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for route in &routes {
        let expects = expected.iter().find(|tip| tip.canister == route.canister);
        let expects = expects.and_then(|expected| expected.tip);
        let archives = archives.get(&route.canister).map_or(&[][..], Vec::as_slice);
        let repaired = plan(&agent, route, expects, archives, options).await;
        let repaired = match (repaired, &operator) {
            (Ok(plan), Some(operator)) if !options.dry_run => {
                carried_out(operator, &plan, options.open).await
            }
            (planned, _) => planned.map(|plan| plan.report()),
        };
        match named(&format!("shard {}", route.canister), repaired) {
            Ok(report) => reports.push(report),
            Err(error) => {
                failed.push(Failed::new(route.canister, &error));
                errors.push(error);
            }
        }
    }
    let report = Report::new(options.dry_run, reports, failed);
    Ok((report, error::all(errors)))
}

/// Who has the key of a controller. To look needs none.
fn operator(
    home: &Path,
    network: &Network,
    options: &cli::Repair,
) -> Result<Option<Operator>, Error> {
    let key = match &options.identity {
        Some(path) => identity::read(path),
        None => identity::read(&home.join("operator.pem")),
    };
    match key {
        Ok(key) => Operator::new(network, key).map(Some),
        Err(_) if options.dry_run && options.identity.is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is to be done to a shard, if it may be.
async fn plan(
    agent: &Agent,
    route: &ShardRoute,
    expects: Option<ShardTip>,
    archives: &[EarlierArchive],
    options: &cli::Repair,
) -> Result<Plan, Error> {
    let mut shard = family::shard(agent, route).await?;
    also_ask(&mut shard, archives);
    let step = Step::begin(format!(
        "shard {}: looking for what is missing",
        route.canister
    ));
    let plan = Plan::make(agent, &shard, expects).await?;
    step.done(plan.line());
    plan.may_be_done(options.declare_lost)?;
    Ok(plan)
}

async fn carried_out(operator: &Operator, plan: &Plan, open: bool) -> Result<ShardRepair, Error> {
    if !plan.is_empty() {
        operator.carries_out(plan).await
    } else if plan.is_closed && open {
        operator.opens(plan).await
    } else {
        Ok(plan.report())
    }
}

/// A snapshot may be older than the shard's list of archives.
fn also_ask(shard: &mut Shard, archives: &[EarlierArchive]) {
    for EarlierArchive { canister, .. } in archives {
        if shard
            .archives
            .iter()
            .all(|known| known.canister != *canister)
        {
            shard.archives.push(ArchiveProgress {
                canister: *canister,
                in_service: false,
                acknowledged: BlockIndex::new(0),
                last_fetch: None,
                diverged: false,
            });
        }
    }
}
