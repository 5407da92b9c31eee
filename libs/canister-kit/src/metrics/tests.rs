use super::*;
use ic_stable_structures::VectorMemory;

const TABLE: [StoredCounter; 3] = [
    StoredCounter {
        slot: Slot::new(0),
        name: "blocks_total",
        help: "Blocks by outcome.",
        labels: &[("outcome", "stored")],
    },
    StoredCounter {
        slot: Slot::new(1),
        name: "blocks_total",
        help: "",
        labels: &[("outcome", "gap")],
    },
    StoredCounter {
        slot: Slot::new(2),
        name: "polls_total",
        help: "Polls.",
        labels: &[],
    },
];

const METHODS: [MeasuredMethod; 2] = [
    MeasuredMethod::new(Method::new(0), "apply"),
    MeasuredMethod::new(Method::new(1), "poll"),
];

fn text(metrics: Metrics) -> String {
    String::from_utf8(metrics.into_body()).unwrap()
}

#[test]
fn stored_families_are_there_before_anything_happened() {
    let counters = Counters::open(VectorMemory::default());
    let mut metrics = Metrics::at(7_999_999);
    metrics.stored(&TABLE, &counters);
    assert_eq!(
        text(metrics),
        "# HELP blocks_total Blocks by outcome.\n\
         # TYPE blocks_total counter\n\
         blocks_total{outcome=\"stored\"} 0 7\n\
         blocks_total{outcome=\"gap\"} 0 7\n\
         # HELP polls_total Polls.\n\
         # TYPE polls_total counter\n\
         polls_total 0 7\n"
    );
}

#[test]
fn stored_families_show_their_own_counter() {
    let counters = Counters::open(VectorMemory::default());
    counters.add(TABLE[1].slot, 4);
    let mut metrics = Metrics::at(0);
    metrics.stored(&TABLE, &counters);
    let text = text(metrics);
    assert!(
        text.contains("blocks_total{outcome=\"gap\"} 4 0\n"),
        "{text}"
    );
    assert!(
        text.contains("blocks_total{outcome=\"stored\"} 0 0\n"),
        "{text}"
    );
}

#[test]
fn histograms_are_cumulative_and_present_for_every_method() {
    let counters = Counters::open(VectorMemory::default());
    counters.observe(METHODS[0].method, 20_000);
    counters.observe(METHODS[0].method, 50_000_000_000);
    let mut metrics = Metrics::at(0);
    metrics.instructions(&METHODS, &counters);
    let text = text(metrics);
    for line in [
        "_bucket{method=\"apply\",le=\"10000\"} 0 0",
        "_bucket{method=\"apply\",le=\"30000\"} 1 0",
        "_bucket{method=\"apply\",le=\"40000000000\"} 1 0",
        "_bucket{method=\"apply\",le=\"+Inf\"} 2 0",
        "_sum{method=\"apply\"} 50000020000 0",
        "_count{method=\"apply\"} 2 0",
        "_count{method=\"poll\"} 0 0",
    ] {
        let line = format!("anchorage_method_instructions{line}\n");
        assert!(text.contains(&line), "{line} is missing in\n{text}");
    }
    assert_eq!(text.matches("# TYPE").count(), 1);
}

#[test]
fn last_executions_have_histograms_of_their_own() {
    let counters = Counters::open(VectorMemory::default());
    counters.observe(METHODS[0].method, 50_000);
    counters.observe(METHODS[0].method.last_execution(), 20_000);
    let mut metrics = Metrics::at(0);
    metrics.last_executions(&METHODS, &counters);
    let text = text(metrics);
    for line in [
        "_bucket{method=\"apply\",le=\"10000\"} 0 0",
        "_bucket{method=\"apply\",le=\"30000\"} 1 0",
        "_sum{method=\"apply\"} 20000 0",
        "_count{method=\"poll\"} 0 0",
    ] {
        let line = format!("anchorage_last_execution_instructions{line}\n");
        assert!(text.contains(&line), "{line} is missing in\n{text}");
    }
}

#[test]
fn the_standard_families_are_a_contract() {
    let mut metrics = Metrics::at(1_000_000);
    metrics.standard(
        BuildInfo {
            canister: "archive",
            version: "1.2.3",
            commit: "abc",
        },
        4,
        Resources {
            cycles: 5,
            liquid_cycles: 6,
            heap_bytes: 7,
            stable_bytes: 8,
        },
    );
    let text = text(metrics);
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        samples,
        [
            "anchorage_build_info{canister=\"archive\",version=\"1.2.3\",commit=\"abc\"} 1 1",
            "anchorage_layout_version 4 1",
            "anchorage_cycle_balance_cycles 5 1",
            "anchorage_liquid_balance_cycles 6 1",
            "anchorage_heap_memory_bytes 7 1",
            "anchorage_stable_memory_bytes 8 1",
        ]
    );
}
