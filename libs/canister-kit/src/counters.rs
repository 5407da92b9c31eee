//! Counters and histograms that survive upgrades.
//!
//! They have a memory of their own:
//!
//! ```text
//! offset              size  what
//!      0              8     counter of slot 0, u64 little-endian
//!      8 * s          8     counter of slot s, s < 512
//!   4096 + 128 * m    128   instructions of method m, m < 240:
//!      + 8 * b        8       calls in bucket b, b < 15, the last one without a bound
//!      + 120          8       sum of instructions
//!  34816 + 128 * m    128   the same of the last executions of its calls
//! ```
//!
//! A slot or method number, once used, keeps its meaning for ever: a counter that is gone leaves a gap.
//! A call's counters share one page of 4 KiB, each of its histograms another.
//! Counters saturate instead of trapping.

use ic_stable_structures::Memory;

#[cfg(test)]
mod tests;

/// A counter's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(u16);

/// A histogram's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(u16);

const SLOTS: u16 = 512;
const METHODS: u16 = 240;
const HISTOGRAMS_AT: u64 = 4096;
const HISTOGRAM_BYTES: u64 = 128;
const SUM_AT: u64 = 120;

/// Upper bounds of the instruction buckets; above the last one there is one more.
pub const INSTRUCTION_BOUNDS: [u64; 14] = [
    10_000,
    30_000,
    100_000,
    300_000,
    1_000_000,
    3_000_000,
    10_000_000,
    30_000_000,
    100_000_000,
    300_000_000,
    1_000_000_000,
    3_000_000_000,
    10_000_000_000,
    40_000_000_000,
];

impl Slot {
    /// The slot with this number, below 512. In a constant a larger one does not compile.
    pub const fn new(number: u16) -> Self {
        assert!(number < SLOTS, "counter slots are numbered from 0 to 511");
        Self(number)
    }
}

impl Method {
    /// The method with this number, below 240. In a constant a larger one does not compile.
    pub const fn new(number: u16) -> Self {
        assert!(number < METHODS, "methods are numbered from 0 to 239");
        Self(number)
    }

    /// Where the last executions of its calls are counted, if they have several: what comes after the last await.
    #[must_use]
    pub const fn last_execution(self) -> Self {
        Self(self.0 % METHODS + METHODS)
    }
}

/// Calls by instructions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Calls per bucket, each call in one; the last has no bound.
    pub buckets: [u64; 15],
    /// Sum of the instructions of all calls.
    pub sum: u64,
}

/// The stored counters of a canister.
pub struct Counters<M: Memory>(M);

impl<M: Memory> Counters<M> {
    /// Opens the memory; a new one counts from zero.
    ///
    /// # Panics
    /// When the platform gives no memory to a new canister.
    pub fn open(memory: M) -> Self {
        assert!(
            memory.size() > 0 || memory.grow(1) >= 0,
            "no stable memory for the counters"
        );
        Self(memory)
    }

    /// The counter's value.
    pub fn get(&self, slot: Slot) -> u64 {
        self.read(at(slot))
    }

    /// Adds to a counter.
    pub fn add(&self, slot: Slot, amount: u64) {
        self.bump(at(slot), amount);
    }

    /// Puts a value, for gauges that have to survive an upgrade (times of last success).
    pub fn set(&self, slot: Slot, value: u64) {
        self.0.write(at(slot), &value.to_le_bytes());
    }

    /// Counts one call of a method.
    pub fn observe(&self, method: Method, instructions: u64) {
        let base = histogram_at(method);
        let bucket = INSTRUCTION_BOUNDS.partition_point(|bound| *bound < instructions);
        self.bump(base + 8 * bucket as u64, 1);
        self.bump(base + SUM_AT, instructions);
    }

    /// A method's histogram.
    pub fn histogram(&self, method: Method) -> Histogram {
        let base = histogram_at(method);
        let mut buckets = [0; 15];
        for (offset, bucket) in (base..).step_by(8).zip(&mut buckets) {
            *bucket = self.read(offset);
        }
        Histogram {
            buckets,
            sum: self.read(base + SUM_AT),
        }
    }

    fn read(&self, offset: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.read(offset, &mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn bump(&self, offset: u64, amount: u64) {
        let value = self.read(offset).saturating_add(amount);
        self.0.write(offset, &value.to_le_bytes());
    }
}

fn at(Slot(number): Slot) -> u64 {
    8 * u64::from(number)
}

fn histogram_at(Method(number): Method) -> u64 {
    HISTOGRAMS_AT + HISTOGRAM_BYTES * u64::from(number)
}
