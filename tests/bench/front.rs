//! Calls of users: what front and the shard execute together.

use crate::CALLS;
use crate::meter;
use crate::results::Measured;
use crate::state::{Filled, SHARD, device, now};
use anchorage_tests::family::{Family, Person, Prepared, Role, Setup, operator};
use candid::CandidType;
use std::time::Duration;
use types::TimestampNs;
use types::front::GetDelegationResponse;

const ORIGIN: &str = "https://dapp.example";
const SECOND_NS: u64 = 1_000_000_000;
/// What each execution costs a round beside its instructions, as instructions.
const EXECUTION_OVERHEAD: u64 = 2_000_000;

/// `bench_fill` of front.
#[derive(CandidType)]
struct Fill {
    signatures: u64,
    at: TimestampNs,
    step_ns: u64,
}

/// Registrations and devices that are added.
pub(crate) fn changes(filled: &Filled) -> Vec<Measured> {
    let family = &filled.family;
    let (mut registers, mut adds) = (Vec::new(), Vec::new());
    for call in 0..CALLS as u64 {
        let [first, second, third] = [0, 1, 2].map(|place| device(1_000 + 10 * call + place));
        let registration = family.registration(&first);
        let challenge = family.challenge();
        let registration = registration.with(&challenge);
        let (person, parts) = with_the_shard(family, "register", || registration.gives_an_anchor());
        registers.push(parts);
        person.tries_to_add(&second).succeeds();
        let add = || person.tries_to_add(&third).succeeds();
        let ((), parts) = with_the_shard(family, "add", add);
        adds.push(parts);
    }
    vec![
        Measured::calls("register", &registers).anchors(filled.anchors),
        Measured::calls("add_third_device", &adds).anchors(filled.anchors),
    ]
}

/// Log-ins while so many signatures live, and one ends each second: the first of somebody, for which front asks the
/// shard, and one soon after, for which it does not.
pub(crate) fn log_in(signatures: u64) -> Vec<Measured> {
    let family = Setup::default().deploy();
    let people: Vec<Person> = (0..CALLS as u64)
        .map(|call| three_devices(&family, 10 * call))
        .collect();
    people[0].prepares(ORIGIN).succeeds();
    let at = now(&family).get();
    fill(
        &family,
        2 * CALLS as u64 + 5,
        at - 59 * SECOND_NS,
        SECOND_NS,
    );
    for _ in 0..signatures / 10_000 {
        fill(&family, 10_000, now(&family).get(), 0);
    }
    // Whoever is known already is forgotten: their devices have changed.
    people[0].tries_to_add(&device(9)).succeeds();
    let a_second_passes = || {
        family.network.advance_time(Duration::from_secs(1));
        family.network.tick();
    };
    let (mut first, mut again, mut gets) = (Vec::new(), Vec::new(), Vec::new());
    for person in &people {
        let prepare = || person.prepares(ORIGIN).succeeds();
        a_second_passes();
        let (prepared, parts) = with_the_shard(&family, "prepare_delegation", prepare);
        first.push(parts);
        gets.push(vec![("front", gets_delegation(&family, person, &prepared))]);
        a_second_passes();
        let (_, front) = meter::counted(&family, Role::Front, "prepare_delegation", prepare);
        again.push(vec![("front", front)]);
    }
    let thousands = signatures / 1_000;
    let again = Measured::calls(&format!("prepare_delegation_again_{thousands}k"), &again);
    let pruned = prunes(&family);
    let pruned = Measured::calls(&format!("prune_signature_{thousands}k"), &[pruned]);
    println!(
        "{signatures} live signatures: {} repeated log-ins per round of one front",
        2_000_000_000 / (EXECUTION_OVERHEAD + again.value())
    );
    vec![
        Measured::calls(&format!("prepare_delegation_{thousands}k"), &first),
        again,
        pruned,
        Measured::calls(&format!("get_delegation_{thousands}k"), &gets),
    ]
}

/// What the timer spends on each of the signatures that have expired: all that were live a minute before.
fn prunes(family: &Family) -> Vec<(&'static str, u64)> {
    let live = || -> u64 {
        let shown = family.scrapes(Role::Front);
        let live = shown.value("anchorage_signatures", &[]);
        format!("{live:.0}").parse().expect("a count")
    };
    let before = live();
    let a_minute_passes = || {
        family.network.advance_time(Duration::from_secs(121));
        family.network.tick();
        family.network.tick();
    };
    let ((), instructions) = meter::counted(family, Role::Front, "prune", a_minute_passes);
    let pruned = before - live();
    vec![("front", instructions / pruned)]
}

fn gets_delegation(family: &Family, person: &Person, prepared: &Prepared) -> u64 {
    let arguments = (
        person.anchor,
        ORIGIN,
        &prepared.session,
        prepared.expiration,
    );
    let ((answer,), instructions): ((GetDelegationResponse,), u64) = meter::call(
        family,
        Role::Front,
        person.caller,
        "get_delegation",
        arguments,
    );
    assert!(matches!(answer, GetDelegationResponse::SignedDelegation(_)));
    instructions
}

/// Challenges that are drawn.
pub(crate) fn captcha() -> Vec<Measured> {
    let family = Setup::default().captcha().deploy();
    family.challenge();
    let one = |_| {
        let draw = || family.challenge();
        let (_, instructions) = meter::counted(&family, Role::Front, "create_challenge", draw);
        vec![("front", instructions)]
    };
    let draws: Vec<_> = (0..CALLS).map(one).collect();
    vec![Measured::calls("captcha", &draws)]
}

fn three_devices(family: &Family, number: u64) -> Person<'_> {
    let devices = [1, 2, 3].map(|place| device(number + place));
    let person = family.registration(&devices[0]).gives_an_anchor();
    for device in &devices[1..] {
        person.tries_to_add(device).succeeds();
    }
    person.on(&devices[2])
}

/// A call of front's in which the shard executes one message: front's part by its histogram, the shard's by its balance.
fn with_the_shard<T>(
    family: &Family,
    method: &str,
    call: impl FnOnce() -> T,
) -> (T, Vec<(&'static str, u64)>) {
    let both = || meter::beside(family, SHARD, 1, call);
    let ((answer, registry), front) = meter::counted(family, Role::Front, method, both);
    (answer, vec![("front", front), ("registry", registry)])
}

fn fill(family: &Family, signatures: u64, at: u64, step_ns: u64) {
    let fill = Fill {
        signatures,
        at: TimestampNs::new(at),
        step_ns,
    };
    let _: ((), u64) = meter::call(family, Role::Front, operator(), "bench_fill", (fill,));
}
