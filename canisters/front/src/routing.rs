//! The routing table: which shard owns which anchors.
//!
//! Half-open ranges, sorted, without overlap, no canister twice; gaps are allowed. A number that was
//! given stays with the canister that gave it, for ever: two shards that believe to own one number would
//! give it to two people.

pub(crate) mod stored;

use crate::fleet;
use crate::runtime::Runtime;
use crate::state::{ROUTING, Shared, State};
use candid::Principal;
use canister_kit::certified::{cbor, leaf};
use canister_kit::guards::Controller;
use canister_kit::http::Content;
use canister_kit::sorted::sorted_by_key;
use serde::Serialize;
use types::front::{CertifiedRouting, RoutingError, ShardRoute, ShardState};
use types::registry::RegistryStatus;
use types::{AnchorNumber, AnchorRange, lean};

/// A valid table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RoutingTable {
    /// Sorted by range.
    rows: Vec<ShardRoute>,
    /// The same rows, sorted by canister.
    by_canister: Vec<ShardRoute>,
}

impl RoutingTable {
    /// Sorts the rows and checks them.
    pub(crate) fn new(routes: Vec<ShardRoute>) -> Result<Self, RoutingError> {
        let rows = sorted_by_key(routes, |route| route.range.lo());
        for pair in rows.windows(2) {
            let (first, second) = (pair[0].range, pair[1].range);
            if first.overlaps(&second) {
                return Err(RoutingError::Overlap { first, second });
            }
        }
        let by_canister = sorted_by_key(rows.clone(), |route| route.canister);
        let mut pairs = by_canister.windows(2);
        if let Some(pair) = pairs.find(|pair| pair[0].canister == pair[1].canister) {
            let canister = pair[0].canister;
            return Err(RoutingError::CanisterTwice { canister });
        }
        Ok(Self { rows, by_canister })
    }

    /// The table that may replace this one. `first_free` tells of a row, which the shard may have been given before,
    /// which number is the first that its shard surely did not give: what is below it in the row must stay with it.
    pub(crate) fn replaced_by(
        &self,
        routes: Vec<ShardRoute>,
        first_free: impl Fn(&ShardRoute) -> AnchorNumber,
    ) -> Result<Self, RoutingError> {
        let new = Self::new(routes)?;
        for old in &self.rows {
            let Some(used) = used_range(old, first_free(old)) else {
                continue;
            };
            let kept = new.of(old.canister);
            if !kept.is_some_and(|kept| kept.range.includes(&used)) {
                return Err(RoutingError::OwnerChanged { range: used });
            }
        }
        Ok(new)
    }

    /// The shard that owns an anchor.
    pub(crate) fn owner(&self, anchor: AnchorNumber) -> Option<Principal> {
        let after = self
            .rows
            .partition_point(|route| route.range.lo() <= anchor);
        let route = self.rows.get(after.checked_sub(1)?)?;
        route.range.contains(anchor).then_some(route.canister)
    }

    /// The rows that take new anchors, lowest range first.
    pub(crate) fn open(&self) -> impl Iterator<Item = &ShardRoute> {
        let rows = self.rows.iter();
        rows.filter(|route| route.state == ShardState::Open)
    }

    /// All rows, sorted by range.
    pub(crate) fn rows(&self) -> &[ShardRoute] {
        &self.rows
    }

    /// The row of a canister; `None` if it is not in the table.
    pub(crate) fn of(&self, canister: Principal) -> Option<&ShardRoute> {
        let rows = &self.by_canister;
        let at = rows.binary_search_by_key(&canister, |row| row.canister);
        at.ok().map(|at| &rows[at])
    }

    /// What may be sent to a canister; `None` if it is not in the table.
    pub(crate) fn state(&self, canister: Principal) -> Option<ShardState> {
        self.of(canister).map(|row| row.state)
    }
}

