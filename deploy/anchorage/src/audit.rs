//! The audit of a family: of every shard the whole log, as anybody can check it.
//!
//! ```text
//! archives, then shard --blocks--> chain --last hash--> certified tip --> root key
//!                                    |
//!                                    +--> replay == public state, page by page (certified answers)
//!                                    +--> contains the tip that the audit before saved
//! ```
//!
//! A family that is in use changes meanwhile: each page of the public state names its own tip, and is compared with the
//! log up to there. In the end a certified tip covers all that was compared.

mod finding;
mod ledger;
mod log;
mod report;

pub(crate) use finding::Finding;

use crate::certified::CertifiedTip;
use crate::error::{self, Error, named};
use crate::family::{self, EarlierArchive, Failed, Shard};
use crate::network::{NODE_CATCHES_UP, Network, PAUSE};
use crate::output::Step;
use crate::record::{SavedTip, Tips};
use client::{RegistryClient, Replicated};
use ic_agent::Agent;
use ledger::Ledger;
use log::Log;
pub(crate) use report::Report;
use report::ShardReport;
use std::time::Instant;
use types::Principal;
use types::front::ShardRoute;

/// Anchors on a page of the public state; a shard gives at most as many.
const PAGE: u32 = 500;

/// Audits all shards, saves their tips, and reports those that stood it. A finding at one shard, or one that does not answer,
/// does not keep the others from being audited. Earlier archives are those that their shards do not name any more.
pub(crate) async fn run(
    network: &mut Network,
    earlier_archives: &[Principal],
) -> Result<(Report, Result<(), Error>), Error> {
    let begin = Instant::now();
    let agent = network.anonymous()?;
    let routes = named("audit", family::routes(network, &agent).await)?;
    let archives = family::earlier_archives(&agent, &routes, earlier_archives).await?;
    let mut errors = missing(&network.tips, &routes);
    let gone = errors.iter().filter_map(|error| match error {
        Error::Audit { shard, .. } => Some(Failed::new(*shard, error)),
        _ => None,
    });
    let (mut reports, mut failed) = (Vec::new(), gone.collect::<Vec<_>>());
    for route in &routes {
        let registry = route.canister;
        let saved = network.tips.get(&registry).cloned();
        let shard = family::shard(&agent, route).await;
        let audited = match named(&format!("shard {registry}"), shard) {
            Ok(shard) => {
                let earlier = archives.get(&registry).cloned();
                audit(&agent, &shard, earlier.unwrap_or_default(), saved).await
            }
            Err(silent) => Err(silent),
        };
        match audited {
            Ok(report) => {
                if let Some(tip) = &report.tip {
                    network.tips.insert(registry, tip.clone());
                }
                // Per shard: what stood the audit is known, whatever becomes of the next one.
                network.remember()?;
                reports.push(report);
            }
            Err(error) => {
                failed.push(Failed::new(registry, &error));
                errors.push(error);
            }
        }
    }
    let report = Report::new(reports, failed, begin.elapsed());
    Ok((report, named("audit", error::all(errors))))
}

/// A family without shards, and shards that were audited before and that front does not name any more: front never lets
/// go of a shard that has given numbers.
fn missing(tips: &Tips, routes: &[ShardRoute]) -> Vec<Error> {
    let is_there = |shard: &Principal| routes.iter().any(|route| route.canister == *shard);
    let gone = tips.keys().filter(|shard| !is_there(shard)).copied();
    let mut errors: Vec<_> = gone
        .map(|shard| Error::found(shard, Finding::Gone))
        .collect();
    if routes.is_empty() && errors.is_empty() {
        errors.push(Error::NoShards);
    }
    errors
}

async fn audit(
    agent: &Agent,
    shard: &Shard,
    earlier_archives: Vec<EarlierArchive>,
    saved: Option<SavedTip>,
) -> Result<ShardReport, Error> {
    let found = |finding| Error::found(shard.registry, finding);
    let mut log = Log::new(agent, shard, earlier_archives);
    // Before the shard's tip, so that none of them can be ahead of it.
    let archived = log.archive_tips().await?;
    let tip = log.tip().await?;
    let mut ledger = Ledger::new(shard.range);
    for (_, tip) in &archived {
        ledger.watch(tip.index);
    }
    if let Some(saved) = &saved {
        ledger.watch(saved.index);
    }

    let step = Step::counted(format!("auditing shard {}", shard.registry), length(tip));
    extend(&mut ledger, &mut log, length(tip), |done| {
        step.reached(done);
    })
    .await?;
    let tip = compare_state(agent, shard, &mut ledger, &mut log, tip).await?;
    if let Some(tip) = &tip {
        let hash = ledger.last_hash();
        ledger::same_tip(shard.registry, tip.index, tip.hash, hash).map_err(found)?;
    }
    for (archive, tip) in &archived {
        ledger.contains(*archive, tip).map_err(found)?;
    }
    if let Some(saved) = &saved {
        ledger.continues(saved).map_err(found)?;
    }

    let archived = archived.iter().map(|(_, tip)| length(Some(*tip))).max();
    let report = ShardReport {
        registry: shard.registry,
        range: [shard.range.lo().get(), shard.range.hi().get()],
        blocks: ledger.length(),
        archived: archived.unwrap_or(0),
        anchors: ledger.anchors(),
        next_anchor: ledger.next_anchor().get(),
        tip: tip.map(SavedTip::from),
        earlier_tip: saved,
        silent_archives: log.silent(),
    };
    step.done(report.line());
    Ok(report)
}

/// How many blocks a log with this tip has.
fn length(tip: Option<CertifiedTip>) -> u64 {
    tip.map_or(0, |tip| tip.index.saturating_add(1))
}

/// Takes the blocks below `length` into the ledger.
async fn extend(
    ledger: &mut Ledger,
    log: &mut Log<'_>,
    length: u64,
    reached: impl Fn(u64),
) -> Result<(), Error> {
    while ledger.length() < length {
        let (by, blocks) = log.blocks(ledger.length(), length).await?;
        for block in blocks {
            let pushed = ledger.push(by, &block);
            pushed.map_err(|finding| Error::found(log.shard(), finding))?;
        }
        reached(ledger.length());
    }
    Ok(())
}

/// Compares all pages of the public state with the replay, and answers a certified tip that covers them.
async fn compare_state(
    agent: &Agent,
    shard: &Shard,
    ledger: &mut Ledger,
    log: &mut Log<'_>,
    tip: Option<CertifiedTip>,
) -> Result<Option<CertifiedTip>, Error> {
    let found = |finding| Error::found(shard.registry, finding);
    // As updates: the subnet certifies the answers.
    let registry = RegistryClient::new(Replicated(agent), shard.registry);
    let mut from = Some(shard.range.lo());
    while let Some(first) = from {
        let page = registry.public_state(first, PAGE).await?;
        extend(ledger, log, page.tip.log_length, |_| ()).await?;
        ledger.agrees(first, &page).map_err(found)?;
        from = page.next;
    }
    let seen = ledger.length();
    let begin = Instant::now();
    let mut tip = tip;
    while length(tip) < seen {
        if begin.elapsed() > NODE_CATCHES_UP {
            return Err(found(Finding::Uncovered { length: seen }));
        }
        tokio::time::sleep(PAUSE).await;
        tip = log.tip().await?;
    }
    extend(ledger, log, length(tip), |_| ()).await?;
    Ok(tip)
}

#[cfg(test)]
mod tests;
