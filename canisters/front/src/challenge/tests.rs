use super::*;

const NOW: TimestampNs = TimestampNs::new(1_000_000_000_000);

fn challenges() -> Challenges {
    Challenges::new([7; 16], [9; 32])
}

fn claim(person: u8, order: u8) -> Claim {
    Claim {
        caller: Principal::self_authenticating([person]),
        order: OrderId::new([order; 32]),
    }
}

fn result(key: &str, chars: &str) -> ChallengeResult {
    ChallengeResult {
        key: key.to_owned(),
        chars: chars.to_owned(),
    }
}

/// What the picture of this challenge shows.
pub(crate) fn solution(challenges: &Challenges, id: ChallengeId) -> String {
    challenges.riddle(id).expect("a captcha").solution
}

/// Issues a challenge and gives its key, id and solution.
fn issued(challenges: &Challenges, nonce: u8) -> (String, ChallengeId, String) {
    let Issued { key, png } = challenges.issue([nonce; 16], true, NOW);
    assert_eq!(&png[1..4], b"PNG");
    let id = challenges.identify(&key, NOW).expect("just issued");
    (key, id, solution(challenges, id))
}

fn spend(
    challenges: &mut Challenges,
    id: ChallengeId,
    chars: &str,
    claim: Claim,
) -> Result<(), BadChallenge> {
    challenges.spend(id, &result("", chars), claim, NOW)
}

#[test]
fn a_right_solution_is_taken_once() {
    let mut all = challenges();
    let (_, id, solution) = issued(&all, 1);
    assert_eq!(spend(&mut all, id, &solution, claim(1, 1)), Ok(()));
    assert_eq!(
        spend(&mut all, id, &solution, claim(1, 2)),
        Err(BadChallenge)
    );
    assert_eq!(
        spend(&mut all, id, &solution, claim(2, 1)),
        Err(BadChallenge)
    );
}

#[test]
fn case_and_blanks_around_do_not_matter() {
    let mut all = challenges();
    let (_, id, solution) = issued(&all, 1);
    let typed = format!(" {} ", solution.to_uppercase());
    assert_eq!(spend(&mut all, id, &typed, claim(1, 1)), Ok(()));
}

#[test]
fn a_wrong_solution_spends_the_challenge() {
    let mut all = challenges();
    let (_, id, solution) = issued(&all, 1);
    assert_eq!(spend(&mut all, id, "wrong", claim(1, 1)), Err(BadChallenge));
    assert_eq!(
        spend(&mut all, id, &solution, claim(1, 1)),
        Err(BadChallenge)
    );
}

#[test]
fn without_a_captcha_every_solution_is_right_but_only_once() {
    let mut all = challenges();
    let Issued { key, png } = all.issue([1; 16], false, NOW);
    assert!(png.is_empty(), "nothing is drawn");
    let id = all.identify(&key, NOW).expect("just issued");
    let mut take = |order| {
        let result = result(&key, "whatever");
        all.spend(id, &result, claim(1, order), NOW)
    };
    assert_eq!(take(1), Ok(()));
    assert_eq!(take(2), Err(BadChallenge));
}

#[test]
fn keys_are_valid_for_five_minutes() {
    let all = challenges();
    let (key, ..) = issued(&all, 1);
    assert!(all.identify(&key, NOW.saturating_add(LIFE_NS - 1)).is_ok());
    assert_eq!(
        all.identify(&key, NOW.saturating_add(LIFE_NS)),
        Err(BadChallenge)
    );
}

#[test]
fn forged_shortened_and_foreign_keys_are_refused() {
    let all = challenges();
    let (key, ..) = issued(&all, 1);
    let bytes = BASE64.decode(&key).expect("base64");
    for at in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        let forged = BASE64.encode(forged);
        assert_eq!(all.identify(&forged, NOW), Err(BadChallenge), "byte {at}");
    }
    for length in 0..bytes.len() {
        let short = BASE64.encode(&bytes[..length]);
        assert_eq!(all.identify(&short, NOW), Err(BadChallenge));
    }
    assert_eq!(all.identify("not base64!", NOW), Err(BadChallenge));
    let after_an_upgrade = Challenges::new([8; 16], [9; 32]);
    assert_eq!(after_an_upgrade.identify(&key, NOW), Err(BadChallenge));
}

