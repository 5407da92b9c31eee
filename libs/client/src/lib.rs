//! One typed client of the family, for tests and tools, over any way to reach the canisters.
//!
//! ```text
//! FrontClient   RegistryClient   ArchiveClient     one method each for every method of the .did
//!        \            |            /
//!                 Canister                         arguments and answers in Candid
//!                     |
//!                 Transport                        bytes to a canister and back, as some sender
//! ```
//!
//! A client is bound to a canister and a sender; both are cheap to make, so make one per person:
//!
//! ```
//! # use anchorage_client::{FrontClient, Transport, ClientError, block_on};
//! # use types::{AnchorNumber, DeviceData, Principal};
//! fn devices<T: Transport>(transport: T, front: Principal) -> Result<Vec<DeviceData>, ClientError> {
//!     let front = FrontClient::new(transport, front);
//!     block_on(front.lookup(AnchorNumber::new(10_000)))
//! }
//! ```
//!
//! * [`Transport`] is what a new way to reach canisters implements; module `pocket_ic` does it for
//!   `PocketIC` (feature `pocket-ic`), module `agent` over the Internet Computer's HTTP interface (feature
//!   `agent`), where a `Passkey` may be the one that signs, or one of module `keys`.
//! * [`Replicated`] asks every query as an update, for an answer that the subnet agreed on.
//! * Module `recovery_phrase` (feature `phrase`) makes and reads recovery phrases.

#[cfg(feature = "agent")]
pub mod agent;
mod archive;
mod canister;
mod error;
mod front;
#[cfg(feature = "agent")]
pub mod keys;
mod log;
#[cfg(feature = "agent")]
pub mod passkey;
#[cfg(feature = "pocket-ic")]
pub mod pocket_ic;
#[cfg(feature = "phrase")]
pub mod recovery_phrase;
mod registry;
mod transport;

pub use archive::ArchiveClient;
pub use canister::Canister;
pub use error::{CallError, ClientError, RejectCode};
pub use front::FrontClient;
pub use log::LogClient;
pub use registry::RegistryClient;
pub use transport::{Replicated, Transport};

/// Waits for an answer on this thread, for callers that are not asynchronous. Only for transports
/// that need no runtime, as the blocking `PocketIc`.
pub fn block_on<F: Future>(answer: F) -> F::Output {
    pollster::block_on(answer)
}

#[cfg(test)]
mod tests;
