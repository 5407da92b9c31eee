//! From an anchor and an origin to a pseudonym and to what front signs. Fixed for ever: another
//! result would be another pseudonym for everybody.
//!
//! ```text
//! salt, anchor, origin --SHA-256--> seed --with front's id, DER--> user key --SHA-224--> pseudonym
//!
//! session key, expiration --hash of a map--> delegation hash --domain separator--> signed message
//! ```
//!
//! * [`Origin`]: the relying party, after the one rewriting that there is;
//! * [`Salt`] and [`Seed`]: what makes pseudonyms unlinkable;
//! * [`user_key`] and [`pseudonym`]: what a dapp sees;
//! * [`DelegationHash`]: what front's canister signature covers.
//!
//! Signing itself (the certified signature map) is front's.

mod message;
mod origin;
mod seed;
mod user_key;

pub use message::{DOMAIN, DelegationHash};
pub use origin::{Origin, OriginTooLong};
pub use seed::{Salt, Seed};
pub use user_key::{pseudonym, user_key};
