use super::*;
use crate::fixture::{archive, blocks, log, reply, time_at};
use ic_stable_structures::VectorMemory;

const BUILD: BuildInfo = BuildInfo {
    canister: "archive",
    version: "1.2.3",
    commit: "abc",
};

fn shown(state: &State<VectorMemory>) -> String {
    let resources = Resources {
        cycles: 1,
        liquid_cycles: 1,
        heap_bytes: 1,
        stable_bytes: 1,
    };
    String::from_utf8(text(state, BUILD, resources, TimestampNs::new(0))).unwrap()
}

/// Names and types of the families: what dashboards and alerts rely on.
const CONTRACT: [(&str, &str); 19] = [
    ("anchorage_archive_blocks_stored_total", "counter"),
    ("anchorage_archive_failures_in_a_row", "gauge"),
    ("anchorage_archive_fetch_failures_total", "counter"),
    ("anchorage_archive_fetch_limit_blocks", "gauge"),
    ("anchorage_archive_fetches_total", "counter"),
    ("anchorage_archive_first_index", "gauge"),
    ("anchorage_archive_last_success_timestamp_seconds", "gauge"),
    ("anchorage_archive_longest_back_off_seconds", "gauge"),
    ("anchorage_archive_next_index", "gauge"),
    ("anchorage_archive_page_limit_entries", "gauge"),
    ("anchorage_archive_poll_interval_seconds", "gauge"),
    ("anchorage_archive_registry_log_length", "gauge"),
    ("anchorage_build_info", "gauge"),
    ("anchorage_cycle_balance_cycles", "gauge"),
    ("anchorage_heap_memory_bytes", "gauge"),
    ("anchorage_layout_version", "gauge"),
    ("anchorage_liquid_balance_cycles", "gauge"),
    ("anchorage_method_instructions", "histogram"),
    ("anchorage_stable_memory_bytes", "gauge"),
];

#[test]
fn every_family_is_there_from_the_start() {
    let text = shown(&archive().1);
    let mut families: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .map(|family| family.split_once(' ').unwrap())
        .collect();
    families.sort_unstable();
    assert_eq!(families, CONTRACT);
}

#[test]
fn every_reason_is_there_from_the_start() {
    let text = shown(&archive().1);
    for (_, reason) in counters::FAILURES {
        let sample = format!("anchorage_archive_fetch_failures_total{{reason=\"{reason}\"}} 0 0\n");
        assert!(text.contains(&sample), "{reason} is missing in\n{text}");
    }
}

#[test]
fn counts_survive_an_upgrade() {
    let (raw, mut state) = archive();
    let log = log(3);
    let request = state.next_request();
    state.take_answer(&request, reply(&blocks(&log, 0, 3)), time_at(0));
    let request = state.next_request();
    state.take_answer(&request, Ok(vec![]), time_at(1));
    drop(state);
    let text = shown(&State::upgrade(raw, None).unwrap());
    for sample in [
        "anchorage_archive_blocks_stored_total 3 0",
        "anchorage_archive_fetch_failures_total{reason=\"undecodable_answer\"} 1 0",
        "anchorage_archive_next_index 3 0",
        "anchorage_archive_registry_log_length 3 0",
        "anchorage_archive_last_success_timestamp_seconds 1700000000 0",
        "anchorage_archive_poll_interval_seconds 10 0",
    ] {
        assert!(
            text.contains(&format!("{sample}\n")),
            "{sample} is missing in\n{text}"
        );
    }
}
