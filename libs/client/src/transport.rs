//! How bytes get to a canister and back.

use types::Principal;

use crate::CallError;

/// A way to call canisters, as one sender.
pub trait Transport: Sync {
    /// Asks one node. The answer is as trustworthy as that node.
    fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send;

    /// Asks the subnet, and waits until it has agreed on an answer.
    fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send;
}

impl<T: Transport> Transport for &T {
    async fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        T::query(self, canister, method, argument).await
    }

    async fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        T::update(self, canister, method, argument).await
    }
}

/// Asks every query as an update: slower, and agreed on by the subnet. Certificates are absent in
/// such answers, and composite queries refuse to run so.
#[derive(Clone, Copy, Debug)]
pub struct Replicated<T>(pub T);

impl<T: Transport> Transport for Replicated<T> {
    async fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        self.0.update(canister, method, argument).await
    }

    async fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        self.0.update(canister, method, argument).await
    }
}
