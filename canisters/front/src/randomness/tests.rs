use super::*;
use crate::runtime::mock::{Mock, run, step};
use crate::state::tests::with_shards;
use std::pin::pin;
use std::task::Poll;

#[test]
fn two_that_draw_the_salt_at_once_get_the_same_one() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    let mut first = pin!(salt(&mock, &state));
    let mut second = pin!(salt(&mock, &state));
    assert!(step(first.as_mut()).is_pending());
    assert!(step(second.as_mut()).is_pending());
    // The second one's randomness comes first.
    let Poll::Ready(winner) = step(second.as_mut()) else {
        panic!("randomness takes one moment");
    };
    let Poll::Ready(loser) = step(first.as_mut()) else {
        panic!("randomness takes one moment");
    };
    assert_eq!(winner, Ok(Salt::new([1; 32])));
    assert_eq!(loser, winner);
    assert_eq!(state.borrow().salt(), Some(Salt::new([1; 32])));
    assert_eq!(run(salt(&mock, &state)), winner);
}

#[test]
fn without_randomness_there_is_no_salt_and_no_generator() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    mock.has_randomness.set(false);
    assert_eq!(run(salt(&mock, &state)), Err(NoRandomness));
    assert_eq!(run(ensure(&mock, &state)), Err(NoRandomness));
    assert_eq!(state.borrow().salt(), None);
    assert!(state.borrow().randomness.is_none());
}

/// A second seeding would void the challenges that the first one's key signed.
#[test]
fn two_that_seed_at_once_keep_the_first_key() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    let mut first = pin!(ensure(&mock, &state));
    let mut second = pin!(ensure(&mock, &state));
    assert!(step(first.as_mut()).is_pending());
    assert!(step(second.as_mut()).is_pending());
    assert_eq!(step(first.as_mut()), Poll::Ready(Ok(())));
    let key = issue(&state, &mock);
    assert_eq!(step(second.as_mut()), Poll::Ready(Ok(())));
    assert!(is_known(&state, &mock, &key));
}

#[test]
fn reseeding_changes_the_nonces_and_keeps_open_challenges() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    let (same, other) = (Mock::new(), with_shards(&[]));
    run(ensure(&mock, &state)).expect("randomness");
    run(ensure(&same, &other)).expect("randomness");
    let key = issue(&state, &mock);
    assert_eq!(key, issue(&other, &same), "both started from the same seed");
    run(reseed(&mock, &state)).expect("randomness");
    assert!(is_known(&state, &mock, &key));
    assert_ne!(issue(&state, &mock), issue(&other, &same));
}

fn issue(state: &Shared, mock: &Mock) -> String {
    let mut state = state.borrow_mut();
    let Some(Randomness { rng, challenges }) = &mut state.randomness else {
        panic!("seeded");
    };
    challenges.issue(draw(rng), true, mock.now()).key
}

fn is_known(state: &Shared, mock: &Mock, key: &str) -> bool {
    let state = state.borrow();
    let known = state.randomness.as_ref().expect("seeded");
    known.challenges.identify(key, mock.now()).is_ok()
}
