//! What is recorded: each method with every shape of argument, and each shape of answer.

use super::client::methods as m;
use super::client::{
    AddTentativeDeviceResponse, AnchorCredentials, ArchiveConfig, ArchiveInfo, Challenge,
    ChallengeResult, Delegation, DeviceData, DeviceKeyWithAnchor, DeviceProtection,
    DeviceRegistrationInfo, DeviceWithUsage, GetDelegationResponse, HeaderField, HttpRequest,
    HttpResponse, IdentityAnchorInfo, InternetIdentityInit, InternetIdentityStats, KeyType,
    MetadataMap, MetadataMapItem1, Purpose, RateLimitConfig, RegisterResponse, SignedDelegation,
    VerifyTentativeDeviceResponse, WebAuthnCredential,
};
use super::{Kind, Method, Recorded};
use crate::family::{Device, principal_of};
use serde_bytes::ByteBuf;

/// The number of the first anchor of the family that the calls are made for.
pub const ANCHOR: u64 = 10_000;
/// In the place of what front answers only when it is asked.
pub const CHALLENGE_KEY: &str = "the key of a challenge";
/// Likewise, in `get_delegation`.
pub const EXPIRATION: u64 = 0x1122_3344_5566_7788;
/// Likewise, in `verify_tentative_device`.
pub const CODE: &str = "the verification code";
/// The relying party.
pub const ORIGIN: &str = "https://dapp.example";

/// The credential id of a device.
pub fn credential_id(name: &str) -> Vec<u8> {
    format!("credential of {name}").into_bytes()
}

fn text(text: &str) -> MetadataMapItem1 {
    MetadataMapItem1::String(text.to_owned())
}

/// A passkey with every field filled.
pub fn passkey(name: &str) -> DeviceData {
    let inner = MetadataMap(vec![("inner".to_owned(), text("value"))]);
    let metadata = MetadataMap(vec![
        ("bytes".to_owned(), MetadataMapItem1::Bytes(bytes([0, 255]))),
        ("map".to_owned(), MetadataMapItem1::Map(Box::new(inner))),
        ("text".to_owned(), text("value")),
    ]);
    DeviceData {
        pubkey: key(name),
        alias: format!("device of {name}"),
        credential_id: Some(bytes(credential_id(name))),
        aaguid: Some(bytes([7; 16])),
        purpose: Purpose::Authentication,
        key_type: KeyType::CrossPlatform,
        protection: DeviceProtection::Unprotected,
        origin: Some("https://identity.example".to_owned()),
        metadata: Some(Box::new(metadata)),
    }
}

/// A device with nothing in the fields that may be empty.
pub fn bare(name: &str, key_type: KeyType, protection: DeviceProtection) -> DeviceData {
    DeviceData {
        pubkey: key(name),
        alias: String::new(),
        credential_id: None,
        aaguid: None,
        purpose: Purpose::Recovery,
        key_type,
        protection,
        origin: None,
        metadata: None,
    }
}

fn key(name: &str) -> ByteBuf {
    bytes(Device::new(name).data.pubkey.as_slice())
}

fn bytes(bytes: impl AsRef<[u8]>) -> ByteBuf {
    ByteBuf::from(bytes.as_ref())
}

fn session() -> ByteBuf {
    bytes("a session key")
}

fn recorded<T: candid::utils::ArgumentEncoder>(
    kind: Kind,
    method: &str,
    case: &str,
    values: T,
) -> Recorded {
    Recorded {
        kind,
        method: method.to_owned(),
        case: case.to_owned(),
        bytes: candid::encode_args(values).expect("the client's values encode"),
    }
}

fn call<M: Method>(_: M, case: &str, arguments: M::Arguments) -> Recorded {
    recorded(Kind::Argument, M::NAME, case, arguments)
}

fn answer<M: Method>(_: M, case: &str, reply: M::Reply) -> Recorded {
    recorded(Kind::Result, M::NAME, case, reply)
}

fn challenge() -> ChallengeResult {
    ChallengeResult {
        key: CHALLENGE_KEY.to_owned(),
        chars: "any".to_owned(),
    }
}

fn get(path: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url: path.to_owned(),
        headers: vec![HeaderField("host".to_owned(), "front.example".to_owned())],
        body: bytes([]),
        certificate_version: Some(2),
    }
}

