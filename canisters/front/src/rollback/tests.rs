use super::*;
use crate::fleet;
use crate::runtime::mock::{Mock, run, tip};
use crate::shards::{self, ShardFailure};
use crate::state::tests::{shard, with_shards};
use canister_kit::guards::Caller;
use types::registry::{Authenticate, Authenticated, RegistryError};
use types::{AnchorNumber, BlockHash};

fn controller() -> Controller {
    let caller = Caller {
        principal: Principal::self_authenticating([1]),
        is_controller: true,
    };
    caller.controller().expect("it is one")
}

fn question(expected: Option<ShardTip>) -> Authenticate {
    Authenticate {
        expected,
        anchor: AnchorNumber::new(100),
        caller: Principal::anonymous(),
    }
}

fn seen(state: &State) -> Vec<(Option<u64>, bool)> {
    let tips = expected_tips(state).into_iter();
    tips.map(|seen| (seen.tip.map(|tip| tip.log_length), seen.rolled_back))
        .collect()
}

#[test]
fn a_shard_that_lacks_the_expected_tip_is_named() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
    assert_eq!(seen(&state.borrow()), [(None, false), (None, false)]);
    state.borrow_mut().tips.learn(shard(1), tip(5));
    mock.will_answer::<Authenticated>(3, Err(RegistryError::RolledBack));
    let refused = run(shards::question(&mock, &state, shard(1), question));
    assert_eq!(
        refused,
        Err(ShardFailure::Refused(RegistryError::RolledBack))
    );
    assert_eq!(seen(&state.borrow()), [(Some(5), true), (None, false)]);
    // Whatever else it answers, it has the block.
    mock.will_answer::<Authenticated>(5, Err(RegistryError::Unauthorized));
    run(shards::question(&mock, &state, shard(1), question)).expect_err("refused");
    assert_eq!(seen(&state.borrow()), [(Some(5), false), (None, false)]);
}

#[test]
fn a_collection_finds_a_shard_that_nobody_asks() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    state.borrow_mut().tips.learn(shard(1), tip(5));
    for (length, rolled_back) in [(4, true), (5, false), (6, false)] {
        fleet::tests::will_tell(&mock, 1, length, &[]);
        run(fleet::collect(&mock, &state));
        assert_eq!(seen(&state.borrow())[0].1, rolled_back, "{length} blocks");
    }
}

#[test]
fn a_shorter_log_is_expected_only_if_no_number_is_given_again() {
    let state = with_shards(&[1]);
    let mut state = state.borrow_mut();
    let unknown = expect_tip(&mut state, controller(), shard(1), tip(1));
    assert_eq!(unknown, Err(ExpectTipError::UnknownShard));
    let known = tip(9);
    state.tips.learn(shard(1), known);
    let shorter = |next_anchor: u64| ShardTip {
        log_length: 4,
        last_hash: Some(BlockHash::new([3; 32])),
        next_anchor: AnchorNumber::new(next_anchor),
    };
    let next = known.next_anchor.get();
    let refused = expect_tip(&mut state, controller(), shard(1), shorter(next - 1));
    let next_anchor = known.next_anchor;
    assert_eq!(refused, Err(ExpectTipError::NumbersGiven { next_anchor }));
    assert_eq!(state.tips.get(shard(1)), Some(known));

    state.tips.refused(shard(1));
    assert_eq!(
        expect_tip(&mut state, controller(), shard(1), shorter(next + 7)),
        Ok(())
    );
    assert_eq!(state.tips.get(shard(1)), Some(shorter(next)));
    assert!(!state.tips.is_rolled_back(shard(1)));
    // From there on it grows again.
    state.tips.learn(shard(1), tip(5));
    assert_eq!(state.tips.get(shard(1)), Some(tip(5)));
}
