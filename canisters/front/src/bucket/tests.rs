use super::*;

const LIMIT: RateLimit = RateLimit {
    time_per_token_ns: 1_000,
    max_tokens: 3,
};

fn at(ns: u64) -> TimestampNs {
    TimestampNs::new(ns)
}

fn emptied(now: u64) -> TokenBucket {
    let mut bucket = TokenBucket::full(LIMIT, at(now));
    for _ in 0..3 {
        bucket.take(at(now)).expect("a full bucket");
    }
    bucket
}

#[test]
fn starts_full_and_ends_empty() {
    assert_eq!(emptied(50).take(at(50)), Err(BucketEmpty));
}

#[test]
fn looking_takes_nothing() {
    let mut bucket = emptied(0);
    for _ in 0..5 {
        assert_eq!(bucket.look(at(1_000)), Ok(()));
    }
    assert_eq!(bucket.tokens(at(1_000)), 1);
}

#[test]
fn tokens_come_back_one_by_one_and_keep_their_fraction() {
    let mut bucket = emptied(0);
    assert_eq!(bucket.look(at(999)), Err(BucketEmpty));
    // The look at 999 must not throw the 999 ns away.
    assert_eq!(bucket.take(at(1_000)), Ok(()));
    assert_eq!(bucket.look(at(1_999)), Err(BucketEmpty));
    assert_eq!(bucket.look(at(2_000)), Ok(()));
}

#[test]
fn never_holds_more_than_its_limit() {
    let mut bucket = emptied(0);
    assert_eq!(bucket.tokens(at(u64::MAX)), 3);
    bucket.give_back();
    bucket.look(at(1_000_000)).expect("full");
    bucket.give_back();
    assert_eq!(bucket.tokens(at(1_000_000)), 3);
}

#[test]
fn a_token_given_back_can_be_taken_again() {
    let mut bucket = emptied(0);
    bucket.give_back();
    assert_eq!(bucket.take(at(0)), Ok(()));
    assert_eq!(bucket.take(at(0)), Err(BucketEmpty));
}

#[test]
fn time_going_backwards_and_a_zero_rate_do_no_harm() {
    let mut bucket = emptied(5_000);
    assert_eq!(bucket.look(at(0)), Err(BucketEmpty));
    let mut fast = TokenBucket::full(
        RateLimit {
            time_per_token_ns: 0,
            max_tokens: 1,
        },
        at(0),
    );
    fast.take(at(0)).expect("full");
    assert_eq!(fast.take(at(1)), Ok(()));
}

#[test]
fn a_limit_of_zero_stops_everything() {
    let limit = RateLimit {
        time_per_token_ns: 1,
        max_tokens: 0,
    };
    assert_eq!(
        TokenBucket::full(limit, at(0)).look(at(u64::MAX)),
        Err(BucketEmpty)
    );
}
