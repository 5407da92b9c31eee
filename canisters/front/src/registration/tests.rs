use super::*;
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run, step};
use crate::shards::tests::device;
use crate::state::tests::{row, shard, with_shards};
use std::pin::pin;
use std::task::Poll;
use types::front::{CaptchaMode, DynamicCaptcha, FrontInit, RateLimit};

mod choice;
mod solved;

type Answered = Result<RegisterResponse, Refusal>;

/// A front with a challenge that is not used yet.
struct Scene {
    mock: Mock,
    state: Shared,
    solution: ChallengeResult,
}

fn scene(shards: &[u8]) -> Scene {
    let (mock, state) = (Mock::new(), with_shards(shards));
    let challenge = run(create_challenge(&mock, &state)).expect("randomness");
    Scene {
        mock,
        state,
        solution: ChallengeResult {
            key: challenge.challenge_key,
            chars: "whatever".to_owned(),
        },
    }
}

impl Scene {
    fn configure(&self, argument: FrontInit) {
        let now = self.mock.now();
        let mut state = self.state.borrow_mut();
        state.configure(argument, now).expect("a valid argument");
    }

    fn captcha(&self, mode: CaptchaMode) {
        self.configure(FrontInit {
            captcha: Some(mode),
            ..FrontInit::default()
        });
    }

    /// Takes a new challenge; its picture.
    fn challenged(&mut self) -> String {
        let challenge = run(create_challenge(&self.mock, &self.state)).expect("randomness");
        self.solution.key = challenge.challenge_key;
        challenge.png_base64
    }

    fn limit(&self, max_tokens: u64) {
        self.configure(FrontInit {
            register_rate_limit: Some(RateLimit {
                time_per_token_ns: u64::MAX,
                max_tokens,
            }),
            ..FrontInit::default()
        });
    }

    /// Puts a shard into this state.
    fn puts(&self, canister: Principal, into: ShardState) {
        let mut routes = self.state.borrow().routing().rows().to_vec();
        for route in &mut routes {
            if route.canister == canister {
                route.state = into;
            }
        }
        self.configure(FrontInit {
            routes: Some(routes),
            ..FrontInit::default()
        });
    }

    fn tokens(&self) -> u64 {
        self.state.borrow().bucket.tokens(self.mock.now())
    }

    /// The device with this key registers itself with the scene's challenge.
    fn registration(&self, key: u8) -> Registration {
        Registration {
            caller: device(key).pubkey.principal(),
            device: device(key),
            solution: self.solution.clone(),
            temporary_key: None,
        }
    }

    fn register(&self, key: u8) -> Answered {
        self.register_with(self.registration(key))
    }

    fn register_with(&self, registration: Registration) -> Answered {
        run(register(&self.mock, &self.state, registration))
    }

    /// In which order the shards are tried with the challenge that has this nonce.
    fn tried(&self, nonce: u8) -> Vec<Principal> {
        let state = self.state.borrow();
        let known = state.randomness.as_ref().expect("a challenge was issued");
        let now = self.mock.now();
        let issued = known.challenges.issue([nonce; 16], false, now);
        let id = known.challenges.identify(&issued.key, now);
        let order = order_id::registration(id.expect("it lives"), device(1).pubkey.principal());
        candidates(&state, order, None)
    }

    fn order(&self, call: usize) -> CreateAnchor {
        self.mock.sent::<CreateAnchor>(call).1
    }
}

/// The row of one of the shards 1 to 9.
fn row_of(canister: Principal) -> ShardRoute {
    let rows = (1..10).map(row);
    let mut found = rows.filter(|row| row.canister == canister);
    found.next().expect("a shard of the tests")
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "compared with what register answers"
)]
fn number(number: u64) -> Answered {
    Ok(RegisterResponse::Registered {
        user_number: AnchorNumber::new(number),
    })
}

const FULL: Result<AnchorNumber, RegistryError> = Err(RegistryError::Full);
const MAINTENANCE: Result<AnchorNumber, RegistryError> = Err(RegistryError::Maintenance);

#[test]
fn a_registration_goes_to_an_open_shard() {
    let scene = scene(&[1, 2]);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.mock.called(), scene.tried(1)[..1]);
    let order = scene.order(0);
    assert_eq!(order.caller, device(1).pubkey.principal());
    assert_eq!(order.device, device(1));
    assert_eq!(scene.state.borrow().counters.get(metrics::REGISTERED), 1);
}

#[test]
fn a_full_shard_leads_to_the_next_and_the_last_to_canister_full() {
    let scene = scene(&[1, 2]);
    let tried = scene.tried(1);
    scene.mock.will_answer(9, FULL);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
    assert_eq!(scene.register(1), number(200));
    assert_eq!(scene.mock.called(), tried);

    let other = self::scene(&[1]);
    other.mock.will_answer(9, FULL);
    assert_eq!(other.register(1), Ok(RegisterResponse::CanisterFull));
    assert_eq!(
        self::scene(&[]).register(1),
        Ok(RegisterResponse::CanisterFull)
    );
}

