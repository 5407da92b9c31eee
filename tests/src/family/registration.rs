//! Registering anchors.

use super::{Attempt, Device, Family, Person, ask};
use types::Principal;
use types::front::{Challenge, ChallengeResult, RegisterResponse};

/// A registration that is about to be sent.
pub struct Registration<'a> {
    family: &'a Family,
    device: Device,
    caller: Principal,
    temporary_key: Option<Principal>,
    key: Option<String>,
    chars: String,
}

impl Family {
    /// Registers somebody with a device of the same name.
    #[track_caller]
    pub fn register(&self, name: &str) -> Person<'_> {
        self.registration(&Device::new(name)).gives_an_anchor()
    }

    /// A registration of a device by itself, with a new challenge.
    pub fn registration(&self, device: &Device) -> Registration<'_> {
        Registration {
            family: self,
            caller: device.principal(),
            device: device.clone(),
            temporary_key: None,
            key: None,
            chars: "any".to_owned(),
        }
    }

    /// A new challenge.
    #[track_caller]
    pub fn challenge(&self) -> Challenge {
        ask(self.front().create_challenge()).succeeds()
    }
}

impl Registration<'_> {
    /// Sent by somebody else.
    #[must_use]
    pub fn by(self, caller: Principal) -> Self {
        Self { caller, ..self }
    }

    /// Naming a temporary key.
    #[must_use]
    pub fn with_temporary_key(self, key: Principal) -> Self {
        let temporary_key = Some(key);
        Self {
            temporary_key,
            ..self
        }
    }

    /// With this challenge.
    #[must_use]
    pub fn with(self, challenge: &Challenge) -> Self {
        let key = Some(challenge.challenge_key.clone());
        Self { key, ..self }
    }

    /// With this solution.
    #[must_use]
    pub fn solved_with(self, chars: &str) -> Self {
        let chars = chars.to_owned();
        Self { chars, ..self }
    }

    /// The arguments as Candid, for whoever does not wait for the answer.
    #[track_caller]
    pub fn arguments(&self) -> Vec<u8> {
        let (solution, device) = (self.solution(), &self.device.data);
        candid::encode_args((device, solution, self.temporary_key)).expect("plain data")
    }

    /// Sends it.
    #[track_caller]
    pub fn is_sent(&self) -> Attempt<RegisterResponse> {
        let front = self.family.front_as(self.caller);
        let solution = self.solution();
        ask(front.register(&self.device.data, &solution, self.temporary_key))
    }

    #[track_caller]
    fn solution(&self) -> ChallengeResult {
        let new = || self.family.challenge().challenge_key;
        ChallengeResult {
            key: self.key.clone().unwrap_or_else(new),
            chars: self.chars.clone(),
        }
    }
}

impl<'a> Registration<'a> {
    /// Sends it, and it succeeds.
    #[track_caller]
    pub fn gives_an_anchor(&self) -> Person<'a> {
        match self.is_sent().succeeds() {
            RegisterResponse::Registered { user_number } => {
                self.family.claim(user_number, self.device.principal())
            }
            other => panic!("expected an anchor: {other:?}"),
        }
    }
}
