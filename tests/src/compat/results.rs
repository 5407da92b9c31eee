//! What the client reads: each shape of answer.

use super::calls::{
    ANCHOR, CHALLENGE_KEY, EXPIRATION, bare, bytes, credential_id, key, passkey, recorded, session,
};
use super::client::methods as m;
use super::client::{
    AddTentativeDeviceResponse, AnchorCredentials, ArchiveConfig, ArchiveInfo, Challenge,
    Delegation, DeviceData, DeviceKeyWithAnchor, DeviceProtection, DeviceRegistrationInfo,
    DeviceWithUsage, GetDelegationResponse, HeaderField, HttpResponse, IdentityAnchorInfo,
    InternetIdentityInit, InternetIdentityStats, KeyType, RateLimitConfig, RegisterResponse,
    SignedDelegation, VerifyTentativeDeviceResponse, WebAuthnCredential,
};
use super::{Kind, Method, Recorded};
use crate::family::principal_of;

fn answer<M: Method>(_: M, case: &str, reply: M::Reply) -> Recorded {
    recorded(Kind::Result, M::NAME, case, reply)
}

/// What the client can read. Fields that front never fills, because they belong to methods that it does not have, are
/// empty.
pub(super) fn results() -> Vec<Recorded> {
    [changes(), anchors(), remote_devices(), others()].concat()
}

/// Of registrations and changes of devices.
fn changes() -> Vec<Recorded> {
    let registered = RegisterResponse::Registered {
        user_number: ANCHOR,
    };
    let picture = Challenge {
        png_base64: "a picture".to_owned(),
        challenge_key: CHALLENGE_KEY.to_owned(),
    };
    vec![
        answer(m::InitSaltMethod, "plain", ()),
        answer(m::CreateChallengeMethod, "plain", (picture,)),
        answer(m::RegisterMethod, "registered", (registered,)),
        answer(m::RegisterMethod, "full", (RegisterResponse::CanisterFull,)),
        answer(
            m::RegisterMethod,
            "bad challenge",
            (RegisterResponse::BadChallenge,),
        ),
        answer(m::AddMethod, "plain", ()),
        answer(m::UpdateMethod, "plain", ()),
        answer(m::ReplaceMethod, "plain", ()),
        answer(m::RemoveMethod, "plain", ()),
    ]
}

/// Of questions about anchors.
fn anchors() -> Vec<Recorded> {
    let tentative = DeviceRegistrationInfo {
        tentative_device: Some(passkey("watch")),
        tentative_session: None,
        expiration: 6,
    };
    let info = |devices, device_registration| IdentityAnchorInfo {
        devices,
        device_registration,
        openid_credentials: None,
        name: None,
        created_at: Some(5),
    };
    let credential = |name| WebAuthnCredential {
        credential_id: bytes(credential_id(name)),
        pubkey: key(name),
    };
    let found = DeviceKeyWithAnchor {
        pubkey: key("phone"),
        anchor_number: ANCHOR,
    };
    let nothing = IdentityAnchorInfo {
        created_at: None,
        ..info(vec![], None)
    };
    let credentials = AnchorCredentials {
        credentials: vec![credential("alice"), credential("phone")],
        recovery_credentials: vec![credential("key")],
        recovery_phrases: vec![key("phrase")],
    };
    vec![
        answer(m::LookupMethod, "devices", (every_kind(),)),
        answer(m::LookupMethod, "nobody", (vec![],)),
        answer(m::GetAnchorCredentialsMethod, "plain", (credentials,)),
        answer(m::LookupDeviceKeyMethod, "found", (Some(found),)),
        answer(m::LookupDeviceKeyMethod, "nobody", (None,)),
        answer(
            m::GetAnchorInfoMethod,
            "everything",
            (info(
                every_kind().into_iter().map(used).collect(),
                Some(tentative),
            ),),
        ),
        answer(m::GetAnchorInfoMethod, "nothing", (nothing,)),
        answer(m::GetPrincipalMethod, "plain", (principal_of("pseudonym"),)),
    ]
}

