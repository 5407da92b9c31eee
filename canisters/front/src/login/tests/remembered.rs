//! Log-ins that ask nobody, and everything that ends them.

use super::*;
use crate::runtime::mock::{step, tip};
use crate::state::tests::row;
use crate::{devices, lookups};
use std::pin::pin;
use std::task::Poll;
use types::DeviceKey;
use types::front::{ShardRoute, ShardState};
use types::registry::{Apply, AuthenticatedBy, DeviceOperation};

type Answered = Result<(UserKey, TimestampNs), Refusal>;

fn logs_in(mock: &Mock, state: &Shared) -> Answered {
    run(prepare_delegation(mock, state, device(), &log_in(), None))
}

/// A front that remembers the device, after one call to the shard.
fn remembered() -> (Mock, Shared) {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    prepare_with(&mock, &state, None);
    (mock, state)
}

/// Logs in when the shard says no; whether the shard was asked.
fn asks_the_shard(mock: &Mock, state: &Shared) -> bool {
    let before = mock.calls.borrow().len();
    let unauthorized = Err(RegistryError::Unauthorized);
    mock.will_answer::<Authenticated>(1, unauthorized);
    let result = logs_in(mock, state);
    let asked = mock.calls.borrow().len() > before;
    assert_eq!(result.is_err(), asked, "{result:?}");
    asked
}

fn removal() -> DeviceOperation {
    DeviceOperation::Remove {
        key: DeviceKey::new([1; 4]),
    }
}

fn removes(mock: &Mock, state: &Shared) -> Result<(), Refusal> {
    run(devices::change(mock, state, device(), ANCHOR, removal()))
}

#[test]
fn a_second_log_in_is_one_execution_that_asks_nobody() {
    let (mock, state) = remembered();
    let certified = mock.certified.borrow().len();
    let log_in = log_in_at("https://other.example");
    let mut second = pin!(prepare_delegation(&mock, &state, device(), &log_in, None));
    assert!(matches!(step(second.as_mut()), Poll::Ready(Ok(_))));
    assert_eq!(mock.calls.borrow().len(), 1);
    assert_eq!(mock.certified.borrow().len(), certified + 1);
    let state = state.borrow();
    assert_eq!(state.counters.get(metrics::CACHE_HITS), 1);
    assert_eq!(state.counters.get(metrics::CACHE_MISSES), 1);
    assert_eq!(state.counters.get(metrics::PREPARED), 2);
}

#[test]
fn somebody_else_is_asked_about_and_an_answer_ends_by_itself() {
    let (mock, state) = remembered();
    mock.will_answer::<Authenticated>(1, Err(RegistryError::Unauthorized));
    let other = run(prepare_delegation(
        &mock,
        &state,
        stranger(),
        &log_in(),
        None,
    ));
    assert_eq!(other, Err(Refusal::NotAuthenticated { caller: stranger() }));
    assert!(logs_in(&mock, &state).is_ok());
    mock.pass(5 * MINUTE_NS);
    assert!(asks_the_shard(&mock, &state));
}

#[test]
fn whoever_was_removed_is_asked_about_again() {
    let (mock, state) = remembered();
    mock.will_answer(2, Ok(()));
    removes(&mock, &state).expect("done");
    mock.will_answer::<Authenticated>(2, Err(RegistryError::Unauthorized));
    let refused = Err(Refusal::NotAuthenticated { caller: device() });
    assert_eq!(logs_in(&mock, &state), refused);
}

#[test]
fn while_an_order_is_open_nothing_is_remembered() {
    let (mock, state) = remembered();
    mock.will_answer(2, Ok(()));
    let mut order = pin!(devices::change(&mock, &state, device(), ANCHOR, removal()));
    assert!(step(order.as_mut()).is_pending());
    // The shard answers this question before it carries out the order.
    prepare_with(&mock, &state, None);
    assert!(asks_the_shard(&mock, &state));
    assert_eq!(step(order.as_mut()), Poll::Ready(Ok(())));
    assert!(asks_the_shard(&mock, &state));
}

