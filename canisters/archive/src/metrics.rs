//! The archive's `/metrics`. Every family is there from the first scrape on.

use canister_kit::build::BuildInfo;
use canister_kit::metrics::{Labels, Metrics, Resources, float};
use ic_stable_structures::Memory;
use types::TimestampNs;

use crate::config::Config;
use crate::counters;
use crate::memory::LAYOUT_VERSION;
use crate::poll::LONGEST_BACK_OFF_NS;
use crate::state::State;

#[cfg(test)]
mod tests;

const NS_PER_SECOND: f64 = 1e9;

/// The whole text.
pub fn text<M: Memory>(
    state: &State<M>,
    build: BuildInfo,
    resources: Resources,
    now: TimestampNs,
) -> Vec<u8> {
    let mut metrics = Metrics::at(now.get());
    metrics.standard(build, LAYOUT_VERSION, resources);
    metrics.stored(&counters::TABLE, &state.counters);
    failures(&mut metrics, state);
    progress(&mut metrics, state);
    settings(&mut metrics, state);
    metrics.instructions(&counters::METHODS, &state.counters);
    metrics.into_body()
}

fn failures<M: Memory>(metrics: &mut Metrics, state: &State<M>) {
    let reasons = counters::FAILURES.map(|(slot, reason)| {
        let label = [("reason", reason)];
        (label, float(state.counters.get(slot)))
    });
    let samples: Vec<(Labels<'_>, f64)> = reasons
        .iter()
        .map(|(label, count)| (label.as_slice(), *count))
        .collect();
    metrics.counters(
        "anchorage_archive_fetch_failures_total",
        "Answers of the registry that were refused or did not come, by reason.",
        &samples,
    );
    metrics.gauge(
        "anchorage_archive_failures_in_a_row",
        "Failures since the last success.",
        f64::from(state.schedule.failures_in_a_row()),
    );
}

fn progress<M: Memory>(metrics: &mut Metrics, state: &State<M>) {
    metrics.gauge(
        "anchorage_archive_first_index",
        "Index of the first block kept here.",
        float(state.store.first_index().get()),
    );
    metrics.gauge(
        "anchorage_archive_next_index",
        "Index of the block that is wanted next.",
        float(state.store.next_index().get()),
    );
    metrics.gauge(
        "anchorage_archive_registry_log_length",
        "Length of the registry's log as of the last success.",
        float(state.counters.get(counters::REGISTRY_LOG_LENGTH)),
    );
    metrics.gauge(
        "anchorage_archive_last_success_timestamp_seconds",
        "When an answer was last taken without a failure; 0 for never.",
        float(state.counters.get(counters::LAST_SUCCESS_NS)) / NS_PER_SECOND,
    );
}

fn settings<M: Memory>(metrics: &mut Metrics, state: &State<M>) {
    let Config {
        registry: _,
        range: _,
        first_index: _,
        parent_hash: _,
        poll_interval_ns,
        fetch_limit,
        max_entries_per_call,
    } = &state.config;
    metrics.gauge(
        "anchorage_archive_poll_interval_seconds",
        "Time between two polls.",
        float(*poll_interval_ns) / NS_PER_SECOND,
    );
    metrics.gauge(
        "anchorage_archive_longest_back_off_seconds",
        "Longest time from a poll that fails to the next one.",
        float(LONGEST_BACK_OFF_NS.max(*poll_interval_ns)) / NS_PER_SECOND,
    );
    metrics.gauge(
        "anchorage_archive_fetch_limit_blocks",
        "Blocks asked for at once.",
        f64::from(*fetch_limit),
    );
    metrics.gauge(
        "anchorage_archive_page_limit_entries",
        "Entries that a query answers at most.",
        f64::from(*max_entries_per_call),
    );
}
