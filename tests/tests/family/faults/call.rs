//! A call to front, and what is to be heard of it.

use anchorage_tests::family::{Family, Role};
use candid::utils::ArgumentDecoder;
use pocket_ic::common::rest::RawMessageId;
use pocket_ic::{RejectCode, RejectResponse};
use types::Principal;

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
}

/// An answer of which this is so.
pub(super) fn hears<T: for<'d> ArgumentDecoder<'d>>(is_so: impl Fn(T) -> bool + 'static) -> Check {
    Box::new(move |outcome| {
        let answer = outcome.as_ref().ok();
        answer.is_some_and(|answer| is_so(candid::decode_args(answer).expect("of the interface")))
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

impl Call<'_> {
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
}
