//! What people do at once, as bytes.

use anchorage_tests::Random;
use anchorage_tests::encoded;
use anchorage_tests::family::{Device, stranger};
use types::front::{Challenge, ChallengeResult};
use types::{AnchorNumber, DeviceKey, Principal, SessionKey};

pub(super) const DAPP: &str = "https://dapp.example";
/// Anchors that are there before, each with these devices.
pub(super) const PEOPLE: usize = 12;
pub(super) const REGISTRATIONS: usize = 90;
/// So many registrations are sent a second time at once.
const REPEATED: usize = 10;

/// The change or question of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Register { name: String },
    Add { key: DeviceKey },
    Update { key: DeviceKey },
    Replace { old: DeviceKey, new: DeviceKey },
    Remove { key: DeviceKey },
    LogIn { wished: Option<u64> },
}

/// One call of somebody.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) caller: Principal,
    pub(super) anchor: Option<AnchorNumber>,
    pub(super) wish: Wish,
    pub(super) method: &'static str,
    pub(super) argument: Vec<u8>,
}

/// The device with that name, of the person with that index.
pub(super) fn device(person: usize, name: &str) -> Device {
    Device::new(&format!("{name} of person {person}"))
}

impl Call {
    /// A registration of that name's device.
    pub(super) fn register(name: &str, challenge: &Challenge) -> Self {
        let device = Device::new(name);
        let solution = ChallengeResult {
            key: challenge.challenge_key.clone(),
            chars: String::new(),
        };
        Self {
            caller: device.principal(),
            anchor: None,
            wish: Wish::Register {
                name: name.to_owned(),
            },
            method: "register",
            argument: encoded((&device.data, solution, None::<Principal>)),
        }
    }

    pub(super) fn add(caller: Principal, anchor: AnchorNumber, device: &Device) -> Self {
        Self {
            caller,
            anchor: Some(anchor),
            wish: Wish::Add {
                key: device.data.pubkey.clone(),
            },
            method: "add",
            argument: encoded((anchor, &device.data)),
        }
    }

    fn update(caller: Principal, anchor: AnchorNumber, device: &Device) -> Self {
        let key = device.data.pubkey.clone();
        Self {
            caller,
            anchor: Some(anchor),
            argument: encoded((anchor, &key, &device.data)),
            wish: Wish::Update { key },
            method: "update",
        }
    }

    fn replace(caller: Principal, anchor: AnchorNumber, old: &Device, new: &Device) -> Self {
        let old = old.data.pubkey.clone();
        Self {
            caller,
            anchor: Some(anchor),
            argument: encoded((anchor, &old, &new.data)),
            wish: Wish::Replace {
                old,
                new: new.data.pubkey.clone(),
            },
            method: "replace",
        }
    }

    fn remove(caller: Principal, anchor: AnchorNumber, device: &Device) -> Self {
        let key = device.data.pubkey.clone();
        Self {
            caller,
            anchor: Some(anchor),
            argument: encoded((anchor, &key)),
            wish: Wish::Remove { key },
            method: "remove",
        }
    }

    /// A log-in for so long, in nanoseconds, or for as long as is usual.
    fn log_in(caller: Principal, anchor: AnchorNumber, wished: Option<u64>) -> Self {
        let session = SessionKey::new(b"session");
        Self {
            caller,
            anchor: Some(anchor),
            wish: Wish::LogIn { wished },
            method: "prepare_delegation",
            argument: encoded((anchor, DAPP, session, wished)),
        }
    }
}

/// The device that registers with challenge number `n`.
pub(super) fn newcomer(n: usize) -> String {
    format!("newcomer {n}")
}

/// Two hundred calls, in an order that the seed gives.
pub(super) fn all(
    random: &mut Random,
    people: &[AnchorNumber],
    challenges: &[Challenge],
) -> Vec<Call> {
    let mut calls: Vec<Call> = (0..REGISTRATIONS)
        .map(|n| Call::register(&newcomer(n), &challenges[n]))
        .collect();
    for _ in 0..REPEATED {
        let again = random.below(REGISTRATIONS);
        calls.push(calls[again].clone());
    }
    for (person, &anchor) in people.iter().enumerate() {
        let [main, second] = ["main", "second"].map(|name| device(person, name));
        let by = [main.principal(), second.principal()];
        let mut by = || *random.one_of(&by);
        calls.push(Call::add(by(), anchor, &device(person, "third")));
        calls.push(Call::add(by(), anchor, &device(person, "fourth")));
        let (old, new) = (device(person, "to be replaced"), device(person, "new"));
        calls.push(Call::replace(by(), anchor, &old, &new));
        calls.push(Call::remove(by(), anchor, &device(person, "to be removed")));
        let renamed = second.but(|device| "renamed".clone_into(&mut device.alias));
        calls.push(Call::update(by(), anchor, &renamed));
        calls.push(Call::log_in(by(), anchor, None));
        calls.push(Call::log_in(main.principal(), anchor, Some(u64::MAX)));
        // Somebody else tries, too.
        calls.push(Call::log_in(stranger(), anchor, None));
        calls.push(Call::add(
            stranger(),
            anchor,
            &device(person, "not his own"),
        ));
    }
    random.shuffle(&mut calls);
    calls
}
