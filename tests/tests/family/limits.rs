//! What one anchor may have: so many operations on one day, and removals whatever happens.

use anchorage_tests::family::{Attempt, Device, Family, Person, Role, Setup, ask, operator};
use types::front::VerifyTentativeDeviceResponse;
use types::registry::RegistrySettings;

const DAPP: &str = "https://dapp.example";
const REGISTRY: Role = Role::Registry(0);
const WORDS: &str = "too many operations of this anchor on one day: limit 5, try again";

#[track_caller]
fn is_over<T: std::fmt::Debug>(attempt: Attempt<T>) {
    attempt.is_refused_saying(WORDS);
}

/// Whatever counts is refused.
#[track_caller]
fn is_exhausted(person: &Person<'_>, device: &Device) {
    let other = Device::new("one more");
    is_over(person.tries_to_add(&other));
    is_over(person.tries_to_update(device, device));
    is_over(person.tries_to_replace(device, &other));
}

#[test]
fn an_anchor_has_a_budget_of_operations_for_each_day() {
    let family = Setup::default().operations_per_day(5).deploy();
    family.begins_a_day();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let phone = alice.adds("phone");
    alice.updates(&phone);
    let tablet = alice.replaces(&phone, "tablet");
    alice.opens_registration().succeeds();
    // What the rules refuse costs nothing.
    for _ in 0..5 {
        alice
            .tries_to_add(&tablet)
            .is_refused_saying("already exists");
    }
    let watch = Device::new("watch");
    let code = alice.reads_code_on(&watch);
    alice.types_code("wrong").succeeds();
    alice.updates(&tablet);
    is_exhausted(&alice, &tablet);
    is_over(alice.types_code(&code));
    for role in [Role::Front, REGISTRY] {
        family.upgrades(role);
        is_exhausted(&alice.on(&tablet), &tablet);
    }
    // Log-ins go on, and so does everybody else.
    alice.logs_in_to(DAPP);
    bob.adds("phone of bob");
    // A registration that is open is shown and closed, and the next one costs again.
    alice.opens_registration().succeeds();
    assert!(alice.sees_registration().is_some());
    alice.closes_registration().succeeds();
    is_over(alice.opens_registration());

    family.sleeps_for_days(1);
    alice.opens_registration().succeeds();
    let code = alice.reads_code_on(&watch);
    let typed = alice.types_code(&code).succeeds();
    assert_eq!(typed, VerifyTentativeDeviceResponse::Verified);
    for _ in 0..3 {
        alice.updates(&watch);
    }
    is_exhausted(&alice, &tablet);
    family.audits(0);
    let refused = family
        .scrapes(REGISTRY)
        .value("registry_refusals_total", &[("reason", "operation_budget")]);
    assert!((refused - 14.0).abs() < 0.5, "{refused}");
}

#[test]
fn nobody_is_kept_from_removing_a_device() {
    let family = Setup::default().operations_per_day(5).deploy();
    family.begins_a_day();
    let alice = family.register("alice");
    let thief = alice.on(&alice.adds("phone of alice"));
    for n in 0..4 {
        thief.adds(&format!("device {n} of a thief"));
    }
    is_exhausted(&alice, &Device::new("phone of alice"));
    alice.removes(&Device::new("phone of alice"));
    for n in 0..4 {
        alice.removes(&Device::new(&format!("device {n} of a thief")));
    }
    // Room for devices is no budget.
    is_over(alice.tries_to_add(&Device::new("new phone")));
    assert_eq!(alice.asks_for_info().succeeds().devices.len(), 1);
    alice.removes(&Device::new("alice"));
    assert_eq!(family.audits(0).blocks.len(), 12);
}

#[test]
fn the_budget_is_a_setting_that_everybody_can_see() {
    let family = Family::deploy();
    assert_eq!(family.status(0).operations_per_day, Some(100));
    let set = |operations| {
        let settings = RegistrySettings {
            operations_per_day: Some(operations),
            ..RegistrySettings::default()
        };
        let changed = ask(family.registry_as(0, operator()).configure(&settings)).succeeds();
        changed.expect("a controller may");
    };
    set(5);
    family.begins_a_day();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    for _ in 0..4 {
        alice.updates(&phone);
    }
    is_exhausted(&alice, &phone);
    family.upgrades(REGISTRY);
    assert_eq!(family.status(0).operations_per_day, Some(5));
    let shown = family
        .scrapes(REGISTRY)
        .value("registry_operations_per_day_limit", &[]);
    assert!((shown - 5.0).abs() < 0.5, "{shown}");
    set(6);
    alice.updates(&phone);
    alice
        .tries_to_update(&phone, &phone)
        .is_refused_saying("limit 6");
}
