//! The family over the Internet Computer's HTTP interface: requests signed by real keys, answers believed only
//! with the network's certificates.

mod log_in;
mod tampering;

use crate::live::{DAPP, Key, Live, refusal};
use client::CallError;

#[track_caller]
fn assert_not_accepted<T: std::fmt::Debug>(answer: &Result<T, CallError>) {
    assert!(
        matches!(answer, Err(CallError::NotAccepted { .. })),
        "{answer:?}"
    );
}
