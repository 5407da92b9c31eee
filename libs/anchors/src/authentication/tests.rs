use super::*;
use crate::Limits;
use crate::fixtures::{ANCHOR, NOW, authenticated, passkey, principal, record};

fn two_devices() -> AnchorRecord {
    let change = authenticated(&record("a"), "a")
        .add(passkey("b"), Limits::default(), NOW)
        .unwrap();
    AnchorRecord::decode(&change.record).unwrap()
}

#[test]
fn each_device_authenticates_as_itself() {
    for name in ["a", "b"] {
        let proof = authenticate(ANCHOR, two_devices(), principal(name), None).unwrap();
        assert_eq!(proof.device_key().as_slice(), name.as_bytes());
        assert_eq!(proof.means(), Means::DeviceKey);
        assert_eq!(proof.caller(), principal(name));
    }
}

#[test]
fn strangers_and_anonymous_callers_are_refused() {
    for caller in [principal("c"), Principal::anonymous()] {
        assert_eq!(
            authenticate(ANCHOR, two_devices(), caller, None),
            Err(Unauthorized {
                caller,
                anchor: ANCHOR
            })
        );
    }
}

#[test]
fn a_temporary_key_acts_for_its_device() {
    let key = DeviceKey::new(*b"b");
    let proof = authenticate(ANCHOR, two_devices(), principal("session"), Some(&key)).unwrap();
    assert_eq!(proof.device_key(), &key);
    assert_eq!(proof.means(), Means::TemporaryKey);
}

#[test]
fn a_temporary_key_ends_with_its_device() {
    let gone = DeviceKey::new(*b"gone");
    assert!(authenticate(ANCHOR, two_devices(), principal("session"), Some(&gone)).is_err());
}

#[test]
fn a_device_is_itself_even_if_it_is_a_temporary_key_of_another() {
    let other = DeviceKey::new(*b"b");
    let proof = authenticate(ANCHOR, two_devices(), principal("a"), Some(&other)).unwrap();
    assert_eq!(proof.device_key().as_slice(), b"a");
    assert_eq!(proof.means(), Means::DeviceKey);
}

#[test]
fn last_use_does_not_run_backwards() {
    let mut proof = authenticate(ANCHOR, two_devices(), principal("b"), None).unwrap();
    proof.mark_used(TimestampNs::new(50));
    proof.mark_used(TimestampNs::new(40));
    assert_eq!(
        proof.record.devices[1].last_use(),
        Some(TimestampNs::new(50))
    );
    assert_eq!(proof.record.devices[0].last_use(), Some(NOW));
}

#[test]
fn last_uses_are_those_before_the_call_and_the_anchors_outlives_its_device() {
    let later = TimestampNs::new(NOW.get() + 86_400_000_000_000);
    let change = authenticated(&record("a"), "a").add(passkey("b"), Limits::default(), later);
    let record = AnchorRecord::decode(&change.unwrap().record).unwrap();
    let of = |record: &AnchorRecord, name| authenticated(record, name).last_use();
    let (never, day) = (None, Some(Day::of(later)));
    let used = |device| LastUse {
        device,
        anchor: day,
    };
    assert_eq!(of(&record, "b"), used(never));
    assert_eq!(of(&record, "a"), used(Some(later)));
    let change = authenticated(&record, "a").remove(DeviceKey::new(*b"a"), later);
    let record = AnchorRecord::decode(&change.unwrap().record).unwrap();
    assert_eq!(of(&record, "b"), used(never));
}
