//! The Prometheus text of `/metrics`.
//!
//! [`Metrics`] writes families; a family is written with all its label values on each scrape, zero
//! included, so that an alert on it cannot fall silent. [`Metrics::standard`] writes what every canister has,
//! [`Metrics::stored`] and [`Metrics::instructions`] what is declared in a table of constants, so that nothing is
//! forgotten. Names end in their unit (`_bytes`, `_seconds`, `_total`).

use ic_metrics_encoder::MetricsEncoder;
use ic_stable_structures::Memory;

use crate::build::BuildInfo;
use crate::counters::{Counters, Histogram, INSTRUCTION_BOUNDS, Method, Slot};

#[cfg(test)]
mod tests;

/// Names and values of a sample's labels.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

/// A stored counter, declared once. Neighbours in a table with the same name are one family.
#[derive(Debug, Clone, Copy)]
pub struct StoredCounter {
    /// Where it is stored.
    pub slot: Slot,
    /// The family's name, ending in `_total`.
    pub name: &'static str,
    /// The family's description; the first one of a family counts.
    pub help: &'static str,
    /// What tells it from the others of its family.
    pub labels: &'static [(&'static str, &'static str)],
}

/// A method whose instructions are counted, declared once.
#[derive(Debug, Clone, Copy)]
pub struct MeasuredMethod {
    /// Where its histogram is stored.
    pub method: Method,
    /// Its Candid name.
    pub name: &'static str,
}

impl MeasuredMethod {
    /// A row of a canister's table.
    pub const fn new(method: Method, name: &'static str) -> Self {
        Self { method, name }
    }
}

/// What the system says about a canister's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Cycles in the balance.
    pub cycles: u128,
    /// Cycles above the freezing threshold.
    pub liquid_cycles: u128,
    /// Size of the Wasm heap.
    pub heap_bytes: u64,
    /// Size of the stable memory.
    pub stable_bytes: u64,
}

impl Resources {
    /// Asks the system. For the door.
    pub fn of_this_canister() -> Self {
        const PAGE_BYTES: u64 = 65_536;
        #[cfg(target_arch = "wasm32")]
        let heap_pages = core::arch::wasm32::memory_size(0) as u64;
        #[cfg(not(target_arch = "wasm32"))]
        let heap_pages = 0;
        Self {
            cycles: ic_cdk::api::canister_cycle_balance(),
            liquid_cycles: ic_cdk::api::canister_liquid_cycle_balance(),
            heap_bytes: heap_pages * PAGE_BYTES,
            stable_bytes: ic_cdk::api::stable_size() * PAGE_BYTES,
        }
    }
}

/// A text in the making.
pub struct Metrics(MetricsEncoder<Vec<u8>>);

impl Metrics {
    /// An empty text, whose samples carry the time of the block, in nanoseconds since 1970.
    pub fn at(now_ns: u64) -> Self {
        let millis = i64::try_from(now_ns / 1_000_000).unwrap_or(i64::MAX);
        Self(MetricsEncoder::new(Vec::new(), millis))
    }

    /// The finished text.
    pub fn into_body(self) -> Vec<u8> {
        self.0.into_inner()
    }

