//! What every canister of the family repeats, once.
//!
//! | module | what it holds |
//! |---|---|
//! | [`layout`] | magic and layout version of the stable memory, migrations one version at a time |
//! | [`certified`] | the root of a canister's certified data: labels, witnesses, the ICRC-3 tip |
//! | [`http`] | `http_request`: routes, and the certificate that tells a gateway not to verify the body |
//! | [`counters`] | counters and instruction histograms that survive upgrades |
//! | [`metrics`] | the Prometheus text of `/metrics` and the families that every canister has |
//! | [`guards`] | who is calling, as a value that a function can ask for |
//! | [`argument`] | what an upgrade is given, which may be nothing |
//! | [`arguments`] | what a user's call is given |
//! | [`blob`] | one blob as Candid: the family's messages |
//! | [`page`] | how much one answer holds |
//! | [`sorted`] | sorting what is short, with little code |
//! | [`build`] | version and commit, and the public metadata sections of a module |
//!
//! Logic gets values: time, caller, memory. What asks the system is marked so in its documentation
//! and is meant for a canister's door.

pub mod argument;
pub mod arguments;
pub mod blob;
pub mod build;
pub mod certified;
pub mod counters;
pub mod guards;
pub mod http;
pub mod layout;
pub mod metrics;
pub mod page;
pub mod sorted;
