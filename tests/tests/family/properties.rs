//! Random operations by random callers through front on real Wasm, against the twin that says the rules as lists of
//! devices; with the shard's state, the replay of its log, and an upgrade in the middle.
//!
//! One operation for each anchor is submitted at once, then the next one for each: what happens to one anchor says
//! nothing of another one, so the order among them does not matter.

use anchorage_tests::encoded;
use anchorage_tests::family::{Family, Role, Setup, ask};
use anchors::twin::{self, Caller, Known, Operation, Step};
use pocket_ic::RejectResponse;
use pocket_ic::common::rest::RawMessageId;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use types::front::{Challenge, ChallengeResult, RegisterResponse};
use types::{AnchorNumber, DeviceData, DeviceKey, Principal, PublicDevice, TimestampNs};

const OPERATIONS: usize = 5_000;
/// Anchors at the beginning.
const ANCHORS: usize = 100;
/// Calls that a device may have open at once (front's `crowd`), and so many steps or registrations are taken at once: the
/// anchors have devices of the same few names.
const AT_ONCE: usize = 10;
/// Time is the canisters' affair: the twin only knows used and unused.
const USED: TimestampNs = TimestampNs::new(1);
const SEED: [u8; 32] = [42; 32];

/// An anchor as the twin knows it.
struct Anchor {
    number: AnchorNumber,
    devices: Vec<Known>,
    /// Whose temporary key lives. It dies with its device, and with the shard's heap.
    temporary: Option<&'static str>,
}

/// Somebody registers.
#[derive(Debug)]
struct Registration {
    device: DeviceData,
    temporary_key: Option<Caller>,
    caller: Caller,
}

impl Registration {
    /// The device itself registers, with a temporary key.
    fn with_key(name: &'static str) -> Self {
        Self {
            device: twin::passkey(name),
            temporary_key: Some(Caller::TemporaryKeyOf(name)),
            caller: Caller::Device(name),
        }
    }
}

struct World {
    family: Family,
    anchors: Vec<Anchor>,
    accepted: usize,
    refused: usize,
}

fn key(name: &str) -> DeviceKey {
    DeviceKey::new(name.as_bytes())
}

/// The call that a step is, for all but registrations.
fn call(number: AnchorNumber, step: &Step) -> (&'static str, Vec<u8>) {
    match &step.operation {
        Operation::Register(..) => unreachable!("registrations are another wave"),
        Operation::Add(data) => ("add", encoded((number, data))),
        Operation::Update(name, data) => ("update", encoded((number, key(name), data))),
        Operation::Replace(name, data) => ("replace", encoded((number, key(name), data))),
        Operation::Remove(name) => ("remove", encoded((number, key(name)))),
    }
}

impl Anchor {
    /// Whether the twin takes the step; and then it does.
    fn takes(&mut self, step: &Step) -> bool {
        if let Caller::TemporaryKeyOf(name) = step.caller
            && self.temporary != Some(name)
        {
            return false;
        }
        let Some(after) = twin::after(&self.devices, step, USED) else {
            return false;
        };
        self.devices = after;
        if let Operation::Remove(name) | Operation::Replace(name, _) = step.operation
            && self.temporary == Some(name)
        {
            self.temporary = None;
        }
        true
    }
}

impl World {
    fn submits(&self, caller: Principal, method: &str, argument: Vec<u8>) -> RawMessageId {
        let front = self.family.front;
        let call = self
            .family
            .network
            .submit_call(front, caller, method, argument);
        call.expect("front lets it in")
    }

    fn answer(&self, call: RawMessageId) -> Result<Vec<u8>, RejectResponse> {
        self.family.network.await_call(call)
    }

    fn challenges(&self, count: usize) -> Vec<Challenge> {
        let open: Vec<_> = (0..count)
            .map(|_| self.submits(Principal::anonymous(), "create_challenge", encoded(())))
            .collect();
        let answers = open.into_iter().map(|call| {
            let answer = self.answer(call).expect("a challenge");
            candid::decode_one(&answer).expect("a challenge")
        });
        answers.collect()
    }

    /// Registrations, some at once.
    fn registers(&mut self, registrations: &[Registration]) {
        for wave in registrations.chunks(AT_ONCE) {
            self.registers_at_once(wave);
        }
    }

    fn registers_at_once(&mut self, registrations: &[Registration]) {
        let challenges = self.challenges(registrations.len());
        let calls = registrations
            .iter()
            .zip(challenges)
            .map(|(sent, challenge)| {
                let solution = ChallengeResult {
                    key: challenge.challenge_key,
                    chars: String::new(),
                };
                let temporary = sent.temporary_key.map(Caller::principal);
                let argument = encoded((&sent.device, solution, temporary));
                self.submits(sent.caller.principal(), "register", argument)
            });
        let calls: Vec<_> = calls.collect();
        for (sent, call) in registrations.iter().zip(calls) {
            let answer = self.answer(call);
            let devices = twin::registered(&sent.device, sent.temporary_key, sent.caller, USED);
            assert_eq!(answer.is_ok(), devices.is_some(), "{sent:?}: {answer:?}");
            let (Ok(answer), Some(devices)) = (answer, devices) else {
                self.refused += 1;
                continue;
            };
            let RegisterResponse::Registered { user_number } =
                candid::decode_one(&answer).expect("an answer")
            else {
                panic!("there is room, and the challenge is right");
            };
            self.accepted += 1;
            self.anchors.push(Anchor {
                number: user_number,
                devices,
                temporary: sent.temporary_key.map(Caller::acts_for),
            });
        }
    }

