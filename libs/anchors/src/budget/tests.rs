use super::*;
use crate::fixtures::{NOW, authenticated, passkey, record};
use crate::record::AnchorRecord;
use types::DeviceKey;

const LIMITS: Limits = Limits {
    devices_per_anchor: 10,
    operations_per_day: 2,
};

fn added(record: &AnchorRecord, name: &str, now: TimestampNs) -> Result<AnchorRecord, OverBudget> {
    let proof = authenticated(record, "a").charge(LIMITS, now)?;
    let change = proof.add(passkey(name), LIMITS, now).expect("no rule");
    Ok(AnchorRecord::decode(&change.record).expect("just encoded"))
}

#[test]
fn the_budget_is_for_one_day() {
    let resets_at = Day::of(NOW).end();
    let last_moment = TimestampNs::new(resets_at.get() - 1);
    let record = added(&record("a"), "b", NOW).unwrap();
    let record = added(&record, "c", NOW).unwrap();
    let over = OverBudget {
        limit: 2,
        resets_at,
    };
    for now in [NOW, last_moment] {
        assert_eq!(added(&record, "d", now), Err(over));
    }
    let record = added(&record, "d", resets_at).unwrap();
    assert!(added(&record, "e", resets_at).is_ok());
}

#[test]
fn what_a_rule_refuses_costs_nothing() {
    let record = added(&record("a"), "b", NOW).unwrap();
    for _ in 0..3 {
        let proof = authenticated(&record, "a").charge(LIMITS, NOW).unwrap();
        assert!(proof.add(passkey("b"), LIMITS, NOW).is_err());
    }
    assert!(added(&record, "c", NOW).is_ok());
}

#[test]
fn removals_need_no_budget() {
    let record = added(&record("a"), "b", NOW).unwrap();
    let record = added(&record, "c", NOW).unwrap();
    let proof = authenticated(&record, "a");
    let change = proof.remove(DeviceKey::new(*b"b"), NOW).unwrap();
    let record = AnchorRecord::decode(&change.record).unwrap();
    assert!(added(&record, "d", NOW).is_err(), "and give none back");
}

#[test]
fn a_use_keeps_what_is_spent() {
    let record = added(&record("a"), "b", NOW).unwrap();
    let change = authenticated(&record, "b").used(NOW);
    let used = AnchorRecord::decode(&change.record).unwrap();
    assert_eq!(used.spent, record.spent);
}
