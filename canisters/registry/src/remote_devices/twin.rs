//! Random sequences against a twin that says in the fewest words what a registration from another machine is.

use super::*;
use crate::fixtures::{SECOND, START, World, anchor, passkey, principal};
use proptest::prelude::*;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const MODE_SECONDS: u64 = 900;

#[derive(Clone, Debug)]
enum Step {
    Enter(&'static str),
    Exit(&'static str),
    Tentative(&'static str, u64),
    Verify(&'static str, u64),
    Remove(&'static str, &'static str),
    /// The last order again, with its id.
    Again,
    Pass(u64),
    Upgrade,
}

/// A device that waits: name, code, wrong codes so far.
type Waiting = (&'static str, u64, u8);

#[derive(Clone)]
enum Order {
    Tentative(AddTentativeDevice, Result<TentativeAnswer, ()>),
    Verify(VerifyTentativeDevice, Result<VerificationAnswer, ()>),
}

/// The devices of one anchor and its registration.
#[derive(Default)]
struct Twin {
    devices: Vec<&'static str>,
    /// Seconds from the start.
    now: u64,
    mode: Option<(u64, Option<Waiting>)>,
}

impl Twin {
    fn passes(&mut self, seconds: u64) {
        self.now += seconds;
        self.mode = self.mode.take().filter(|(ends, _)| self.now < *ends);
    }

    fn enters(&mut self, name: &str) -> Option<u64> {
        self.devices.contains(&name).then(|| {
            let opened = (self.now + MODE_SECONDS, None);
            self.mode.get_or_insert(opened).0
        })
    }

    fn exits(&mut self, name: &str) -> bool {
        let may = self.devices.contains(&name);
        if may {
            self.mode = None;
        }
        may
    }

    fn tentative(&mut self, name: &'static str, code: u64) -> TentativeAnswer {
        match &mut self.mode {
            None => TentativeAnswer::ModeOff,
            Some((_, Some(_))) => TentativeAnswer::AnotherDevice,
            Some(_) if self.devices.contains(&name) => TentativeAnswer::KeyIsUsed,
            Some((ends, waiting)) => {
                *waiting = Some((name, code, 0));
                TentativeAnswer::Added { ends: at(*ends) }
            }
        }
    }

    fn verifies(&mut self, name: &str, typed: u64) -> Result<VerificationAnswer, ()> {
        if !self.devices.contains(&name) {
            return Err(());
        }
        let answer = match &mut self.mode {
            None => VerificationAnswer::ModeOff,
            Some((_, None)) => VerificationAnswer::NoDevice,
            Some((_, Some((device, code, _)))) if *code == typed => {
                let device = *device;
                if self.devices.contains(&device) {
                    return Err(());
                }
                self.devices.push(device);
                self.mode = None;
                VerificationAnswer::Verified
            }
            Some((_, Some((.., wrong)))) => {
                *wrong += 1;
                let tries_left = 3 - *wrong;
                if tries_left == 0 {
                    self.mode = None;
                }
                VerificationAnswer::WrongCode { tries_left }
            }
        };
        Ok(answer)
    }

    fn removes(&mut self, name: &str, device: &str) -> bool {
        let may = self.devices.contains(&name) && self.devices.contains(&device);
        if may {
            self.devices.retain(|other| *other != device);
            if self.devices.is_empty() {
                self.mode = None;
            }
        }
        may
    }
}

fn at(seconds: u64) -> TimestampNs {
    START.saturating_add(seconds * SECOND)
}

struct Pair {
    world: World,
    twin: Twin,
    last: Option<Order>,
}

impl Pair {
    fn takes(&mut self, step: &Step) {
        let Self { world, twin, last } = self;
        match *step {
            Step::Enter(name) => {
                let entered = world.enter(anchor(0), name).ok();
                assert_eq!(entered, twin.enters(name).map(at));
            }
            Step::Exit(name) => {
                assert_eq!(world.exit(anchor(0), name).is_ok(), twin.exits(name));
            }
            Step::Tentative(name, code) => {
                let order = world.tentative(anchor(0), name, code);
                let answer = world.add_tentative(&order).map_err(drop);
                assert_eq!(answer, Ok(twin.tentative(name, code)));
                let is_kept = matches!(answer, Ok(TentativeAnswer::Added { .. }));
                *last = is_kept.then_some(Order::Tentative(order, answer));
            }
            Step::Verify(name, code) => {
                let order = world.verification(anchor(0), name, code);
                let answer = world.verify(&order).map_err(drop);
                assert_eq!(answer, twin.verifies(name, code));
                let is_kept = matches!(
                    answer,
                    Ok(VerificationAnswer::Verified | VerificationAnswer::WrongCode { .. })
                );
                *last = is_kept.then_some(Order::Verify(order, answer));
            }
            Step::Remove(name, device) => {
                let order = world.removal(anchor(0), name, device);
                assert_eq!(world.apply(&order).is_ok(), twin.removes(name, device));
            }
            Step::Again => match last {
                Some(Order::Tentative(order, first)) => {
                    assert_eq!(world.add_tentative(order).map_err(drop), *first);
                }
                Some(Order::Verify(order, first)) => {
                    assert_eq!(world.verify(order).map_err(drop), *first);
                }
                None => {}
            },
            Step::Pass(seconds) => {
                world.pass(seconds);
                twin.passes(seconds);
                // Answers are kept for ten minutes.
                *last = last.take().filter(|_| seconds < 10);
            }
            Step::Upgrade => world.upgrade(),
        }
    }

    fn agree(&mut self) {
        let Self { world, twin, .. } = self;
        for name in NAMES {
            let details = world.info(anchor(0), name).ok();
            assert_eq!(details.is_some(), twin.devices.contains(&name));
            let Some(details) = details else {
                continue;
            };
            let known = twin.devices.iter().map(|name| passkey(name));
            let served = details.devices.into_iter().map(|used| used.device);
            assert!(known.eq(served));
            let open = twin.mode.map(|(ends, waiting)| OpenRegistration {
                ends: at(ends),
                device: waiting.map(|(name, ..)| passkey(name)),
            });
            assert_eq!(details.registration, open);
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(&NAMES[..]);
    let code = || prop_oneof![8 => Just(7_u64), 1 => Just(8_u64)];
    prop_oneof![
        6 => name().prop_map(Step::Enter),
        1 => name().prop_map(Step::Exit),
        8 => (name(), code()).prop_map(|(name, code)| Step::Tentative(name, code)),
        8 => (name(), prop::sample::select(vec![7_u64, 8, 9]))
            .prop_map(|(name, code)| Step::Verify(name, code)),
        1 => (name(), name()).prop_map(|(name, device)| Step::Remove(name, device)),
        4 => Just(Step::Again),
        2 => prop::sample::select(vec![1_u64, 30, 899, 900]).prop_map(Step::Pass),
        1 => Just(Step::Upgrade),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn behaves_like_the_twin(steps in prop::collection::vec(step(), 60)) {
        let mut world = World::new();
        world.register("a");
        let twin = Twin { devices: vec!["a"], ..Twin::default() };
        let mut pair = Pair { world, twin, last: None };
        for step in &steps {
            pair.takes(step);
            pair.agree();
        }
        pair.world.assert_replay_matches();
        let asked = pair.world.ask(anchor(0), principal("a"), None);
        prop_assert_eq!(asked.is_ok(), pair.twin.devices.contains(&"a"));
    }
}
