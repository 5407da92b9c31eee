//! The family over the Internet Computer's HTTP interface: requests signed by real keys, answers believed only
//! with the network's certificates.

#[path = "http_agent/live.rs"]
mod live;
#[path = "http_agent/log_in.rs"]
mod log_in;
#[path = "http_agent/tampering.rs"]
mod tampering;

use client::CallError;
use live::{DAPP, Key, Live, refusal};

#[track_caller]
fn assert_not_accepted<T: std::fmt::Debug>(answer: &Result<T, CallError>) {
    assert!(
        matches!(answer, Err(CallError::NotAccepted { .. })),
        "{answer:?}"
    );
}
