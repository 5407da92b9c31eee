//! Front, as users, dapps and its controllers call it.

use types::front::{
    AddTentativeDeviceResponse, CertifiedRouting, Challenge, ChallengeResult, ExpectTipError,
    ExpectedTip, FrontInit, GetDelegationResponse, IdentityAnchorInfo, InternetIdentityStats,
    RegisterResponse, RoutingError, ShardRoute, VerifyTentativeDeviceResponse,
};
use types::registry::ShardTip;
use types::{
    AnchorCredentials, AnchorNumber, CredentialId, DeviceData, DeviceKey, DeviceKeyWithAnchor,
    Principal, SessionKey, TimestampNs, UserKey,
};

use crate::{Canister, ClientError, Transport};

/// Typed calls of front. What the methods mean, who may call them and what they answer stands in
/// `front.did`.
#[derive(Clone, Debug)]
pub struct FrontClient<T>(Canister<T>);

impl<T: Transport> FrontClient<T> {
    /// The front with that canister id.
    pub const fn new(transport: T, id: Principal) -> Self {
        Self(Canister::new(transport, id))
    }

    /// The canister, for what every canister has.
    pub const fn canister(&self) -> &Canister<T> {
        &self.0
    }

    /// Draws the salt, if there is none.
    pub async fn init_salt(&self) -> Result<(), ClientError> {
        self.0.update("init_salt", ()).await
    }

    /// Gets a captcha.
    pub async fn create_challenge(&self) -> Result<Challenge, ClientError> {
        let (challenge,) = self.0.update("create_challenge", ()).await?;
        Ok(challenge)
    }

    /// Registers an anchor with its first device.
    pub async fn register(
        &self,
        device: &DeviceData,
        solution: &ChallengeResult,
        temporary_key: Option<Principal>,
    ) -> Result<RegisterResponse, ClientError> {
        let arguments = (device, solution, temporary_key);
        let (response,) = self.0.update("register", arguments).await?;
        Ok(response)
    }

    /// Adds a device.
    pub async fn add(&self, anchor: AnchorNumber, device: &DeviceData) -> Result<(), ClientError> {
        self.0.update("add", (anchor, device)).await
    }

    /// Gives the device with that key other data.
    pub async fn update(
        &self,
        anchor: AnchorNumber,
        key: &DeviceKey,
        device: &DeviceData,
    ) -> Result<(), ClientError> {
        self.0.update("update", (anchor, key, device)).await
    }

    /// Removes the device with that key and adds another one, at once.
    pub async fn replace(
        &self,
        anchor: AnchorNumber,
        key: &DeviceKey,
        device: &DeviceData,
    ) -> Result<(), ClientError> {
        self.0.update("replace", (anchor, key, device)).await
    }

    /// Removes the device with that key.
    pub async fn remove(&self, anchor: AnchorNumber, key: &DeviceKey) -> Result<(), ClientError> {
        self.0.update("remove", (anchor, key)).await
    }

    /// The public part of an anchor's devices. A composite query.
    pub async fn lookup(&self, anchor: AnchorNumber) -> Result<Vec<DeviceData>, ClientError> {
        let (devices,) = self.0.query("lookup", (anchor,)).await?;
        Ok(devices)
    }

    /// Keys and credential ids of an anchor. A composite query.
    pub async fn get_anchor_credentials(
        &self,
        anchor: AnchorNumber,
    ) -> Result<AnchorCredentials, ClientError> {
        let (credentials,) = self.0.query("get_anchor_credentials", (anchor,)).await?;
        Ok(credentials)
    }

    /// Whose passkey has this credential id. A composite query.
    pub async fn lookup_device_key(
        &self,
        credential_id: &CredentialId,
    ) -> Result<Option<DeviceKeyWithAnchor>, ClientError> {
        let (found,) = self.0.query("lookup_device_key", (credential_id,)).await?;
        Ok(found)
    }

    /// The caller's pseudonym at an origin. A composite query.
    pub async fn get_principal(
        &self,
        anchor: AnchorNumber,
        origin: &str,
    ) -> Result<Principal, ClientError> {
        let (pseudonym,) = self.0.query("get_principal", (anchor, origin)).await?;
        Ok(pseudonym)
    }

