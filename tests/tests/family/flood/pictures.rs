//! Challenges with a picture each, the dearest thing that anybody may ask front for.
//!
//! Nothing tells a test what a picture shows. But the captcha is asked for while unusually many register: whoever took a
//! challenge before that has nothing to solve, and registers in the middle of the flood.

use super::{BATCH, DAPP, Flood, anybody};
use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Person, Role, Setup, ask};
use pocket_ic::common::rest::RawMessageId;
use types::front::{Challenge, RegisterResponse};
use types::{Principal, SessionKey};

/// Base64 of how every PNG begins.
const PNG: &str = "iVBORw0KGgo";
/// Rounds that are enough for the pictures of a batch and for all who come with it.
const ROUNDS: usize = 10;

/// In the middle of each batch somebody registers, somebody logs in, and somebody asks for a picture.
pub(crate) fn comes(calls: usize) {
    let family = Setup::default().dynamic_captcha().deploy();
    let early: Vec<Challenge> = (0..calls / BATCH).map(|_| family.challenge()).collect();
    // Now more register than usual, and what is drawn and allocated once is there.
    let known = family.register("first");
    known.logs_in_to(DAPP);
    let (anchor, caller) = (known.anchor, known.caller);
    family.challenge();
    let flood = Flood::begins(Role::Front, vec!["create_challenge"], family, calls);
    let known = flood.family.claim(anchor, caller);
    let mut longest = 0;
    for (batch, challenge) in early.iter().enumerate() {
        let rounds = comes_with_somebody_honest(&flood, &known, batch, challenge);
        longest = longest.max(rounds);
    }
    println!("whoever came in the middle of {BATCH} pictures was answered within {longest} rounds");
    flood.has_cost_at_most(25_000_000);
}

/// The rounds until everybody honest is answered.
fn comes_with_somebody_honest(
    flood: &Flood,
    known: &Person<'_>,
    batch: usize,
    challenge: &Challenge,
) -> usize {
    let family = &flood.family;
    let submit = |caller: Principal, method: &str, argument: Vec<u8>| {
        let call = family
            .network
            .submit_call(family.front, caller, method, argument);
        call.expect("front lets it in")
    };
    let half = |half: usize| {
        let first = (2 * batch + half) * BATCH / 2;
        let calls = first..first + BATCH / 2;
        flood.submits(calls, &mut |n| (anybody(n), encoded(())))
    };
    let device = Device::new(&format!("honest {batch}"));
    let arguments = family.registration(&device).with(challenge).arguments();
    let session = SessionKey::new(format!("session {batch}").as_bytes());
    let of_a_log_in = encoded((known.anchor, DAPP, session, None::<u64>));

    let strangers = half(0);
    let registration = submit(device.principal(), "register", arguments);
    let log_in = submit(known.caller, "prepare_delegation", of_a_log_in);
    let picture = submit(device.principal(), "create_challenge", encoded(()));
    half(1);
    let devices = ask(family.front().lookup(known.anchor)).succeeds();
    assert_eq!(devices.len(), 1);

    let rounds = rounds_until_all_are_answered(family, [&registration, &log_in, &picture]);
    let answer = |call| {
        family
            .network
            .await_call_no_ticks(call)
            .expect("no refusal")
    };
    let registered = candid::decode_one(&answer(registration)).expect("an answer");
    let RegisterResponse::Registered { user_number } = registered else {
        panic!("somebody honest was shut out: {registered:?}");
    };
    answer(log_in);
    let strangers = strangers.expect("half a batch");
    for picture in [picture, strangers] {
        let picture: Challenge = candid::decode_one(&answer(picture)).expect("an answer");
        assert!(picture.png_base64.starts_with(PNG), "a picture");
    }
    let somebody = family.claim(user_number, device.principal());
    somebody.logs_in_to(DAPP);
    rounds
}

fn rounds_until_all_are_answered(family: &Family, calls: [&RawMessageId; 3]) -> usize {
    let is_answered = |call: &&RawMessageId| {
        let status = family.network.ingress_status((*call).clone());
        status.is_some()
    };
    for rounds in 0..=ROUNDS {
        if calls.iter().all(is_answered) {
            return rounds;
        }
        family.network.tick();
    }
    panic!("somebody honest has no answer after {ROUNDS} rounds");
}

#[test]
fn ten_thousand() {
    comes(super::CALLS);
}
