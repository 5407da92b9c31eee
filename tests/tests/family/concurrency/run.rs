//! One run: everything at once, upgrades in between, repetitions until every call has its answer.

use super::operations::{self, Call, PEOPLE, REGISTRATIONS, Wish, device};
use anchorage_tests::Random;
use anchorage_tests::family::{Device, Family, Role, Setup, Shard, TOO_LATE, ask, operator};
use pocket_ic::ErrorCode;
use pocket_ic::common::rest::RawMessageId;
use types::front::{Challenge, RegisterResponse, ShardRoute, ShardState};
use types::registry::ShardTip;
use types::{AnchorNumber, Principal, TimestampNs, UserKey};

const RANGES: [(u64, u64); 4] = [
    (10_000, 10_040),
    (20_000, 20_040),
    (30_000, 30_040),
    (40_000, 40_040),
];

/// Rounds in which calls are under way: front sends, a shard answers, front hears it, and the same once more if it did not
/// hear it in time.
const ROUNDS: usize = 6;
/// Upgrades begin in the first of them.
const UPGRADES: usize = 4;

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Registered(AnchorNumber),
    /// The challenge is of before an upgrade of front, or of another call.
    BadChallenge,
    Changed,
    LoggedIn {
        key: UserKey,
        /// From the answer on, in nanoseconds.
        lives_for: u64,
    },
    /// Nothing was done, and nothing will be.
    Refused(String),
    /// Nothing was done; the same call can be repeated.
    Later,
    /// Nobody knows; the same call must be repeated.
    Unknown,
}

pub(super) struct Run {
    pub(super) seed: u64,
    pub(super) family: Family,
    /// The anchors that were there before.
    pub(super) people: Vec<AnchorNumber>,
    pub(super) calls: Vec<Call>,
    /// Where the log of each shard ended before the calls.
    pub(super) tips: Vec<ShardTip>,
    /// Every answer that each call got, in their order.
    pub(super) outcomes: Vec<Vec<Outcome>>,
    open: Vec<(usize, RawMessageId)>,
    random: Random,
    depth: u32,
}

/// Somebody who reads the failure wants to repeat it.
impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- the seed is {}", self.seed);
        }
    }
}

