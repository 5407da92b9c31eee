//! Faults between front and a shard: what the user is told, and that nothing is half done. Shards that go down while a
//! call is under way, and roll-backs, are in `family_upgrade`.

use anchorage_tests::built;
use anchorage_tests::family::{
    Attempt, Device, Family, METHODS_FOR_FRONT, Person, Role, Setup, TOO_LATE, ask, operator,
    trapping_registry,
};
use client::CallError;
use pocket_ic::ErrorCode;
use pocket_ic::common::rest::RawMessageId;
use types::front::{
    AddTentativeDeviceResponse, Challenge, RegisterResponse, VerifyTentativeDeviceResponse,
};
use types::{AnchorNumber, Principal, SessionKey};

const DAPP: &str = "https://dapp.example";
const FRONT: Role = Role::Front;
const REGISTRY: Role = Role::Registry(0);
const HOUR_NS: u64 = 3_600_000_000_000;

/// One shard, and as many registrations as the test makes: a token that is lost shuts somebody out.
fn setup(tokens: u64) -> Setup {
    Setup::default()
        .ranges(&[(10_000, 20_000)])
        .rate_limit(tokens, HOUR_NS)
}

/// For Alice, Bob and Carol.
const TOKENS: u64 = 3;
/// Of theirs, each of which needs the shard.
const CALLS: usize = 12;
/// So often they try while the shard is down.
const TIMES: usize = 3;

/// People who are about to do everything that a shard is needed for.
struct People<'a> {
    family: &'a Family,
    /// Has devices, and has logged in with none of them.
    alice: Person<'a>,
    phone: Device,
    watch: Device,
    key: Device,
    /// Has a challenge.
    bob: Device,
    challenge: Challenge,
    /// Has a device that waits for this code.
    carol: Person<'a>,
    code: String,
}

impl<'a> People<'a> {
    #[track_caller]
    fn of(family: &'a Family) -> Self {
        let alice = family.register("alice");
        let [phone, watch, key] = ["phone", "watch", "key"].map(|name| alice.adds(name));
        let carol = family.register("carol");
        carol.opens_registration().succeeds();
        let code = carol.reads_code_on(&Device::new("carol's phone"));
        Self {
            family,
            alice,
            phone,
            watch,
            key,
            bob: Device::new("bob"),
            challenge: family.challenge(),
            carol,
            code,
        }
    }

