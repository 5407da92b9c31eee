//! How long it takes to make a network with a whole family on it (front, two shards, two archives), once the server
//! has compiled the modules.
//!
//! ```text
//! cargo run -p anchorage-tests --example family_start [TIMES]
//! ```

use anchorage_tests::family::Family;
use std::time::{Duration, Instant};

fn main() {
    let times = std::env::args().nth(1).map_or(20, |times| {
        times.parse().expect("the argument is how many families")
    });
    let first = start();
    println!(
        "first: {} ms, with what had to be compiled",
        first.as_millis()
    );
    let mut rest: Vec<Duration> = (0..times.max(1)).map(|_| start()).collect();
    rest.sort_unstable();
    println!(
        "then {} times: median {} ms, {} to {} ms",
        rest.len(),
        rest[rest.len() / 2].as_millis(),
        rest[0].as_millis(),
        rest[rest.len() - 1].as_millis()
    );
}

/// From nothing to a front that answers; all on the server that this process has started.
fn start() -> Duration {
    let begin = Instant::now();
    let family = Family::deploy();
    let took = begin.elapsed();
    // Deployed means that it works, not only that it is installed.
    family.register("somebody");
    took
}
