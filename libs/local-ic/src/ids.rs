//! Identifiers, each with a type of its own.

use candid::Principal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Nanoseconds since the Unix epoch, on the network's own clock.
pub type TimeNs = u64;

/// Cycles; the protocol's unit of payment.
pub type Cycles = u128;

macro_rules! principal_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Principal);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Principal> for $name {
            fn from(principal: Principal) -> Self {
                Self(principal)
            }
        }
    };
}

principal_id!(
    /// A canister. The management canister is the empty principal.
    CanisterId
);
principal_id!(
    /// A subnet: the self-authenticating principal of its public key.
    SubnetId
);
principal_id!(
    /// A node of a subnet: the self-authenticating principal of its Ed25519 key.
    NodeId
);

impl CanisterId {
    /// The management canister, `aaaaa-aa`.
    pub const MANAGEMENT: CanisterId = CanisterId(Principal::management_canister());

    /// The id of the canister with this index in the network's id space: eight bytes big-endian,
    /// then `01 01` (the replica's allocation scheme).
    pub fn from_index(index: u64) -> Self {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&index.to_be_bytes());
        bytes[8] = 1;
        bytes[9] = 1;
        CanisterId(Principal::from_slice(&bytes))
    }

    /// The inverse of [`CanisterId::from_index`]; `None` for ids of another form.
    pub fn index(&self) -> Option<u64> {
        match self.0.as_slice() {
            [index @ .., 1, 1] => Some(u64::from_be_bytes(index.try_into().ok()?)),
            _ => None,
        }
    }
}

/// The id of an ingress message: the request id of the interface specification, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub [u8; 32]);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A call context of one canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContextId(pub u64);

/// An outgoing call of one canister that waits for its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackId(pub u64);

/// SHA-256 of a module's bytes as uploaded (of the gzip, if it came as one).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModuleHash(pub [u8; 32]);

impl fmt::Debug for ModuleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