    /// Every method of front's that needs a shard, in an order in which each of them succeeds once.
    fn do_everything(&self) -> [(&'static str, Attempt<()>); CALLS] {
        let Self { alice, carol, .. } = self;
        let of_bob = self.family.registration(&self.bob).with(&self.challenge);
        let registered = RegisterResponse::Registered {
            user_number: AnchorNumber::new(10_002),
        };
        let renamed = self.phone.clone().but(|device| device.alias.push('!'));
        let other_code = if self.code == "000000" {
            "000001"
        } else {
            "000000"
        };
        // No try was counted before.
        let wrong = VerifyTentativeDeviceResponse::WrongCode { retries_left: 2 };
        let types = |code: &str, expected: VerifyTentativeDeviceResponse| {
            let typed = carol.types_code(code);
            typed.map(|answer| assert_eq!(answer, expected))
        };
        [
            (
                "register",
                of_bob
                    .is_sent()
                    .map(|answer| assert_eq!(answer, registered)),
            ),
            ("add", alice.tries_to_add(&Device::new("tablet"))),
            ("update", alice.tries_to_update(&self.phone, &renamed)),
            (
                "replace",
                alice.tries_to_replace(&self.watch, &Device::new("new watch")),
            ),
            ("remove", alice.tries_to_remove(&self.key)),
            ("get_anchor_info", alice.asks_for_info().map(drop)),
            ("prepare_delegation", alice.prepares(DAPP).map(drop)),
            ("verify_tentative_device, wrong", types(other_code, wrong)),
            (
                "verify_tentative_device",
                types(&self.code, VerifyTentativeDeviceResponse::Verified),
            ),
            (
                "enter_device_registration_mode",
                alice.opens_registration().map(drop),
            ),
            (
                "add_tentative_device",
                alice.is_asked_by(&Device::new("new phone")).map(|answer| {
                    let waits =
                        matches!(answer, AddTentativeDeviceResponse::AddedTentatively { .. });
                    assert!(waits, "{answer:?}");
                }),
            ),
            ("exit_device_registration_mode", alice.closes_registration()),
        ]
    }

    /// Everything is refused, worth a retry, and changes nothing.
    #[track_caller]
    fn are_told_to_retry(&self) {
        let id = self.family.id(REGISTRY);
        let words = format!("shard {id} is not available, try again later");
        for _ in 0..TIMES {
            for (method, attempt) in self.do_everything() {
                let error = attempt.is_refused();
                let CallError::Rejected { message, .. } = &error else {
                    panic!("{method}: {error}");
                };
                assert_eq!(*message, words, "{method}");
            }
        }
        // Composite queries do not get through either, and say whom to ask.
        ask(self.family.front().lookup(self.alice.anchor)).is_refused_saying(&id.to_text());
    }

    /// The challenge, the tokens and the code of before are good, and each thing happens once.
    #[track_caller]
    fn go_on(&self) {
        let blocks = self.family.audits(0).blocks.len();
        for (method, attempt) in self.do_everything() {
            assert!(attempt.is_answered(), "{method}: {attempt:?}");
        }
        let names_of = |person: &Person<'_>| -> Vec<String> {
            let devices = person.asks_for_info().succeeds().devices;
            devices.into_iter().map(|device| device.alias).collect()
        };
        let alias = "private alias of";
        assert_eq!(
            names_of(&self.alice),
            ["alice", "phone!", "tablet", "new watch"].map(|name| format!("{alias} {name}"))
        );
        assert_eq!(
            names_of(&self.carol),
            ["carol", "carol's phone"].map(|name| format!("{alias} {name}"))
        );
        self.alice.logs_in_to(DAPP);
        let of_dave = self.family.registration(&Device::new("dave"));
        of_dave.is_sent().is_refused_saying("rate limit reached");
        // No call to the shard is open: front can be stopped at once.
        self.family.upgrades(FRONT);
        // Bob's registration, four changes of Alice's, and the device that Carol's code was for.
        let audited = self.family.audits(0);
        assert_eq!(audited.blocks.len(), blocks + 6);
        assert_eq!(audited.tip.next_anchor.get(), 10_003);
    }
}

#[test]
fn a_stopped_shard_refuses_and_nothing_is_lost() {
    let family = setup(TOKENS).deploy();
    let people = People::of(&family);
    family.stops(REGISTRY);
    people.are_told_to_retry();
    family.starts(REGISTRY);
    people.go_on();
}

#[test]
fn a_shard_without_cycles_refuses_and_nothing_is_lost() {
    let family = setup(TOKENS).deploy();
    let people = People::of(&family);
    // More than it has for so long.
    family.keeps_cycles_for(REGISTRY, 1_000_000_000_000);
    people.are_told_to_retry();
    family.keeps_cycles_for(REGISTRY, 0);
    people.go_on();
}

#[test]
fn a_shard_without_code_refuses_and_its_snapshot_brings_everything_back() {
    let family = setup(TOKENS).deploy();
    let people = People::of(&family);
    let snapshot = family.takes_snapshot(REGISTRY);
    let uninstalled = family
        .network
        .uninstall_canister(family.id(REGISTRY), Some(operator()));
    uninstalled.expect("the operator may");
    people.are_told_to_retry();
    family.restores(REGISTRY, snapshot);
    people.go_on();
}

