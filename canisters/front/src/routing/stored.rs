//! Rows as they are stored.

use crate::memory::Memory;
use crate::stored::Stored;
use candid::Principal;
use ic_stable_structures::{Memory as _, StableCell};
use minicbor::{Decode, Encode};
use types::AnchorRange;
use types::front::{ShardRoute, ShardState};

/// A row.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct StoredRoute {
    #[n(0)]
    range: AnchorRange,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    canister: Principal,
    #[n(2)]
    state: ShardState,
}

impl From<&ShardRoute> for StoredRoute {
    fn from(route: &ShardRoute) -> Self {
        let ShardRoute {
            range,
            canister,
            state,
        } = *route;
        Self {
            range,
            canister,
            state,
        }
    }
}

impl From<StoredRoute> for ShardRoute {
    fn from(stored: StoredRoute) -> Self {
        let StoredRoute {
            range,
            canister,
            state,
        } = stored;
        Self {
            range,
            canister,
            state,
        }
    }
}

/// A row of layout 1.
#[derive(Debug, Clone, Encode, Decode)]
struct Route1 {
    #[n(0)]
    range: AnchorRange,
    #[n(1)]
    #[cbor(with = "types::codec::principal")]
    canister: Principal,
    #[n(2)]
    is_open: bool,
}

/// Rewrites the table of layout 1. What took no new anchors is sealed.
pub(crate) fn migrate_from_layout_1(memory: Memory) {
    if memory.size() == 0 {
        return;
    }
    let cell = StableCell::init(memory, Stored(Vec::<Route1>::new()));
    let rows = cell.get().0.iter().map(|row| {
        let Route1 {
            range,
            canister,
            is_open,
        } = row;
        StoredRoute {
            range: *range,
            canister: *canister,
            state: if *is_open {
                ShardState::Open
            } else {
                ShardState::Sealed
            },
        }
    });
    let rows = rows.collect();
    StableCell::new(cell.into_memory(), Stored::<Vec<StoredRoute>>(rows));
}

#[cfg(test)]
mod tests;
