//! What front does when it is short of cycles, and when unusually many register.

use super::flood::pictures;
use anchorage_tests::family::{Device, Family, Role, Setup, ask};
use std::time::Duration;
use types::front::{CaptchaMode, FrontInit, RegisterResponse};

const DAPP: &str = "https://dapp.example";

/// Sets the floor so that front has this many percent of it.
fn has_percent_of_its_floor(family: &Family, percent: f64) {
    let metrics = family.scrapes(Role::Front);
    let liquid = metrics.value("anchorage_liquid_balance_cycles", &[]);
    let floor = format!("{:.0}", liquid * 100.0 / percent);
    let argument = FrontInit {
        cycles_floor: Some(floor.parse().expect("fewer than 2^64 cycles")),
        ..FrontInit::default()
    };
    let argument = candid::encode_one(Some(argument)).unwrap();
    family.upgrades_with(Role::Front, &argument).unwrap();
}

/// Which services are open, by the metrics.
fn open(family: &Family) -> [bool; 3] {
    let metrics = family.scrapes(Role::Front);
    ["registration", "change", "log_in"]
        .map(|service| metrics.value("anchorage_service_open", &[("service", service)]) > 0.5)
}

#[test]
fn without_cycles_registrations_close_first_and_log_ins_last() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let pseudonym = alice.logs_in_to(DAPP);
    assert_eq!(open(&family), [true; 3]);

    has_percent_of_its_floor(&family, 75.0);
    assert_eq!(open(&family), [false, true, true]);
    ask(family.front().create_challenge()).is_refused();
    ask(family.front().init_salt()).is_refused();
    alice.adds("phone");
    assert_eq!(alice.logs_in_to(DAPP), pseudonym);

    has_percent_of_its_floor(&family, 37.5);
    assert_eq!(open(&family), [false, false, true]);
    alice.tries_to_add(&Device::new("tablet")).is_refused();
    assert_eq!(alice.logs_in_to(DAPP), pseudonym);
    alice.asks_for_info().succeeds();

    has_percent_of_its_floor(&family, 12.5);
    assert_eq!(open(&family), [false; 3]);
    alice.prepares(DAPP).is_refused();
    alice.asks_for_info().is_refused();
    // Reads go on.
    ask(family.front().config()).succeeds();
    assert_eq!(
        ask(family.registry(0).lookup(alice.anchor))
            .succeeds()
            .len(),
        2
    );

    has_percent_of_its_floor(&family, 200.0);
    assert_eq!(open(&family), [true; 3]);
    assert_eq!(family.register("bob").anchor.get(), 10_001);
    alice.adds("tablet");
}

#[test]
fn a_captcha_is_asked_for_while_unusually_many_register() {
    let family = Setup::default().dynamic_captcha().deploy();
    let config = ask(family.front().config()).succeeds();
    assert!(matches!(config.captcha, Some(CaptchaMode::Dynamic(_))));
    let needs_captcha = || {
        let shown = family.scrapes(Role::Front);
        let is_shown = shown.value("anchorage_captcha_enabled", &[]) > 0.5;
        let has_picture = !family.challenge().png_base64.is_empty();
        assert_eq!(is_shown, has_picture);
        has_picture
    };
    assert!(!needs_captcha());
    let early = family.challenge();
    family.register("alice");
    assert!(needs_captcha());
    let bob = Device::new("bob");
    let guess = family.registration(&bob).is_sent().succeeds();
    assert_eq!(guess, RegisterResponse::BadChallenge);
    // What held when the challenge was issued holds for its registration.
    let of_bob = family.registration(&bob).with(&early);
    assert_eq!(of_bob.gives_an_anchor().anchor.get(), 10_001);
    let compared = || {
        let shown = family.scrapes(Role::Front);
        ["current", "reference"].map(|interval| {
            let of = |name| shown.value(name, &[("interval", interval)]);
            let registrations = of("anchorage_captcha_interval_registrations");
            (registrations, of("anchorage_captcha_interval_seconds"))
        })
    };
    assert_eq!(compared(), [(2.0, 60.0), (2.0, 3_600.0)]);
    family.waits(Duration::from_secs(62));
    assert!(!needs_captcha());
    assert_eq!(compared(), [(0.0, 60.0), (2.0, 3_600.0)]);
    assert_eq!(family.register("carol").anchor.get(), 10_002);
}

/// `family_flood` sends ten times as many.
#[test]
fn a_thousand_pictures_shut_nobody_out() {
    pictures::comes(1_000);
}
