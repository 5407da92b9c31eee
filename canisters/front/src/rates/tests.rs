use super::*;

const SECOND_NS: u64 = 1_000_000_000;
/// Half as much again within one minute, compared with an hour.
const WISH: DynamicCaptcha = DynamicCaptcha {
    threshold_pct: 50,
    current_rate_sampling_interval_s: 60,
    reference_rate_sampling_interval_s: 3_600,
};

fn at(second: u64) -> TimestampNs {
    TimestampNs::new((1_000_000 + second) * SECOND_NS)
}

/// Rates after an hour with one registration every ten seconds: six a minute.
fn usual() -> RegistrationRates {
    let mut rates = RegistrationRates::new(WISH);
    for second in (0..3_600).step_by(10) {
        rates.count(at(second));
    }
    rates
}

#[test]
fn the_usual_rate_is_no_reason_and_more_than_the_threshold_is() {
    let mut rates = usual();
    let now = at(3_600);
    assert!(!rates.is_exceeded(now));
    // Five in the last sixty seconds; the usual six and half as many again are allowed.
    let mut more = 0;
    while !rates.is_exceeded(now) {
        rates.count(now);
        more += 1;
    }
    assert_eq!(more, 5, "ten a minute are more than nine");
}

#[test]
fn when_the_rush_is_over_the_captcha_goes() {
    let mut rates = usual();
    for _ in 0..100 {
        rates.count(at(3_600));
    }
    assert!(rates.is_exceeded(at(3_601)));
    assert!(!rates.is_exceeded(at(3_700)));
}

#[test]
fn without_a_past_the_first_registration_is_fast_already() {
    let mut rates = RegistrationRates::new(WISH);
    assert!(!rates.is_exceeded(at(0)));
    rates.count(at(0));
    assert!(rates.is_exceeded(at(0)));
    assert!(!rates.is_exceeded(at(61)));
}

#[test]
fn memory_is_bounded_and_numbers_do_not_overflow() {
    let mut rates = RegistrationRates::new(WISH);
    for second in 0..10_000 {
        rates.count(at(second));
    }
    assert!(rates.current.counts.len() as u64 <= STEPS);
    assert!(rates.reference.counts.len() as u64 <= STEPS);
    let longest = RegistrationRates::new(DynamicCaptcha {
        threshold_pct: u16::MAX,
        current_rate_sampling_interval_s: u64::MAX,
        reference_rate_sampling_interval_s: u64::MAX,
    });
    assert!(!longest.is_exceeded(at(1)));
}
