//! Faults between front and a shard: what the user of each method that needs the shard is told, and that nothing is half done.
//! Roll-backs are in `family_upgrade` and `family_rollback`.

mod call;
mod people;

use anchorage_tests::family::{
    Device, Family, METHODS_FOR_FRONT, Person, Role, Setup, TOO_LATE, ask, operator,
    trapping_registry,
};
use anchorage_tests::{built, encoded};
use call::{First, Heard};
use people::{People, TOKENS};
use pocket_ic::ErrorCode;
use pocket_ic::common::rest::RawMessageId;
use types::front::RegisterResponse;
use types::{Principal, SessionKey};

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

/// On two subnets, where every message between front and shard takes a round. Each call is made while something happens before
/// some of its rounds, and once more.
fn everything_twice(meanwhile: impl Fn(&Family, usize)) -> Vec<First> {
    let family = setup(TOKENS).on_two_subnets().deploy();
    People::of(&family).make_each_call_twice(|round| meanwhile(&family, round))
}

/// Orders are sent again by front, questions by the user.
#[test]
fn an_answer_that_comes_too_late_is_found_by_front_itself() {
    for late in 1..5 {
        let firsts = everything_twice(|family, round| {
            if round == late {
                family.network.advance_time(TOO_LATE);
            }
        });
        for first in firsts {
            let may_be_asked_again = first.is_question && first.heard == Heard::Retry;
            let is_fine = first.heard == Heard::Answer || may_be_asked_again;
            assert!(is_fine, "{late} rounds: {first:?}");
        }
    }
}

#[test]
fn if_the_repetition_is_too_late_too_the_user_repeats_the_call() {
    for late in 1..3 {
        let firsts = everything_twice(|family, round| {
            if round >= late {
                family.network.advance_time(TOO_LATE);
            }
        });
        for first in firsts {
            let no_answer = if first.is_question {
                Heard::Retry
            } else {
                Heard::Unknown
            };
            // A round later the answer may be there already.
            assert!(late > 1 || first.heard == no_answer, "{first:?}");
        }
    }
}

/// A call comes before the upgrade, or finds the shard stopped, which says so.
#[test]
fn a_shard_that_is_upgraded_while_a_call_is_on_its_way_did_it_or_did_not() {
    for begins in 0..3 {
        let firsts = everything_twice(|family, round| {
            if round == begins {
                family.upgrades(REGISTRY);
            }
        });
        for first in firsts {
            assert_ne!(first.heard, Heard::Unknown, "{begins} rounds: {first:?}");
        }
    }
}

/// That the shard is stopped when front sends an order again says nothing about the first time.
#[test]
fn a_shard_that_is_upgraded_when_its_answer_is_too_late_knows_what_it_did() {
    for late in 1..3 {
        everything_twice(|family, round| {
            if round == late {
                family.network.advance_time(TOO_LATE);
                family.upgrades(REGISTRY);
            }
        });
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

/// Others have asked so much that front has no call to the shard left.
#[test]
fn too_many_calls_at_once_are_told_to_retry_and_nobody_is_locked_out() {
    const OTHERS: usize = 50;
    const CALLS: usize = 10 * OTHERS;
    let family = setup(TOKENS + OTHERS as u64).on_two_subnets().deploy();
    let others: Vec<Person> = (0..OTHERS)
        .map(|number| family.register(&format!("person {number}")))
        .collect();
    let people = People::of(&family);
    let question = |person: &Person<'_>| encoded((person.anchor,));
    let open: Vec<_> = others
        .iter()
        .cycle()
        .take(CALLS)
        .map(|person| calls(&family, person.caller, "get_anchor_info", &question(person)))
        .collect();
    let of_people = people
        .calls()
        .into_iter()
        .map(|call| (call.is_sent(), call));
    for (sent, call) in of_people.collect::<Vec<_>>() {
        call.is_told_to_retry(&family.network.await_call(sent));
    }
    let mut answered = 0;
    for call in open {
        match family.network.await_call(call) {
            Ok(_) => answered += 1,
            Err(refused) => {
                let words = &refused.reject_message;
                assert!(words.ends_with("try again later"), "{refused:?}");
            }
        }
    }
    println!("{answered} of {CALLS} questions at once were answered");
    assert!((CALLS / 2..CALLS).contains(&answered), "{answered}");
    people.go_on();
}

/// Who asks without end about an anchor of his own takes no place that others need.
#[test]
fn one_user_does_not_take_all_the_calls_that_may_be_open() {
    let family = setup(2).on_two_subnets().deploy();
    let [alice, bob] = ["alice", "bob"].map(|name| family.register(name));
    let question = encoded((alice.anchor,));
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
    encoded((person.anchor, DAPP, session, None::<u64>))
}

fn calls(family: &Family, caller: Principal, method: &str, argument: &[u8]) -> RawMessageId {
    let (network, front) = (&family.network, family.front);
    let call = network.submit_call(front, caller, method, argument.to_vec());
    call.expect("front lets it in")
}
