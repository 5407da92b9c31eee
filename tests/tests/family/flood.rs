//! Ten thousand calls of every method that anybody may call, while somebody honest registers and logs in.
//!
//! Updates are submitted in batches and nobody waits for them. What front, the shard and its archive use before and after
//! is compared: no memory grows with the number of calls, and a call costs none of them more cycles than is written here.

mod log_ins;
mod open_registrations;
pub(crate) mod pictures;
mod queries_as_updates;
mod wrong_solutions;

use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Person, Role, Setup, Usage, ask, principal_of};
use pocket_ic::common::rest::RawMessageId;
use std::ops::Range;
use types::front::{ChallengeResult, RegisterResponse};
use types::http::HttpRequest;
use types::{AnchorNumber, DeviceData, Principal};

const CALLS: usize = 10_000;
const BATCH: usize = 500;
const DAPP: &str = "https://dapp.example";
/// Memory that a flood may take for ever: ten thousand spent challenges take half of it.
const GROWTH: u64 = 4 * 1_024 * 1_024;
/// Canisters of which it is known what a flood does to them. All calls are about anchors of this shard.
const WATCHED: [Role; 3] = [Role::Front, Role::Registry(0), Role::Archive(0)];
/// Cycles for a call at a canister that has nothing to do with it, but with the honest.
const BESIDE: u128 = 100_000;

/// One call of a flood: who, and the argument.
type Call = (Principal, Vec<u8>);

/// What the watched canisters use.
fn uses(family: &Family) -> [Usage; 3] {
    WATCHED.map(|role| family.uses(role))
}

/// No memory has grown with the calls, and none cost a canister more cycles than this.
#[track_caller]
fn have_cost_at_most(family: &Family, before: [Usage; 3], calls: usize, cycles: [u128; 3]) {
    for ((role, before), cycles) in WATCHED.into_iter().zip(before).zip(cycles) {
        let after = family.uses(role);
        let grown = after.memory.saturating_sub(before.memory);
        let burnt = before.cycles.saturating_sub(after.cycles) / calls as u128;
        println!("{role:?}: {burnt} cycles for a call, {grown} bytes more");
        assert!(grown <= GROWTH, "{role:?}: {grown} bytes more");
        assert!(burnt <= cycles, "{role:?}: {burnt} cycles for a call");
    }
}

struct Flood {
    family: Family,
    before: [Usage; 3],
    target: Role,
    /// Called in turn.
    methods: Vec<&'static str>,
    calls: usize,
}

impl Flood {
    fn of(method: &'static str, setup: Setup) -> Self {
        let family = setup.deploy();
        // What is drawn and allocated once is there.
        family.register("first").logs_in_to(DAPP);
        Self::begins(Role::Front, vec![method], family, CALLS)
    }

    fn begins(target: Role, methods: Vec<&'static str>, family: Family, calls: usize) -> Self {
        let before = uses(&family);
        Self {
            family,
            before,
            target,
            methods,
            calls,
        }
    }

    /// Submits these calls of the flood.
    fn submits(
        &self,
        calls: Range<usize>,
        one: &mut impl FnMut(usize) -> Call,
    ) -> Option<RawMessageId> {
        let (network, target) = (&self.family.network, self.family.id(self.target));
        let mut last = None;
        for n in calls {
            let (caller, argument) = one(n);
            let method = self.methods[n % self.methods.len()];
            let call = network.submit_call(target, caller, method, argument);
            last = Some(call.expect("the canister lets it in"));
        }
        last
    }

    /// All batches; in the middle of every second one somebody registers, and then logs in.
    fn comes(&self, mut one: impl FnMut(usize) -> Call) {
        for first in (0..self.calls).step_by(2 * BATCH) {
            let last = self.submits(first..first + BATCH, &mut one);
            let _ = self.family.network.await_call(last.expect("a batch"));
            self.comes_with_somebody_honest(first + BATCH, &mut one);
        }
        let honest = self.calls / BATCH / 2;
        println!("{honest} honest people registered and logged in meanwhile");
    }

    fn comes_with_somebody_honest(&self, first: usize, one: &mut impl FnMut(usize) -> Call) {
        let device = Device::new(&format!("honest {first}"));
        // The challenge is asked for before the batch and used in the middle of it.
        let argument = self.family.registration(&device).arguments();
        self.comes_around(first, &device, argument, one);
    }

