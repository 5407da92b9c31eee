//! What front knows about the family: a timer asks each shard for its status.
//!
//! Heap only; asked again right after an upgrade. `stats` and the service discovery answer from it.

mod discovery;

pub(crate) use discovery::{TARGETS_PATH, targets};

use crate::memory::LAYOUT_VERSION;
use crate::runtime::Runtime;
use crate::state::{Shared, State};
use crate::{metrics, routing};
use candid::Principal;
use canister_kit::sorted::sorted_by_key;
use std::collections::BTreeMap;
use types::TimestampNs;
use types::front::{ArchiveInfo, InternetIdentityStats, ShardState};
use types::lean::{self, reader};
use types::registry::RegistryStatus;

/// Seconds between two collections.
pub(crate) const INTERVAL_SECONDS: u64 = 60;
/// A collection that has not ended by then is taken for dead and another one may begin.
const COLLECTION_LIMIT_NS: u64 = 10 * 60 * 1_000_000_000;

/// Results of the collections.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    shards: BTreeMap<Principal, ShardReport>,
    /// A collection is under way and may be until then.
    collecting_until: Option<TimestampNs>,
}

/// What a shard said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardReport {
    /// When.
    pub(crate) at: TimestampNs,
    /// Its archives, the one in service first.
    pub(crate) archives: Vec<Principal>,
    /// Whether it is front's and has the numbers of its row. The table of an installation is not checked otherwise,
    /// because nobody can be asked then.
    pub(crate) agrees: bool,
}

impl Fleet {
    /// The last report of a shard, if there is one since the last upgrade.
    pub(crate) fn report(&self, shard: Principal) -> Option<&ShardReport> {
        self.shards.get(&shard)
    }
}

/// Asks all shards of the routing table that can be reached, one after the other. Does nothing while another collection runs.
pub(crate) async fn collect<R: Runtime>(runtime: &R, state: &Shared) {
    let Some(_running) = Running::begin(state, runtime.now()) else {
        return;
    };
    let shards: Vec<Principal> = {
        let mut state = state.borrow_mut();
        let rows = state.routing().rows();
        let shards: Vec<Principal> = rows.iter().map(|row| row.canister).collect();
        let reachable = rows
            .iter()
            .filter(|row| row.state != ShardState::Unreachable);
        let reachable = reachable.map(|row| row.canister).collect();
        state.fleet.shards.retain(|shard, _| shards.contains(shard));
        reachable
    };
    for shard in shards {
        let known = state.borrow().tips.get(shard);
        let status = ask(runtime, shard).await;
        let mut state = state.borrow_mut();
        match status {
            Some(status) => {
                state.tips.compare(shard, known, status.tip);
                if known.is_some_and(|known| status.tip.log_length < known.log_length) {
                    // It was rolled back.
                    state.distrust(shard);
                }
                state.heard(shard, status.tip, runtime.now());
                let row = state.routing().of(shard);
                let report = ShardReport {
                    at: runtime.now(),
                    archives: archives(&status),
                    agrees: row
                        .is_some_and(|row| routing::agrees(row, &status, runtime.own_id()).is_ok()),
                };
                state.fleet.shards.insert(shard, report);
                state.counters.add(metrics::COLLECTED, 1);
            }
            None => state.counters.add(metrics::COLLECT_FAILED, 1),
        }
    }
}

/// The status of a shard, if it tells it.
pub(crate) async fn ask<R: Runtime>(runtime: &R, shard: Principal) -> Option<RegistryStatus> {
    let reply = runtime.call(shard, "status", lean::NOTHING.to_vec());
    reader::value(&reply.await.ok()?).ok()
}

fn archives(status: &RegistryStatus) -> Vec<Principal> {
    let archives = sorted_by_key(&status.archives, |archive| !archive.in_service);
    archives.iter().map(|archive| archive.canister).collect()
}

/// Totals over all shards. Numbers come from the stored tips, so they are there right after an upgrade.
pub(crate) fn stats(state: &State) -> InternetIdentityStats {
    let rows = state.routing().rows();
    let registered = rows.iter().map(|row| {
        let next = state.tips.get(row.canister).map(|tip| tip.next_anchor);
        let next = next.map_or(0, |next| next.get().min(row.range.hi().get()));
        next.saturating_sub(row.range.lo().get())
    });
    let reports: Option<Vec<&ShardReport>> = rows
        .iter()
        .map(|row| state.fleet.report(row.canister))
        .collect();
    let reports = reports.unwrap_or_default();
    InternetIdentityStats {
        users_registered: registered.sum(),
        storage_layout_version: u8::try_from(LAYOUT_VERSION).unwrap_or(u8::MAX),
        assigned_user_number_range: match (rows.first(), rows.last()) {
            (Some(first), Some(last)) => (first.range.lo(), last.range.hi()),
            _ => Default::default(),
        },
        archive_info: ArchiveInfo {
            archive_canister: rows
                .iter()
                .find_map(|row| state.fleet.report(row.canister)?.archives.first().copied()),
            archive_config: None,
        },
        canister_creation_cycles_cost: 0,
        event_aggregations: Vec::new(),
        collected_at: reports.iter().map(|report| report.at).min(),
    }
}

/// The collection under way. Ends when dropped, also by a trap after an await.
struct Running(Shared);

impl Running {
    fn begin(state: &Shared, now: TimestampNs) -> Option<Self> {
        let fleet = &mut state.borrow_mut().fleet;
        if fleet.collecting_until.is_some_and(|until| now < until) {
            return None;
        }
        fleet.collecting_until = Some(now.saturating_add(COLLECTION_LIMIT_NS));
        Some(Self(Shared::clone(state)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.borrow_mut().fleet.collecting_until = None;
    }
}

#[cfg(test)]
pub(crate) mod tests;
