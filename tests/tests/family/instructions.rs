//! What canisters count of their own instructions, in the histograms of `/metrics`, is what the network charges them for.
//!
//! A canister reads its counter before the execution is over. What the network counts after that, no canister can know:
//! 50 instructions for each byte of a reply that is sent later (a shard's), the entry in the histogram, and, when all is
//! over, 1,000 for each page of 4 KiB of the heap that the execution wrote. So a canister lags behind the network. How far
//! follows from a call that does little. A call that does much is then charged as its canister says, within
//! 1 %, but for a few whole pages.

use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Person, Role, Setup, ask};
use anchorage_tests::fees;
use serde_bytes::Bytes;
use std::time::Duration;
use types::message::{self, Request};
use types::registry::{
    Answer, Apply, Authenticate, Authenticated, AuthenticatedBy, CreateAnchor, DeviceOperation,
    FetchBlocks, ShardTip,
};
use types::{Metadata, MetadataValue, OrderId, Principal, SessionKey};

const DAPP: &str = "https://dapp.example";
const FRONT: Role = Role::Front;
const SHARD: Role = Role::Registry(0);
const ARCHIVE: Role = Role::Archive(0);

/// For each byte that leaves a canister.
const SENT: i64 = 50;
/// For each page of the heap that an execution wrote.
const PAGE: i64 = 1_000;
/// Pages and what else is counted last: the stack, the allocator's books, what was read and written.
const LONGEST_LAG: i64 = 20 * PAGE;
/// Pages that a call which does much writes beyond those of one that does little. Two of them, if a device logs in for the first
/// time, belong to the part of front's table of seen devices that is made then.
const PAGES_MORE: i64 = 6;

/// What one canister spent on a call, in instructions.
#[derive(Clone, Copy, Debug)]
struct Spent {
    /// By its own histogram.
    counted: i64,
    /// By its balance beside all fees, without what was sent after the counter was read.
    charged: i64,
}

impl Spent {
    fn lag(self) -> i64 {
        self.charged - self.counted
    }

    /// Agrees with what a call of the same kind says that does little.
    #[track_caller]
    fn agrees_with(self, little: Self, what: &str) {
        let (lag, more) = (little.lag(), self.lag() - little.lag());
        let pages = (more + PAGE / 2).div_euclid(PAGE);
        let rest = more - pages * PAGE;
        println!(
            "{what}: {self:?} beside {little:?}, a lag of {lag}, {pages} pages more and {rest}"
        );
        assert!(
            (PAGE..=LONGEST_LAG).contains(&lag),
            "{what}: a lag of {lag}"
        );
        assert!(pages.abs() <= PAGES_MORE, "{what}: {pages} pages more");
        assert!(100 * rest.abs() <= self.charged, "{what}: {rest}");
    }
}

fn small(number: u128) -> i64 {
    i64::try_from(number).expect("63 bits")
}

/// What a role spends on one call of a method while `f` runs, if it pays these fees.
#[track_caller]
fn spends<T>(
    family: &Family,
    role: Role,
    method: &str,
    fees: u128,
    f: impl FnOnce() -> T,
) -> (T, Spent) {
    let before = family.counts(role, method);
    let (answer, lost) = family.charges(role, f);
    let after = family.counts(role, method);
    assert_eq!(after.calls - before.calls, 1, "{method} was called once");
    let spent = Spent {
        counted: small((after.instructions - before.instructions).into()),
        charged: small(lost - fees),
    };
    (answer, spent)
}

/// A message between canisters as the only argument or answer.
fn blob(message: &[u8]) -> Vec<u8> {
    candid::encode_one(Bytes::new(message)).expect("a blob")
}

/// A call of front's user, and what front asks the shard for it.
struct Call<Q> {
    caller: Principal,
    method: &'static str,
    argument: Vec<u8>,
    question: Q,
}

impl<Q: Request> Call<Q> {
    /// What front and the shard spend if the shard answers so.
    #[track_caller]
    fn spends(self, family: &Family, answer: impl FnOnce(ShardTip) -> Q::Answer) -> [Spent; 2] {
        let Self {
            caller,
            method,
            argument,
            question,
        } = self;
        let asked = Q::METHOD.len() + blob(&message::encode(&question)).len();
        let from_user = fees::ingress(method.len() + argument.len());
        let call = || {
            let answer = family
                .network
                .update_call(family.front, caller, method, argument);
            answer.unwrap_or_else(|reject| panic!("{method}: {reject}"));
        };
        let at_shard = || spends(family, SHARD, Q::METHOD, fees::EXECUTION, call).1;
        // One execution that asks, and one that gets the answer.
        let fees = from_user + 2 * fees::EXECUTION + fees::request(asked);
        let (mut shard, mut front) = spends(family, FRONT, method, fees, at_shard);
        let answered = blob(&message::encode(&answer(family.status(0).tip))).len();
        front.charged -= small(fees::response(answered));
        shard.charged -= SENT * small(answered as u128);
        [front, shard]
    }
}

