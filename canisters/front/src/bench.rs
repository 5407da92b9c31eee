//! Fills front for measurements. Only modules that are built with the feature `bench` have it, and those are never
//! deployed.

use crate::runtime::{Ic, Runtime};
use crate::signatures::SignaturePath;
use crate::state::State;
use candid::{CandidType, Principal};
use canister_kit::guards::Caller;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use types::TimestampNs;

/// Bytes of the certificate that stands in for the system's: what `local-ic` answers for a canister of an application
/// subnet.
pub(crate) const CERTIFICATE_BYTES: usize = 700;

/// What to fill with.
#[derive(CandidType, Deserialize)]
pub(crate) struct Fill {
    /// So many signatures, each of a caller of its own.
    signatures: u64,
    /// When the first was prepared; not in the future.
    at: TimestampNs,
    /// Nanoseconds from one to the next.
    step_ns: u64,
}

/// Adds the signatures with the function that `prepare_delegation` runs.
///
/// # Panics
/// If the caller is no controller.
pub(crate) fn fill(state: &mut State, caller: Caller, wish: Fill) {
    caller.controller().expect("for controllers");
    let Fill {
        signatures,
        at,
        step_ns,
    } = wish;
    for number in 0..signatures {
        let at = at.saturating_add(number * step_ns);
        let number = number + (at.get() << 1);
        let seed = Sha256::digest(number.to_le_bytes());
        let path = SignaturePath {
            seed: seed.into(),
            message: Sha256::digest(seed).into(),
        };
        state
            .signatures
            .add(path, Principal::self_authenticating(seed), at);
    }
    Ic.certify(state.certified_root().hash());
}
