//! Which shard is asked for a number, and which one next.

use super::*;
use crate::crowd::{OpenCall, Sender};
use std::collections::BTreeSet;

const BACKLOG: Result<AnchorNumber, RegistryError> = Err(RegistryError::Backlog {
    unarchived: 1,
    limit: 1,
});

#[test]
fn registrations_spread_over_the_open_shards() {
    let scene = scene(&[1, 2, 3]);
    let firsts: BTreeSet<Principal> = (0..60).map(|nonce| scene.tried(nonce)[0]).collect();
    assert_eq!(firsts.len(), 3);
    for nonce in 0..60 {
        let tried: BTreeSet<Principal> = scene.tried(nonce).into_iter().collect();
        assert_eq!(tried.len(), 3, "each once");
    }
}

#[test]
fn the_shard_with_the_fewest_open_calls_comes_first() {
    let scene = scene(&[1, 2, 3]);
    let caller = shard(9);
    let begin = |number| {
        let sender = Sender::Newcomer { caller };
        OpenCall::begin(&scene.state, shard(number), sender).expect("room")
    };
    let _open = [begin(1), begin(1), begin(3)];
    for nonce in 0..9 {
        assert_eq!(scene.tried(nonce), [shard(2), shard(3), shard(1)]);
    }
}

#[test]
fn a_shard_that_is_known_to_be_full_or_takes_nothing_new_is_not_asked() {
    let scene = scene(&[1, 2, 3, 4, 5]);
    let mut full = crate::runtime::mock::tip(1);
    full.next_anchor = row(2).range.hi();
    let now = scene.mock.now();
    scene.state.borrow_mut().heard(shard(2), full, now);
    scene.puts(shard(3), ShardState::Sealed);
    scene.puts(shard(4), ShardState::Maintenance);
    scene.puts(shard(5), ShardState::Unreachable);
    assert_eq!(scene.tried(1), [shard(1)]);
}

#[test]
fn a_shard_that_cannot_now_gives_way_to_another_one() {
    let not_done = |mock: &Mock| mock.will_reply(Err(NoReply::NotDone));
    let stopped = |mock: &Mock| mock.will_reply(Err(NoReply::CalleeFailed));
    let maintenance = |mock: &Mock| mock.will_answer(0, MAINTENANCE);
    let backlog = |mock: &Mock| mock.will_answer(0, BACKLOG);
    let cases: [&dyn Fn(&Mock); 4] = [&not_done, &stopped, &maintenance, &backlog];
    for case in cases {
        let scene = scene(&[1, 2]);
        scene.limit(1);
        let tried = scene.tried(1);
        case(&scene.mock);
        scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
        assert_eq!(scene.register(1), number(200));
        assert_eq!(scene.mock.called(), tried);
        assert_eq!(scene.order(0).order, scene.order(1).order);
        assert_eq!(scene.tokens(), 0);
        // A repetition finds the number where it was given.
        scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
        assert_eq!(scene.register(1), number(200));
        assert_eq!(scene.mock.called()[2], tried[1]);
    }
}

#[test]
fn if_none_can_now_challenge_and_token_come_back() {
    let scene = scene(&[1, 2]);
    scene.limit(1);
    let tried = scene.tried(1);
    scene.mock.will_answer(0, BACKLOG);
    scene.mock.will_answer(9, FULL);
    let reason = BACKLOG.err();
    let shard = tried[0];
    let busy = Err(Refusal::ShardBusy { shard, reason });
    assert_eq!(scene.register(1), busy);
    assert_eq!(scene.tokens(), 1);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
}

/// A shard that waits for its operator is not full.
#[test]
fn if_the_only_shard_with_room_is_held_back_challenge_and_token_come_back() {
    let scene = scene(&[1, 2]);
    scene.limit(1);
    scene.puts(shard(2), ShardState::Maintenance);
    scene.mock.will_answer(9, FULL);
    let held_back = Refusal::HeldBack {
        shard: shard(2),
        state: ShardState::Maintenance,
    };
    assert_eq!(scene.register(1), Err(held_back));
    assert_eq!(scene.tokens(), 1);
    scene.puts(shard(2), ShardState::Open);
    scene.puts(shard(1), ShardState::Unreachable);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
    assert_eq!(scene.register(1), number(200));
    // A sealed one takes nobody, and one that has given all its numbers is full.
    scene.limit(1);
    scene.puts(shard(2), ShardState::Sealed);
    let mut full = crate::runtime::mock::tip(10);
    full.next_anchor = row(1).range.hi();
    let now = scene.mock.now();
    scene.state.borrow_mut().heard(shard(1), full, now);
    let mut scene = scene;
    scene.challenged();
    assert_eq!(scene.register(2), Ok(RegisterResponse::CanisterFull));
}

#[test]
fn where_something_may_have_happened_no_other_shard_is_asked() {
    let scene = scene(&[1, 2]);
    let first = scene.tried(1)[0];
    scene.mock.will_reply(Err(NoReply::Unknown));
    scene.mock.will_reply(Err(NoReply::Unknown));
    assert_eq!(scene.register(1), Err(Refusal::OutcomeUnknown));
    assert_eq!(scene.mock.called(), [first; 2]);
    // Nor when the shard cannot say now what became of it.
    scene.mock.will_answer(0, MAINTENANCE);
    assert!(matches!(scene.register(1), Err(Refusal::ShardBusy { .. })));
    assert_eq!(scene.mock.called(), [first; 3]);
    scene.puts(first, ShardState::Unreachable);
    assert!(matches!(scene.register(1), Err(Refusal::HeldBack { .. })));
    // Once it surely gave none, another one does.
    scene.puts(first, ShardState::Open);
    scene.mock.will_answer(0, FULL);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
    assert_eq!(scene.register(1), number(200));
}
