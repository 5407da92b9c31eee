//! Devices that are registered from another machine: the registration, the code, and what goes wrong between.

mod races;

use anchorage_tests::family::{Device, Family, Person, Role, Setup, ask, stranger};
use client::RegistryClient;
use std::time::Duration;
use types::front::{AddTentativeDeviceResponse, VerifyTentativeDeviceResponse};
use types::registry::{
    AddTentativeDevice, TentativeAnswer, VerificationAnswer, VerificationCode,
    VerifyTentativeDevice,
};
use types::{
    AnchorNumber, DeviceKey, KeyType, Metadata, MetadataValue, OrderId, Principal, Purpose,
};

const DAPP: &str = "https://dapp.example";
const FRONT: Role = Role::Front;
const REGISTRY: Role = Role::Registry(0);
/// A minute less than a registration is open.
const ALMOST_MODE: Duration = Duration::from_mins(14);

const VERIFIED: VerifyTentativeDeviceResponse = VerifyTentativeDeviceResponse::Verified;
const OFF: VerifyTentativeDeviceResponse = VerifyTentativeDeviceResponse::DeviceRegistrationModeOff;
const NO_DEVICE: VerifyTentativeDeviceResponse = VerifyTentativeDeviceResponse::NoDeviceToVerify;

const fn wrong(retries_left: u8) -> VerifyTentativeDeviceResponse {
    VerifyTentativeDeviceResponse::WrongCode { retries_left }
}

#[track_caller]
fn answers(person: &Person<'_>, code: &str) -> VerifyTentativeDeviceResponse {
    person.types_code(code).succeeds()
}

/// A code of six digits that is another one.
fn not(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

/// The number of the anchor's devices.
#[track_caller]
fn count(person: &Person<'_>) -> usize {
    person.asks_for_info().succeeds().devices.len()
}

#[test]
fn a_device_is_registered_from_another_machine_also_over_upgrades() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let pseudonym = alice.logs_in_to(DAPP);
    let phone = Device::new("phone");
    let now = family.network.get_time().as_nanos_since_unix_epoch();
    let ends = alice.opens_registration().succeeds();
    let minutes = (ends.get() - now) / 60_000_000_000;
    assert_eq!(minutes, 15);
    assert_eq!(alice.opens_registration().succeeds(), ends);
    let seen = alice.sees_registration().expect("it is open");
    assert_eq!((seen.tentative_device, seen.expiration), (None, ends));
    assert_eq!(answers(&alice, "000000"), NO_DEVICE);

    family.upgrades(REGISTRY);
    family.upgrades(FRONT);
    let response = alice.is_asked_by(&phone).succeeds();
    let AddTentativeDeviceResponse::AddedTentatively {
        verification_code: code,
        device_registration_timeout,
    } = response
    else {
        panic!("expected a code: {response:?}");
    };
    assert_eq!(device_registration_timeout, ends);
    assert_eq!(code.len(), 6);
    assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    // It waits, and is nobody yet.
    alice.on(&phone).prepares(DAPP).is_refused();
    assert_eq!(family.audits(0).blocks.len(), 1);

    assert_eq!(answers(&alice, &not(&code)), wrong(2));
    family.upgrades(REGISTRY);
    family.upgrades(FRONT);
    let seen = alice.sees_registration().expect("it is open");
    assert_eq!(seen.tentative_device, Some(phone.data.clone()));
    assert_eq!(answers(&alice, "invalid code"), wrong(1));
    assert_eq!(answers(&alice, &code), VERIFIED);

    assert_eq!(alice.on(&phone).logs_in_to(DAPP), pseudonym);
    assert_eq!(alice.sees_registration(), None);
    assert_eq!(answers(&alice, &code), OFF);
    let devices = alice.asks_for_info().succeeds().devices;
    assert_eq!(devices[1].pubkey, phone.data.pubkey);
    assert_eq!(devices[1].alias, phone.data.alias);
    // Once in the log, by the device that verified it.
    family.waits_until_archived(0);
    let audited = family.audits(0);
    assert_eq!(audited.blocks.len(), 2);
    let tx = audited.blocks[1].tx().expect("readable");
    assert_eq!(tx.caller, alice.caller);

    let metrics = family.scrapes(REGISTRY);
    for (step, times) in [
        ("opened", 1.0),
        ("tentative", 1.0),
        ("wrong_code", 2.0),
        ("verified", 1.0),
    ] {
        let counted = metrics.value("registry_remote_registrations_total", &[("step", step)]);
        assert!((counted - times).abs() < 0.5, "{step}: {counted}");
    }
}

