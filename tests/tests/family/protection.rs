//! Protected recovery phrases: what other devices, temporary keys and thieves may not do to them.

use anchorage_tests::family::{Device, Family, Person, Role, principal_of};
use types::DeviceProtection;

const DAPP: &str = "https://dapp.example";
const EVERY_ROLE: [Role; 3] = [Role::Front, Role::Registry(0), Role::Archive(0)];

/// The person is told that they are no device of the anchor.
#[track_caller]
fn is_nobody(person: &Person<'_>) {
    let words = format!("{} could not be authenticated.", person.caller);
    person.asks_for_info().is_refused_saying(&words);
    person.prepares(DAPP).is_refused_saying(&words);
}

#[track_caller]
fn aliases(person: &Person<'_>) -> Vec<String> {
    let info = person.asks_for_info().succeeds();
    let devices = info.devices.into_iter();
    devices.map(|device| device.alias).collect()
}

#[test]
fn a_protected_phrase_is_changed_replaced_and_removed_by_itself_only() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phrase = Device::phrase("phrase");
    alice.tries_to_add(&phrase).succeeds();
    let words = format!(
        "Device is locked. Must be authenticated with this device to mutate: \
         authorized principal {}, actual principal {}",
        phrase.principal(),
        alice.caller
    );
    let open = phrase
        .clone()
        .but(|device| device.protection = DeviceProtection::Unprotected);
    let other = Device::phrase("another phrase");
    for role in EVERY_ROLE {
        alice
            .tries_to_update(&phrase, &open)
            .is_refused_saying(&words);
        alice
            .tries_to_replace(&phrase, &other)
            .is_refused_saying(&words);
        alice.tries_to_remove(&phrase).is_refused_saying(&words);
        family.upgrades(role);
    }
    // By itself: opened and shut, and then replaced by another one.
    let by_phrase = alice.on(&phrase);
    by_phrase.updates(&open);
    by_phrase.updates(&phrase);
    by_phrase.tries_to_replace(&phrase, &other).succeeds();
    is_nobody(&by_phrase);
    alice.on(&other).removes(&other);
    assert_eq!(aliases(&alice), ["private alias of alice"]);
    // Once open, every device may remove it.
    alice.tries_to_add(&open).succeeds();
    alice.removes(&open);
    family.audits(0);
}

#[test]
fn a_temporary_key_does_not_open_a_protected_phrase() {
    let family = Family::deploy();
    let temporary = principal_of("page of alice");
    let phrase = Device::phrase("phrase");
    let alice = family
        .registration(&phrase)
        .with_temporary_key(temporary)
        .gives_an_anchor();
    let page = family.claim(alice.anchor, temporary);
    let words = format!("actual principal {temporary}");
    page.tries_to_remove(&phrase).is_refused_saying(&words);
    let phone = page.adds("phone");
    page.removes(&phone);
    alice.removes(&phrase);
    is_nobody(&page);
}

#[test]
fn a_thief_of_one_device_is_thrown_out_with_the_phrase() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phrase = Device::phrase("phrase");
    alice.tries_to_add(&phrase).succeeds();
    let phone = alice.adds("phone");
    let pseudonym = alice.logs_in_to(DAPP);

    // The thief of the phone brings a device and throws out all that yields.
    let thief = alice.on(&phone);
    let thiefs = thief.adds("device of the thief");
    thief.removes(&Device::new("alice"));
    is_nobody(&alice);
    for attempt in [
        thief.tries_to_remove(&phrase),
        alice.on(&thiefs).tries_to_remove(&phrase),
    ] {
        attempt.is_refused_saying("Device is locked.");
    }

    // With the words on paper Alice gets back in and throws out the thief.
    let by_phrase = alice.on(&phrase);
    let new_phone = by_phrase.replaces(&phone, "new phone");
    by_phrase.removes(&thiefs);
    is_nobody(&thief);
    is_nobody(&alice.on(&thiefs));
    assert_eq!(alice.on(&new_phone).logs_in_to(DAPP), pseudonym);

    // The log tells who did what.
    let removals: Vec<_> = family.audits(0).blocks[4..]
        .iter()
        .map(|block| block.tx().expect("readable").caller)
        .collect();
    let (thief, phrase) = (phone.principal(), phrase.principal());
    assert_eq!(removals, [thief, phrase, phrase]);
}
