use super::*;
use crate::state::tests::shard;

const NOW: TimestampNs = TimestampNs::new(1_000);
const ALICE: AnchorNumber = AnchorNumber::new(7);
const BOB: AnchorNumber = AnchorNumber::new(8);

#[test]
fn an_order_concerns_its_anchor_until_it_is_settled() {
    let mut orders = Unsettled::default();
    let one = orders.begin(shard(1), Some(ALICE), NOW).expect("room");
    let two = orders.begin(shard(1), Some(ALICE), NOW).expect("room");
    assert!(orders.concerns(shard(1), ALICE, NOW));
    assert!(!orders.concerns(shard(1), BOB, NOW));
    assert!(!orders.concerns(shard(2), ALICE, NOW));
    orders.settle(shard(1), one);
    assert!(orders.concerns(shard(1), ALICE, NOW), "the other is open");
    orders.settle(shard(1), two);
    assert!(!orders.concerns(shard(1), ALICE, NOW));
}

#[test]
fn an_order_without_an_answer_concerns_its_anchor_until_it_cannot_be_carried_out() {
    let mut orders = Unsettled::default();
    let number = orders.begin(shard(1), Some(ALICE), NOW).expect("room");
    let again = NOW.saturating_add(5);
    orders.again(shard(1), number, Some(ALICE), again);
    assert_eq!(orders.count(shard(1), again), 1);
    let last = again.saturating_add(CARRIED_OUT_WITHIN_NS - 1);
    assert!(orders.concerns(shard(1), ALICE, last));
    assert!(!orders.concerns(shard(1), ALICE, last.saturating_add(1)));
}

#[test]
fn an_order_that_is_sent_again_late_concerns_its_anchor_anew() {
    let mut orders = Unsettled::default();
    let number = orders.begin(shard(1), Some(ALICE), NOW).expect("room");
    let late = carried_out_by(NOW);
    orders.begin(shard(1), None, late).expect("room");
    orders.again(shard(1), number, Some(ALICE), late);
    assert!(orders.concerns(shard(1), ALICE, late));
    orders.settle(shard(1), number);
    assert!(!orders.concerns(shard(1), ALICE, late));
}

#[test]
fn registrations_are_counted_apart() {
    let mut orders = Unsettled::default();
    orders.begin(shard(1), None, NOW).expect("room");
    orders.begin(shard(1), Some(ALICE), NOW).expect("room");
    assert_eq!(orders.count(shard(1), NOW), 2);
    assert_eq!(orders.registrations(shard(1), NOW), 1);
    assert_eq!(orders.count(shard(2), NOW), 0);
}

#[test]
fn there_is_a_limit_and_time_makes_room() {
    let mut orders = Unsettled::default();
    for _ in 0..LIMIT {
        orders.begin(shard(1), None, NOW).expect("room");
    }
    assert_eq!(orders.begin(shard(1), None, NOW), Err(TooMany));
    assert!(orders.begin(shard(2), None, NOW).is_ok());
    let later = carried_out_by(NOW);
    assert!(orders.begin(shard(1), None, later).is_ok());
    assert_eq!(orders.count(shard(1), later), 1);
}
