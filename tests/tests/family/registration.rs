//! Registration: who may, with which challenge, and which numbers are given.

use anchorage_tests::family::{Device, Family, Setup, ask, principal_of, stranger};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::time::Duration;
use types::front::{Challenge, RegisterResponse};
use types::{AnchorNumber, Principal};

const SECOND_NS: u64 = 1_000_000_000;

fn registered(number: u64) -> RegisterResponse {
    RegisterResponse::Registered {
        user_number: AnchorNumber::new(number),
    }
}

#[test]
fn anchors_get_the_numbers_of_the_first_shard_one_after_the_other() {
    let family = Family::deploy();
    for (name, number) in [("alice", 10_000), ("bob", 10_001), ("carol", 10_002)] {
        assert_eq!(family.register(name).anchor.get(), number);
    }
    let audited = family.audits(0);
    assert_eq!(audited.tip.next_anchor, AnchorNumber::new(10_003));
    assert_eq!(audited.blocks.len(), 3);
}

#[test]
fn registrations_at_the_same_time_get_numbers_of_their_own() {
    let family = Family::deploy();
    let devices: Vec<Device> = (0..6)
        .map(|n| Device::new(&format!("person {n}")))
        .collect();
    let open: Vec<_> = devices
        .iter()
        .map(|device| {
            let argument = family.registration(device).arguments();
            family
                .network
                .submit_call(family.front, device.principal(), "register", argument)
                .expect("a device may register")
        })
        .collect();
    let mut numbers: Vec<u64> = open
        .into_iter()
        .map(|call| {
            let answer = family.network.await_call(call).expect("an answer");
            match candid::decode_one(&answer).expect("the answer of register") {
                RegisterResponse::Registered { user_number } => user_number.get(),
                other => panic!("{other:?}"),
            }
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (10_000..10_006).collect::<Vec<u64>>());
    assert_eq!(family.audits(0).blocks.len(), 6);
}

#[test]
fn a_refused_registration_leaves_no_hole() {
    let family = Family::deploy();
    let long = Device::new("alice").but(|device| device.alias = "a".repeat(65));
    family
        .registration(&long)
        .is_sent()
        .is_refused_saying("alias limit exceeded: length 65, limit 64");
    let protected = Device::phrase("alice").but(|device| {
        device.key_type = types::KeyType::Platform;
    });
    family
        .registration(&protected)
        .is_sent()
        .is_refused_saying("Only recovery phrases can be locked but key type is Platform");
    assert_eq!(family.audits(0).blocks.len(), 0);
    assert_eq!(family.register("alice").anchor.get(), 10_000);
    assert_eq!(family.register("bob").anchor.get(), 10_001);
    assert_eq!(family.audits(0).blocks.len(), 2);
}

#[test]
fn a_challenge_is_spent_by_its_first_use_and_a_repetition_gets_the_same_number() {
    let family = Family::deploy();
    let challenge = family.challenge();
    let (alice, bob) = (Device::new("alice"), Device::new("bob"));
    let of_alice = family.registration(&alice).with(&challenge);
    assert_eq!(of_alice.is_sent().succeeds(), registered(10_000));
    let of_bob = family.registration(&bob).with(&challenge);
    assert_eq!(of_bob.is_sent().succeeds(), RegisterResponse::BadChallenge);
    assert_eq!(of_alice.is_sent().succeeds(), registered(10_000));
    assert_eq!(family.audits(0).blocks.len(), 1);
}

#[test]
fn a_challenge_that_is_old_or_not_of_front_is_refused() {
    let family = Family::deploy();
    let alice = Device::new("alice");
    let old = family.challenge();
    family.waits(Duration::from_secs(5 * 60 + 1));
    let late = family.registration(&alice).with(&old);
    assert_eq!(late.is_sent().succeeds(), RegisterResponse::BadChallenge);

    // Front's keys with their ends exchanged: the bytes that authenticate the one are the other's.
    let (one, other) = (
        family.challenge().challenge_key,
        family.challenge().challenge_key,
    );
    let forged = format!("{}{}", &one[..one.len() / 2], &other[other.len() / 2..]);
    for key in [forged, "no key at all".to_owned()] {
        let challenge = Challenge {
            png_base64: String::new(),
            challenge_key: key,
        };
        let forged = family.registration(&alice).with(&challenge);
        assert_eq!(forged.is_sent().succeeds(), RegisterResponse::BadChallenge);
    }
    assert_eq!(family.audits(0).blocks.len(), 0);
}

#[test]
fn only_the_device_or_its_temporary_key_registers_it() {
    let family = Family::deploy();
    let alice = Device::new("alice");
    let temporary = principal_of("page of alice");
    let words = format!("{} could not be authenticated against", stranger());
    family
        .registration(&alice)
        .by(stranger())
        .is_sent()
        .is_refused_saying(&words);
    family
        .registration(&alice)
        .by(stranger())
        .with_temporary_key(temporary)
        .is_sent()
        .is_refused_saying(&words);
    family
        .registration(&alice)
        .by(Principal::anonymous())
        .with_temporary_key(Principal::anonymous())
        .is_sent()
        .is_refused();
    family
        .registration(&alice)
        .with_temporary_key(alice.principal())
        .is_sent()
        .is_refused_saying("temporary key must differ");
    assert_eq!(family.audits(0).blocks.len(), 0);

    let by_page = family
        .registration(&alice)
        .with_temporary_key(temporary)
        .by(temporary);
    assert_eq!(by_page.is_sent().succeeds(), registered(10_000));
    let block = &family.audits(0).blocks[0];
    let tx = block.tx().unwrap();
    assert_eq!(tx.caller, temporary, "the block names its caller");
    assert!(
        matches!(tx.operation, oplog::Operation::Register { temporary_key: Some(key), .. } if key == temporary)
    );
}

#[test]
fn with_captcha_a_wrong_solution_is_refused_and_spends_the_challenge() {
    let family = Setup::default().captcha().deploy();
    let (first, second) = (family.challenge(), family.challenge());
    assert_ne!(first.challenge_key, second.challenge_key);
    assert_ne!(first.png_base64, second.png_base64);
    let picture = BASE64.decode(&first.png_base64).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));

    let alice = Device::new("alice");
    for solution in ["", "any", "?????"] {
        let challenge = family.challenge();
        let wrong = family
            .registration(&alice)
            .with(&challenge)
            .solved_with(solution);
        for _ in 0..2 {
            assert_eq!(wrong.is_sent().succeeds(), RegisterResponse::BadChallenge);
        }
    }
    assert_eq!(family.audits(0).blocks.len(), 0);
}

#[test]
fn registrations_are_rationed_and_log_ins_are_not() {
    let family = Setup::default().rate_limit(1, 600 * SECOND_NS).deploy();
    let alice = family.register("alice");
    let bob = Device::new("bob");
    let challenge = family.challenge();
    let of_bob = family.registration(&bob).with(&challenge);
    of_bob
        .is_sent()
        .is_refused_saying("rate limit reached, try again later");
    alice.logs_in_to("https://dapp.example");
    family.waits(Duration::from_mins(10));
    assert_eq!(family.register("bob").anchor.get(), 10_001);
}

#[test]
fn a_wrong_solution_takes_no_token() {
    let family = Setup::default().rate_limit(1, 600 * SECOND_NS).deploy();
    let alice = Device::new("alice");
    let challenge = Challenge {
        png_base64: String::new(),
        challenge_key: "wrong".to_owned(),
    };
    let wrong = family.registration(&alice).with(&challenge);
    assert_eq!(wrong.is_sent().succeeds(), RegisterResponse::BadChallenge);
    assert_eq!(family.register("alice").anchor.get(), 10_000);
    let config = ask(family.front().config()).succeeds();
    assert_eq!(config.register_rate_limit.unwrap().max_tokens, 1);
}