#[test]
fn two_challenges_have_different_solutions_and_pictures() {
    let all = challenges();
    let (one, two) = (all.issue([1; 16], true, NOW), all.issue([2; 16], true, NOW));
    assert_ne!(one.key, two.key);
    assert_ne!(one.png, two.png);
    assert_ne!(issued(&all, 1).2, issued(&all, 2).2);
}

#[test]
fn the_same_order_of_the_same_caller_is_recognised() {
    let mut all = challenges();
    let (_, id, solution) = issued(&all, 1);
    let shard = Principal::management_canister();
    assert_eq!(all.repeated(id, claim(1, 1)), None);
    spend(&mut all, id, &solution, claim(1, 1)).expect("right");
    assert_eq!(all.repeated(id, claim(1, 1)), Some(Earlier::NoShard));
    all.sent_to(id, claim(1, 1), shard);
    assert_eq!(all.repeated(id, claim(1, 1)), Some(Earlier::SentTo(shard)));
    assert_eq!(all.repeated(id, claim(1, 2)), None);
    assert_eq!(all.repeated(id, claim(2, 1)), None);
}

#[test]
fn a_reopened_challenge_is_for_its_caller_alone_and_must_be_solved_again() {
    let mut all = challenges();
    let (_, id, solution) = issued(&all, 1);
    spend(&mut all, id, &solution, claim(1, 1)).expect("right");
    all.reopen(id, claim(1, 1));
    assert_eq!(all.repeated(id, claim(1, 1)), None);
    assert_eq!(
        spend(&mut all, id, &solution, claim(2, 1)),
        Err(BadChallenge)
    );
    assert_eq!(spend(&mut all, id, &solution, claim(1, 2)), Ok(()));
    all.reopen(id, claim(1, 2));
    assert_eq!(spend(&mut all, id, "wrong", claim(1, 2)), Err(BadChallenge));
    assert_eq!(
        spend(&mut all, id, &solution, claim(1, 2)),
        Err(BadChallenge)
    );
}

#[test]
fn expired_uses_are_forgotten() {
    let mut all = challenges();
    for nonce in 0..20 {
        let (_, id, _) = issued(&all, nonce);
        spend(&mut all, id, "wrong", claim(1, 1)).expect_err("wrong");
    }
    assert_eq!(all.remembered(), 20);
    let later = NOW.saturating_add(LIFE_NS);
    let key = all.issue([99; 16], true, later).key;
    let id = all.identify(&key, later).expect("fresh");
    let _ = all.spend(id, &result(&key, ""), claim(1, 1), later);
    assert_eq!(all.remembered(), 20 - FORGOTTEN_PER_USE + 1);
}

/// A flood of spent challenges must not make the first one usable again.
#[test]
fn beyond_the_limit_the_oldest_are_forgotten_and_void() {
    let mut all = challenges();
    let (key, first, _) = issued(&all, 1);
    all.remember(first, Use::Wasted);
    for number in 0..SPENT_LIMIT as u128 {
        let id = ChallengeId {
            expires: first.expires.saturating_add(1),
            nonce: number.to_be_bytes(),
            has_captcha: true,
        };
        all.remember(id, Use::Wasted);
    }
    assert_eq!(all.remembered(), SPENT_LIMIT);
    assert!(!all.used.contains_key(&first));
    assert_eq!(all.identify(&key, NOW), Err(BadChallenge));
    let younger = all.issue([3; 16], true, NOW.saturating_add(1)).key;
    assert!(all.identify(&younger, NOW).is_ok());
}
