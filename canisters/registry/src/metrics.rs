//! The text of `/metrics`: the same families on every scrape, limits beside what they bound.

use crate::activity::{Kind, Series, Window};
use crate::counters;
use crate::memory::LAYOUT_VERSION;
use crate::orders;
use crate::registration_modes;
use crate::shard::Shard;
use anchors::Day;
use canister_kit::build::BuildInfo;
use canister_kit::metrics::{Labels, Metrics, Resources, float};
use ic_stable_structures::Memory;
use types::{BlockIndex, TimestampNs};

#[cfg(test)]
mod tests;

/// Everything an operator may want to know about the shard, nothing about a person.
pub fn render<M: Memory>(
    shard: &Shard<M>,
    build: BuildInfo,
    resources: Resources,
    now: TimestampNs,
) -> Vec<u8> {
    let mut metrics = Metrics::at(now.get());
    metrics.standard(build, LAYOUT_VERSION, resources);
    gauges(shard, &mut metrics);
    activity_gauges(shard, &mut metrics, now);
    archive_gauges(shard, &mut metrics, now);
    metrics.stored(&counters::TABLE, &shard.counters);
    metrics.instructions(&counters::METHODS, &shard.counters);
    metrics.into_body()
}

fn gauges<M: Memory>(shard: &Shard<M>, metrics: &mut Metrics) {
    let settings = shard.settings();
    let range = shard.anchors.range();
    for (name, help, value) in [
        (
            "registry_anchors",
            "Anchor numbers given.",
            shard.anchors.count(),
        ),
        (
            "registry_anchors_limit",
            "Anchor numbers of the shard's range.",
            range.len(),
        ),
        (
            "registry_unindexed_anchors",
            "Anchors that are not in the index of passkeys yet, which is built after an upgrade.",
            shard.anchors.unindexed(),
        ),
        (
            "registry_devices_per_anchor_limit",
            "Devices that an anchor may have.",
            settings.max_devices.into(),
        ),
        (
            "registry_log_blocks",
            "Blocks of the log, archived ones included.",
            shard.log.length(),
        ),
        (
            "registry_held_blocks",
            "Blocks that the shard itself holds.",
            shard.log.length() - shard.log.first_kept(),
        ),
        (
            "registry_held_blocks_limit",
            "Blocks that the shard can hold.",
            crate::log::CAPACITY,
        ),
        (
            "registry_retained_blocks_limit",
            "Archived blocks that are kept nevertheless.",
            settings.retention,
        ),
        (
            "registry_backlog_blocks",
            "Blocks that the archive in service lacks.",
            shard.unarchived(),
        ),
        (
            "registry_backlog_blocks_limit",
            "Backlog at which orders are refused.",
            settings.backlog_limit,
        ),
        (
            "registry_orders_remembered",
            "Orders whose answers are kept.",
            shard.orders.remembered(),
        ),
        (
            "registry_orders_remembered_limit",
            "Orders whose answers can be kept.",
            orders::CAPACITY,
        ),
        (
            "registry_temporary_keys",
            "Temporary keys in the heap.",
            shard.temporary_keys.count() as u64,
        ),
        (
            "registry_operations_per_day_limit",
            "Operations that an anchor may have on one day (UTC), removals not counted.",
            settings.operations_per_day().into(),
        ),
        (
            "registry_registration_modes",
            "Open registrations of devices on other machines, those included that are over and still to be forgotten.",
            shard.registration_modes.count(),
        ),
        (
            "registry_registration_modes_limit",
            "Registrations of devices on other machines that can be open at once.",
            registration_modes::LIMIT,
        ),
        (
            "registry_maintenance",
            "1 while orders are refused for maintenance.",
            u64::from(settings.maintenance),
        ),
    ] {
        metrics.gauge(name, help, float(value));
    }
}

/// Windows of whole days: a running one ends with today, a completed one with yesterday.
fn activity_gauges<M: Memory>(shard: &Shard<M>, metrics: &mut Metrics, now: TimestampNs) {
    let today = Day::of(now);
    let yesterday = Day::new(today.number().saturating_sub(1));
    let windows = [
        ("day", "completed", Window::Day, yesterday),
        ("day", "running", Window::Day, today),
        ("30_days", "completed", Window::Month, yesterday),
        ("30_days", "running", Window::Month, today),
    ];
    let active = |series, window, last| float(shard.activity.active(series, window, last));
    let anchors = windows.map(|(name, state, window, last)| {
        let labels = [("window", name), ("state", state)];
        (labels, active(Series::Anchors, window, last))
    });
    let anchors = anchors
        .each_ref()
        .map(|(labels, value)| (&labels[..], *value));
    metrics.gauges(
        "registry_active_anchors",
        "Anchors of which a device authenticated somebody in the window; whole days (UTC), a completed window ends with yesterday.",
        &anchors,
    );
    let devices = Kind::ALL.map(|kind| {
        windows.map(|(name, state, window, last)| {
            let labels = [("kind", kind.name()), ("window", name), ("state", state)];
            (labels, active(Series::Devices(kind), window, last))
        })
    });
    let devices: Vec<(Labels<'_>, f64)> = devices
        .iter()
        .flatten()
        .map(|(labels, value)| (&labels[..], *value))
        .collect();
    metrics.gauges(
        "registry_active_devices",
        "Devices that authenticated somebody in the window, each under the kind it had when the window first counted it.",
        &devices,
    );
}

fn archive_gauges<M: Memory>(shard: &Shard<M>, metrics: &mut Metrics, now: TimestampNs) {
    let in_service = shard.archives().in_service();
    let entries = shard.archives().entries();
    let diverged = entries.iter().filter(|entry| entry.diverged).count();
    for (name, help, value) in [
        (
            "registry_archives",
            "Archives that may fetch.",
            entries.len() as u64,
        ),
        (
            "registry_archives_in_service",
            "Archives whose acknowledgement counts: 0 or 1.",
            u64::from(in_service.is_some()),
        ),
        (
            "registry_archives_diverged",
            "Archives whose chain is not the shard's. While there is one nothing is forgotten.",
            diverged as u64,
        ),
    ] {
        metrics.gauge(name, help, float(value));
    }
    let last_fetch = in_service.and_then(|entry| entry.last_fetch);
    metrics.gauge(
        "registry_last_fetch_timestamp_seconds",
        "When the archive in service last asked; 0 if it never did.",
        seconds(last_fetch.map_or(0, TimestampNs::get)),
    );
    metrics.gauge(
        "registry_oldest_backlog_age_seconds",
        "Age of the oldest block that the archive in service lacks; 0 if it lacks none.",
        oldest_backlog_age(shard, now),
    );
}

fn oldest_backlog_age<M: Memory>(shard: &Shard<M>, now: TimestampNs) -> f64 {
    let oldest = BlockIndex::new(shard.archives().archived().max(shard.log.first_kept()));
    let Some(held) = shard.log.block(oldest) else {
        return 0.0;
    };
    let block = oplog::Block::decode(held.block.as_slice()).expect("a block that this log encoded");
    seconds(now.get().saturating_sub(block.ts.get()))
}

fn seconds(ns: u64) -> f64 {
    float(ns / 1_000_000) / 1_000.0
}
