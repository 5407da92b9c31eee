//! A shard, as everybody, its controllers, and (in tests) its front and archives call it.

use types::message::Request;
use types::registry::{
    Answer, ArchiveLink, Authenticated, ConfigureError, Identify, IndexIncomplete, KnownPasskey,
    Loss, PublicState, RegistrySettings, RegistryStatus, Repair, RepairError, ShardTip,
};
use types::{AnchorCredentials, AnchorNumber, CredentialId, DeviceData, Principal};

use crate::{Canister, ClientError, LogClient, Transport};

/// Typed calls of a shard. What the methods mean, who may call them and what they answer stands in
/// `registry.did`.
#[derive(Clone, Debug)]
pub struct RegistryClient<T>(Canister<T>);

impl<T: Transport> RegistryClient<T> {
    /// The shard with that canister id.
    pub const fn new(transport: T, id: Principal) -> Self {
        Self(Canister::new(transport, id))
    }

    /// The canister, for what every canister has.
    pub const fn canister(&self) -> &Canister<T> {
        &self.0
    }

    /// The blocks that the shard still holds.
    pub const fn log(&self) -> LogClient<&T> {
        LogClient::new(self.0.by_ref())
    }

    /// Sends an order or a question of front's, or an archive's wish for blocks:
    /// [`types::registry::CreateAnchor`], [`types::registry::Apply`],
    /// [`types::registry::Authenticate`], [`types::registry::AnchorInfo`],
    /// [`types::registry::EnterRegistrationMode`], [`types::registry::ExitRegistrationMode`],
    /// [`types::registry::AddTentativeDevice`], [`types::registry::VerifyTentativeDevice`],
    /// [`types::registry::FetchBlocks`].
    pub async fn send<Q>(&self, request: &Q) -> Result<Q::Answer, ClientError>
    where
        Q: Request + Sync,
    {
        self.0.send(request).await
    }

    /// Asks, as front does in a query, whether somebody may act for an anchor.
    pub async fn identify(&self, request: &Identify) -> Result<Answer<Authenticated>, ClientError> {
        self.0.ask(request).await
    }

    /// The public part of an anchor's devices.
    pub async fn lookup(&self, anchor: AnchorNumber) -> Result<Vec<DeviceData>, ClientError> {
        let (devices,) = self.0.query("lookup", (anchor,)).await?;
        Ok(devices)
    }

    /// Keys and credential ids of an anchor.
    pub async fn get_anchor_credentials(
        &self,
        anchor: AnchorNumber,
    ) -> Result<AnchorCredentials, ClientError> {
        let (credentials,) = self.0.query("get_anchor_credentials", (anchor,)).await?;
        Ok(credentials)
    }

    /// Whose passkey has this credential id, as far as this shard knows.
    pub async fn lookup_device_key(
        &self,
        credential_id: &CredentialId,
    ) -> Result<Result<Option<KnownPasskey>, IndexIncomplete>, ClientError> {
        let (found,) = self.0.query("lookup_device_key", (credential_id,)).await?;
        Ok(found)
    }

    /// One page of the public state, from an anchor on.
    pub async fn public_state(
        &self,
        from: AnchorNumber,
        limit: u32,
    ) -> Result<PublicState, ClientError> {
        let (page,) = self.0.query("public_state", (from, limit)).await?;
        Ok(page)
    }

    /// Range, tip, archives, settings, release.
    pub async fn status(&self) -> Result<RegistryStatus, ClientError> {
        let (status,) = self.0.query("status", ()).await?;
        Ok(status)
    }

    /// Replaces the settings that are given. For controllers.
    pub async fn configure(
        &self,
        settings: &RegistrySettings,
    ) -> Result<Result<(), ConfigureError>, ClientError> {
        let (result,) = self.0.update("configure", (settings,)).await?;
        Ok(result)
    }

    /// Brings back blocks that the shard lacks since it was set back. For controllers.
    pub async fn repair(
        &self,
        blocks: &Repair,
    ) -> Result<Result<ShardTip, RepairError>, ClientError> {
        let (result,) = self.0.update("repair", (blocks,)).await?;
        Ok(result)
    }

    /// Declares that nobody has the blocks that followed. For controllers.
    pub async fn declare_lost(
        &self,
        loss: Loss,
    ) -> Result<Result<ShardTip, RepairError>, ClientError> {
        let (result,) = self.0.update("declare_lost", (loss,)).await?;
        Ok(result)
    }

    /// Replaces the archives that may fetch. For controllers.
    pub async fn set_archives(
        &self,
        archives: &[ArchiveLink],
    ) -> Result<Result<(), ConfigureError>, ClientError> {
        let (result,) = self.0.update("set_archives", (archives,)).await?;
        Ok(result)
    }
}