#[test]
fn it_ends_after_fifteen_minutes() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let (phone, tablet) = (Device::new("phone"), Device::new("tablet"));
    alice.opens_registration().succeeds();
    family.waits(ALMOST_MODE);
    let code = alice.reads_code_on(&phone);
    family.waits(Duration::from_mins(1));
    assert_eq!(answers(&alice, &code), OFF);
    assert_eq!(
        alice.is_asked_by(&tablet).succeeds(),
        AddTentativeDeviceResponse::DeviceRegistrationModeOff
    );
    assert_eq!(alice.sees_registration(), None);
    // The next one knows nothing of the device that waited.
    alice.opens_registration().succeeds();
    assert_eq!(answers(&alice, &code), NO_DEVICE);
    let code = alice.reads_code_on(&tablet);
    assert_eq!(answers(&alice, &code), VERIFIED);
    assert_eq!(count(&alice), 2);
}

#[test]
fn the_third_wrong_code_ends_it() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.opens_registration().succeeds();
    let code = alice.reads_code_on(&Device::new("phone"));
    for left in [2, 1, 0] {
        assert_eq!(answers(&alice, &not(&code)), wrong(left));
        family.upgrades(REGISTRY);
    }
    assert_eq!(answers(&alice, &code), OFF);
    assert_eq!(count(&alice), 1);
    assert_eq!(family.audits(0).blocks.len(), 1);
}

#[test]
fn closing_it_forgets_the_device_that_waits() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.closes_registration().succeeds();
    alice.opens_registration().succeeds();
    let code = alice.reads_code_on(&Device::new("phone"));
    alice.closes_registration().succeeds();
    assert_eq!(answers(&alice, &code), OFF);
    alice.opens_registration().succeeds();
    assert_eq!(answers(&alice, &code), NO_DEVICE);
}

#[test]
fn a_code_opens_nothing_but_the_device_it_was_drawn_for() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    for person in [&alice, &bob] {
        person.opens_registration().succeeds();
    }
    let (phone, tablet) = (Device::new("phone"), Device::new("tablet"));
    let of_phone = alice.reads_code_on(&phone);
    let of_tablet = bob.reads_code_on(&tablet);
    assert_ne!(of_phone, of_tablet, "drawn for each");
    assert_eq!(answers(&bob, &of_phone), wrong(2));
    assert_eq!(answers(&alice, &of_tablet), wrong(2));
    // Somebody was faster than Alice's own new device: its code is not theirs.
    alice.closes_registration().succeeds();
    alice.opens_registration().succeeds();
    let intruder = Device::new("intruder");
    let of_intruder = alice.reads_code_on(&intruder);
    let response = alice.is_asked_by(&phone).succeeds();
    assert_eq!(
        response,
        AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded
    );
    assert_ne!(of_intruder, of_phone);
    assert_eq!(answers(&alice, &of_phone), wrong(2));
    let seen = alice
        .sees_registration()
        .and_then(|open| open.tentative_device);
    assert_eq!(seen, Some(intruder.data));
    assert_eq!(answers(&bob, &of_tablet), VERIFIED);
    assert_eq!(count(&alice), 1);
}

#[test]
fn only_devices_of_the_anchor_open_close_and_verify() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let phone = Device::new("phone");
    alice.opens_registration().succeeds();
    let code = alice.reads_code_on(&phone);
    let anonymous = Principal::anonymous();
    for caller in [stranger(), bob.caller, phone.principal(), anonymous] {
        let claim = family.claim(alice.anchor, caller);
        let opens = claim.opens_registration().map(drop);
        let types = claim.types_code(&code).map(drop);
        for attempt in [opens, claim.closes_registration(), types] {
            if caller == anonymous {
                attempt.is_refused();
            } else {
                attempt.is_refused_saying(&format!("{caller} could not be authenticated."));
            }
        }
    }
    // No number is told from another one that is nobody's.
    for number in [10_777, 99_999] {
        let nobody = family.claim(AnchorNumber::new(number), stranger());
        let words = format!("{} could not be authenticated.", stranger());
        nobody.opens_registration().is_refused_saying(&words);
        nobody.types_code(&code).is_refused_saying(&words);
        assert_eq!(
            nobody.is_asked_by(&phone).succeeds(),
            AddTentativeDeviceResponse::DeviceRegistrationModeOff
        );
    }
    assert_eq!(answers(&alice, &code), VERIFIED, "and no try was counted");
}

