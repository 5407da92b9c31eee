//! The rules about anchors and devices, and where anchors are kept. No canister runtime, no Candid.
//!
//! The only ways to a changed record are [`register`] and the methods of [`Authenticated`], which only
//! [`authenticate`] makes; and [`AnchorStore`] writes nothing but what came out of them. So no code
//! outside this crate can change an anchor without having checked who asks. The exception is
//! [`AnchorStore::restore`], which brings back what a block of the shard's own log did.

pub mod slots;
#[cfg(any(test, feature = "twin"))]
pub mod twin;

mod authentication;
mod budget;
mod change;
mod crit_bit;
mod day;
mod index;
mod record;
mod remote;
mod restore;
mod rules;
mod store;

#[cfg(test)]
mod fixtures;

pub use authentication::{Authenticated, LastUse, Means, Unauthorized, authenticate};
pub use budget::{OverBudget, Spent};
pub use change::{Change, RegisterError, Registration, register};
pub use day::Day;
pub use record::{AnchorRecord, CorruptRecord, DeviceRecord};
pub use remote::{
    REGISTRATION_MODE_NS, RegistrationMode, TentativeError, VERIFICATION_TRIES, Verification,
};
pub use restore::{RestoreError, Restored};
pub use rules::{Limits, limits};
pub use store::{
    AllocateError, AnchorStore, FirstUse, IndexError, LookupError, NotedUse, OpenError, Passkey,
    ReadError,
};
