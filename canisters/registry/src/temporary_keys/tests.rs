use super::*;
use crate::fixtures::principal;

fn anchor(n: u64) -> AnchorNumber {
    AnchorNumber::new(n)
}

fn at(ns: u64) -> TimestampNs {
    TimestampNs::new(ns)
}

fn device(n: u64) -> DeviceKey {
    DeviceKey::new(n.to_le_bytes())
}

#[test]
fn a_key_lives_for_ten_minutes() {
    let mut keys = TemporaryKeys::default();
    keys.insert(anchor(1), principal("k"), device(1), at(5));
    let found = |now| keys.device(anchor(1), principal("k"), at(now));
    assert_eq!(found(5), Some(&device(1)));
    assert_eq!(found(5 + LIFETIME_NS - 1), Some(&device(1)));
    assert_eq!(found(5 + LIFETIME_NS), None);
}

#[test]
fn one_key_may_act_for_devices_of_two_anchors() {
    let mut keys = TemporaryKeys::default();
    keys.insert(anchor(1), principal("k"), device(1), at(5));
    keys.insert(anchor(2), principal("k"), device(2), at(5));
    for n in [1, 2] {
        let found = keys.device(anchor(n), principal("k"), at(6));
        assert_eq!(found, Some(&device(n)));
    }
    assert_eq!(keys.device(anchor(3), principal("k"), at(6)), None);
    assert_eq!(keys.device(anchor(1), principal("l"), at(6)), None);
}

#[test]
fn the_keys_of_a_device_that_is_gone_are_forgotten_and_no_others() {
    let mut keys = TemporaryKeys::default();
    for (n, key) in [(1, "k"), (2, "k"), (2, "l"), (3, "k")] {
        // Two keys of one anchor cannot begin at the same time: each registration has its number.
        let now = at(5 + keys.count() as u64);
        keys.insert(anchor(n), principal(key), device(n), now);
    }
    keys.forget(anchor(2), &device(1));
    assert_eq!((keys.count(), keys.ends.len()), (4, 4), "another device");
    keys.forget(anchor(2), &device(2));
    assert_eq!((keys.count(), keys.ends.len()), (2, 2));
    for key in ["k", "l"] {
        assert_eq!(keys.device(anchor(2), principal(key), at(20)), None);
    }
    for n in [1, 3] {
        let found = keys.device(anchor(n), principal("k"), at(20));
        assert_eq!(found, Some(&device(n)));
    }
}

#[test]
fn one_message_forgets_a_bounded_number_of_dead_keys() {
    let mut keys = TemporaryKeys::default();
    for n in 0..50 {
        keys.insert(anchor(n), principal("k"), device(n), at(n));
    }
    keys.insert(anchor(50), principal("k"), device(50), at(49 + LIFETIME_NS));
    assert_eq!(keys.count(), 51 - PRUNED_PER_MESSAGE);
    keys.insert(anchor(51), principal("k"), device(51), at(49 + LIFETIME_NS));
    keys.insert(anchor(52), principal("k"), device(52), at(49 + LIFETIME_NS));
    assert_eq!((keys.count(), keys.ends.len()), (3, 3));
}