#[test]
fn a_device_that_breaks_a_rule_does_not_wait() {
    let family = Setup::default().max_devices(2).deploy();
    let alice = family.register("alice");
    alice.opens_registration().succeeds();
    let phone = Device::new("phone");
    let value = |length| MetadataValue::String("v".repeat(length));
    let with_note = |length| {
        let note = Metadata([("k".to_owned(), value(length))].into());
        phone.clone().but(|device| device.metadata = Some(note))
    };
    let long_key = DeviceKey::new([1; 301]);
    let phrase_words = "Recovery phrases cannot be added from another machine.";
    for (device, words) in [
        (
            phone.clone().but(|device| device.alias = "a".repeat(65)),
            "alias limit exceeded: length 65, limit 64",
        ),
        (
            phone.clone().but(|device| device.pubkey = long_key),
            "pubkey limit exceeded: length 301, limit 300",
        ),
        (with_note(2_500), "Cumulative size of variable sized fields"),
        (
            with_note(14_000),
            "Cumulative size of variable sized fields",
        ),
        (Device::phrase("phrase"), phrase_words),
        (
            Device::phrase("phrase").but(|device| device.purpose = Purpose::Authentication),
            phrase_words,
        ),
    ] {
        alice.is_asked_by(&device).is_refused_saying(words);
    }
    // What is larger does not pass the door.
    alice.is_asked_by(&with_note(20_000)).is_refused();
    assert_eq!(
        alice.is_asked_by(&Device::new("alice")).succeeds(),
        AddTentativeDeviceResponse::PasskeyWithThisPublicKeyIsAlreadyUsed
    );
    let seen = alice.sees_registration().expect("it is open");
    assert_eq!(seen.tentative_device, None);

    // The anchor may have changed when the code comes: then the registration stays as it is.
    let key = Device::new("security key").but(|device| {
        device.purpose = Purpose::Recovery;
        device.key_type = KeyType::CrossPlatform;
    });
    let code = alice.reads_code_on(&key);
    let tablet = alice.adds("tablet");
    for _ in 0..4 {
        let words = "Anchor device limit exceeded: num devices 3, limit 2";
        alice.types_code(&code).is_refused_saying(words);
    }
    alice.removes(&tablet);
    alice.tries_to_add(&key).succeeds();
    let words = format!(
        "Device with key {} already exists on this anchor.",
        key.data.pubkey
    );
    alice.types_code(&code).is_refused_saying(&words);
    alice.removes(&key);
    assert_eq!(answers(&alice, &not(&code)), wrong(2));
    assert_eq!(answers(&alice, &code), VERIFIED);
    family.audits(0);
}

/// What front does when no answer came: the same bytes again, with the same order id.
#[test]
fn an_order_that_is_repeated_gets_its_first_answer_and_counts_no_second_try() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let ends = alice.opens_registration().succeeds();
    let as_front = || -> RegistryClient<_> { family.registry_as(0, family.front) };
    let (anchor, caller) = (alice.anchor, alice.caller);
    let code = VerificationCode::from_random(7);
    let tentative = AddTentativeDevice {
        order: OrderId::new([1; 32]),
        expected: None,
        anchor,
        device: Device::new("phone").data,
        code,
    };
    let verify = |id, code| VerifyTentativeDevice {
        order: OrderId::new([id; 32]),
        expected: None,
        anchor,
        caller,
        code: Some(code),
    };
    for _ in 0..2 {
        let answer = ask(as_front().send(&tentative)).succeeds();
        assert_eq!(answer.result, Ok(TentativeAnswer::Added { ends }));
        family.upgrades(REGISTRY);
    }
    let wrong_code = verify(2, VerificationCode::from_random(8));
    for _ in 0..4 {
        let answer = ask(as_front().send(&wrong_code)).succeeds();
        let expected = VerificationAnswer::WrongCode { tries_left: 2 };
        assert_eq!(answer.result, Ok(expected));
        family.upgrades(REGISTRY);
    }
    let right = verify(3, code);
    for _ in 0..2 {
        let answer = ask(as_front().send(&right)).succeeds();
        assert_eq!(answer.result, Ok(VerificationAnswer::Verified));
        family.upgrades(REGISTRY);
    }
    assert_eq!(family.audits(0).blocks.len(), 2);
}
