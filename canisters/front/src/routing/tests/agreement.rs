//! What the shards say to a new table.

use super::*;
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run, step};
use crate::state::tests::{row, shard, with_shards};
use canister_kit::guards::Caller;
use std::pin::pin;
use std::task::Poll;
use types::BlockIndex;
use types::registry::ShardTip;

fn controller() -> Controller {
    let caller = Caller {
        principal: shard(99),
        is_controller: true,
    };
    caller.controller().expect("a controller")
}

/// The status of the shard of a row, fresh and front's.
pub(crate) fn status(row: &ShardRoute) -> RegistryStatus {
    RegistryStatus {
        range: row.range,
        tip: ShardTip {
            log_length: 0,
            last_hash: None,
            next_anchor: row.range.lo(),
        },
        first_kept: BlockIndex::new(0),
        archives: Vec::new(),
        front: shard(0),
        maintenance: false,
        max_devices: 10,
        backlog_limit: 1,
        retention: 1,
        operations_per_day: None,
        unindexed: None,
        layout_version: 1,
        version: String::new(),
        commit: String::new(),
    }
}

fn will_tell(mock: &Mock, status: &RegistryStatus) {
    mock.will_reply(Ok(candid::encode_one(status).expect("plain data")));
}

fn sets(mock: &Mock, state: &Shared, routes: &[ShardRoute]) -> Result<(), RoutingError> {
    run(set(mock, state, controller(), routes.to_vec()))
}

fn rows(state: &Shared) -> Vec<ShardRoute> {
    state.borrow().routing().rows().to_vec()
}

#[test]
fn only_shards_of_new_and_changed_rows_are_asked() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    will_tell(&mock, &status(&row(2)));
    assert_eq!(sets(&mock, &state, &[row(1), row(2)]), Ok(()));
    assert_eq!(mock.called(), [shard(2)]);
    assert_eq!(rows(&state), [row(1), row(2)]);
    assert_eq!(mock.certified.borrow().len(), 1);
    // Another state is no question to the shard, and neither is one that cannot be asked.
    let sealed = ShardRoute {
        state: ShardState::Sealed,
        ..row(1)
    };
    let unreachable = ShardRoute {
        state: ShardState::Unreachable,
        ..row(3)
    };
    assert_eq!(sets(&mock, &state, &[sealed, row(2), unreachable]), Ok(()));
    assert_eq!(mock.called().len(), 1);
    // Once it can be asked, it is.
    will_tell(&mock, &status(&row(3)));
    assert_eq!(sets(&mock, &state, &[sealed, row(2), row(3)]), Ok(()));
    assert_eq!(mock.called(), [shard(2), shard(3)]);
}

#[test]
fn a_shard_that_does_not_agree_keeps_the_table_as_it_is() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let canister = shard(2);
    let mut foreign = status(&row(2));
    foreign.front = shard(77);
    let front = foreign.front;
    let mut small = status(&row(2));
    small.range = range(200, 299);
    let mut early = status(&row(2));
    early.range = range(150, 300);
    let mut generous = status(&row(2));
    generous.range = range(200, 1_000);
    generous.tip.next_anchor = AnchorNumber::new(301);
    for (status, refused) in [
        (&foreign, RoutingError::ForeignFront { canister, front }),
        (
            &small,
            RoutingError::RangeMismatch {
                canister,
                range: small.range,
            },
        ),
        (
            &early,
            RoutingError::RangeMismatch {
                canister,
                range: early.range,
            },
        ),
        (
            &generous,
            RoutingError::OwnerChanged {
                range: range(200, 301),
            },
        ),
    ] {
        will_tell(&mock, status);
        assert_eq!(sets(&mock, &state, &[row(1), row(2)]), Err(refused));
    }
    mock.will_reply(Err(NoReply::NotDone));
    let refused = RoutingError::NoAnswer { canister };
    assert_eq!(sets(&mock, &state, &[row(1), row(2)]), Err(refused));
    assert_eq!(rows(&state), [row(1)]);
    assert!(mock.certified.borrow().is_empty());
    // More numbers than the row has are no harm as long as none of them is given.
    generous.tip.next_anchor = AnchorNumber::new(300);
    will_tell(&mock, &generous);
    assert_eq!(sets(&mock, &state, &[row(1), row(2)]), Ok(()));
}

#[test]
fn a_table_that_is_wrong_by_itself_is_refused_before_anybody_is_asked() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let twice = sets(&mock, &state, &[row(1), row(2), row(2)]);
    assert!(matches!(twice, Err(RoutingError::Overlap { .. })));
    assert!(mock.called().is_empty());
}

/// While shard 2 is asked, shard 1 gives its first number, and the new table does not have shard 1.
#[test]
fn the_table_is_checked_again_after_the_answers() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    will_tell(&mock, &status(&row(2)));
    let mut setting = pin!(set(&mock, &state, controller(), vec![row(2)]));
    assert!(step(setting.as_mut()).is_pending());
    let tip = ShardTip {
        log_length: 1,
        last_hash: None,
        next_anchor: AnchorNumber::new(101),
    };
    state.borrow_mut().heard(shard(1), tip, mock.now());
    let range = range(100, 101);
    let refused = Err(RoutingError::OwnerChanged { range });
    assert_eq!(step(setting.as_mut()), Poll::Ready(refused));
    assert_eq!(rows(&state), [row(1)]);
}

#[test]
fn numbers_that_registrations_on_their_way_may_get_stay_with_their_shard() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let now = mock.now();
    let begun = state.borrow_mut().order_begins(shard(1), None, now);
    let number = begun.expect("room");
    let range = range(100, 101);
    let refused = Err(RoutingError::OwnerChanged { range });
    assert_eq!(sets(&mock, &state, &[]), refused);
    state.borrow_mut().unsettled.settle(shard(1), number);
    assert_eq!(sets(&mock, &state, &[]), Ok(()));
}
