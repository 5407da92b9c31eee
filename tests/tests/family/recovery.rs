//! Getting back in when the everyday devices are lost: by a security key, by a phrase. (How a phrase becomes a key is
//! shown with signed requests in `http_keys`.)

use anchorage_tests::family::{Device, Family, Person, Role};
use types::{DeviceProtection, KeyType, Purpose};

const DAPP: &str = "https://dapp.example";

/// A security key that is kept in a drawer.
fn security_key(name: &str) -> Device {
    Device::new(name).but(|device| {
        device.purpose = Purpose::Recovery;
        device.key_type = KeyType::CrossPlatform;
    })
}

/// Comes back with `recovery`, brings in a new device and throws out the lost one.
#[track_caller]
fn recovers(alice: &Person<'_>, recovery: &Device) {
    let pseudonym = alice.logs_in_to(DAPP);
    let back = alice.on(recovery);
    assert_eq!(back.logs_in_to(DAPP), pseudonym);
    let laptop = back.adds("new laptop");
    back.removes(&Device::new("alice"));
    alice.asks_for_info().is_refused();
    assert_eq!(alice.on(&laptop).logs_in_to(DAPP), pseudonym);
    // The way back stays open for the next time.
    let info = alice.on(&laptop).asks_for_info().succeeds();
    let kept = info
        .devices
        .iter()
        .find(|d| d.pubkey == recovery.data.pubkey);
    let kept = kept.expect("nobody removed it");
    assert_eq!(kept.purpose, Purpose::Recovery);
    assert!(kept.last_usage.is_some());
}

#[test]
fn a_security_key_from_the_drawer_brings_its_user_back_in() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let key = security_key("drawer");
    alice.tries_to_add(&key).succeeds();
    recovers(&alice, &key);
    family.audits(0);
}

#[test]
fn a_protected_phrase_brings_its_user_back_in_also_after_upgrades() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phrase = Device::phrase("words");
    alice.tries_to_add(&phrase).succeeds();
    for role in [Role::Front, Role::Registry(0)] {
        family.upgrades(role);
    }
    recovers(&alice, &phrase);
    family.audits(0);
}

#[test]
fn several_security_keys_but_one_phrase() {
    let family = Family::deploy();
    let alice = family.register("alice");
    for name in ["drawer", "safe"] {
        alice.tries_to_add(&security_key(name)).succeeds();
    }
    let phrase = Device::phrase("words");
    alice.tries_to_add(&phrase).succeeds();
    let words = "There is already a recovery phrase and only one is allowed.";
    let second = Device::phrase("other words");
    alice.tries_to_add(&second).is_refused_saying(words);
    // Nor does a device become one by an update.
    let becomes = security_key("safe").but(|device| {
        device.key_type = KeyType::SeedPhrase;
        device.credential_id = None;
    });
    let attempt = alice.tries_to_update(&security_key("safe"), &becomes);
    attempt.is_refused_saying(words);
    // The phrase itself gives way to a new one.
    let by_phrase = alice.on(&phrase);
    by_phrase.tries_to_replace(&phrase, &second).succeeds();
    by_phrase.asks_for_info().is_refused();
    alice.on(&second).logs_in_to(DAPP);
}

#[test]
fn only_a_phrase_can_be_protected() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let protected = security_key("drawer").but(|device| {
        device.protection = DeviceProtection::Protected;
    });
    alice
        .tries_to_add(&protected)
        .is_refused_saying("Only recovery phrases can be locked but key type is CrossPlatform");
    assert_eq!(family.audits(0).blocks.len(), 1);
}
