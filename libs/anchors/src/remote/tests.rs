use super::*;
use crate::fixtures::{NOW, authenticated, metadata, passkey, phrase, record, text};
use types::{DeviceKey, DeviceProtection};

const LIMITS: Limits = Limits {
    devices_per_anchor: 2,
    operations_per_day: 100,
};

fn code(number: u64) -> VerificationCode {
    VerificationCode::from_random(number)
}

fn add(mode: &mut RegistrationMode, device: DeviceData) -> Result<(), TentativeError> {
    mode.add(&record("a"), device, code(7), LIMITS, false)
}

fn waiting() -> RegistrationMode {
    let mut mode = RegistrationMode::opened(NOW);
    add(&mut mode, passkey("b")).unwrap();
    mode
}

#[test]
fn it_is_open_for_fifteen_minutes() {
    let mode = RegistrationMode::opened(NOW);
    let ends = NOW.saturating_add(900_000_000_000);
    assert_eq!(mode.ends(), ends);
    assert!(mode.is_open(NOW));
    assert!(mode.is_open(TimestampNs::new(ends.get() - 1)));
    assert!(!mode.is_open(ends));
}

#[test]
fn one_device_waits_at_a_time() {
    let mut mode = waiting();
    for name in ["b", "c"] {
        let refused = add(&mut mode, passkey(name));
        assert_eq!(refused, Err(TentativeError::AnotherDevice));
    }
    assert_eq!(mode, waiting());
}

#[test]
fn the_right_code_gives_that_very_device() {
    let verified = waiting().verify(Some(code(7)));
    assert_eq!(verified, Verification::Right(Box::new(passkey("b"))));
}

#[test]
fn the_third_wrong_code_ends_it() {
    let mut mode = waiting();
    for left in [2, 1] {
        let Verification::Wrong {
            tries_left,
            next: Some(next),
        } = mode.verify(Some(code(8)))
        else {
            panic!("{left} tries should be left");
        };
        assert_eq!(tries_left, left);
        assert_eq!(next.ends(), mode.ends());
        assert_eq!(next.device(), mode.device());
        // The right code is still right.
        assert!(matches!(next.verify(Some(code(7))), Verification::Right(_)));
        mode = next;
    }
    let last = Verification::Wrong {
        tries_left: 0,
        next: None,
    };
    assert_eq!(mode.verify(None), last);
}

#[test]
fn without_a_device_there_is_nothing_to_verify() {
    let mode = RegistrationMode::opened(NOW);
    for typed in [None, Some(code(0)), Some(code(7))] {
        assert_eq!(mode.verify(typed), Verification::NoDevice);
    }
}

#[test]
fn every_rule_about_devices_holds_for_the_one_that_waits() {
    let device = |change: fn(&mut DeviceData)| {
        let mut device = passkey("b");
        change(&mut device);
        device
    };
    for device in [
        passkey("a"),
        device(|device| device.alias = "x".repeat(65)),
        device(|device| device.pubkey = DeviceKey::new([1; 301])),
        device(|device| device.protection = DeviceProtection::Protected),
        device(|device| {
            device.metadata = Some(metadata([("k", text(&"v".repeat(2_500)))]));
        }),
    ] {
        let mut mode = RegistrationMode::opened(NOW);
        let refused = add(&mut mode, device.clone());
        assert!(matches!(refused, Err(TentativeError::Device(_))));
        let proof = authenticated(&record("a"), "a");
        let added = proof.add(device, LIMITS, NOW);
        assert_eq!(refused, added.map(drop).map_err(Into::into));
        assert_eq!(mode, RegistrationMode::opened(NOW));
    }
}

#[test]
fn the_anchors_limit_holds_for_the_one_that_waits() {
    let mut record = record("a");
    let change = authenticated(&record, "a").add(passkey("b"), LIMITS, NOW);
    record = AnchorRecord::decode(&change.unwrap().record).unwrap();
    let mut mode = RegistrationMode::opened(NOW);
    let refused = mode.add(&record, passkey("c"), code(7), LIMITS, false);
    let error = DeviceError::TooManyDevices { count: 3, limit: 2 };
    assert_eq!(refused, Err(TentativeError::Device(error)));
}

#[test]
fn known_keys_and_recovery_phrases_are_refused() {
    let mut mode = RegistrationMode::opened(NOW);
    for protection in [DeviceProtection::Protected, DeviceProtection::Unprotected] {
        let refused = add(&mut mode, phrase("p", protection));
        assert_eq!(refused, Err(TentativeError::RecoveryPhrase));
    }
    let refused = mode.add(&record("a"), passkey("b"), code(7), LIMITS, true);
    assert_eq!(refused, Err(TentativeError::KnownKey));
    let other = mode.add(&record("a"), passkey("c"), code(7), LIMITS, false);
    assert_eq!(other, Ok(()));
}

#[test]
fn golden_bytes() {
    let empty = RegistrationMode {
        ends: TimestampNs::new(9),
        tentative: None,
    };
    assert_eq!(minicbor::to_vec(&empty).unwrap(), [0x81, 9]);
    let mode = RegistrationMode {
        ends: TimestampNs::new(9),
        tentative: Some(Tentative {
            device: DeviceData {
                alias: String::new(),
                credential_id: None,
                origin: None,
                ..passkey("b")
            },
            code: code(42),
            tries_left: 2,
        }),
    };
    // [9, [[b"b", "", null, null, 1, 2, 1], 42, 2]]
    let expected = [
        0x82, 9, 0x83, 0x87, 0x41, b'b', 0x60, 0xf6, 0xf6, 1, 2, 1, 0x18, 42, 2,
    ];
    assert_eq!(minicbor::to_vec(&mode).unwrap(), expected);
    assert_eq!(
        minicbor::decode::<RegistrationMode>(&expected).unwrap(),
        mode
    );
}
