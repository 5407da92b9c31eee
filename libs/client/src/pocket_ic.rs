//! Calls through a `PocketIC` instance, which believes every sender.

use pocket_ic::{PocketIc, nonblocking};
use types::Principal;

use crate::{CallError, RejectCode, Transport};

/// A `PocketIC` instance, called as somebody. With the blocking [`PocketIc`] every call is over when
/// it is first polled, so [`crate::block_on`] serves; it must not be polled inside a runtime.
#[derive(Clone, Copy)]
pub struct Impersonated<'a, P> {
    instance: &'a P,
    sender: Principal,
}

impl<'a, P> Impersonated<'a, P> {
    /// Calls the instance's canisters as `sender`.
    pub const fn new(instance: &'a P, sender: Principal) -> Self {
        Self { instance, sender }
    }

    /// The principal that the canisters see.
    pub const fn sender(&self) -> Principal {
        self.sender
    }
}

impl Transport for Impersonated<'_, PocketIc> {
    async fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let Self { instance, sender } = *self;
        Ok(instance.query_call(canister, sender, method, argument)?)
    }

    async fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let Self { instance, sender } = *self;
        Ok(instance.update_call(canister, sender, method, argument)?)
    }
}

impl Transport for Impersonated<'_, nonblocking::PocketIc> {
    async fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let Self { instance, sender } = *self;
        let answer = instance.query_call(canister, sender, method, argument);
        Ok(answer.await?)
    }

    async fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let Self { instance, sender } = *self;
        let answer = instance.update_call(canister, sender, method, argument);
        Ok(answer.await?)
    }
}

impl From<pocket_ic::RejectResponse> for CallError {
    fn from(response: pocket_ic::RejectResponse) -> Self {
        Self::Rejected {
            code: response.reject_code.into(),
            message: response.reject_message,
        }
    }
}

impl From<pocket_ic::RejectCode> for RejectCode {
    fn from(code: pocket_ic::RejectCode) -> Self {
        use pocket_ic::RejectCode as Theirs;
        match code {
            Theirs::SysFatal => Self::SysFatal,
            Theirs::SysTransient => Self::SysTransient,
            Theirs::DestinationInvalid => Self::DestinationInvalid,
            Theirs::CanisterReject => Self::CanisterReject,
            Theirs::CanisterError => Self::CanisterError,
            Theirs::SysUnknown => Self::SysUnknown,
        }
    }
}
