//! Calls of users: what front and the shard execute together.

use crate::CALLS;
use crate::meter;
use crate::results::Measured;
use crate::state::{Filled, SHARD, device, now};
use anchorage_tests::family::{Family, Person, Role, Setup, operator};
use candid::CandidType;
use std::time::Duration;
use types::TimestampNs;
use types::front::GetDelegationResponse;

const ORIGIN: &str = "https://dapp.example";
const SECOND_NS: u64 = 1_000_000_000;

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

/// Log-ins while so many signatures live, and one ends each second.
pub(crate) fn log_in(signatures: u64) -> Vec<Measured> {
    let family = Setup::default().deploy();
    let person = three_devices(&family);
    person.prepares(ORIGIN).succeeds();
    let at = now(&family).get();
    fill(&family, CALLS as u64 + 5, at - 59 * SECOND_NS, SECOND_NS);
    for _ in 0..signatures / 10_000 {
        fill(&family, 10_000, now(&family).get(), 0);
    }
    let (mut first_calls, mut second_calls) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        family.network.advance_time(Duration::from_secs(1));
        family.network.tick();
        let prepare = || person.prepares(ORIGIN).succeeds();
        let (prepared, parts) = with_the_shard(&family, "prepare_delegation", prepare);
        first_calls.push(parts);
        let arguments = (
            person.anchor,
            ORIGIN,
            &prepared.session,
            prepared.expiration,
        );
        let ((answer,), instructions): ((GetDelegationResponse,), u64) = meter::call(
            &family,
            Role::Front,
            person.caller,
            "get_delegation",
            arguments,
        );
        assert!(matches!(answer, GetDelegationResponse::SignedDelegation(_)));
        second_calls.push(vec![("front", instructions)]);
    }
    let thousands = signatures / 1_000;
    vec![
        Measured::calls(&format!("prepare_delegation_{thousands}k"), &first_calls),
        Measured::calls(&format!("get_delegation_{thousands}k"), &second_calls),
    ]
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

fn three_devices(family: &Family) -> Person<'_> {
    let person = family.registration(&device(1)).gives_an_anchor();
    for number in [2, 3] {
        person.tries_to_add(&device(number)).succeeds();
    }
    person.on(&device(3))
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
