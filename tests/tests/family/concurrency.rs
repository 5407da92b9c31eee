//! Hundreds of calls at once over four shards, submitted before the first round, with upgrades of every canister in the rounds
//! in which they are under way. Afterwards each answer is held against the logs, which must give the state.
//!
//! Front is on one subnet and the shards on another one, so every message between them takes a round, and many calls
//! are half done when a canister is stopped or gets other code. Everything follows from the seed, which is printed when a run fails.

mod operations;
mod run;
mod verdict;

use run::{Outcome, Run};

/// Runs of these seeds; the most calls to one shard that were open at once, and how many answers were to be repeated.
fn runs(seeds: std::ops::Range<u64>) {
    let mut depths = Vec::new();
    let (mut later, mut unknown) = (0, 0);
    for seed in seeds {
        let mut run = Run::new(seed);
        run.submits_everything();
        run.upgrades_between_rounds();
        run.repeats_what_is_open();
        run.is_consistent();
        depths.push(run.depth());
        later += run.answered_with(&Outcome::Later);
        unknown += run.answered_with(&Outcome::Unknown);
    }
    println!("told to come again: {later}; of unknown outcome: {unknown}");
    assert!(later > 0 && unknown > 0, "{later}, {unknown}");
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
