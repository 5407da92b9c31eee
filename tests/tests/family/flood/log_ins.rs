//! Log-ins by strangers, who have devices of their own and claim the anchors of others too: front has to ask the shard
//! each time, and only so many questions may be open.
//!
//! Front and shard are on two subnets, so each question is open for some rounds. In every round more come than fit, and
//! people whose devices front has seen get in all the same.

use super::{BESIDE, CALLS, DAPP, have_cost_at_most, uses};
use anchorage_tests::encoded;
use anchorage_tests::family::{Family, Person, Role, Setup};
use pocket_ic::RejectResponse;
use pocket_ic::common::rest::RawMessageId;
use types::{AnchorNumber, Principal, SessionKey};

/// Calls of strangers in each round.
const IN_A_ROUND: usize = 500;
/// Strangers, with an anchor each.
const STRANGERS: usize = 10;
/// Questions about devices that front has not seen, and all questions, that may be open at one shard at once.
const OF_STRANGERS: usize = 200;
const LIMIT: f64 = 400.0;
/// Rounds after which a question has its answer.
const ROUNDS_OF_A_QUESTION: usize = 10;
const BUSY: &str = "is not available, try again later";
const NOT_THEIRS: &str = "could not be authenticated.";

/// What becomes of a log-in. The shard may be busy: try again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Prepared,
    NotTheirs,
    Busy,
}

#[track_caller]
fn outcome(answer: Result<Vec<u8>, RejectResponse>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Prepared,
        Err(reject) if reject.reject_message.contains(BUSY) => Outcome::Busy,
        Err(reject) if reject.reject_message.contains(NOT_THEIRS) => Outcome::NotTheirs,
        Err(reject) => panic!("{reject:?}"),
    }
}

fn submits(family: &Family, caller: Principal, anchor: AnchorNumber) -> RawMessageId {
    let session = SessionKey::new(b"session");
    let argument = encoded((anchor, DAPP, session, None::<u64>));
    let call = family
        .network
        .submit_call(family.front, caller, "prepare_delegation", argument);
    call.expect("front lets it in")
}

/// What became of all these log-ins.
fn outcomes(family: &Family, calls: Vec<RawMessageId>) -> Vec<Outcome> {
    let calls = calls.into_iter();
    calls
        .map(|call| outcome(family.network.await_call(call)))
        .collect()
}

/// Questions to the shard that front counts as open.
fn open(family: &Family) -> f64 {
    let shard = family.shards[0].registry.to_text();
    let metrics = family.scrapes(Role::Front);
    metrics.value("anchorage_shard_open_calls", &[("shard", &shard)])
}

/// Somebody honest for whom front has to ask, and who tries again whenever the shard is busy.
struct Honest<'a> {
    person: Person<'a>,
    open: Option<RawMessageId>,
    tries: usize,
    is_in: bool,
}

impl<'a> Honest<'a> {
    fn new(family: &'a Family, number: usize) -> Self {
        Self {
            person: family.register(&format!("honest {number}")),
            open: None,
            tries: 0,
            is_in: false,
        }
    }

    /// Looks whether there is an answer, and tries again if that is needed.
    fn goes_on(&mut self, family: &Family) {
        if let Some(call) = &self.open {
            let Some(answer) = family.network.ingress_status(call.clone()) else {
                return;
            };
            self.open = None;
            self.is_in = outcome(answer) == Outcome::Prepared;
        }
        if !self.is_in {
            self.tries += 1;
            let Person { anchor, caller, .. } = self.person;
            self.open = Some(submits(family, caller, anchor));
        }
    }
}

