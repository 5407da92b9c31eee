use super::*;
use crate::fixtures::{ANCHOR, NOW, authenticated, passkey, principal, record};

const LATER: TimestampNs = TimestampNs::new(NOW.get() + 5);

fn register_a(caller: &str, temporary: Option<&str>) -> Result<Registration, RegisterError> {
    register(
        passkey("a"),
        principal(caller),
        temporary.map(principal),
        Limits::default(),
        NOW,
    )
}

#[test]
fn a_device_registers_itself() {
    let registration = register_a("a", None).unwrap();
    let record = AnchorRecord::decode(&registration.record).unwrap();
    assert_eq!(record.created_at(), NOW);
    assert_eq!(record.devices()[0].data(), &passkey("a"));
    assert_eq!(record.devices()[0].last_use(), Some(NOW));
    assert_eq!(
        registration.operation(),
        &Operation::Register {
            device: PublicDevice::from(&passkey("a")),
            temporary_key: None
        }
    );
}

#[test]
fn a_temporary_key_registers_the_device_and_is_named() {
    let registration = register_a("session", Some("session")).unwrap();
    assert!(matches!(
        registration.operation(),
        Operation::Register { temporary_key: Some(key), .. } if *key == principal("session")
    ));
    register_a("a", Some("session")).unwrap();
}

#[test]
fn somebody_else_cannot_register_a_device() {
    for temporary in [None, Some("session")] {
        assert_eq!(
            register_a("stranger", temporary),
            Err(RegisterError::NotTheDevice {
                caller: principal("stranger")
            })
        );
    }
}

#[test]
fn a_temporary_key_differs_from_the_device() {
    assert_eq!(
        register_a("a", Some("a")),
        Err(RegisterError::TemporaryKeyIsDevice)
    );
}

#[test]
fn everybody_is_no_temporary_key() {
    for caller in [principal("a"), Principal::anonymous()] {
        let everybody = Some(Principal::anonymous());
        assert_eq!(
            register(passkey("a"), caller, everybody, Limits::default(), NOW),
            Err(RegisterError::TemporaryKeyIsAnonymous)
        );
    }
}

#[test]
fn an_added_device_comes_last_and_the_adding_one_was_used() {
    let change = authenticated(&record("a"), "a")
        .add(passkey("b"), Limits::default(), LATER)
        .unwrap();
    assert_eq!(change.anchor(), ANCHOR);
    let devices = AnchorRecord::decode(&change.record).unwrap().devices;
    assert_eq!(devices[0].last_use(), Some(LATER));
    assert_eq!(devices[1].data(), &passkey("b"));
    assert_eq!(devices[1].last_use(), None);
    assert_eq!(
        change.operation(),
        Some(&Operation::Add {
            device: PublicDevice::from(&passkey("b"))
        })
    );
}

#[test]
fn a_use_changes_the_time_only_and_is_in_no_block() {
    let before = record("a");
    let change = authenticated(&before, "a").used(LATER);
    let after = AnchorRecord::decode(&change.record).unwrap();
    assert_eq!(after.devices()[0].last_use(), Some(LATER));
    assert_eq!(after.public_devices(), before.public_devices());
    assert_eq!(change.operation(), None);
}