    /// A gauge with one value.
    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        expect(self.0.encode_gauge(name, value, help));
    }

    /// A gauge with one value per set of labels.
    pub fn gauges(&mut self, name: &str, help: &str, samples: &[(Labels<'_>, f64)]) {
        let family = expect(self.0.gauge_vec(name, help));
        samples.iter().fold(family, |family, (labels, value)| {
            expect(family.value(labels, *value))
        });
    }

    /// A counter with one value.
    pub fn counter(&mut self, name: &str, help: &str, value: f64) {
        expect(self.0.encode_counter(name, value, help));
    }

    /// A counter with one value per set of labels.
    pub fn counters(&mut self, name: &str, help: &str, samples: &[(Labels<'_>, f64)]) {
        let family = expect(self.0.counter_vec(name, help));
        samples.iter().fold(family, |family, (labels, value)| {
            expect(family.value(labels, *value))
        });
    }

    /// All counters of a table.
    pub fn stored<M: Memory>(&mut self, table: &[StoredCounter], counters: &Counters<M>) {
        for family in table.chunk_by(|a, b| a.name == b.name) {
            if let [only] = family
                && only.labels.is_empty()
            {
                self.counter(only.name, only.help, float(counters.get(only.slot)));
                continue;
            }
            let samples: Vec<(Labels<'_>, f64)> = family
                .iter()
                .map(|counter| (counter.labels, float(counters.get(counter.slot))))
                .collect();
            self.counters(family[0].name, family[0].help, &samples);
        }
    }

    /// The instructions of all methods of a table, as one family of histograms.
    pub fn instructions<M: Memory>(&mut self, table: &[MeasuredMethod], counters: &Counters<M>) {
        self.histograms(
            "anchorage_method_instructions",
            "Instructions of an update, all its executions together, by method.",
            table.iter().map(|one| (one.name, one.method)),
            counters,
        );
    }

    /// The same of the last executions, for a canister whose methods await.
    pub fn last_executions<M: Memory>(&mut self, table: &[MeasuredMethod], counters: &Counters<M>) {
        self.histograms(
            "anchorage_last_execution_instructions",
            "Instructions of an update's last execution (what came after its last await, or all of it), by method.",
            table.iter().map(|one| (one.name, one.method.last_execution())),
            counters,
        );
    }

    fn histograms<M: Memory>(
        &mut self,
        name: &str,
        help: &str,
        methods: impl Iterator<Item = (&'static str, Method)>,
        counters: &Counters<M>,
    ) {
        let mut family = expect(self.0.histogram_vec(name, help));
        for (name, method) in methods {
            let Histogram { buckets, sum } = counters.histogram(method);
            let bounds = INSTRUCTION_BOUNDS
                .iter()
                .map(|bound| float(*bound))
                .chain([f64::INFINITY]);
            let buckets = bounds.zip(buckets.iter().map(|calls| float(*calls)));
            family = expect(family.histogram(&[("method", name)], buckets, float(sum)));
        }
    }

    /// The families that every canister has.
    pub fn standard(&mut self, build: BuildInfo, layout_version: u32, resources: Resources) {
        let BuildInfo {
            canister,
            version,
            commit,
        } = build;
        self.gauges(
            "anchorage_build_info",
            "What this canister is built from; always 1.",
            &[(
                &[
                    ("canister", canister),
                    ("version", version),
                    ("commit", commit),
                ],
                1.0,
            )],
        );
        self.gauge(
            "anchorage_layout_version",
            "Version of the stable memory's layout.",
            f64::from(layout_version),
        );
        let Resources {
            cycles,
            liquid_cycles,
            heap_bytes,
            stable_bytes,
        } = resources;
        self.gauge(
            "anchorage_cycle_balance_cycles",
            "Cycles in this canister's balance.",
            float128(cycles),
        );
        self.gauge(
            "anchorage_liquid_balance_cycles",
            "Cycles that this canister may spend before it freezes.",
            float128(liquid_cycles),
        );
        self.gauge(
            "anchorage_heap_memory_bytes",
            "Size of the Wasm heap.",
            float(heap_bytes),
        );
        self.gauge(
            "anchorage_stable_memory_bytes",
            "Size of the stable memory.",
            float(stable_bytes),
        );
    }
}

/// A count as a sample's value: exact below 2^53, rounded above.
#[expect(clippy::cast_precision_loss, reason = "samples are floating point")]
pub fn float(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "samples are floating point")]
fn float128(value: u128) -> f64 {
    value as f64
}

/// The encoder's errors are those of its writer, and a `Vec` has none.
fn expect<T>(result: std::io::Result<T>) -> T {
    result.expect("writing to a Vec cannot fail")
}
