use super::*;
use crate::fixture::{
    Mock, SECOND_NS, archive, blocks, log, registry, reply, unreachable_registry,
};
use canister_kit::certified::log_root;
use ic_stable_structures::VectorMemory;
use std::pin::pin;
use std::task::{Context, Poll as Progress, Waker};
use types::registry::FetchBlocks;

/// Runs a future until it ends or waits for an answer that does not come.
fn run(future: impl Future<Output = ()>) -> Progress<()> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn asked(mock: &Mock) -> Vec<u64> {
    let requests = mock.requests.borrow();
    requests
        .iter()
        .map(|(canister, request)| {
            assert_eq!(*canister, registry());
            message::decode::<FetchBlocks>(request)
                .unwrap()
                .next_index
                .get()
        })
        .collect()
}

fn fresh() -> RefCell<State<VectorMemory>> {
    RefCell::new(archive().1)
}

#[test]
fn a_poll_goes_on_until_there_is_no_more_and_certifies_each_page() {
    let (state, log) = (fresh(), log(7));
    let answers = [(0, 3), (3, 6), (6, 7)].map(|(from, to)| reply(&blocks(&log, from, to)));
    let mock = Mock::answering(answers);
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(asked(&mock), [0, 3, 6]);
    let state = state.borrow();
    assert_eq!(state.tip().unwrap().index, 6);
    assert_eq!(mock.certified.borrow().len(), 3);
    assert_eq!(mock.certified.borrow()[2], log_root(state.tip()).hash());
    assert_eq!(state.counters.histogram(counters::TAKE_ANSWER).sum, 3_000);
}

#[test]
fn a_poll_is_bounded() {
    let (state, log) = (fresh(), log(30));
    let mock = Mock::answering((0..30).map(|at| reply(&blocks(&log, at, at + 1))));
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(asked(&mock).len(), FETCHES_PER_POLL as usize);
    // The next one goes on at once.
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(asked(&mock)[10], 10);
}

#[test]
fn two_polls_do_not_overlap() {
    let (state, mock) = (fresh(), Mock::answering([]));
    let mut waiting = Box::pin(poll(&mock, &state));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    mock.wait(PERMIT_NS - 1);
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(
        asked(&mock).len(),
        1,
        "the second poll asked while the first was waiting"
    );
}

#[test]
fn a_dropped_poll_gives_its_permit_back() {
    let (state, mock) = (fresh(), Mock::answering([]));
    // What happens to the future when its callback traps.
    assert_eq!(run(poll(&mock, &state)), Progress::Pending);
    assert_eq!(run(poll(&mock, &state)), Progress::Pending);
    assert_eq!(asked(&mock).len(), 2);
}

#[test]
fn a_permit_that_was_never_given_back_expires_and_its_poll_changes_nothing() {
    let (state, log) = (fresh(), log(4));
    let mock = Mock::answering([]);
    let mut lost = Box::pin(poll(&mock, &state));
    let mut context = Context::from_waker(Waker::noop());
    assert!(lost.as_mut().poll(&mut context).is_pending());

    mock.wait(PERMIT_NS);
    let mut second = Box::pin(poll(&mock, &state));
    assert!(
        second.as_mut().poll(&mut context).is_pending(),
        "the permit did not expire"
    );
    assert_eq!(asked(&mock).len(), 2);

    // The lost poll's answer arrives after all: the second poll keeps its permit.
    mock.answers.borrow_mut().push_back(unreachable_registry());
    assert!(lost.as_mut().poll(&mut context).is_ready());
    assert_eq!(state.borrow().schedule.failures_in_a_row(), 0);
    assert!(state.borrow().schedule.is_running(2));

    mock.answers
        .borrow_mut()
        .push_back(reply(&blocks(&log, 0, 4)));
    assert!(second.as_mut().poll(&mut context).is_ready());
    assert_eq!(state.borrow().tip().unwrap().index, 3);
    assert!(state.borrow().schedule.running.is_none());
}

#[test]
fn failures_make_polls_rarer_and_a_success_makes_them_regular() {
    let (state, log) = (fresh(), log(1));
    let interval = state.borrow().config.poll_interval_ns;
    let mock = Mock::answering([]);
    // A call that fails takes longer than two intervals; the timer calls at each that has passed by then.
    mock.takes.set(25 * SECOND_NS);
    let (mut tick, mut begun) = (mock.now.get(), vec![]);
    while begun.len() < 8 {
        if mock.now.get() <= tick {
            // Never quite in time.
            mock.now.set(tick + (tick / SECOND_NS) % 3);
            mock.answers.borrow_mut().push_back(unreachable_registry());
            let asked_before = asked(&mock).len();
            assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
            if asked(&mock).len() > asked_before {
                begun.push(tick / SECOND_NS);
            }
            mock.answers.borrow_mut().clear();
        }
        tick += interval;
    }
    let pauses: Vec<_> = begun.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [30, 30, 40, 80, 160, 300, 300]);
    assert_eq!(state.borrow().schedule.failures_in_a_row(), 8);
    mock.takes.set(0);

    mock.wait(LONGEST_BACK_OFF_NS);
    mock.answers
        .borrow_mut()
        .push_back(reply(&blocks(&log, 0, 1)));
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(state.borrow().schedule.failures_in_a_row(), 0);
    mock.answers
        .borrow_mut()
        .push_back(reply(&blocks(&log, 1, 1)));
    assert_eq!(run(poll(&mock, &state)), Progress::Ready(()));
    assert_eq!(asked(&mock).len(), 10);
}

#[test]
fn a_long_interval_is_its_own_back_off() {
    let hour = 3_600 * SECOND_NS;
    assert_eq!(back_off_ns(1, hour), hour);
    assert_eq!(back_off_ns(40, hour), hour);
    assert_eq!(back_off_ns(u32::MAX, SECOND_NS), LONGEST_BACK_OFF_NS);
}
