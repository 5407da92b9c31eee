use super::*;
use crate::state::tests::shard;

const NOW: TimestampNs = TimestampNs::new(1_000);
const ALICE: AnchorNumber = AnchorNumber::new(7);
const BOB: AnchorNumber = AnchorNumber::new(8);
const KEY: AuthenticatedBy = AuthenticatedBy::DeviceKey;

fn laptop() -> Principal {
    Principal::self_authenticating([1])
}

fn phone() -> Principal {
    Principal::self_authenticating([2])
}

fn asks(cache: &AuthCache, anchor: AnchorNumber, caller: Principal) -> Question {
    cache.asks(shard(1), anchor, caller)
}

/// A cache that knows Alice's laptop, Alice's phone and Bob's laptop, the last one from shard 2.
fn full() -> AuthCache {
    let mut cache = AuthCache::default();
    for (anchor, caller, of) in [
        (ALICE, laptop(), 1),
        (ALICE, phone(), 1),
        (BOB, laptop(), 2),
    ] {
        let question = cache.asks(shard(of), anchor, caller);
        cache.learn(question, KEY, NOW);
    }
    cache
}

#[test]
fn an_answer_is_for_its_anchor_and_caller_and_lives_for_five_minutes() {
    let cache = full();
    let last = NOW.saturating_add(LIFE_NS - 1);
    assert!(cache.knows(ALICE, laptop(), last));
    assert!(!cache.knows(ALICE, laptop(), last.saturating_add(1)));
    assert!(!cache.knows(BOB, phone(), NOW));
    assert!(!AuthCache::default().knows(ALICE, laptop(), NOW));
}

#[test]
fn an_order_makes_its_anchor_forgotten_and_no_other() {
    let mut cache = full();
    cache.order_sent(ALICE);
    assert!(!cache.knows(ALICE, laptop(), NOW));
    assert!(!cache.knows(ALICE, phone(), NOW));
    assert!(cache.knows(BOB, laptop(), NOW));
}

#[test]
fn an_answer_to_a_question_from_before_an_order_is_not_remembered() {
    let mut cache = AuthCache::default();
    let (before, of_bob) = (asks(&cache, ALICE, laptop()), asks(&cache, BOB, laptop()));
    cache.order_sent(ALICE);
    let after = asks(&cache, ALICE, phone());
    cache.learn(before, KEY, NOW);
    cache.learn(of_bob, KEY, NOW);
    cache.learn(after, KEY, NOW);
    assert!(!cache.knows(ALICE, laptop(), NOW));
    assert!(cache.knows(BOB, laptop(), NOW));
    assert!(cache.knows(ALICE, phone(), NOW));
}

#[test]
fn a_question_that_is_older_than_the_orders_that_are_kept_is_void() {
    let mut cache = AuthCache::default();
    let old = asks(&cache, ALICE, laptop());
    cache.order_sent(ALICE);
    let fresh = asks(&cache, BOB, laptop());
    for _ in 0..ORDERS_COMPARED {
        cache.order_sent(AnchorNumber::new(9));
    }
    assert_eq!(cache.ordered.len(), ORDERS_COMPARED);
    cache.learn(old, KEY, NOW);
    cache.learn(fresh, KEY, NOW);
    assert!(!cache.knows(ALICE, laptop(), NOW));
    assert!(cache.knows(BOB, laptop(), NOW));
}

#[test]
fn a_temporary_key_is_not_remembered() {
    let mut cache = AuthCache::default();
    let question = asks(&cache, ALICE, laptop());
    cache.learn(question, AuthenticatedBy::TemporaryKey, NOW);
    assert!(!cache.knows(ALICE, laptop(), NOW));
}

#[test]
fn a_shard_or_everything_is_forgotten_with_what_is_being_said() {
    let mut cache = full();
    let open = asks(&cache, ALICE, laptop());
    cache.forget_shard(shard(1));
    cache.learn(open, KEY, NOW);
    assert!(!cache.knows(ALICE, laptop(), NOW));
    assert!(cache.knows(BOB, laptop(), NOW));
    let open = cache.asks(shard(2), BOB, laptop());
    cache.forget_all();
    cache.learn(open, KEY, NOW);
    assert_eq!(cache.len(), 0);
    assert!(!cache.knows(BOB, laptop(), NOW));
}

#[test]
fn the_oldest_answer_gives_way_and_expired_ones_are_forgotten() {
    let mut cache = AuthCache::default();
    for anchor in 0..=LIMIT as u64 {
        let question = asks(&cache, AnchorNumber::new(anchor), laptop());
        cache.learn(question, KEY, NOW);
    }
    assert_eq!((cache.len(), cache.by_age.len()), (LIMIT, LIMIT));
    assert!(!cache.knows(AnchorNumber::new(0), laptop(), NOW));
    assert!(cache.knows(AnchorNumber::new(1), laptop(), NOW));
    let later = NOW.saturating_add(LIFE_NS);
    let question = asks(&cache, AnchorNumber::new(0), laptop());
    cache.learn(question, KEY, later);
    assert_eq!(cache.len(), LIMIT + 1 - FORGOTTEN_PER_ANSWER);
    assert!(cache.knows(AnchorNumber::new(0), laptop(), later));
}

/// Whoever logs in and changes something in turns grows nothing.
#[test]
fn what_was_forgotten_before_its_time_does_not_pile_up() {
    let mut cache = AuthCache::default();
    for _ in 0..=LIMIT {
        let question = asks(&cache, ALICE, laptop());
        cache.learn(question, KEY, NOW);
        cache.order_sent(ALICE);
    }
    assert_eq!(cache.by_age.len(), LIMIT);
    assert_eq!(cache.len(), 0);
}
