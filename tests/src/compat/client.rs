// Generated from interface.did by candid_parser; `cargo run -p anchorage-tests --example compat_record` writes it anew.
use super::Method;
use candid::{self, CandidType, Deserialize, Principal};

#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DohConfig {
  pub max_cache_age_secs: Option<u64>,
  pub allowed_domains: Vec<String>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DnssecRootAnchor {
  pub algorithm: u8,
  pub key_tag: u16,
  pub digest_type: u8,
  pub digest: serde_bytes::ByteBuf,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DnssecConfig { pub root_anchors: Vec<DnssecRootAnchor> }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct ArchiveConfig {
  pub polling_interval_ns: u64,
  pub entries_buffer_limit: u64,
  pub module_hash: serde_bytes::ByteBuf,
  pub entries_fetch_limit: u16,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum AnalyticsConfig {
  Plausible{
    domain: Option<String>,
    track_localhost: Option<bool>,
    hash_mode: Option<bool>,
    api_host: Option<String>,
  },
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum OpenIdEmailVerification { Google, Unknown, Microsoft }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct OpenIdConfig {
  pub auth_uri: String,
  pub jwks_uri: String,
  pub logo: String,
  pub name: String,
  pub fedcm_uri: Option<String>,
  pub email_verification: Option<OpenIdEmailVerification>,
  pub issuer: String,
  pub auth_scope: Vec<String>,
  pub seed_jwks: Option<Vec<Vec<(String,String,)>>>,
  pub client_id: String,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum CaptchaConfigCaptchaTriggerStatic { CaptchaDisabled, CaptchaEnabled }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum CaptchaConfigCaptchaTrigger {
  Dynamic{
    reference_rate_sampling_interval_s: u64,
    threshold_pct: u16,
    current_rate_sampling_interval_s: u64,
  },
  Static(CaptchaConfigCaptchaTriggerStatic),
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct CaptchaConfig {
  pub max_unsolved_captchas: u64,
  pub captcha_trigger: CaptchaConfigCaptchaTrigger,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DummyAuthConfig { pub prompt_for_index: bool }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct RateLimitConfig { pub max_tokens: u64, pub time_per_token_ns: u64 }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct InternetIdentityInit {
  pub doh_config: Option<Option<DohConfig>>,
  pub is_production: Option<bool>,
  pub backend_canister_id: Option<Principal>,
  pub enable_dapps_explorer: Option<bool>,
  pub assigned_user_number_range: Option<(u64,u64,)>,
  pub new_flow_origins: Option<Vec<String>>,
  pub dnssec_config: Option<Option<DnssecConfig>>,
  pub archive_config: Option<ArchiveConfig>,
  pub canister_creation_cycles_cost: Option<u64>,
  pub analytics_config: Option<Option<AnalyticsConfig>>,
  pub enable_dnssec_email_recovery: Option<bool>,
  pub related_origins: Option<Vec<String>>,
  pub openid_configs: Option<Vec<OpenIdConfig>>,
  pub backend_origin: Option<String>,
  pub captcha_config: Option<CaptchaConfig>,
  pub mcp_official_url: Option<Option<String>>,
  pub dummy_auth: Option<Option<DummyAuthConfig>>,
  pub sso_allow_insecure_discovery: Option<bool>,
  pub register_rate_limit: Option<RateLimitConfig>,
}
pub type UserNumber = u64;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum MetadataMapItem1 {
  #[serde(rename="map")]
  Map(Box<MetadataMap>),
  #[serde(rename="string")]
  String(String),
  #[serde(rename="bytes")]
  Bytes(serde_bytes::ByteBuf),
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct MetadataMap(pub Vec<(String,MetadataMapItem1,)>);
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum DeviceProtection {
  #[serde(rename="unprotected")]
  Unprotected,
  #[serde(rename="protected")]
  Protected,
}
pub type PublicKey = serde_bytes::ByteBuf;
pub type DeviceKey = PublicKey;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum KeyType {
  #[serde(rename="platform")]
  Platform,
  #[serde(rename="seed_phrase")]
  SeedPhrase,
  #[serde(rename="cross_platform")]
  CrossPlatform,
  #[serde(rename="unknown")]
  Unknown,
  #[serde(rename="browser_storage_key")]
  BrowserStorageKey,
}
pub type Aaguid = serde_bytes::ByteBuf;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum Purpose {
  #[serde(rename="authentication")]
  Authentication,
  #[serde(rename="recovery")]
  Recovery,
}
pub type CredentialId = serde_bytes::ByteBuf;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DeviceData {
  pub alias: String,
  pub metadata: Option<Box<MetadataMap>>,
  pub origin: Option<String>,
  pub protection: DeviceProtection,
  pub pubkey: DeviceKey,
  pub key_type: KeyType,
  pub aaguid: Option<Aaguid>,
  pub purpose: Purpose,
  pub credential_id: Option<CredentialId>,
}
pub type Timestamp = u64;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum AddTentativeDeviceResponse {
  #[serde(rename="device_registration_mode_off")]
  DeviceRegistrationModeOff,
  #[serde(rename="another_device_tentatively_added")]
  AnotherDeviceTentativelyAdded,
  #[serde(rename="passkey_with_this_public_key_is_already_used")]
  PasskeyWithThisPublicKeyIsAlreadyUsed,
  #[serde(rename="added_tentatively")]
  AddedTentatively{
    verification_code: String,
    device_registration_timeout: Timestamp,
  },
}
pub type ChallengeKey = String;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct Challenge { pub png_base64: String, pub challenge_key: ChallengeKey }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct WebAuthnCredential {
  pub pubkey: PublicKey,
  pub credential_id: CredentialId,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct AnchorCredentials {
  pub recovery_phrases: Vec<PublicKey>,
  pub credentials: Vec<WebAuthnCredential>,
  pub recovery_credentials: Vec<WebAuthnCredential>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DeviceWithUsage {
  pub alias: String,
  pub last_usage: Option<Timestamp>,
  pub metadata: Option<Box<MetadataMap>>,
  pub origin: Option<String>,
  pub protection: DeviceProtection,
  pub pubkey: DeviceKey,
  pub key_type: KeyType,
  pub aaguid: Option<Aaguid>,
  pub purpose: Purpose,
  pub credential_id: Option<CredentialId>,
}
pub type Aud = String;
pub type Iss = String;
pub type Sub = String;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum MetadataMapV2Item1 {
  Map(Box<MetadataMapV2>),
  String(String),
  Bytes(serde_bytes::ByteBuf),
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct MetadataMapV2(pub Vec<(String,MetadataMapV2Item1,)>);
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct OpenIdCredential {
  pub aud: Aud,
  pub iss: Iss,
  pub sub: Sub,
  pub metadata: Box<MetadataMapV2>,
  pub sso_domain: Option<String>,
  pub sso_name: Option<String>,
  pub last_usage_timestamp: Option<Timestamp>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DeviceRegistrationInfo {
  pub tentative_device: Option<DeviceData>,
  pub expiration: Timestamp,
  pub tentative_session: Option<Principal>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct IdentityAnchorInfo {
  pub name: Option<String>,
  pub created_at: Option<Timestamp>,
  pub devices: Vec<DeviceWithUsage>,
  pub openid_credentials: Option<Vec<OpenIdCredential>>,
  pub device_registration: Option<DeviceRegistrationInfo>,
}
pub type FrontendHostname = String;
pub type SessionKey = PublicKey;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct Delegation {
  pub permissions: Option<String>,
  pub pubkey: PublicKey,
  pub targets: Option<Vec<Principal>>,
  pub expiration: Timestamp,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct SignedDelegation {
  pub signature: serde_bytes::ByteBuf,
  pub delegation: Delegation,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum GetDelegationResponse {
  #[serde(rename="no_such_delegation")]
  NoSuchDelegation,
  #[serde(rename="signed_delegation")]
  SignedDelegation(SignedDelegation),
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct HeaderField (pub String,pub String,);
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct HttpRequest {
  pub url: String,
  pub method: String,
  pub body: serde_bytes::ByteBuf,
  pub headers: Vec<HeaderField>,
  pub certificate_version: Option<u16>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct HttpResponse {
  pub body: serde_bytes::ByteBuf,
  pub headers: Vec<HeaderField>,
  pub upgrade: Option<bool>,
  pub status_code: u16,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct DeviceKeyWithAnchor {
  pub pubkey: DeviceKey,
  pub anchor_number: UserNumber,
}
pub type UserKey = PublicKey;
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct ChallengeResult { pub key: ChallengeKey, pub chars: String }
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum RegisterResponse {
  #[serde(rename="bad_challenge")]
  BadChallenge,
  #[serde(rename="canister_full")]
  CanisterFull,
  #[serde(rename="registered")]
  Registered{ user_number: UserNumber },
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct ArchiveInfo {
  pub archive_config: Option<ArchiveConfig>,
  pub archive_canister: Option<Principal>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub struct InternetIdentityStats {
  pub storage_layout_version: u8,
  pub users_registered: u64,
  pub assigned_user_number_range: (u64,u64,),
  pub archive_info: ArchiveInfo,
  pub canister_creation_cycles_cost: u64,
  pub event_aggregations: Vec<(String,Vec<(String,u64,)>,)>,
}
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq)]
pub enum VerifyTentativeDeviceResponse {
  #[serde(rename="device_registration_mode_off")]
  DeviceRegistrationModeOff,
  #[serde(rename="verified")]
  Verified,
  #[serde(rename="wrong_code")]
  WrongCode{ retries_left: u8 },
  #[serde(rename="no_device_to_verify")]
  NoDeviceToVerify,
}


pub mod methods {
    use super::*;
    #[derive(Clone, Copy, Debug)]
    pub struct AddMethod;
    impl Method for AddMethod {
        const NAME: &'static str = "add";
        type Arguments = (UserNumber, DeviceData, );
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct AddTentativeDeviceMethod;
    impl Method for AddTentativeDeviceMethod {
        const NAME: &'static str = "add_tentative_device";
        type Arguments = (UserNumber, DeviceData, );
        type Reply = (AddTentativeDeviceResponse, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct ConfigMethod;
    impl Method for ConfigMethod {
        const NAME: &'static str = "config";
        type Arguments = ();
        type Reply = (InternetIdentityInit, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct CreateChallengeMethod;
    impl Method for CreateChallengeMethod {
        const NAME: &'static str = "create_challenge";
        type Arguments = ();
        type Reply = (Challenge, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct EnterDeviceRegistrationModeMethod;
    impl Method for EnterDeviceRegistrationModeMethod {
        const NAME: &'static str = "enter_device_registration_mode";
        type Arguments = (UserNumber, );
        type Reply = (Timestamp, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct ExitDeviceRegistrationModeMethod;
    impl Method for ExitDeviceRegistrationModeMethod {
        const NAME: &'static str = "exit_device_registration_mode";
        type Arguments = (UserNumber, );
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct GetAnchorCredentialsMethod;
    impl Method for GetAnchorCredentialsMethod {
        const NAME: &'static str = "get_anchor_credentials";
        type Arguments = (UserNumber, );
        type Reply = (AnchorCredentials, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct GetAnchorInfoMethod;
    impl Method for GetAnchorInfoMethod {
        const NAME: &'static str = "get_anchor_info";
        type Arguments = (UserNumber, );
        type Reply = (IdentityAnchorInfo, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct GetDelegationMethod;
    impl Method for GetDelegationMethod {
        const NAME: &'static str = "get_delegation";
        type Arguments = (UserNumber, FrontendHostname, SessionKey, Timestamp, );
        type Reply = (GetDelegationResponse, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct GetPrincipalMethod;
    impl Method for GetPrincipalMethod {
        const NAME: &'static str = "get_principal";
        type Arguments = (UserNumber, FrontendHostname, );
        type Reply = (Principal, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct HttpRequestMethod;
    impl Method for HttpRequestMethod {
        const NAME: &'static str = "http_request";
        type Arguments = (HttpRequest, );
        type Reply = (HttpResponse, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct InitSaltMethod;
    impl Method for InitSaltMethod {
        const NAME: &'static str = "init_salt";
        type Arguments = ();
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct LookupMethod;
    impl Method for LookupMethod {
        const NAME: &'static str = "lookup";
        type Arguments = (UserNumber, );
        type Reply = (Vec<DeviceData>, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct LookupDeviceKeyMethod;
    impl Method for LookupDeviceKeyMethod {
        const NAME: &'static str = "lookup_device_key";
        type Arguments = (serde_bytes::ByteBuf, );
        type Reply = (Option<DeviceKeyWithAnchor>, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct PrepareDelegationMethod;
    impl Method for PrepareDelegationMethod {
        const NAME: &'static str = "prepare_delegation";
        type Arguments = (UserNumber, FrontendHostname, SessionKey, Option<u64>, );
        type Reply = (UserKey, Timestamp, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct RegisterMethod;
    impl Method for RegisterMethod {
        const NAME: &'static str = "register";
        type Arguments = (DeviceData, ChallengeResult, Option<Principal>, );
        type Reply = (RegisterResponse, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct RemoveMethod;
    impl Method for RemoveMethod {
        const NAME: &'static str = "remove";
        type Arguments = (UserNumber, DeviceKey, );
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct ReplaceMethod;
    impl Method for ReplaceMethod {
        const NAME: &'static str = "replace";
        type Arguments = (UserNumber, DeviceKey, DeviceData, );
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct StatsMethod;
    impl Method for StatsMethod {
        const NAME: &'static str = "stats";
        type Arguments = ();
        type Reply = (InternetIdentityStats, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct UpdateMethod;
    impl Method for UpdateMethod {
        const NAME: &'static str = "update";
        type Arguments = (UserNumber, DeviceKey, DeviceData, );
        type Reply = ();
    }
    #[derive(Clone, Copy, Debug)]
    pub struct VerifyTentativeDeviceMethod;
    impl Method for VerifyTentativeDeviceMethod {
        const NAME: &'static str = "verify_tentative_device";
        type Arguments = (UserNumber, String, );
        type Reply = (VerifyTentativeDeviceResponse, );
    }
    #[derive(Clone, Copy, Debug)]
    pub struct WhoamiMethod;
    impl Method for WhoamiMethod {
        const NAME: &'static str = "whoami";
        type Arguments = ();
        type Reply = (Principal, );
    }
}