/// One shard, and nothing that a timer still has to do.
fn family() -> Family {
    let family = Setup::default().ranges(&[(10_000, 20_000)]).deploy();
    family.register("first").logs_in_to(DAPP);
    family.waits(Duration::from_secs(61));
    family
}

fn device(name: &str, note: usize) -> Device {
    let note = MetadataValue::String("n".repeat(note));
    Device::new(name).but(|data| data.metadata = Some(Metadata([("note".to_owned(), note)].into())))
}

fn registers(family: &Family, device: &Device) -> [Spent; 2] {
    let ShardTip { next_anchor, .. } = family.status(0).tip;
    let argument = family.registration(device).arguments();
    let question = CreateAnchor {
        // Any other of that length.
        order: OrderId::new([7; 32]),
        expected: Some(family.status(0).tip),
        caller: device.principal(),
        temporary_key: None,
        device: device.data.clone(),
        below: Some(family.shards[0].range.hi()),
    };
    let call = Call {
        caller: device.principal(),
        method: "register",
        argument,
        question,
    };
    let result = Ok(next_anchor);
    call.spends(family, |tip| Answer { tip, result })
}

fn adds(family: &Family, person: &Person<'_>, device: &Device) -> [Spent; 2] {
    let question = Apply {
        order: OrderId::new([7; 32]),
        expected: Some(family.status(0).tip),
        anchor: person.anchor,
        caller: person.caller,
        operation: DeviceOperation::Add {
            device: device.data.clone(),
        },
    };
    let call = Call {
        caller: person.caller,
        method: "add",
        argument: encoded((person.anchor, &device.data)),
        question,
    };
    let spent = call.spends(family, |tip| Answer {
        tip,
        result: Ok(()),
    });
    person.removes(device);
    spent
}

fn prepares(family: &Family, person: &Person<'_>, device: &Device, session: usize) -> [Spent; 2] {
    let session = SessionKey::new(vec![1; session]);
    let question = Authenticate {
        expected: Some(family.status(0).tip),
        anchor: person.anchor,
        caller: person.caller,
    };
    let call = Call {
        caller: person.caller,
        method: "prepare_delegation",
        argument: encoded((person.anchor, DAPP, session, None::<u64>)),
        question,
    };
    let result = Ok(Authenticated {
        device: device.data.pubkey.clone(),
        by: AuthenticatedBy::DeviceKey,
    });
    call.spends(family, |tip| Answer { tip, result })
}

#[track_caller]
fn agree(much: [Spent; 2], little: [Spent; 2], what: [&str; 2]) {
    for ((much, little), what) in much.into_iter().zip(little).zip(what) {
        much.agrees_with(little, what);
    }
}

#[test]
fn registrations_cost_front_and_shard_what_they_count() {
    let family = family();
    let little = registers(&family, &device("alice", 1));
    for (name, note) in [("bob", 1), ("carol", 1_000), ("dave", 2_000)] {
        let much = registers(&family, &device(name, note));
        agree(much, little, ["register", "create_anchor"]);
    }
}

#[test]
fn changes_cost_front_and_shard_what_they_count() {
    let family = family();
    let alice = family.register("alice");
    let little = adds(&family, &alice, &device("watch", 1));
    for (name, note) in [("phone", 1), ("laptop", 1_000), ("tablet", 2_000)] {
        let much = adds(&family, &alice, &device(name, note));
        agree(much, little, ["add", "apply"]);
    }
}

#[test]
fn log_ins_cost_front_and_shard_what_they_count() {
    let family = family();
    let devices = ["watch", "phone", "laptop"].map(Device::new);
    let alice = family.registration(&devices[0]).gives_an_anchor();
    for device in &devices[1..] {
        alice.tries_to_add(device).succeeds();
    }
    let little = prepares(&family, &alice, &devices[0], 1);
    for (device, session) in devices[1..].iter().zip([500, 1_000]) {
        let much = prepares(&family, &alice.on(device), device, session);
        agree(much, little, ["prepare_delegation", "authenticate"]);
    }
}

