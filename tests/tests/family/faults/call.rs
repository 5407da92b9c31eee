//! A call to front, and what is to be heard of it.

use anchorage_tests::family::{Family, Role};
use candid::utils::ArgumentDecoder;
use pocket_ic::common::rest::RawMessageId;
use pocket_ic::{RejectCode, RejectResponse};
use types::Principal;
use types::message::Request;
use types::registry::{
    AddTentativeDevice, AnchorInfo, Apply, Authenticate, CreateAnchor, EnterRegistrationMode,
    ExitRegistrationMode, VerifyTentativeDevice,
};

/// Rounds in which every call is over, whatever happens meanwhile.
const ROUNDS: usize = 50;

pub(super) type Outcome = Result<Vec<u8>, RejectResponse>;
pub(super) type Check = Box<dyn Fn(&Outcome) -> bool>;

/// A call of a method of front's that needs a shard.
pub(super) struct Call<'a> {
    pub(super) family: &'a Family,
    pub(super) method: &'static str,
    pub(super) caller: Principal,
    pub(super) argument: Vec<u8>,
    /// The right answer.
    pub(super) right: Check,
    /// What whoever repeats it hears once it was carried out, if not the same.
    pub(super) again: Option<Check>,
}

/// What the user of a call hears that met a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The right answer.
    Answer,
    /// To try again later: nothing was changed.
    Retry,
    /// To repeat the same call: nobody knows whether something was changed.
    Unknown,
}

/// What came of a call that met a fault, by its repetition.
#[derive(Clone, Copy, Debug)]
pub(super) struct First {
    pub(super) method: &'static str,
    /// It changes nothing, whoever repeats it.
    pub(super) is_question: bool,
    pub(super) heard: Heard,
    /// It changed something.
    pub(super) was_done: bool,
}

/// An answer of which this is so.
pub(super) fn hears<T: for<'d> ArgumentDecoder<'d>>(is_so: impl Fn(T) -> bool + 'static) -> Check {
    Box::new(move |outcome| {
        let answer = outcome.as_ref().ok();
        answer.is_some_and(|answer| is_so(candid::decode_args(answer).expect("of the interface")))
    })
}

/// Front's refusal with these words among others.
pub(super) fn is_refused(words: &'static str) -> Check {
    Box::new(move |outcome| {
        let refused = outcome.as_ref().err();
        refused.is_some_and(|refused| words_of(refused).contains(words))
    })
}

/// What front itself says: a refusal of the system's would be no word for a user.
#[track_caller]
fn words_of(refused: &RejectResponse) -> &str {
    assert_eq!(
        refused.reject_code,
        RejectCode::CanisterReject,
        "{refused:?}"
    );
    &refused.reject_message
}

/// What front calls for a method of its own.
fn method_of_shard(method: &str) -> &'static str {
    match method {
        "register" => CreateAnchor::METHOD,
        "add" | "update" | "replace" | "remove" => Apply::METHOD,
        "get_anchor_info" => AnchorInfo::METHOD,
        "prepare_delegation" => Authenticate::METHOD,
        "enter_device_registration_mode" => EnterRegistrationMode::METHOD,
        "exit_device_registration_mode" => ExitRegistrationMode::METHOD,
        "add_tentative_device" => AddTentativeDevice::METHOD,
        "verify_tentative_device" => VerifyTentativeDevice::METHOD,
        other => panic!("{other} needs no shard"),
    }
}

impl Call<'_> {
    /// With another answer for whoever repeats it.
    pub(super) fn if_repeated(mut self, again: Check) -> Self {
        self.again = Some(again);
        self
    }

    /// Sends it, without a round.
    #[track_caller]
    pub(super) fn is_sent(&self) -> RawMessageId {
        let Self { family, .. } = self;
        let argument = self.argument.clone();
        let network = &family.network;
        let sent = network.submit_call(family.front, self.caller, self.method, argument);
        sent.expect("front lets it in")
    }

    /// Sends it and waits.
    #[track_caller]
    pub(super) fn is_made(&self) -> Outcome {
        self.family.network.await_call(self.is_sent())
    }

    /// Sends it and waits; before each round something may happen.
    #[track_caller]
    fn is_made_while(&self, meanwhile: impl Fn(usize)) -> Outcome {
        let network = &self.family.network;
        let sent = self.is_sent();
        for round in 0..ROUNDS {
            if let Some(outcome) = network.ingress_status(sent.clone()) {
                return outcome;
            }
            meanwhile(round);
            network.tick();
        }
        panic!("{}: no answer in {ROUNDS} rounds", self.method);
    }

    /// Checks for the right answer.
    #[track_caller]
    pub(super) fn is_right(&self, outcome: &Outcome) {
        assert!((self.right)(outcome), "{}: {outcome:?}", self.method);
    }

    /// Checks for the refusal that nothing happened and that it may be tried again.
    #[track_caller]
    pub(super) fn is_told_to_retry(&self, outcome: &Outcome) {
        let refused = outcome.as_ref().expect_err(self.method);
        let shard = self.family.id(Role::Registry(0));
        let busy = format!("shard {shard} is not available, try again later");
        assert_eq!(words_of(refused), busy, "{}", self.method);
    }

    /// Makes it while something happens, and once more. Whoever repeats it hears whether it was carried out.
    #[track_caller]
    pub(super) fn is_made_twice(&self, meanwhile: impl Fn(usize)) -> First {
        let Self { method, .. } = *self;
        let of_shard = method_of_shard(method);
        let is_question = [Authenticate::METHOD, AnchorInfo::METHOD].contains(&of_shard);
        let executed = || self.family.counts(Role::Registry(0), of_shard).calls;
        let before = executed();
        let first = self.is_made_while(meanwhile);
        let second = self.is_made();
        // Nothing was in the way of the second order, so the shard executed it, and once.
        let was_done = !is_question && executed() - before > 1;
        let heard = self.heard(&first);
        let is_true = match heard {
            Heard::Answer => is_question || was_done,
            Heard::Retry => !was_done,
            Heard::Unknown => !is_question,
        };
        assert!(is_true, "{method}, done: {was_done}, {first:?}");
        let expected = match &self.again {
            Some(again) if was_done => again,
            _ => &self.right,
        };
        assert!(expected(&second), "{method}, done: {was_done}, {second:?}");
        First {
            method,
            is_question,
            heard,
            was_done,
        }
    }

    #[track_caller]
    fn heard(&self, outcome: &Outcome) -> Heard {
        if (self.right)(outcome) {
            return Heard::Answer;
        }
        let words = words_of(outcome.as_ref().expect_err(self.method));
        if words.ends_with("try again later") {
            Heard::Retry
        } else {
            assert_eq!(words, "outcome unknown, repeat the same call");
            Heard::Unknown
        }
    }
}