#[test]
fn a_repeated_call_gives_the_same_number_from_the_same_shard() {
    let scene = scene(&[1, 2]);
    let tried = scene.tried(1);
    scene.mock.will_answer(9, FULL);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
    scene.register(1).expect("registered");
    scene.limit(0);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
    assert_eq!(scene.register(1), number(200));
    assert_eq!(scene.mock.called(), [tried[0], tried[1], tried[1]]);
    assert_eq!(scene.order(2).order, scene.order(1).order);
    // Another key, or another caller, is another order: the challenge is spent for it.
    scene.limit(5);
    assert_eq!(scene.register(2), Ok(RegisterResponse::BadChallenge));
}

/// A shard that has become full, or refuses for a while, and the same call twice at once: only one of the two may go on to
/// another shard, or each could get a number.
#[test]
fn of_two_calls_at_once_only_the_last_one_goes_on_to_another_shard() {
    for refused in [FULL, MAINTENANCE] {
        let scene = scene(&[1, 2, 3]);
        let tokens = scene.tokens();
        let call = || register(&scene.mock, &scene.state, scene.registration(1));
        let (mut one, mut two) = (pin!(call()), pin!(call()));
        scene.mock.will_answer(9, refused);
        assert!(step(one.as_mut()).is_pending());
        scene.mock.will_answer(9, FULL);
        assert!(step(two.as_mut()).is_pending());
        let Poll::Ready(answer) = step(one.as_mut()) else {
            panic!("it goes on");
        };
        assert_eq!(answer, Err(Refusal::OutcomeUnknown));
        assert_eq!(scene.tokens(), tokens - 1, "the challenge is still used");
        scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
        assert_eq!(run(two), number(200));
        let called = scene.mock.called();
        assert_eq!(called.len(), 3);
        assert_eq!(called[0], called[1]);
        // Who repeats the first call finds the number.
        scene.mock.will_answer(1, Ok(AnchorNumber::new(200)));
        assert_eq!(scene.register(1), number(200));
        assert_eq!(scene.mock.called()[3], called[2]);
        let id = scene.order(0).order;
        assert!((1..4).all(|call| scene.order(call).order == id));
    }
}

#[test]
fn after_an_unknown_outcome_the_same_call_asks_the_same_shard_with_the_same_id() {
    let scene = scene(&[1, 2]);
    let first = scene.tried(1)[0];
    scene.mock.will_reply(Err(NoReply::Unknown));
    scene.mock.will_reply(Err(NoReply::Unknown));
    assert_eq!(scene.register(1), Err(Refusal::OutcomeUnknown));
    assert_eq!(scene.order(0).below, Some(row_of(first).range.hi()));
    // Even if it takes no new anchors by then: it can say what became of the order, and gives no number.
    scene.puts(first, ShardState::Sealed);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.mock.called(), [first; 3]);
    assert_eq!(scene.order(2).order, scene.order(0).order);
    assert_eq!(scene.order(2).below, Some(AnchorNumber::new(0)));
}

#[test]
fn after_an_unknown_outcome_a_busy_shard_does_not_reopen_the_challenge() {
    let scene = scene(&[1]);
    scene.mock.will_reply(Err(NoReply::Unknown));
    scene.mock.will_reply(Err(NoReply::Unknown));
    assert_eq!(scene.register(1), Err(Refusal::OutcomeUnknown));
    let tokens = scene.tokens();
    scene.mock.will_reply(Err(NoReply::NotDone));
    assert!(matches!(scene.register(1), Err(Refusal::ShardBusy { .. })));
    assert_eq!(scene.tokens(), tokens);
    assert_eq!(scene.register(2), Ok(RegisterResponse::BadChallenge));
}

#[test]
fn a_retryable_refusal_gives_challenge_and_token_back_to_the_same_caller() {
    let scene = scene(&[1]);
    scene.limit(1);
    scene.mock.will_answer(0, MAINTENANCE);
    let refused = scene.register(1);
    let reason = Some(RegistryError::Maintenance);
    let shard = shard(1);
    assert_eq!(refused, Err(Refusal::ShardBusy { shard, reason }));
    assert_eq!(scene.tokens(), 1);
    assert_eq!(scene.register(2), Ok(RegisterResponse::BadChallenge));
    assert_eq!(scene.tokens(), 1);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
    assert_eq!(scene.tokens(), 0);
}

#[test]
fn a_final_refusal_spends_challenge_and_token() {
    let scene = scene(&[1]);
    scene.limit(2);
    let error = types::DeviceError::SecondPhrase;
    scene
        .mock
        .will_answer::<AnchorNumber>(0, Err(RegistryError::Device(error.clone())));
    assert_eq!(scene.register(1), Err(Refusal::Device(error)));
    assert_eq!(scene.tokens(), 1);
    assert_eq!(scene.register(2), Ok(RegisterResponse::BadChallenge));
}

