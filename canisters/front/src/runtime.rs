//! What front does to the world outside its state: time, randomness, calls to other canisters.
//!
//! A trait, so that the flows over several messages can be tested with answers that are lost, late or wrong.

use candid::Principal;
use canister_kit::blob;
use ic_cdk::call::{Call, CallErrorExt, CallFailed, RejectCode};
use std::future::Future;
use types::TimestampNs;

/// The effects.
pub(crate) trait Runtime {
    /// The time of the message being executed. It moves on over an await.
    fn now(&self) -> TimestampNs;

    /// Front's own canister id.
    fn own_id(&self) -> Principal;

    /// Cycles that front can spend: the balance without what freezing reserves.
    fn liquid_cycles(&self) -> u128;

    /// Sets the certified data: 32 bytes that the Internet Computer signs.
    fn certify(&self, root: [u8; 32]);

    /// 32 random bytes that nobody could know before.
    fn random(&self) -> impl Future<Output = Result<[u8; 32], NoRandomness>>;

    /// Calls a method with Candid bytes and waits a bounded time for the Candid bytes of its answer.
    fn call(
        &self,
        canister: Principal,
        method: &'static str,
        arguments: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, NoReply>>;
}

/// `raw_rand` gave nothing. Retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness")]
pub(crate) struct NoRandomness;

/// A call without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoReply {
    /// It was not executed, or not even sent because it could not be paid. Retry.
    #[error("the call was not executed")]
    NotDone,
    /// The callee is stopped, has no such method, or trapped (reject code 5). What it wrote since its last await is undone,
    /// what it wrote before stays: of a method that awaits nothing, nothing does. Retry.
    #[error("the callee failed")]
    CalleeFailed,
    /// It may have been executed, or not. Retry only what may be done twice.
    #[error("nobody knows whether the call was executed")]
    Unknown,
}

/// The Internet Computer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ic;

/// How long a call waits. A shard answers within one or two rounds; a user waits.
pub(crate) const TIMEOUT_SECONDS: u32 = 30;

impl Runtime for Ic {
    fn now(&self) -> TimestampNs {
        TimestampNs::new(ic_cdk::api::time())
    }

    fn own_id(&self) -> Principal {
        ic_cdk::api::canister_self()
    }

    fn liquid_cycles(&self) -> u128 {
        ic_cdk::api::canister_liquid_cycle_balance()
    }

    fn certify(&self, root: [u8; 32]) {
        ic_cdk::api::certified_data_set(root);
    }

    async fn random(&self) -> Result<[u8; 32], NoRandomness> {
        let reply = Call::bounded_wait(Principal::management_canister(), "raw_rand")
            .await
            .map_err(|_| NoRandomness)?;
        let bytes = blob::decode(reply.into_bytes()).map_err(|_| NoRandomness)?;
        bytes.try_into().map_err(|_| NoRandomness)
    }

    async fn call(
        &self,
        canister: Principal,
        method: &'static str,
        arguments: Vec<u8>,
    ) -> Result<Vec<u8>, NoReply> {
        let reply = Call::bounded_wait(canister, method)
            .take_raw_args(arguments)
            .change_timeout(TIMEOUT_SECONDS)
            .await;
        match reply {
            Ok(response) => Ok(response.into_bytes()),
            Err(error) if error.is_clean_reject() => Err(NoReply::NotDone),
            Err(CallFailed::CallRejected(rejected))
                if rejected.reject_code() == Ok(RejectCode::CanisterError) =>
            {
                Err(NoReply::CalleeFailed)
            }
            Err(_) => Err(NoReply::Unknown),
        }
    }
}

#[cfg(test)]
pub(crate) mod mock;