/// What the client sends.
pub fn arguments() -> Vec<Recorded> {
    let temporary = Some(principal_of("page of bob"));
    let unknown = ChallengeResult {
        key: "no key".to_owned(),
        chars: String::new(),
    };
    let renamed = DeviceData {
        alias: "renamed".to_owned(),
        ..passkey("phone")
    };
    let phrase = bare("phrase", KeyType::SeedPhrase, DeviceProtection::Protected);
    let browser = bare(
        "browser",
        KeyType::BrowserStorageKey,
        DeviceProtection::Unprotected,
    );
    let (origin, minute) = (|| ORIGIN.to_owned(), Some(60_000_000_000));
    vec![
        call(m::InitSaltMethod, "plain", ()),
        call(m::CreateChallengeMethod, "plain", ()),
        call(
            m::RegisterMethod,
            "by the device",
            (passkey("alice"), challenge(), None),
        ),
        call(
            m::RegisterMethod,
            "with a temporary key",
            (passkey("bob"), challenge(), temporary),
        ),
        call(
            m::RegisterMethod,
            "one too many",
            (passkey("carol"), challenge(), None),
        ),
        call(
            m::RegisterMethod,
            "unknown challenge",
            (passkey("alice"), unknown, None),
        ),
        call(m::AddMethod, "every field", (ANCHOR, passkey("phone"))),
        call(m::AddMethod, "a recovery phrase", (ANCHOR, phrase)),
        call(m::AddMethod, "no optional field", (ANCHOR, browser)),
        call(m::UpdateMethod, "plain", (ANCHOR, key("phone"), renamed)),
        call(
            m::ReplaceMethod,
            "plain",
            (ANCHOR, key("browser"), passkey("tablet")),
        ),
        call(m::RemoveMethod, "plain", (ANCHOR, key("tablet"))),
        call(m::LookupMethod, "an anchor", (ANCHOR,)),
        call(m::LookupMethod, "nobody", (9,)),
        call(m::GetAnchorCredentialsMethod, "an anchor", (ANCHOR,)),
        call(m::GetAnchorCredentialsMethod, "nobody", (9,)),
        call(
            m::LookupDeviceKeyMethod,
            "a passkey",
            (bytes(credential_id("phone")),),
        ),
        call(m::LookupDeviceKeyMethod, "nobody", (bytes("nobody"),)),
        call(m::GetAnchorInfoMethod, "plain", (ANCHOR,)),
        call(m::GetPrincipalMethod, "plain", (ANCHOR, origin())),
        call(m::EnterDeviceRegistrationModeMethod, "plain", (ANCHOR,)),
        call(m::ExitDeviceRegistrationModeMethod, "plain", (ANCHOR,)),
        call(
            m::AddTentativeDeviceMethod,
            "a new device",
            (ANCHOR, passkey("watch")),
        ),
        call(
            m::AddTentativeDeviceMethod,
            "another one",
            (ANCHOR, passkey("ring")),
        ),
        call(
            m::AddTentativeDeviceMethod,
            "a key in use",
            (ANCHOR, passkey("bob")),
        ),
        call(
            m::VerifyTentativeDeviceMethod,
            "the code",
            (ANCHOR, CODE.to_owned()),
        ),
        call(
            m::VerifyTentativeDeviceMethod,
            "another code",
            (ANCHOR, "wrong!".to_owned()),
        ),
        call(
            m::PrepareDelegationMethod,
            "as long as usual",
            (ANCHOR, origin(), session(), None),
        ),
        call(
            m::PrepareDelegationMethod,
            "a minute",
            (ANCHOR, origin(), session(), minute),
        ),
        call(
            m::GetDelegationMethod,
            "prepared",
            (ANCHOR, origin(), session(), EXPIRATION),
        ),
        call(m::StatsMethod, "plain", ()),
        call(m::ConfigMethod, "plain", ()),
        call(m::WhoamiMethod, "plain", ()),
        call(m::HttpRequestMethod, "metrics", (get("/metrics"),)),
        call(m::HttpRequestMethod, "no such page", (get("/nothing"),)),
    ]
}

/// What the client can read. Fields that front never fills, because they belong to methods that it does not have, are
/// empty.
pub fn results() -> Vec<Recorded> {
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
    let delegation = SignedDelegation {
        delegation: Delegation {
            pubkey: session(),
            expiration: EXPIRATION,
            targets: None,
            permissions: None,
        },
        signature: bytes("a signature"),
    };
    let credential = |name| WebAuthnCredential {
        credential_id: bytes(credential_id(name)),
        pubkey: key(name),
    };
    let found = DeviceKeyWithAnchor {
        pubkey: key("phone"),
        anchor_number: ANCHOR,
    };
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
    let registered = RegisterResponse::Registered {
        user_number: ANCHOR,
    };
    let nothing = IdentityAnchorInfo {
        created_at: None,
        ..info(vec![], None)
    };
    let picture = Challenge {
        png_base64: "a picture".to_owned(),
        challenge_key: CHALLENGE_KEY.to_owned(),
    };
    let credentials = AnchorCredentials {
        credentials: vec![credential("alice"), credential("phone")],
        recovery_credentials: vec![credential("key")],
        recovery_phrases: vec![key("phrase")],
    };
    let page = HttpResponse {
        status_code: 200,
        headers: vec![HeaderField("content-type".to_owned(), "text".to_owned())],
        body: bytes("a page"),
        upgrade: None,
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
