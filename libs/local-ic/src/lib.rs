//! The embedded Internet Computer: canister Wasm executed with the Internet Computer's semantics,
//! in one process, reachable through the `PocketIC` protocol.
//!
//! All state is plain owned data ([`state::Network`]); a round is a function of it. The same inputs
//! and the same seed give the same bytes.

pub mod auth;
mod cbor;
pub mod certification;
pub mod error;
pub mod exec;
pub mod fees;
pub mod http;
pub mod ic;
pub mod ids;
pub mod ingress;
pub mod limits;
pub mod management;
pub mod memory;
pub mod round;
pub mod sandbox;
pub mod state;
pub mod storage;
pub mod topology;
pub mod wasm;
