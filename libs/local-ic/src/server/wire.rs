//! The JSON of the protocol. Its habits: bytes are base64 (public keys and seeds are arrays of
//! numbers), principals are base64 of their raw bytes in a record whose field says their kind,
//! cycles are numbers of up to 128 bits, "nothing" is `null`.

mod call;
mod create;
mod gateway;
mod topology;

pub(crate) use call::{
    CallRequest, IngressStatusRequest, Rejection, SubmittedCall, certified, uncertified,
};
pub(crate) use create::{InstanceRequest, Plan};
pub(crate) use gateway::{Backend, GatewayDetails, GatewayInfo, GatewayPlan, GatewayRequest};
pub(crate) use topology::TopologyAnswer;

use base64::prelude::{BASE64_STANDARD, Engine};
use candid::Principal;
use local_ic::ids::Cycles;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// Bytes, as base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base64(pub(crate) Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Base64;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("bytes as base64 with padding")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
                BASE64_STANDARD.decode(text).map(Base64).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A principal, as base64 of its raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawPrincipal(pub(crate) Principal);

impl Serialize for RawPrincipal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for RawPrincipal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Base64(bytes) = Base64::deserialize(deserializer)?;
        Principal::try_from_slice(&bytes)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

macro_rules! principal_records {
    ($($(#[$doc:meta])* $name:ident { $field:ident })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            pub(crate) $field: RawPrincipal,
        }

        impl From<Principal> for $name {
            fn from(principal: Principal) -> Self {
                Self { $field: RawPrincipal(principal) }
            }
        }
    )*};
}

principal_records! {
    /// A canister.
    CanisterRecord { canister_id }
    /// A subnet.
    SubnetRecord { subnet_id }
    /// A user or a controller.
    PrincipalRecord { principal_id }
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Time {
    pub(crate) nanos_since_epoch: u64,
}

/// A balance.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Balance {
    pub(crate) cycles: Cycles,
}

/// Cycles for a canister.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddCycles {
    pub(crate) canister_id: RawPrincipal,
    pub(crate) amount: Cycles,
}

/// A canister's stable memory is to become the contents of a blob.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetStableMemory {
    pub(crate) canister_id: RawPrincipal,
    pub(crate) blob_id: Base64,
}

/// A canister's stable memory.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StableMemory {
    pub(crate) blob: Base64,
}

/// How a round is to be made. Who makes the blocks cannot be chosen here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TickRequest {
    #[serde(default)]
    pub(crate) blockmakers: Option<Vec<serde_json::Value>>,
}

/// How the instance is to make progress by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoProgress {
    #[serde(default)]
    artificial_delay_ms: Option<u64>,
}

impl AutoProgress {
    /// The time between rounds that the client asks for.
    pub(crate) fn delay(self) -> Duration {
        Duration::from_millis(self.artificial_delay_ms.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