#[test]
fn a_shard_that_traps_in_the_middle_refuses_and_what_it_wrote_is_undone() {
    let family = setup(TOKENS).deploy();
    let people = People::of(&family);
    family.installs(REGISTRY, trapping_registry());
    // A method that were missing would be refused in the same words.
    for method in METHODS_FOR_FRONT {
        let (network, shard) = (&family.network, family.id(REGISTRY));
        let refused = network.update_call(shard, operator(), method, Vec::new());
        let code = refused.expect_err("it traps").error_code;
        assert_eq!(code, ErrorCode::CanisterTrapped, "{method}");
    }
    people.are_told_to_retry();
    family.installs(REGISTRY, built("registry"));
    people.go_on();
}

/// Front and shard on two subnets: after so many rounds a registration is half done.
fn submits(family: &Family, device: &Device, argument: &[u8]) -> RawMessageId {
    calls(family, device.principal(), "register", argument)
}

/// The very same call, as often as one likes, gives the number; there is one block, and no hole.
#[track_caller]
fn the_same_call_gives_the_number(family: &Family, device: &Device, argument: &[u8]) {
    for _ in 0..3 {
        let again = submits(family, device, argument);
        let again = family.network.await_call(again).expect("the shard answers");
        let again: RegisterResponse = candid::decode_one(&again).expect("an answer");
        let user_number = AnchorNumber::new(10_000);
        assert_eq!(again, RegisterResponse::Registered { user_number });
    }
    let audited = family.audits(0);
    assert_eq!(audited.blocks.len(), 1);
    assert_eq!(audited.tip.next_anchor.get(), 10_001);
}

#[test]
fn an_answer_that_comes_too_late_is_found_by_front_itself() {
    for rounds in 0..8 {
        let family = setup(1).on_two_subnets().deploy();
        let alice = Device::new("alice");
        let argument = family.registration(&alice).arguments();
        let call = submits(&family, &alice, &argument);
        for _ in 0..rounds {
            family.network.tick();
        }
        family.network.advance_time(TOO_LATE);
        let answer = family.network.await_call(call);
        assert!(answer.is_ok(), "{rounds} rounds: {answer:?}");
        the_same_call_gives_the_number(&family, &alice, &argument);
    }
}

#[test]
fn if_the_repetition_is_too_late_too_the_user_repeats_the_call() {
    let family = setup(1).on_two_subnets().deploy();
    let alice = Device::new("alice");
    let argument = family.registration(&alice).arguments();
    let call = submits(&family, &alice, &argument);
    let answer = loop {
        family.network.tick();
        if let Some(answer) = family.network.ingress_status(call.clone()) {
            break answer;
        }
        family.network.advance_time(TOO_LATE);
    };
    let words = answer.expect_err("no answer was in time").reject_message;
    assert!(
        words.contains("outcome unknown, repeat the same call"),
        "{words}"
    );
    the_same_call_gives_the_number(&family, &alice, &argument);
}

#[test]
fn a_change_that_was_not_answered_in_time_is_done_once_or_not_at_all() {
    for rounds in 0..8 {
        let family = setup(1).on_two_subnets().deploy();
        let alice = family.register("alice");
        let phone = Device::new("phone");
        let argument = candid::encode_args((alice.anchor, &phone.data)).expect("plain data");
        let call = family
            .network
            .submit_call(family.front, alice.caller, "add", argument);
        let call = call.expect("front lets it in");
        for _ in 0..rounds {
            family.network.tick();
        }
        family.network.advance_time(TOO_LATE);
        let first = family.network.await_call(call);
        let second = alice.tries_to_add(&phone);
        // Whoever was answered need not repeat it; whoever does is told that it was done.
        if first.is_ok() || !second.is_answered() {
            second.is_refused_saying("already exists");
        }
        assert_eq!(
            alice.asks_for_info().succeeds().devices.len(),
            2,
            "{rounds} rounds"
        );
        assert_eq!(family.audits(0).blocks.len(), 2, "{rounds} rounds");
        alice.on(&phone).logs_in_to(DAPP);
    }
}