#[test]
fn an_answer_that_comes_after_an_order_is_not_remembered() {
    let (mock, state) = remembered();
    mock.pass(5 * MINUTE_NS);
    mock.will_answer(1, Ok(authenticated()));
    let log_in = log_in();
    let mut early = pin!(prepare_delegation(&mock, &state, device(), &log_in, None));
    assert!(step(early.as_mut()).is_pending());
    mock.will_answer(2, Ok(()));
    removes(&mock, &state).expect("done");
    assert!(matches!(step(early.as_mut()), Poll::Ready(Ok(_))));
    assert!(asks_the_shard(&mock, &state));
}

#[test]
fn after_an_order_of_unknown_outcome_nothing_is_remembered_until_its_deadline() {
    let (mock, state) = remembered();
    mock.will_reply(Err(NoReply::Unknown));
    mock.will_reply(Err(NoReply::Unknown));
    assert_eq!(removes(&mock, &state), Err(Refusal::OutcomeUnknown));
    prepare_with(&mock, &state, None);
    assert!(asks_the_shard(&mock, &state));
    mock.pass(MINUTE_NS);
    prepare_with(&mock, &state, None);
    assert!(asks_the_shard(&mock, &state));
    mock.pass(MINUTE_NS / 2);
    prepare_with(&mock, &state, None);
    assert!(logs_in(&mock, &state).is_ok());
}

#[test]
fn the_answer_to_the_repetition_settles_the_first_attempt() {
    let (mock, state) = remembered();
    mock.will_reply(Err(NoReply::Unknown));
    mock.will_answer(2, Ok(()));
    removes(&mock, &state).expect("done");
    assert_eq!(mock.sent::<Apply>(1), mock.sent::<Apply>(2));
    mock.will_answer(2, Ok(authenticated()));
    logs_in(&mock, &state).expect("allowed");
    assert!(!asks_the_shard(&mock, &state));
}

#[test]
fn an_answer_from_before_the_repetition_is_not_remembered() {
    let (mock, state) = remembered();
    mock.will_reply(Err(NoReply::Unknown));
    let mut removal = pin!(devices::change(&mock, &state, device(), ANCHOR, removal()));
    assert!(step(removal.as_mut()).is_pending());
    // Nobody waits for the first attempt any more when front hears that it got no answer.
    mock.pass(2 * MINUTE_NS);
    mock.will_answer(1, Ok(authenticated()));
    let log_in = log_in();
    let mut early = pin!(prepare_delegation(&mock, &state, device(), &log_in, None));
    assert!(step(early.as_mut()).is_pending());
    mock.will_answer(2, Ok(()));
    assert!(step(removal.as_mut()).is_pending(), "sent again");
    assert!(matches!(step(early.as_mut()), Poll::Ready(Ok(_))));
    assert_eq!(step(removal.as_mut()), Poll::Ready(Ok(())));
    assert!(asks_the_shard(&mock, &state));
}

#[test]
fn a_temporary_key_is_asked_about_each_time() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let temporary = Authenticated {
        by: AuthenticatedBy::TemporaryKey,
        ..authenticated()
    };
    mock.will_answer(1, Ok(temporary));
    logs_in(&mock, &state).expect("allowed");
    assert!(asks_the_shard(&mock, &state));
}

/// Everybody else's log-ins go to the shard: what it answers tells front that somebody wrote there.
fn another_log_in(mock: &Mock, state: &Shared, length: u64, result: Result<(), RegistryError>) {
    mock.will_answer(length, result.map(|()| authenticated()));
    let other = run(prepare_delegation(mock, state, stranger(), &log_in(), None));
    assert!(other.is_ok() || mock.calls.borrow().len() > 1);
}

