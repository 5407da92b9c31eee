//! Hundreds of calls at once over four shards, submitted before the first round, with upgrades of every canister between
//! the rounds. Afterwards each answer is held against the logs, which must give the state.
//!
//! Front is on one subnet and the shards on another one, so every message between them takes a round and many calls
//! are half done when a canister is upgraded. Everything follows from the seed, which is printed when a run fails.

mod operations;
mod run;
mod verdict;

use run::Run;

/// Runs of these seeds, and the most calls to one shard that were open at once.
fn runs(seeds: std::ops::Range<u64>) {
    let mut depths = Vec::new();
    for seed in seeds {
        let mut run = Run::new(seed);
        run.submits_everything();
        run.upgrades_between_rounds();
        run.repeats_what_is_open();
        run.is_consistent();
        depths.push(run.depth());
    }
    println!("most open calls to one shard, by seed: {depths:?}");
    // The last number is the limit of front's own. A run may begin with rounds in which nobody could look.
    assert!(depths.iter().all(|depth| *depth <= 400));
    assert!(depths.iter().any(|depth| *depth >= 50));
}

#[test]
fn twenty_seeds_first_quarter() {
    runs(0..5);
}

#[test]
fn twenty_seeds_second_quarter() {
    runs(5..10);
}

#[test]
fn twenty_seeds_third_quarter() {
    runs(10..15);
}

#[test]
fn twenty_seeds_last_quarter() {
    runs(15..20);
}
