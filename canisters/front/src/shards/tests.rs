use super::*;
use crate::crowd::{DEVICES_LIMIT, STRANGERS_LIMIT};
use crate::randomness;
use crate::runtime::mock::{Mock, run, step, tip};
use crate::state::tests::{shard, with_shards};
use std::pin::pin;
use types::registry::{Authenticate, Authenticated, AuthenticatedBy, CreateAnchor};
use types::{AnchorNumber, DeviceData, DeviceKey, DeviceProtection, KeyType, OrderId, Purpose};

/// A device with this key.
pub(crate) fn device(key: u8) -> DeviceData {
    DeviceData {
        pubkey: DeviceKey::new([key; 4]),
        alias: "laptop".to_owned(),
        credential_id: None,
        aaguid: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Platform,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata: None,
    }
}

/// A shard's yes to a question who may act.
pub(crate) fn authenticated() -> Authenticated {
    Authenticated {
        device: DeviceKey::new([1; 4]),
        by: AuthenticatedBy::DeviceKey,
    }
}

fn create(expected: Option<ShardTip>) -> CreateAnchor {
    CreateAnchor {
        order: OrderId::new([5; 32]),
        expected,
        caller: Principal::anonymous(),
        temporary_key: None,
        device: device(1),
        below: None,
    }
}

fn ask(expected: Option<ShardTip>) -> Authenticate {
    Authenticate {
        expected,
        anchor: AnchorNumber::new(1),
        caller: Principal::anonymous(),
    }
}

#[test]
fn messages_carry_the_highest_tip_and_answers_raise_it() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    for length in [4, 3, 9] {
        mock.will_answer(length, Ok(AnchorNumber::new(1)));
        run(order(&mock, &state, shard(1), create)).expect("done");
    }
    let expected = |index| mock.sent::<CreateAnchor>(index).1.expected;
    assert_eq!(expected(0), None);
    assert_eq!(expected(1), Some(tip(4)));
    // The answer with the shorter log came late: it lowers nothing.
    assert_eq!(expected(2), Some(tip(4)));
    assert_eq!(state.borrow().tips.get(shard(1)), Some(tip(9)));
}

#[test]
fn a_rolled_back_shard_teaches_front_nothing() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_answer::<AnchorNumber>(50, Err(RegistryError::RolledBack));
    let result = run(order(&mock, &state, shard(1), create));
    assert_eq!(
        result,
        Err(ShardFailure::Refused(RegistryError::RolledBack))
    );
    assert_eq!(state.borrow().tips.get(shard(1)), None);
    assert_eq!(state.borrow().counters.get(metrics::ROLLED_BACK), 1);
}

#[test]
fn an_unknown_outcome_is_repeated_once_with_the_same_bytes() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::Unknown));
    mock.will_answer(1, Ok(AnchorNumber::new(7)));
    let result = run(order(&mock, &state, shard(1), create));
    assert_eq!(result, Ok(AnchorNumber::new(7)));
    let calls = mock.calls.borrow();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
}

#[test]
fn two_unknown_outcomes_stay_unknown() {
    for second in [NoReply::Unknown, NoReply::NotDone, NoReply::CalleeFailed] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        mock.will_reply(Err(NoReply::Unknown));
        mock.will_reply(Err(second));
        let result: Result<AnchorNumber, _> = run(order(&mock, &state, shard(1), create));
        assert_eq!(result, Err(ShardFailure::Unknown));
    }
}

#[test]
fn an_order_that_was_not_executed_is_not_repeated_here() {
    for failure in [NoReply::NotDone, NoReply::CalleeFailed] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        mock.will_reply(Err(failure));
        let result: Result<AnchorNumber, _> = run(order(&mock, &state, shard(1), create));
        assert_eq!(result, Err(ShardFailure::NotDone));
        assert_eq!(mock.calls.borrow().len(), 1);
    }
}

#[test]
fn an_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let newer = blob::encode(&[9, 0]);
    mock.will_reply(Ok(newer));
    mock.will_reply(Ok(Vec::new()));
    let result: Result<AnchorNumber, _> = run(order(&mock, &state, shard(1), create));
    assert_eq!(result, Err(ShardFailure::Unknown));
    assert_eq!(state.borrow().counters.get(metrics::CALLS_UNREADABLE), 2);
}

#[test]
fn a_question_is_asked_once() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::Unknown));
    let result: Result<Authenticated, _> = run(question(&mock, &state, shard(1), ask));
    assert_eq!(result, Err(ShardFailure::NotDone));
    mock.will_answer(1, Ok(authenticated()));
    let result = run(question(&mock, &state, shard(1), ask));
    assert_eq!(result, Ok(authenticated()));
}

#[test]
fn open_calls_are_limited_and_end_with_their_answer_or_their_future() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let stranger = ask(None).sender();
    let held: Vec<OpenCall> = (1..STRANGERS_LIMIT)
        .map_while(|_| OpenCall::begin(&state, shard(1), stranger))
        .collect();
    mock.will_answer(1, Ok(authenticated()));
    {
        let mut last = pin!(question::<_, Authenticate, _>(&mock, &state, shard(1), ask));
        assert!(step(last.as_mut()).is_pending());
        let refused: Result<Authenticated, _> = run(question(&mock, &state, shard(1), ask));
        assert_eq!(refused, Err(ShardFailure::NotDone));
        assert_eq!(mock.calls.borrow().len(), 1);
        // Here the waiting call is dropped without its answer, as after a trap.
    }
    assert_eq!(
        state.borrow().crowd.open_calls(shard(1)),
        STRANGERS_LIMIT - 1
    );
    drop(held);
    assert_eq!(state.borrow().crowd.open_calls(shard(1)), 0);
}

#[test]
fn whoever_a_shard_lets_in_is_no_stranger_until_it_refuses() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    run(randomness::ensure(&mock, &state)).expect("the mock has randomness");
    let places = || {
        let begin = || OpenCall::begin(&state, shard(1), ask(None).sender());
        std::iter::from_fn(begin).collect::<Vec<_>>().len()
    };
    assert_eq!(places(), STRANGERS_LIMIT as usize);
    mock.will_answer(1, Ok(authenticated()));
    run(question::<_, Authenticate, _>(&mock, &state, shard(1), ask)).expect("let in");
    assert_eq!(places(), DEVICES_LIMIT as usize);
    // What does not concern the device changes nothing.
    for (error, left) in [
        (RegistryError::Maintenance, DEVICES_LIMIT),
        (RegistryError::Unauthorized, STRANGERS_LIMIT),
    ] {
        mock.will_answer::<Authenticated>(1, Err(error));
        let refused: Result<Authenticated, _> = run(question(&mock, &state, shard(1), ask));
        refused.expect_err("refused");
        assert_eq!(places(), left as usize);
    }
}
