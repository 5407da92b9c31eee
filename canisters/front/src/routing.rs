//! The routing table: which shard owns which anchors.
//!
//! Half-open ranges, sorted, without overlap, no canister twice; gaps are allowed. A number that was
//! given stays with the canister that gave it, for ever: two shards that believe to own one number would
//! give it to two people.

use crate::runtime::Runtime;
use crate::state::{ROUTING, State};
use candid::Principal;
use canister_kit::certified::{cbor, leaf};
use canister_kit::guards::Controller;
use minicbor::{Decode, Encode};
use types::front::{CertifiedRouting, RoutingError, ShardRoute, ShardState};
use types::{AnchorNumber, AnchorRange};

/// A valid table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RoutingTable(Vec<ShardRoute>);

impl RoutingTable {
    /// Sorts the rows and checks them.
    pub(crate) fn new(mut routes: Vec<ShardRoute>) -> Result<Self, RoutingError> {
        routes.sort_by_key(|route| route.range.lo());
        for pair in routes.windows(2) {
            let (first, second) = (pair[0].range, pair[1].range);
            if first.overlaps(&second) {
                return Err(RoutingError::Overlap { first, second });
            }
        }
        let mut canisters: Vec<Principal> = routes.iter().map(|route| route.canister).collect();
        canisters.sort_unstable();
        match canisters.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(RoutingError::CanisterTwice { canister: pair[0] }),
            None => Ok(Self(routes)),
        }
    }

    /// The table that may replace this one. `next_anchor` tells which number a shard gives next, if it
    /// was ever heard of: what is below it in the shard's old range must stay with it.
    pub(crate) fn replaced_by(
        &self,
        routes: Vec<ShardRoute>,
        next_anchor: impl Fn(Principal) -> Option<AnchorNumber>,
    ) -> Result<Self, RoutingError> {
        let new = Self::new(routes)?;
        for old in &self.0 {
            let Some(used) = used_range(old, next_anchor(old.canister)) else {
                continue;
            };
            let kept = new.0.iter().any(|route| {
                route.canister == old.canister
                    && route.range.lo() <= used.lo()
                    && used.hi() <= route.range.hi()
            });
            if !kept {
                return Err(RoutingError::OwnerChanged { range: used });
            }
        }
        Ok(new)
    }

    /// The shard that owns an anchor.
    pub(crate) fn owner(&self, anchor: AnchorNumber) -> Option<Principal> {
        let after = self.0.partition_point(|route| route.range.lo() <= anchor);
        let route = self.0.get(after.checked_sub(1)?)?;
        route.range.contains(anchor).then_some(route.canister)
    }

    /// The shards that take new anchors, lowest range first.
    pub(crate) fn open(&self) -> impl Iterator<Item = Principal> + '_ {
        self.0
            .iter()
            .filter(|route| route.state == ShardState::Open)
            .map(|route| route.canister)
    }

    /// All rows, sorted by range.
    pub(crate) fn rows(&self) -> &[ShardRoute] {
        &self.0
    }
}

/// The numbers of a row that the shard has given; none if it has given none, or was never heard of.
fn used_range(route: &ShardRoute, next: Option<AnchorNumber>) -> Option<AnchorRange> {
    let hi = next?.min(route.range.hi());
    AnchorRange::new(route.range.lo(), hi).ok()
}

/// The bytes below the certified label `routing`.
pub(crate) fn certified_bytes(table: &RoutingTable) -> Vec<u8> {
    candid::encode_one(table.rows()).expect("rows are plain data, which Candid can encode")
}

/// Replaces the table for a controller, and certifies it.
pub(crate) fn set<R: Runtime>(
    runtime: &R,
    state: &mut State,
    _controller: Controller,
    routes: Vec<ShardRoute>,
) -> Result<(), RoutingError> {
    state.set_routing(routes)?;
    runtime.certify(state.certified_root().hash());
    Ok(())
}

/// The table in force with its proof. `certificate` is the system's for the certified data.
pub(crate) fn certified(state: &State, certificate: Option<Vec<u8>>) -> CertifiedRouting {
    let table = certified_bytes(state.routing());
    let shown = vec![(ROUTING, leaf(table.clone()))];
    CertifiedRouting {
        routes: state.routing().rows().to_vec(),
        table,
        certificate: certificate.map(Into::into),
        witness: cbor(&state.certified_root().witness(shown)),
    }
}

/// A row as it is stored.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct StoredRoute {
    #[n(0)]
    range: AnchorRange,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    canister: Principal,
    #[n(2)]
    is_open: bool,
}

impl From<&ShardRoute> for StoredRoute {
    fn from(route: &ShardRoute) -> Self {
        let ShardRoute {
            range,
            canister,
            state,
        } = route;
        Self {
            range: *range,
            canister: *canister,
            is_open: *state == ShardState::Open,
        }
    }
}

impl From<StoredRoute> for ShardRoute {
    fn from(stored: StoredRoute) -> Self {
        let StoredRoute {
            range,
            canister,
            is_open,
        } = stored;
        Self {
            range,
            canister,
            state: if is_open {
                ShardState::Open
            } else {
                ShardState::Closed
            },
        }
    }
}

#[cfg(test)]
mod tests;