#[test]
fn an_anonymous_temporary_key_costs_nothing() {
    let scene = scene(&[1]);
    let tokens = scene.tokens();
    let mut registration = scene.registration(1);
    registration.temporary_key = Some(Principal::anonymous());
    let refused = scene.register_with(registration);
    assert_eq!(refused, Err(Refusal::TemporaryKeyIsAnonymous));
    assert_eq!(scene.tokens(), tokens);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
}

#[test]
fn an_empty_bucket_answers_before_everything_else() {
    let scene = scene(&[1]);
    scene.limit(0);
    let mut stranger = scene.registration(1);
    stranger.caller = Principal::management_canister();
    stranger.solution.key = "nonsense".to_owned();
    assert_eq!(scene.register_with(stranger), Err(Refusal::RateLimited));
    // And it spent nothing.
    scene.limit(1);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
}

#[test]
fn a_wrong_solution_takes_no_token_and_spends_the_challenge() {
    let mut scene = scene(&[1]);
    scene.limit(1);
    scene.captcha(CaptchaMode::Enabled);
    assert!(!scene.challenged().is_empty(), "a picture");
    assert_eq!(scene.register(1), Ok(RegisterResponse::BadChallenge));
    assert_eq!(scene.tokens(), 1);
    scene.captcha(CaptchaMode::Disabled);
    assert_eq!(scene.register(1), Ok(RegisterResponse::BadChallenge));
    assert!(scene.mock.called().is_empty());
    // Whether there is something to solve was decided when it was issued.
    assert_eq!(scene.challenged(), "");
    scene.captcha(CaptchaMode::Enabled);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register(1), number(100));
}

#[test]
fn a_dynamic_captcha_is_asked_for_while_there_are_unusually_many() {
    let mut scene = scene(&[1]);
    scene.captcha(CaptchaMode::Dynamic(DynamicCaptcha {
        threshold_pct: 0,
        current_rate_sampling_interval_s: 60,
        reference_rate_sampling_interval_s: 3_600,
    }));
    assert_eq!(scene.challenged(), "", "nobody has come yet");
    let first = scene.registration(1);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register_with(first.clone()), number(100));
    assert!(!scene.challenged().is_empty());
    assert_eq!(scene.register(2), Ok(RegisterResponse::BadChallenge));
    // Other settings do not make front forget what it has counted.
    scene.limit(5);
    assert!(!scene.challenged().is_empty());
    scene.mock.pass(62_000_000_000);
    assert_eq!(scene.challenged(), "");
    // Nobody registers by repeating himself.
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(scene.register_with(first), number(100));
    assert_eq!(scene.challenged(), "");
}

#[test]
fn only_the_device_or_its_temporary_key_registers() {
    let scene = scene(&[1]);
    let (owner, stranger) = (device(1).pubkey.principal(), device(2).pubkey.principal());
    let with = |caller, temporary_key| Registration {
        caller,
        temporary_key,
        ..scene.registration(1)
    };
    let refused = |caller| {
        Err(Refusal::NotTheDevice {
            caller,
            key: device(1).pubkey,
        })
    };
    let anonymous = Principal::anonymous();
    assert_eq!(scene.register_with(with(stranger, None)), refused(stranger));
    assert_eq!(
        scene.register_with(with(stranger, Some(shard(1)))),
        refused(stranger)
    );
    assert_eq!(
        scene.register_with(with(anonymous, Some(anonymous))),
        refused(anonymous)
    );
    assert_eq!(
        scene.register_with(with(owner, Some(owner))),
        Err(Refusal::TemporaryKeyIsDevice)
    );
    // None of these spent the challenge.
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    assert_eq!(
        scene.register_with(with(stranger, Some(stranger))),
        number(100)
    );
    assert_eq!(scene.order(0).temporary_key, Some(stranger));
}

#[test]
fn challenges_from_before_an_upgrade_are_bad() {
    let scene = scene(&[1]);
    scene.state.borrow_mut().randomness = None;
    assert_eq!(scene.register(1), Ok(RegisterResponse::BadChallenge));
}

/// Two tabs send the same registration at once; the first one's order is refused in between.
#[test]
fn who_is_refused_while_a_repetition_is_under_way_does_not_reopen_the_challenge() {
    let scene = scene(&[1]);
    scene.mock.will_answer(0, MAINTENANCE);
    scene.mock.will_answer(1, Ok(AnchorNumber::new(100)));
    let (one, two) = (scene.registration(1), scene.registration(1));
    let mut first = pin!(register(&scene.mock, &scene.state, one));
    let mut second = pin!(register(&scene.mock, &scene.state, two));
    assert!(step(first.as_mut()).is_pending());
    assert!(step(second.as_mut()).is_pending());
    let refused = Poll::Ready(Err(Refusal::OutcomeUnknown));
    assert_eq!(step(first.as_mut()), refused);
    assert_eq!(step(second.as_mut()), Poll::Ready(number(100)));
    let caller = device(1).pubkey.principal();
    let other_key = Registration {
        caller,
        temporary_key: Some(caller),
        ..scene.registration(2)
    };
    assert_eq!(
        scene.register_with(other_key),
        Ok(RegisterResponse::BadChallenge)
    );
}
