//! What the client sends: each method with every shape of argument.

use super::client::methods as m;
use super::client::{
    ChallengeResult, DeviceData, DeviceProtection, HeaderField, HttpRequest, KeyType, MetadataMap,
    MetadataMapItem1, Purpose,
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

pub(super) fn key(name: &str) -> ByteBuf {
    bytes(Device::new(name).data.pubkey.as_slice())
}

pub(super) fn bytes(bytes: impl AsRef<[u8]>) -> ByteBuf {
    ByteBuf::from(bytes.as_ref())
}

pub(super) fn session() -> ByteBuf {
    bytes("a session key")
}

pub(super) fn recorded<T: candid::utils::ArgumentEncoder>(
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
    [changes(), anchors(), others()].concat()
}

/// Registrations and changes of devices.
fn changes() -> Vec<Recorded> {
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
    ]
}

/// Questions about anchors, and devices that are added from themselves.
fn anchors() -> Vec<Recorded> {
    vec![
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
        call(m::GetPrincipalMethod, "plain", (ANCHOR, ORIGIN.to_owned())),
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
    ]
}

/// Delegations, and what everybody may ask.
fn others() -> Vec<Recorded> {
    let (origin, minute) = (|| ORIGIN.to_owned(), Some(60_000_000_000));
    vec![
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
