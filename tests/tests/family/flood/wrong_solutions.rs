//! Registrations with challenges that are front's own and living, and solutions that are wrong: front remembers each of these
//! challenges until it expires.
//!
//! As in the flood of pictures, somebody honest has a challenge of before the captcha was asked for.

use super::{BATCH, CALLS, DAPP, Flood, anybody};
use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Role, Setup, ask};
use types::front::{Challenge, ChallengeResult};
use types::{DeviceData, Principal};

/// What nobody finds in a picture.
const GUESS: &str = "guess";

/// So many challenges with pictures.
fn challenges(family: &Family) -> Vec<Challenge> {
    let (network, front) = (&family.network, family.front);
    let open: Vec<_> = (0..BATCH)
        .map(|n| network.submit_call(front, anybody(n), "create_challenge", encoded(())))
        .collect();
    let answers = open.into_iter().map(|call| {
        let answer = network.await_call(call.expect("anybody may ask"));
        let challenge: Challenge = candid::decode_one(&answer.expect("a challenge")).expect("one");
        assert!(!challenge.png_base64.is_empty(), "a picture");
        challenge
    });
    answers.collect()
}

#[test]
fn of_registrations() {
    let family = Setup::default().dynamic_captcha().deploy();
    let early: Vec<Challenge> = (0..CALLS / BATCH).map(|_| family.challenge()).collect();
    family.register("first").logs_in_to(DAPP);
    let devices: Vec<DeviceData> = (0..50)
        .map(|n| Device::new(&format!("caller {n}")).data)
        .collect();
    let flood = Flood::begins(Role::Front, vec!["register"], family, CALLS);
    let family = &flood.family;
    for (batch, challenge) in early.iter().enumerate() {
        let first = batch * BATCH;
        let challenges = challenges(family);
        let device = Device::new(&format!("honest {batch}"));
        let honest = family.registration(&device).with(challenge).arguments();
        flood.comes_around(first, &device, honest, &mut |n| {
            let solution = ChallengeResult {
                key: challenges[n - first].challenge_key.clone(),
                chars: GUESS.to_owned(),
            };
            let device = &devices[n % devices.len()];
            (anybody(n), encoded((device, solution, None::<Principal>)))
        });
    }
    // Each of theirs, and each of the honest.
    let spent = CALLS + early.len() + 1;
    let metrics = family.scrapes(Role::Front);
    let remembered = metrics.value("anchorage_spent_challenges", &[]);
    println!(
        "{remembered} spent challenges; {} honest people registered and logged in meanwhile",
        early.len()
    );
    assert_eq!(remembered.to_string(), spent.to_string());
    let registered = ask(family.front().stats()).succeeds().users_registered;
    assert_eq!(registered, early.len() as u64 + 1);
    // The challenges with their pictures are among it.
    flood.has_cost_at_most(60_000_000);
}