#[test]
fn on_another_subnet_updates_work_and_composite_queries_name_the_shard() {
    let family = setup(1).on_two_subnets().deploy();
    let alice = family.register("alice");
    alice.adds("phone");
    alice.logs_in_to(DAPP);
    let words = format!(
        "is served by canister {}: ask it directly",
        family.id(REGISTRY)
    );
    ask(family.front().lookup(alice.anchor)).is_refused_saying(&words);
    let devices = ask(family.registry(0).lookup(alice.anchor)).succeeds();
    assert_eq!(devices.len(), 2);
}

#[test]
fn too_many_calls_at_once_are_told_to_retry_and_nobody_is_locked_out() {
    const PEOPLE: usize = 60;
    const CALLS: usize = 10 * PEOPLE;
    let family = setup(PEOPLE as u64).on_two_subnets().deploy();
    let people: Vec<Person> = (0..PEOPLE)
        .map(|number| family.register(&format!("person {number}")))
        .collect();
    let everybody = people.iter().cycle().take(CALLS);
    let open: Vec<_> = everybody
        .map(|person| {
            calls(
                &family,
                person.caller,
                "prepare_delegation",
                &log_in(person),
            )
        })
        .collect();
    let mut refused = 0;
    for call in open {
        if let Err(reject) = family.network.await_call(call) {
            assert!(
                reject.reject_message.contains("try again later"),
                "{reject:?}"
            );
            refused += 1;
        }
    }
    println!("{refused} of {CALLS} log-ins at once were told to retry");
    assert!(refused < CALLS / 2);
    let alice = &people[0];
    alice.logs_in_to(DAPP);
    alice.adds("phone");
    family.upgrades(FRONT);
    alice.logs_in_to(DAPP);
    family.audits(0);
}

/// Who asks without end about an anchor of his own takes no place that others need.
#[test]
fn one_user_does_not_take_all_the_calls_that_may_be_open() {
    let family = setup(2).on_two_subnets().deploy();
    let [alice, bob] = ["alice", "bob"].map(|name| family.register(name));
    let question = candid::encode_one(alice.anchor).expect("plain data");
    without_end(&family, alice.caller, "get_anchor_info", &question, &bob);
    alice.asks_for_info().succeeds();
}

/// Who solved one challenge and repeats the registration, which costs nothing, takes no place that others need.
#[test]
fn one_newcomer_does_not_take_all_the_calls_that_may_be_open() {
    let family = setup(2).on_two_subnets().deploy();
    let bob = family.register("bob");
    let device = Device::new("alice");
    let registration = family.registration(&device).with(&family.challenge());
    let arguments = registration.arguments();
    let answers = without_end(&family, device.principal(), "register", &arguments, &bob);
    let one = RegisterResponse::Registered {
        user_number: bob.anchor.saturating_add(1),
    };
    for answer in answers {
        let answer: RegisterResponse = candid::decode_one(&answer).expect("an answer");
        assert_eq!(answer, one);
    }
}

/// Sends the same call 500 times, and bob logs in meanwhile. The answers to those that found a place.
#[track_caller]
fn without_end(
    family: &Family,
    caller: Principal,
    method: &str,
    argument: &[u8],
    bob: &Person<'_>,
) -> Vec<Vec<u8>> {
    let sent: Vec<_> = (0..500)
        .map(|_| calls(family, caller, method, argument))
        .collect();
    let of_bob = calls(family, bob.caller, "prepare_delegation", &log_in(bob));
    family
        .network
        .await_call(of_bob)
        .expect("there is a place for others");
    let answers = sent.into_iter();
    let answers: Vec<_> = answers
        .filter_map(|call| family.network.await_call(call).ok())
        .collect();
    assert!((1..=10).contains(&answers.len()), "{}", answers.len());
    answers
}

fn log_in(person: &Person<'_>) -> Vec<u8> {
    let session = SessionKey::new(b"session");
    candid::encode_args((person.anchor, DAPP, session, None::<u64>)).expect("plain data")
}

fn calls(family: &Family, caller: Principal, method: &str, argument: &[u8]) -> RawMessageId {
    let (network, front) = (&family.network, family.front);
    let call = network.submit_call(front, caller, method, argument.to_vec());
    call.expect("front lets it in")
}
