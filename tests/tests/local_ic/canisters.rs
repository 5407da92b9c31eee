//! A canister as published ones are written (ic-cdk, ic-cdk-timers, ic-stable-structures; the
//! package `probe`) does what its author expects, through the `pocket-ic` client.

mod calls;
mod networks;
mod queries;
mod settings;
mod timers;
mod upgrades;

use anchorage_tests::{Canister, built};
use pocket_ic::PocketIc;

/// A new probe on the default subnet.
fn install(network: &PocketIc) -> Canister<'_> {
    Canister::install(network, built("probe"))
}

/// What a probe holds under a key.
fn value(probe: &Canister<'_>, key: u64) -> Option<String> {
    let (value,): (Option<String>,) = probe.ask("get", (key,));
    value
}

fn put(probe: &Canister<'_>, key: u64, value: &str) -> Option<String> {
    let (before,): (Option<String>,) = probe.call("put", (key, value));
    before
}