#[test]
fn a_log_that_front_did_not_write_makes_the_shard_forgotten() {
    let (mock, state) = remembered();
    another_log_in(&mock, &state, 1, Ok(()));
    assert!(!asks_the_shard(&mock, &state), "the log is the known one");
    let (mock, state) = remembered();
    another_log_in(&mock, &state, 2, Ok(()));
    assert!(asks_the_shard(&mock, &state));
    let counted = state.borrow().counters.get(metrics::UNEXPLAINED_TIPS);
    assert_eq!(counted, 1);

    let (mock, state) = remembered();
    another_log_in(&mock, &state, 1, Err(RegistryError::RolledBack));
    assert!(asks_the_shard(&mock, &state));
    let mut other = tip(1);
    other.next_anchor = AnchorNumber::new(9);
    let (mock, state) = remembered();
    state.borrow_mut().heard(shard(1), other, mock.now());
    assert!(asks_the_shard(&mock, &state));
}

#[test]
fn what_orders_of_front_have_written_is_explained() {
    let (mock, state) = remembered();
    let bob = AnchorNumber::new(151);
    mock.will_answer(3, Ok(()));
    mock.will_answer(2, Ok(()));
    let mut one = pin!(devices::change(&mock, &state, device(), bob, removal()));
    let mut two = pin!(devices::change(&mock, &state, device(), bob, removal()));
    assert!(step(one.as_mut()).is_pending());
    assert!(step(two.as_mut()).is_pending());
    // The later block's answer comes first.
    assert_eq!(step(one.as_mut()), Poll::Ready(Ok(())));
    assert_eq!(step(two.as_mut()), Poll::Ready(Ok(())));
    assert!(!asks_the_shard(&mock, &state));
    let counted = state.borrow().counters.get(metrics::UNEXPLAINED_TIPS);
    assert_eq!(counted, 0);
}

#[test]
fn another_routing_table_makes_everything_forgotten() {
    let (mock, state) = remembered();
    let table = vec![row(1), row(2)];
    state
        .borrow_mut()
        .set_routing(table, mock.now())
        .expect("a valid table");
    assert!(asks_the_shard(&mock, &state));
}

fn in_state(state: &Shared, of_shard: ShardState) {
    let route = ShardRoute {
        state: of_shard,
        ..row(1)
    };
    let set = state
        .borrow_mut()
        .set_routing(vec![route], TimestampNs::new(0));
    set.expect("a valid table");
}

#[test]
fn in_maintenance_log_ins_go_on_and_changes_are_not_sent() {
    let (mock, state) = remembered();
    in_state(&state, ShardState::Maintenance);
    let held_back = Refusal::HeldBack {
        shard: shard(1),
        state: ShardState::Maintenance,
    };
    assert_eq!(removes(&mock, &state), Err(held_back));
    assert_eq!(mock.calls.borrow().len(), 1);
    prepare_with(&mock, &state, None);
    assert_eq!(mock.calls.borrow().len(), 2);
    assert!(!asks_the_shard(&mock, &state), "the answer is remembered");
    assert_eq!(state.borrow().counters.get(metrics::CALLS_HELD_BACK), 1);
}

#[test]
fn to_an_unreachable_shard_nothing_is_sent() {
    let (mock, state) = remembered();
    in_state(&state, ShardState::Unreachable);
    let held_back = Refusal::HeldBack {
        shard: shard(1),
        state: ShardState::Unreachable,
    };
    let words = held_back.words();
    assert!(words.contains(&shard(1).to_text()), "{words}");
    assert!(words.ends_with("unreachable, try again later"), "{words}");
    assert_eq!(removes(&mock, &state), Err(held_back.clone()));
    assert_eq!(logs_in(&mock, &state), Err(held_back.clone()));
    let info = run(devices::get_anchor_info(&mock, &state, device(), ANCHOR));
    assert_eq!(info, Err(held_back.clone()));
    let found = run(lookups::lookup(&mock, &state, ANCHOR));
    assert_eq!(found, Err(held_back));
    assert_eq!(mock.calls.borrow().len(), 1);
    in_state(&state, ShardState::Sealed);
    mock.will_answer(2, Ok(()));
    assert_eq!(removes(&mock, &state), Ok(()));
}
