//! What the suites share: which server they run on, and short ways to create canisters from
//! WebAssembly text or from built modules, through the unmodified `pocket-ic` client.
//!
//! Every suite is written to the interface specification, so it also runs on a real `PocketIC`
//! server: set `POCKET_IC_BIN`.

mod canister;
mod certificate;
pub mod compat;
pub mod family;
pub mod fees;
mod gateway;
mod http;
mod modules;
mod random;
mod server;

pub use canister::{Canister, Failure, encoded, numbers};
pub use certificate::Verified;
pub use gateway::{Gateway, Visited};
pub use http::{Http, Reading};
pub use modules::{built, gzipped, probe, with_padding};
pub use random::Random;
pub use server::{builder, network, operators_tool, server_binary};