/// Of devices that are added from themselves.
fn remote_devices() -> Vec<Recorded> {
    let added = AddTentativeDeviceResponse::AddedTentatively {
        verification_code: "123456".to_owned(),
        device_registration_timeout: 8,
    };
    let wrong = VerifyTentativeDeviceResponse::WrongCode { retries_left: 2 };
    let add_off = AddTentativeDeviceResponse::DeviceRegistrationModeOff;
    let add_second = AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded;
    let add_used = AddTentativeDeviceResponse::PasskeyWithThisPublicKeyIsAlreadyUsed;
    let verify_off = VerifyTentativeDeviceResponse::DeviceRegistrationModeOff;
    let verify_none = VerifyTentativeDeviceResponse::NoDeviceToVerify;
    vec![
        answer(m::EnterDeviceRegistrationModeMethod, "plain", (8,)),
        answer(m::ExitDeviceRegistrationModeMethod, "plain", ()),
        answer(m::AddTentativeDeviceMethod, "added", (added,)),
        answer(m::AddTentativeDeviceMethod, "mode off", (add_off,)),
        answer(m::AddTentativeDeviceMethod, "second", (add_second,)),
        answer(m::AddTentativeDeviceMethod, "used", (add_used,)),
        answer(
            m::VerifyTentativeDeviceMethod,
            "verified",
            (VerifyTentativeDeviceResponse::Verified,),
        ),
        answer(m::VerifyTentativeDeviceMethod, "wrong", (wrong,)),
        answer(m::VerifyTentativeDeviceMethod, "mode off", (verify_off,)),
        answer(m::VerifyTentativeDeviceMethod, "no device", (verify_none,)),
    ]
}

/// Of delegations, and what everybody may ask.
fn others() -> Vec<Recorded> {
    let delegation = SignedDelegation {
        delegation: Delegation {
            pubkey: session(),
            expiration: EXPIRATION,
            targets: None,
            permissions: None,
        },
        signature: bytes("a signature"),
    };
    let page = HttpResponse {
        status_code: 200,
        headers: vec![HeaderField("content-type".to_owned(), "text".to_owned())],
        body: bytes("a page"),
        upgrade: None,
    };
    vec![
        answer(
            m::PrepareDelegationMethod,
            "plain",
            (bytes("a user key"), EXPIRATION),
        ),
        answer(
            m::GetDelegationMethod,
            "signed",
            (GetDelegationResponse::SignedDelegation(delegation),),
        ),
        answer(
            m::GetDelegationMethod,
            "none",
            (GetDelegationResponse::NoSuchDelegation,),
        ),
        answer(m::StatsMethod, "plain", (statistics(),)),
        answer(m::ConfigMethod, "plain", (configuration(),)),
        answer(m::WhoamiMethod, "plain", (principal_of("alice"),)),
        answer(m::HttpRequestMethod, "plain", (page,)),
    ]
}

/// Devices of every key type, purpose and protection.
fn every_kind() -> Vec<DeviceData> {
    let open = || DeviceProtection::Unprotected;
    vec![
        passkey("alice"),
        bare("a", KeyType::Unknown, open()),
        bare("b", KeyType::Platform, open()),
        bare("c", KeyType::SeedPhrase, DeviceProtection::Protected),
        bare("d", KeyType::BrowserStorageKey, open()),
    ]
}

fn used(device: DeviceData) -> DeviceWithUsage {
    let DeviceData {
        alias,
        metadata,
        origin,
        protection,
        pubkey,
        key_type,
        aaguid,
        purpose,
        credential_id,
    } = device;
    DeviceWithUsage {
        alias,
        last_usage: Some(4),
        metadata,
        origin,
        protection,
        pubkey,
        key_type,
        aaguid,
        purpose,
        credential_id,
    }
}

fn statistics() -> InternetIdentityStats {
    InternetIdentityStats {
        users_registered: 3,
        storage_layout_version: 1,
        assigned_user_number_range: (10_000, 20_000),
        archive_info: ArchiveInfo {
            archive_canister: Some(principal_of("archive")),
            archive_config: Some(ArchiveConfig {
                module_hash: bytes([1; 32]),
                entries_buffer_limit: 2,
                entries_fetch_limit: 3,
                polling_interval_ns: 4,
            }),
        },
        canister_creation_cycles_cost: 0,
        event_aggregations: vec![("events".to_owned(), vec![("key".to_owned(), 1)])],
    }
}

fn configuration() -> InternetIdentityInit {
    InternetIdentityInit {
        doh_config: None,
        is_production: None,
        backend_canister_id: None,
        enable_dapps_explorer: None,
        assigned_user_number_range: None,
        new_flow_origins: None,
        dnssec_config: None,
        archive_config: None,
        canister_creation_cycles_cost: None,
        analytics_config: None,
        enable_dnssec_email_recovery: None,
        related_origins: None,
        openid_configs: None,
        backend_origin: None,
        captcha_config: None,
        mcp_official_url: None,
        dummy_auth: None,
        sso_allow_insecure_discovery: None,
        register_rate_limit: Some(RateLimitConfig {
            max_tokens: 2,
            time_per_token_ns: 1,
        }),
    }
}