    /// Steps, each of another anchor, some at once.
    fn changes(&mut self, steps: &[Step]) {
        for wave in steps.chunks(AT_ONCE) {
            self.changes_at_once(wave);
        }
    }

    fn changes_at_once(&mut self, steps: &[Step]) {
        let calls: Vec<_> = steps
            .iter()
            .map(|step| {
                let (method, argument) = call(self.anchors[step.anchor].number, step);
                self.submits(step.caller.principal(), method, argument)
            })
            .collect();
        for (step, call) in steps.iter().zip(calls) {
            let answer = self.answer(call);
            let anchor = &mut self.anchors[step.anchor];
            let before = anchor.devices.clone();
            let is_taken = anchor.takes(step);
            assert_eq!(
                answer.is_ok(),
                is_taken,
                "{step:?} of {before:?}: {answer:?}"
            );
            *(if is_taken {
                &mut self.accepted
            } else {
                &mut self.refused
            }) += 1;
        }
    }

    fn upgrades_everything(&mut self) {
        for role in self.family.roles() {
            self.family.upgrades(role);
        }
        for anchor in &mut self.anchors {
            anchor.temporary = None;
        }
    }

    /// Twin, public state, replay, and what each anchor's owner sees.
    fn all_agree(&mut self) {
        self.anchors.sort_by_key(|anchor| anchor.number);
        // The audit replays the log and holds it against the public state.
        let audited = self.family.audits(0);
        assert_eq!(audited.blocks.len(), self.accepted);
        let state = self.family.public_state(0);
        assert_eq!(state.len(), self.anchors.len());
        for (public, anchor) in state.iter().zip(&self.anchors) {
            assert_eq!(public.anchor, anchor.number);
            let devices = anchor
                .devices
                .iter()
                .map(|known| PublicDevice::from(&known.data));
            assert!(devices.eq(public.devices.iter().cloned()), "{public:?}");
        }
        for anchor in &mut self.anchors {
            let Some(first) = anchor.devices.first_mut() else {
                continue;
            };
            // Who asks is used.
            first.last_use = Some(USED);
            let owner = self.family.front_as(first.data.pubkey.principal());
            let info = ask(owner.get_anchor_info(anchor.number)).succeeds();
            assert_eq!(info.devices.len(), anchor.devices.len());
            for (seen, known) in info.devices.into_iter().zip(&anchor.devices) {
                let is_used = known.last_use.is_some();
                assert_eq!(seen.last_usage.is_some(), is_used, "{}", anchor.number);
                let used = seen.last_usage;
                assert_eq!(seen, known.data.clone().with_usage(used));
            }
        }
    }
}

fn new<S: Strategy>(runner: &mut TestRunner, of: &S) -> S::Value {
    of.new_tree(runner).expect("a value").current()
}

#[test]
fn five_thousand_operations_are_what_the_twin_says_also_after_an_upgrade() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let family = Setup::default()
        .ranges(&[(10_000, 20_000)])
        .max_devices(u32::from(twin::MAX_DEVICES))
        .deploy();
    let mut world = World {
        family,
        anchors: Vec::new(),
        accepted: 0,
        refused: 0,
    };
    let first: Vec<_> = (0..ANCHORS)
        .map(|_| Registration::with_key(new(&mut runner, &twin::name())))
        .collect();
    world.registers(&first);
    let mut is_upgraded = false;
    while world.accepted + world.refused < OPERATIONS {
        if !is_upgraded && world.accepted + world.refused >= OPERATIONS / 2 {
            world.upgrades_everything();
            world.all_agree();
            is_upgraded = true;
        }
        let (mut registrations, mut changes) = (Vec::new(), Vec::new());
        // The youngest anchors, because the others lose their last device sooner or later.
        let anchors = world.anchors.len() - ANCHORS..world.anchors.len();
        for anchor in anchors {
            let mut step = new(&mut runner, &twin::step(1));
            let devices = &world.anchors[anchor].devices;
            let is_change = !matches!(step.operation, Operation::Register(..));
            // Half of the callers are of the anchor, or most would be strangers.
            if is_change && !devices.is_empty() && new(&mut runner, &any::<bool>()) {
                let device = new(&mut runner, &prop::sample::select(devices.clone()));
                step.caller = Caller::Device(twin::name_of(&device.data));
            }
            match step.operation {
                Operation::Register(device, temporary_key) => registrations.push(Registration {
                    device,
                    temporary_key,
                    caller: step.caller,
                }),
                _ => changes.push(Step { anchor, ..step }),
            }
        }
        world.changes(&changes);
        world.registers(&registrations);
    }
    let World {
        accepted, refused, ..
    } = world;
    println!(
        "{accepted} accepted, {refused} refused, {} anchors",
        world.anchors.len()
    );
    assert!(accepted > OPERATIONS / 5 && refused > OPERATIONS / 5);
    // What is stored is read by a new process of the shard.
    world.family.upgrades(Role::Registry(0));
    world.all_agree();
}