    /// A batch, in the middle of which somebody registers who then logs in.
    fn comes_around(
        &self,
        first: usize,
        device: &Device,
        registration: Vec<u8>,
        one: &mut impl FnMut(usize) -> Call,
    ) {
        let (network, front) = (&self.family.network, self.family.front);
        let half = first + BATCH / 2;
        self.submits(first..half, one);
        let honest = network
            .submit_call(front, device.principal(), "register", registration)
            .expect("front lets it in");
        let last = self.submits(half..first + BATCH, one);
        let answer = network.await_call(honest).expect("an answer");
        let answer: RegisterResponse = candid::decode_one(&answer).expect("an answer");
        let RegisterResponse::Registered { user_number } = answer else {
            panic!("somebody honest was shut out: {answer:?}");
        };
        let somebody = self.family.claim(user_number, device.principal());
        somebody.logs_in_to(DAPP);
        let _ = network.await_call(last.expect("half a batch"));
    }

    /// No memory has grown with the calls, and none cost the canister that was called more cycles than this.
    fn has_cost_at_most(&self, cycles: u128) {
        let limits = WATCHED.map(|role| if role == self.target { cycles } else { BESIDE });
        self.has_cost_each_at_most(limits);
    }

    /// The same, with a number for each canister that is watched.
    fn has_cost_each_at_most(&self, cycles: [u128; 3]) {
        println!("{} calls of {}", self.calls, self.methods.join(", "));
        have_cost_at_most(&self.family, self.before, self.calls, cycles);
        self.family.audits(0);
    }
}

fn anybody(n: usize) -> Principal {
    principal_of(&format!("caller {}", n % 50))
}

#[test]
fn of_challenges() {
    let flood = Flood::of("create_challenge", Setup::default());
    flood.comes(|_| (Principal::anonymous(), encoded(())));
    flood.has_cost_at_most(60_000_000);
}

#[test]
fn of_salts() {
    let flood = Flood::of("init_salt", Setup::default());
    flood.comes(|_| (Principal::anonymous(), encoded(())));
    flood.has_cost_at_most(20_000_000);
}

#[test]
fn of_registrations_with_bad_challenges() {
    let flood = Flood::of("register", Setup::default());
    let devices: Vec<DeviceData> = (0..50)
        .map(|n| Device::new(&format!("caller {n}")).data)
        .collect();
    flood.comes(|n| {
        let solution = ChallengeResult {
            key: format!("no such challenge {n}"),
            chars: "guess".to_owned(),
        };
        let device = &devices[n % devices.len()];
        (anybody(n), encoded((device, solution, None::<Principal>)))
    });
    flood.has_cost_at_most(40_000_000);
}

#[test]
fn of_tentative_devices() {
    let flood = Flood::of("add_tentative_device", Setup::default());
    let device = Device::new("tentative").data;
    let anchor = AnchorNumber::new(10_000);
    flood.comes(|n| (anybody(n), encoded((anchor, &device))));
    // Front asks the shard each time.
    flood.has_cost_each_at_most([40_000_000, 3_000_000, BESIDE]);
}

#[test]
fn of_metrics_through_gateways() {
    let flood = Flood::of("http_request_update", Setup::default());
    let argument = encoded((metrics(),));
    flood.comes(|n| (anybody(n), argument.clone()));
    flood.has_cost_at_most(30_000_000);
}

fn metrics() -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url: "/metrics".to_owned(),
        ..HttpRequest::default()
    }
}

/// Ten thousand calls of a query that anybody may ask, and somebody who logs in meanwhile.
fn of_queries(method: &str, argument: impl FnOnce(&Person) -> Vec<u8>) {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.logs_in_to(DAPP);
    let argument = argument(&alice);
    let before = uses(&family);
    for n in 0..CALLS {
        let (network, front) = (&family.network, family.front);
        let answer = network.query_call(front, anybody(n), method, argument.clone());
        assert!(answer.is_ok(), "{method}: {answer:?}");
        if n % 1_000 == 0 {
            alice.logs_in_to(DAPP);
        }
    }
    println!("{CALLS} queries {method}");
    // Queries cost nothing.
    have_cost_at_most(&family, before, CALLS, [BESIDE; 3]);
    let stats = ask(family.front().stats()).succeeds();
    assert_eq!(stats.users_registered, 1);
}

#[test]
fn of_lookups() {
    of_queries("lookup", |alice| encoded((alice.anchor,)));
}

#[test]
fn of_credentials() {
    of_queries("get_anchor_credentials", |alice| encoded((alice.anchor,)));
}

#[test]
fn of_lookups_of_device_keys() {
    of_queries("lookup_device_key", |_| encoded((vec![7_u8; 64],)));
}

#[test]
fn of_http_requests() {
    of_queries("http_request", |_| encoded((metrics(),)));
}

#[test]
fn of_statistics() {
    of_queries("stats", |_| encoded(()));
}

#[test]
fn of_configurations() {
    of_queries("config", |_| encoded(()));
}

#[test]
fn of_questions_who_one_is() {
    of_queries("whoami", |_| encoded(()));
}

#[test]
fn of_routing_tables() {
    of_queries("routing", |_| encoded(()));
}

#[test]
fn of_expected_tips() {
    of_queries("expected_tips", |_| encoded(()));
}