/// What front counts for one call of a method, and for the last execution of it.
#[track_caller]
fn counts<T>(family: &Family, method: &str, call: impl FnOnce() -> T) -> [u64; 2] {
    let all = || {
        [
            family.counts(FRONT, method),
            family.counts_last_executions(FRONT, method),
        ]
    };
    let before = all();
    call();
    let after = all();
    std::array::from_fn(|at| {
        assert_eq!(after[at].calls - before[at].calls, 1, "{method}");
        after[at].instructions - before[at].instructions
    })
}

/// What comes after the last await is counted apart.
#[test]
fn the_last_execution_of_a_call_is_a_part_of_it() {
    let family = family();
    let [whole, last] = counts(&family, "create_challenge", || family.challenge());
    assert!(
        whole.abs_diff(last) <= 1_000,
        "{whole} without an await, {last}"
    );
    let alice = family.register("alice");
    let watch = Device::new("watch");
    let [whole, last] = counts(&family, "add", || alice.tries_to_add(&watch).succeeds());
    // Reading the answer and giving one takes a fifth of what reading the device and sending it takes, or more.
    assert!(last * 6 > whole && last * 2 < whole, "{whole}, {last}");
}

/// What front's heap holds comes and goes with every log-in. Holes that it leaves cost whoever comes later a page for each piece
/// of a message (docs/decisions/0027-books-that-leave-no-holes.md).
#[test]
fn calls_cost_front_the_same_after_hours_of_service() {
    let family = family();
    let people: Vec<Person<'_>> = (0..60)
        .map(|n| family.register(&format!("one of {n}")))
        .collect();
    let device = Device::new("alice");
    let alice = family.registration(&device).gives_an_anchor();
    let costs = || {
        let [front, _] = adds(&family, &alice, &Device::new("watch"));
        let [log_in, _] = prepares(&family, &alice, &device, 32);
        [front.charged, log_in.charged]
    };
    // Not the first call of its kind, which makes room for what is kept.
    costs();
    family.waits(Duration::from_mins(10));
    let young = costs();
    for minute in 0..30 {
        for (n, person) in people.iter().enumerate() {
            if (n + minute) % 3 > 0 {
                let origin = format!("https://dapp{}.example", (n + minute) % 17);
                person.prepares(&origin).succeeds();
            }
        }
        family.register(&format!("newcomer of minute {minute}"));
        family.waits(Duration::from_mins(1));
    }
    family.waits(Duration::from_mins(10));
    let old = costs();
    println!("{young:?} instructions of a young front, {old:?} of an old one");
    for (young, old) in young.into_iter().zip(old) {
        assert!(100 * old <= 115 * young, "{old} after {young}");
    }
}

/// The next poll of the archive: what it spends on everything, as if its answers were all it had to pay for.
fn polls(family: &Family) -> Spent {
    let status = ask(family.archive(0).status()).succeeds();
    let request = FetchBlocks {
        next_index: status.next_index,
        last_hash: status.last_hash,
        limit: 500,
        first_index: Some(status.first_index),
    };
    let request = blob(&message::encode(&request));
    let asked = FetchBlocks::METHOD.len() + request.len();
    // The shard gives everybody who asks as the archive the same answer.
    let (registry, archive) = (family.id(SHARD), family.id(ARCHIVE));
    let answer = family
        .network
        .update_call(registry, archive, FetchBlocks::METHOD, request);
    let answer = answer.expect("the archive may ask").len();
    let fees = fees::request(asked) + fees::response(answer);
    let poll = || family.waits(Duration::from_secs(11));
    spends(family, ARCHIVE, "take_answer", fees, poll).1
}

/// A timer's executions cost the archive the same whatever the shard answers. So polls are compared with one another.
#[test]
fn polls_cost_an_archive_what_it_counts() {
    let family = family();
    family.waits_until_archived(0);
    let nothing = polls(&family);
    for people in [0, 10, 30] {
        for n in 0..people {
            family.register(&format!("one of {people}, {n}"));
        }
        let poll = polls(&family);
        let blocks = Spent {
            counted: poll.counted - nothing.counted,
            charged: poll.charged - nothing.charged,
        };
        println!("{people} blocks: {blocks:?}, {nothing:?} without one");
        // But for a few pages that one poll writes and another does not.
        assert!(
            100 * (blocks.lag().abs() - PAGES_MORE * PAGE) <= blocks.charged,
            "{people}: {blocks:?}"
        );
        // The lengths of the numbers in a message make a few instructions.
        assert!(
            blocks.counted >= 20_000 * people - 100,
            "{people}: {blocks:?}"
        );
    }
}
