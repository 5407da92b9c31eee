//! What an archive does to the world around it.

use types::{Principal, TimestampNs};

use canister_kit::certified::CertifiedRoot;

/// A call that brought no answer: rejected, not sent, or its outcome unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFailure {
    /// The reject code; 0 if the call could not be sent.
    pub code: u32,
    /// In words, for people.
    pub message: String,
}

/// The effects. One implementation asks the system, one is for tests.
pub trait Runtime {
    /// The time of this message.
    fn now(&self) -> TimestampNs;
    /// Instructions of this execution so far.
    fn instructions(&self) -> u64;
    /// Certifies the root.
    fn certify(&self, root: &CertifiedRoot);
    /// Calls the registry's `fetch_blocks` and waits at most [`CALL_TIMEOUT_SECONDS`].
    fn fetch_blocks(
        &self,
        registry: Principal,
        request: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, CallFailure>>;
}

/// How long a call may stay open. It bounds how long a dead registry keeps the archive from stopping.
pub const CALL_TIMEOUT_SECONDS: u32 = 30;