    /// Everything about an anchor, for one of its devices.
    pub async fn get_anchor_info(
        &self,
        anchor: AnchorNumber,
    ) -> Result<IdentityAnchorInfo, ClientError> {
        let (info,) = self.0.update("get_anchor_info", (anchor,)).await?;
        Ok(info)
    }

    /// Opens the registration of a device on another machine; answers when it ends.
    pub async fn enter_device_registration_mode(
        &self,
        anchor: AnchorNumber,
    ) -> Result<TimestampNs, ClientError> {
        let method = "enter_device_registration_mode";
        let (ends,) = self.0.update(method, (anchor,)).await?;
        Ok(ends)
    }

    /// Closes it and forgets the device that waits.
    pub async fn exit_device_registration_mode(
        &self,
        anchor: AnchorNumber,
    ) -> Result<(), ClientError> {
        let method = "exit_device_registration_mode";
        self.0.update(method, (anchor,)).await
    }

    /// Lets a device wait for the code that is answered.
    pub async fn add_tentative_device(
        &self,
        anchor: AnchorNumber,
        device: &DeviceData,
    ) -> Result<AddTentativeDeviceResponse, ClientError> {
        let arguments = (anchor, device);
        let (response,) = self.0.update("add_tentative_device", arguments).await?;
        Ok(response)
    }

    /// Adds the device that waits, if that is its code.
    pub async fn verify_tentative_device(
        &self,
        anchor: AnchorNumber,
        code: &str,
    ) -> Result<VerifyTentativeDeviceResponse, ClientError> {
        let arguments = (anchor, code);
        let (response,) = self.0.update("verify_tentative_device", arguments).await?;
        Ok(response)
    }

    /// Has a delegation signed; answers the user key and the expiration to ask for it with.
    pub async fn prepare_delegation(
        &self,
        anchor: AnchorNumber,
        origin: &str,
        session_key: &SessionKey,
        max_time_to_live_ns: Option<u64>,
    ) -> Result<(UserKey, TimestampNs), ClientError> {
        let arguments = (anchor, origin, session_key, max_time_to_live_ns);
        self.0.update("prepare_delegation", arguments).await
    }

    /// Fetches a delegation that was prepared.
    pub async fn get_delegation(
        &self,
        anchor: AnchorNumber,
        origin: &str,
        session_key: &SessionKey,
        expiration: TimestampNs,
    ) -> Result<GetDelegationResponse, ClientError> {
        let arguments = (anchor, origin, session_key, expiration);
        let (response,) = self.0.query("get_delegation", arguments).await?;
        Ok(response)
    }

    /// Replaces the routing table. For controllers.
    pub async fn set_routing(
        &self,
        routes: &[ShardRoute],
    ) -> Result<Result<(), RoutingError>, ClientError> {
        let (result,) = self.0.update("set_routing", (routes,)).await?;
        Ok(result)
    }

    /// Lets front expect this tip of a shard. For controllers.
    pub async fn expect_tip(
        &self,
        shard: Principal,
        tip: &ShardTip,
    ) -> Result<Result<(), ExpectTipError>, ClientError> {
        let (result,) = self.0.update("expect_tip", (shard, tip)).await?;
        Ok(result)
    }

    /// What front expects of each shard.
    pub async fn expected_tips(&self) -> Result<Vec<ExpectedTip>, ClientError> {
        let (tips,) = self.0.query("expected_tips", ()).await?;
        Ok(tips)
    }

    /// The routing table with its certificate.
    pub async fn routing(&self) -> Result<CertifiedRouting, ClientError> {
        let (routing,) = self.0.query("routing", ()).await?;
        Ok(routing)
    }

    /// Totals over all shards.
    pub async fn stats(&self) -> Result<InternetIdentityStats, ClientError> {
        let (stats,) = self.0.query("stats", ()).await?;
        Ok(stats)
    }

    /// The settings in force.
    pub async fn config(&self) -> Result<FrontInit, ClientError> {
        let (config,) = self.0.query("config", ()).await?;
        Ok(config)
    }

    /// The principal that this client calls as.
    pub async fn whoami(&self) -> Result<Principal, ClientError> {
        let (caller,) = self.0.query("whoami", ()).await?;
        Ok(caller)
    }
}