/// The numbers of a row that the shard may have given; none if it has given none.
fn used_range(route: &ShardRoute, first_free: AnchorNumber) -> Option<AnchorRange> {
    let hi = first_free.min(route.range.hi());
    AnchorRange::new(route.range.lo(), hi).ok()
}

/// The bytes below the certified label `routing`.
pub(crate) fn certified_bytes(table: &RoutingTable) -> Vec<u8> {
    lean::message(&table.rows())
}

/// The page of the table: a JSON list of its rows, anchor numbers as texts (they may have more than 53 bits).
pub(crate) fn page(table: &RoutingTable) -> Content {
    #[derive(Serialize)]
    struct Row {
        lo: String,
        hi: String,
        canister: String,
        state: &'static str,
    }
    let rows: Vec<Row> = table
        .rows()
        .iter()
        .map(|row| {
            let ShardRoute {
                range,
                canister,
                state,
            } = row;
            Row {
                lo: range.lo().to_string(),
                hi: range.hi().to_string(),
                canister: canister.to_text(),
                state: state_word(*state),
            }
        })
        .collect();
    Content::json(serde_json::to_vec(&rows).expect("texts, which JSON can encode"))
}

/// A state as the interface spells it.
pub(crate) fn state_word(state: ShardState) -> &'static str {
    match state {
        ShardState::Open => "open",
        ShardState::Sealed => "sealed",
        ShardState::Maintenance => "maintenance",
        ShardState::Unreachable => "unreachable",
    }
}

/// Replaces the table for a controller, and certifies it. Each new or changed row's shard is asked whether it agrees;
/// one that is named unreachable is not.
pub(crate) async fn set<R: Runtime>(
    runtime: &R,
    state: &Shared,
    _controller: Controller,
    routes: Vec<ShardRoute>,
) -> Result<(), RoutingError> {
    // What is wrong with the table by itself is said before anybody is asked.
    state
        .borrow()
        .check_routing(routes.clone(), runtime.now())?;
    let unchecked: Vec<ShardRoute> = {
        let state = state.borrow();
        let rows = routes
            .iter()
            .filter(|row| needs_check(state.routing(), row));
        rows.copied().collect()
    };
    for row in unchecked {
        let canister = row.canister;
        let status = fleet::ask(runtime, canister).await;
        let status = status.ok_or(RoutingError::NoAnswer { canister })?;
        agrees(&row, &status, runtime.own_id())?;
        state
            .borrow_mut()
            .heard(canister, status.tip, runtime.now());
    }
    // Another table may be in force by now, and shards may have given more numbers: everything is checked again.
    let mut state = state.borrow_mut();
    state.set_routing(routes, runtime.now())?;
    runtime.certify(state.certified_root().hash());
    Ok(())
}

/// Whether the shard of a row has to be asked: it can be, and was not for this very row.
fn needs_check(table: &RoutingTable, row: &ShardRoute) -> bool {
    let known = table.of(row.canister);
    let is_known = known
        .is_some_and(|known| known.range == row.range && known.state != ShardState::Unreachable);
    row.state != ShardState::Unreachable && !is_known
}

/// Whether a shard is `front`'s and can serve its row: it has all of the row's numbers, and has given none but those and
/// will give none but those, as far as front can see to that.
pub(crate) fn agrees(
    row: &ShardRoute,
    status: &RegistryStatus,
    front: Principal,
) -> Result<(), RoutingError> {
    let canister = row.canister;
    if status.front != front {
        let front = status.front;
        return Err(RoutingError::ForeignFront { canister, front });
    }
    let range = status.range;
    if range.lo() != row.range.lo() || !range.includes(&row.range) {
        return Err(RoutingError::RangeMismatch { canister, range });
    }
    match AnchorRange::new(range.lo(), status.tip.next_anchor) {
        Ok(given) if !row.range.includes(&given) => {
            Err(RoutingError::OwnerChanged { range: given })
        }
        _ => Ok(()),
    }
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

#[cfg(test)]
mod tests;