impl Run {
    /// A family with people on every shard.
    pub(super) fn new(seed: u64) -> Self {
        let family = Setup::default().ranges(&RANGES).on_two_subnets().deploy();
        let mut run = Self {
            seed,
            family,
            people: Vec::new(),
            calls: Vec::new(),
            tips: Vec::new(),
            outcomes: Vec::new(),
            open: Vec::new(),
            random: Random::new(seed),
            depth: 0,
        };
        let challenges = run.challenges(PEOPLE);
        for shard in 0..RANGES.len() {
            run.opens_only(Some(shard));
            let people = shard * 3..shard * 3 + 3;
            let mut registrations = Vec::new();
            for person in people {
                let main = format!("main of person {person}");
                registrations.push(Call::register(&main, &challenges[person]));
            }
            for outcome in run.at_once(&registrations) {
                let Outcome::Registered(anchor) = outcome else {
                    panic!("{outcome:?}");
                };
                run.people.push(anchor);
            }
        }
        run.opens_only(None);
        let mut devices = Vec::new();
        for (person, &anchor) in run.people.iter().enumerate() {
            let main = device(person, "main").principal();
            for name in ["second", "to be replaced", "to be removed"] {
                devices.push(Call::add(main, anchor, &device(person, name)));
            }
        }
        let outcomes = run.at_once(&devices);
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Changed));
        run
    }

    /// One shard is open for new anchors, or all are.
    fn opens_only(&self, only: Option<usize>) {
        let routes = self.family.shards.iter().enumerate().map(|(n, shard)| {
            let is_open = only.is_none_or(|only| only == n);
            let state = if is_open {
                ShardState::Open
            } else {
                ShardState::Sealed
            };
            ShardRoute {
                state,
                ..Shard::route(shard)
            }
        });
        let routes: Vec<ShardRoute> = routes.collect();
        let front = self.family.front_as(operator());
        ask(front.set_routing(&routes))
            .succeeds()
            .expect("the same shards");
    }

    fn challenges(&self, count: usize) -> Vec<Challenge> {
        let (network, front) = (&self.family.network, self.family.front);
        let nothing = candid::encode_args(()).expect("nothing encodes");
        let open: Vec<_> = (0..count)
            .map(|_| {
                let anonymous = Principal::anonymous();
                let call =
                    network.submit_call(front, anonymous, "create_challenge", nothing.clone());
                call.expect("anybody may ask")
            })
            .collect();
        let answers = open.into_iter().map(|call| {
            let answer = network.await_call(call).expect("a challenge");
            candid::decode_one(&answer).expect("a challenge")
        });
        answers.collect()
    }

    fn submits(&self, call: &Call) -> RawMessageId {
        let (network, front) = (&self.family.network, self.family.front);
        let submitted = network.submit_call(front, call.caller, call.method, call.argument.clone());
        submitted.expect("front lets it in")
    }

    fn answer(&self, call: &Call, id: RawMessageId) -> Outcome {
        let answer = match self.family.network.await_call(id) {
            Ok(answer) => answer,
            Err(reject) => {
                let words = reject.reject_message;
                return match reject.error_code {
                    // Front was stopped before it took the message.
                    ErrorCode::CanisterStopped | ErrorCode::CanisterStopping => Outcome::Later,
                    ErrorCode::CanisterRejectedMessage if words.contains("outcome unknown") => {
                        Outcome::Unknown
                    }
                    ErrorCode::CanisterRejectedMessage if words.contains("try again later") => {
                        Outcome::Later
                    }
                    ErrorCode::CanisterRejectedMessage => Outcome::Refused(words),
                    other => panic!("{other:?}: {words}"),
                };
            }
        };
        match call.wish {
            Wish::Register { .. } => match candid::decode_one(&answer).expect("an answer") {
                RegisterResponse::Registered { user_number } => Outcome::Registered(user_number),
                RegisterResponse::BadChallenge => Outcome::BadChallenge,
                RegisterResponse::CanisterFull => panic!("there is room for all"),
            },
            Wish::LogIn { .. } => {
                let now = self.family.network.get_time();
                let (key, expiration): (UserKey, TimestampNs) =
                    candid::decode_args(&answer).expect("a key");
                let lives_for = expiration.get() - now.as_nanos_since_unix_epoch();
                Outcome::LoggedIn { key, lives_for }
            }
            _ => Outcome::Changed,
        }
    }

    /// Submits these, then waits for all.
    fn at_once(&self, calls: &[Call]) -> Vec<Outcome> {
        let open: Vec<_> = calls.iter().map(|call| self.submits(call)).collect();
        let answers = calls.iter().zip(open);
        answers.map(|(call, id)| self.answer(call, id)).collect()
    }

    /// Two hundred calls before the first round.
    pub(super) fn submits_everything(&mut self) {
        let challenges = self.challenges(REGISTRATIONS);
        self.calls = operations::all(&mut self.random, &self.people, &challenges);
        assert!(self.calls.len() >= 200);
        let shards = 0..self.family.shards.len();
        self.tips = shards.map(|shard| self.family.status(shard).tip).collect();
        self.open = self
            .calls
            .iter()
            .map(|call| self.submits(call))
            .enumerate()
            .collect();
        self.outcomes = vec![Vec::new(); self.calls.len()];
    }

    /// Every canister gets another module, and each upgrade begins in a round in which calls are under way. Registries, which call
    /// nobody, are not even stopped first in half of the cases: a message of theirs is either before or after. In some
    /// rounds so much time goes by that no call is waited for any more.
    pub(super) fn upgrades_between_rounds(&mut self) {
        let mut roles = self.family.roles();
        self.random.shuffle(&mut roles);
        let mut plans: Vec<(usize, Role, bool)> = Vec::new();
        for role in roles {
            // A front that is stopped before the first round has taken nothing.
            let earliest = usize::from(role == Role::Front);
            let round = earliest + self.random.below(UPGRADES - earliest);
            let at_once = matches!(role, Role::Registry(_)) && self.random.below(2) == 0;
            plans.push((round, role, at_once));
        }
        let (mut stopping, mut installing) = (Vec::new(), Vec::new());
        let mut is_running = true;
        for round in 0..ROUNDS {
            for (_, role, at_once) in plans.iter().filter(|(begins, ..)| *begins == round) {
                if *at_once {
                    installing.push(self.family.begins_to_install(*role, another_module(*role)));
                } else {
                    stopping.push((*role, self.family.begins_to_stop(*role)));
                }
                is_running &= *role != Role::Front;
            }
            if round > 0 && self.random.below(2) == 0 {
                self.family.network.advance_time(TOO_LATE);
            }
            self.family.network.tick();
            // Who is being stopped answers no query.
            if is_running {
                self.measures();
            }
        }
        let network = &self.family.network;
        for installed in installing {
            network.await_call(installed).expect("another module");
        }
        for (role, stopped) in stopping {
            network.await_call(stopped).expect("stopped");
            self.family.installs(role, another_module(role));
            self.family.starts(role);
        }
        for (index, id) in std::mem::take(&mut self.open) {
            let outcome = self.answer(&self.calls[index], id);
            self.outcomes[index].push(outcome);
        }
    }

    /// Open calls, as front's metrics tell.
    fn measures(&mut self) {
        let metrics = self.family.scrapes(Role::Front);
        for shard in &self.family.shards {
            let labels = [("shard", shard.registry.to_text())];
            let labels = labels
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let open = metrics.value("anchorage_shard_open_calls", &labels);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small count"
            )]
            let open = open as u32;
            self.depth = self.depth.max(open);
        }
    }

    /// How many answers were of this kind.
    pub(super) fn answered_with(&self, kind: &Outcome) -> usize {
        let answers = self.outcomes.iter().flatten();
        answers.filter(|answer| *answer == kind).count()
    }

    /// The most calls that were open to one shard at once.
    pub(super) const fn depth(&self) -> u32 {
        self.depth
    }

    /// The very same calls again, until nothing is to be repeated.
    pub(super) fn repeats_what_is_open(&mut self) {
        for _ in 0..5 {
            let open: Vec<usize> = (0..self.calls.len())
                .filter(|&n| {
                    matches!(
                        self.outcomes[n].last(),
                        Some(Outcome::Later | Outcome::Unknown)
                    )
                })
                .collect();
            let calls: Vec<Call> = open.iter().map(|&n| self.calls[n].clone()).collect();
            for (n, outcome) in open.into_iter().zip(self.at_once(&calls)) {
                self.outcomes[n].push(outcome);
            }
        }
        let last = self.outcomes.iter().filter_map(|all| all.last());
        for outcome in last {
            assert!(
                !matches!(outcome, Outcome::Later | Outcome::Unknown),
                "nothing is in the way"
            );
        }
    }

    /// Registers one more person.
    pub(super) fn registers_a_latecomer(&self) -> AnchorNumber {
        self.family
            .registration(&Device::new("latecomer"))
            .gives_an_anchor()
            .anchor
    }
}

fn another_module(role: Role) -> Vec<u8> {
    anchorage_tests::family::same_code_as_another_module(role.package())
}
