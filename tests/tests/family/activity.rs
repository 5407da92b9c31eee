//! How many anchors and devices are in use: in a day, in 30 days, by kind; and nothing about whom.

use anchorage_tests::family::{Device, Family, Role, principal_of};
use types::{KeyType, Purpose};

const DAPP: &str = "https://dapp.example";
const REGISTRY: Role = Role::Registry(0);
const KINDS: [&str; 5] = [
    "passkey",
    "recovery_passkey",
    "recovery_phrase",
    "browser_storage_key",
    "other",
];

fn whole(value: f64) -> u32 {
    assert!((value - value.round()).abs() < 0.001, "{value}");
    format!("{value:.0}").parse().expect("a small count")
}

/// Active anchors: yesterday, today, in 30 days up to yesterday, in 30 days up to today.
#[track_caller]
fn anchors(family: &Family) -> [u32; 4] {
    let metrics = family.scrapes(REGISTRY);
    windows().map(|labels| whole(metrics.value("registry_active_anchors", &labels)))
}

/// The same for devices of a kind.
#[track_caller]
fn devices(family: &Family, kind: &str) -> [u32; 4] {
    let metrics = family.scrapes(REGISTRY);
    windows().map(|[window, state]| {
        let labels = [("kind", kind), window, state];
        whole(metrics.value("registry_active_devices", &labels))
    })
}

const fn windows() -> [[(&'static str, &'static str); 2]; 4] {
    [
        [("window", "day"), ("state", "completed")],
        [("window", "day"), ("state", "running")],
        [("window", "30_days"), ("state", "completed")],
        [("window", "30_days"), ("state", "running")],
    ]
}

#[test]
fn anchors_and_devices_are_counted_once_in_each_window() {
    let family = Family::deploy();
    assert_eq!(anchors(&family), [0; 4]);
    family.begins_a_day();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let phone = alice.adds("phone");
    for _ in 0..3 {
        alice.logs_in_to(DAPP);
        bob.asks_for_info().succeeds();
    }
    // The phone is there and was not used.
    assert_eq!(anchors(&family), [0, 2, 0, 2]);
    assert_eq!(devices(&family, "passkey"), [0, 2, 0, 2]);
    alice.on(&phone).logs_in_to(DAPP);
    assert_eq!(devices(&family, "passkey"), [0, 3, 0, 3]);
    // Who is no device is not active.
    let stranger = family.claim(bob.anchor, principal_of("stranger"));
    stranger.prepares(DAPP).is_refused();

    family.sleeps_for_days(1);
    assert_eq!(anchors(&family), [2, 0, 2, 2]);
    family.upgrades(REGISTRY);
    alice.on(&phone).logs_in_to(DAPP);
    assert_eq!(anchors(&family), [2, 1, 2, 2]);
    assert_eq!(devices(&family, "passkey"), [3, 1, 3, 3]);

    // After 29 days the first day is the first of the window that ends today, and then of none.
    family.sleeps_for_days(28);
    assert_eq!(anchors(&family), [0, 0, 2, 2]);
    family.sleeps_for_days(1);
    assert_eq!(anchors(&family), [0, 0, 2, 1]);
    assert_eq!(devices(&family, "passkey"), [0, 0, 3, 1]);
    family.sleeps_for_days(1);
    assert_eq!(anchors(&family), [0, 0, 1, 0]);
    bob.logs_in_to(DAPP);
    alice.logs_in_to(DAPP);
    assert_eq!(anchors(&family), [0, 2, 1, 2]);
    family.sleeps_for_days(100);
    assert_eq!(anchors(&family), [0; 4]);
    bob.logs_in_to(DAPP);
    assert_eq!(anchors(&family), [0, 1, 0, 1]);
}

#[test]
fn devices_are_counted_by_kind() {
    let family = Family::deploy();
    family.begins_a_day();
    let alice = family.register("alice");
    let key = Device::new("security key").but(|device| {
        device.purpose = Purpose::Recovery;
        device.key_type = KeyType::CrossPlatform;
    });
    let browser = Device::new("browser").but(|device| {
        device.key_type = KeyType::BrowserStorageKey;
        device.credential_id = None;
    });
    let other = Device::new("other").but(|device| device.credential_id = None);
    let phrase = Device::phrase("phrase");
    for device in [&key, &browser, &other, &phrase] {
        alice.tries_to_add(device).succeeds();
    }
    assert_eq!(KINDS.map(|kind| devices(&family, kind)[1]), [1, 0, 0, 0, 0]);
    for device in [&key, &phrase, &browser, &other] {
        alice.on(device).logs_in_to(DAPP);
    }
    assert_eq!(KINDS.map(|kind| devices(&family, kind)[1]), [1; 5]);
    assert_eq!(anchors(&family), [0, 1, 0, 1], "of one anchor");
    // A device that is removed was active, and an anchor is active once also if its device is gone.
    alice.on(&key).removes(&key);
    alice.logs_in_to(DAPP);
    assert_eq!(anchors(&family), [0, 1, 0, 1]);
    assert_eq!(devices(&family, "recovery_passkey"), [0, 1, 0, 1]);
    // What changes an anchor is a use of the device, too.
    family.sleeps_for_days(1);
    alice.on(&phrase).adds("phone");
    assert_eq!(KINDS.map(|kind| devices(&family, kind)[1]), [0, 0, 1, 0, 0]);
    assert_eq!(anchors(&family), [1, 1, 1, 1]);
}