fn comes(calls: usize) {
    let setup = Setup::default().ranges(&[(10_000, 20_000)]);
    let family = &setup.on_two_subnets().deploy();
    let alice = family.register("alice");
    alice.logs_in_to(DAPP);
    let strangers: Vec<Person> = (0..STRANGERS)
        .map(|n| family.register(&format!("stranger {n}")))
        .collect();
    let rounds = calls / IN_A_ROUND;
    // In each round one more of them wants to log in.
    let mut honest: Vec<Honest> = (0..rounds)
        .map(|number| Honest::new(family, number))
        .collect();
    // One in five is their own anchor, which front soon knows.
    let flood = |n: usize| {
        let stranger = &strangers[n % STRANGERS];
        let claimed = if n.is_multiple_of(5) {
            stranger
        } else {
            &alice
        };
        submits(family, stranger.caller, claimed.anchor)
    };
    let before = uses(family);
    let (mut of_strangers, mut of_alice) = (Vec::new(), Vec::new());
    let mut most_open: f64 = 0.0;
    for round in 0..rounds {
        let first = round * IN_A_ROUND;
        let half = first + IN_A_ROUND / 2;
        of_strangers.extend((first..half).map(flood));
        of_alice.push(submits(family, alice.caller, alice.anchor));
        // Every second one comes after all the strangers of the round.
        for somebody in honest.iter_mut().take(round + 1).step_by(2) {
            somebody.goes_on(family);
        }
        of_strangers.extend((half..first + IN_A_ROUND).map(flood));
        for somebody in honest.iter_mut().take(round + 1).skip(1).step_by(2) {
            somebody.goes_on(family);
        }
        family.network.tick();
        most_open = most_open.max(open(family));
    }
    let is_in = honest.iter().filter(|somebody| somebody.is_in).count();
    let of_strangers = outcomes(family, of_strangers);
    let count = |wanted| {
        of_strangers
            .iter()
            .filter(|found| **found == wanted)
            .count()
    };
    let busy = count(Outcome::Busy);
    let tries = honest.iter().map(|somebody| somebody.tries).max();
    println!(
        "{calls} log-ins by strangers, {} prepared, {} not theirs, {busy} told to retry; at most {most_open} open; \
         of {} honest people {is_in} got in meanwhile, after {} tries at most",
        count(Outcome::Prepared),
        count(Outcome::NotTheirs),
        honest.len(),
        tries.unwrap_or_default(),
    );
    have_cost_at_most(family, before, calls, [30_000_000, 3_000_000, BESIDE]);
    assert!(busy > calls / 10, "they are more than fit");
    assert!(most_open < LIMIT + 0.5, "{most_open} questions open");
    // Those who came last have no answer yet.
    let came_before = honest.len().saturating_sub(ROUNDS_OF_A_QUESTION);
    for (round, somebody) in honest.iter().enumerate() {
        assert_eq!(somebody.tries, 1, "of the one who came in round {round}");
        assert!(somebody.is_in || round >= came_before, "round {round}");
    }
    // Whom front knows it need not ask for.
    assert!(
        outcomes(family, of_alice)
            .iter()
            .all(|found| *found == Outcome::Prepared)
    );
    everything_works_again(family, &alice, &strangers, honest);
}

fn everything_works_again(
    family: &Family,
    alice: &Person<'_>,
    strangers: &[Person<'_>],
    honest: Vec<Honest<'_>>,
) {
    for somebody in honest {
        assert!(somebody.person.prepares(DAPP).is_answered());
    }
    assert!(
        open(family) < 0.5,
        "a question that was answered counts as open"
    );
    // As many as fit find room at once.
    let at_once = strangers.iter().cycle().take(OF_STRANGERS);
    let at_once = at_once.map(|stranger| submits(family, stranger.caller, alice.anchor));
    for found in outcomes(family, at_once.collect()) {
        assert_eq!(found, Outcome::NotTheirs);
    }
    alice.adds("phone");
    // No call to the shard is open: front can be stopped at once.
    family.upgrades(Role::Front);
    alice.logs_in_to(DAPP);
    family.audits(0);
}

#[test]
fn of_strangers() {
    comes(CALLS);
}
