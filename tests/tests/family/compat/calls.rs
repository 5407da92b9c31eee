//! The recorded bytes, sent to real Wasm; the raw replies, read by the generated client.

use super::{Interface, RECORDING, recording};
use anchorage_tests::compat::calls::{
    ANCHOR, CHALLENGE_KEY, CODE, EXPIRATION, bare, credential_id, passkey,
};
use anchorage_tests::compat::client::methods as m;
use anchorage_tests::compat::client::{
    AddTentativeDeviceResponse, AnchorCredentials, DeviceData, DeviceKeyWithAnchor,
    DeviceProtection, DeviceWithUsage, GetDelegationResponse, KeyType, RegisterResponse,
    VerifyTentativeDeviceResponse, WebAuthnCredential,
};
use anchorage_tests::compat::{Method, Recorded, Recording, decode};
use anchorage_tests::family::{Family, Setup, principal_of, stranger};
use candid::types::FuncMode;
use pocket_ic::RejectCode;
use types::Principal;
use types::front::{Delegation, SignedDelegation};
use types::{SessionKey, TimestampNs, UserKey};

/// A family, and a client of Internet Identity that takes it for one.
struct Stage {
    family: Family,
    recording: Recording,
    theirs: Interface,
    ours: Interface,
}

impl Stage {
    fn new() -> Self {
        Self {
            family: Setup::default().ranges(&[(ANCHOR, ANCHOR + 2)]).deploy(),
            recording: recording(),
            theirs: Interface::theirs(),
            ours: Interface::ours(),
        }
    }

    fn argument<M: Method>(&self, _: M, case: &str) -> Recorded {
        self.recording.argument(M::NAME, case)
    }

    /// Sends recorded bytes the way the published interface says: as a query or as an update.
    #[track_caller]
    fn tries<M: Method>(
        &self,
        _: M,
        caller: Principal,
        sent: &Recorded,
    ) -> Result<M::Reply, String> {
        assert_eq!(sent.method, M::NAME);
        let (network, front) = (&self.family.network, self.family.front);
        let bytes = sent.bytes.clone();
        let answer = if self.theirs.methods()[M::NAME].modes == [FuncMode::Query] {
            network.query_call(front, caller, M::NAME, bytes)
        } else {
            network.update_call(front, caller, M::NAME, bytes)
        };
        answer.map(|reply| decode::<M>(&reply)).map_err(|reject| {
            assert_eq!(reject.reject_code, RejectCode::CanisterReject, "{reject:?}");
            reject.reject_message
        })
    }

    #[track_caller]
    fn sends<M: Method>(&self, method: M, caller: Principal, case: &str) -> M::Reply {
        let sent = self.argument(method, case);
        let answer = self.tries(method, caller, &sent);
        answer.unwrap_or_else(|words| panic!("{}: {case}: {words}", M::NAME))
    }

    #[track_caller]
    fn registers(&self, caller: Principal, case: &str) -> RegisterResponse {
        let (challenge,) = self.sends(m::CreateChallengeMethod, stranger(), "plain");
        let sent = self.argument(m::RegisterMethod, case);
        let sent = sent.with_text(CHALLENGE_KEY, &challenge.challenge_key);
        let (response,) = self
            .tries(m::RegisterMethod, caller, &sent)
            .expect("an answer");
        response
    }

    /// A family with the anchors of Alice and Bob; Alice has a phone, too.
    fn with_people() -> Self {
        let stage = Self::new();
        stage.registers(alice(), "by the device");
        stage.registers(principal_of("page of bob"), "with a temporary key");
        stage.sends(m::AddMethod, alice(), "every field");
        stage
    }

    fn now(&self) -> u64 {
        self.family.network.get_time().as_nanos_since_unix_epoch()
    }
}

fn alice() -> Principal {
    principal_of("alice")
}

fn without_usage(device: DeviceWithUsage) -> DeviceData {
    let DeviceWithUsage {
        alias,
        last_usage: _,
        metadata,
        origin,
        protection,
        pubkey,
        key_type,
        aaguid,
        purpose,
        credential_id,
    } = device;
    DeviceData {
        alias,
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

fn phrase() -> DeviceData {
    bare("phrase", KeyType::SeedPhrase, DeviceProtection::Protected)
}

#[test]
fn registrations() {
    let stage = Stage::new();
    let sent = stage.argument(m::RegisterMethod, "unknown challenge");
    let (refused,) = stage.tries(m::RegisterMethod, alice(), &sent).unwrap();
    assert_eq!(refused, RegisterResponse::BadChallenge);
    let registered = |user_number| RegisterResponse::Registered { user_number };
    let page = principal_of("page of bob");
    assert_eq!(
        stage.registers(alice(), "by the device"),
        registered(ANCHOR)
    );
    let answer = stage.registers(page, "with a temporary key");
    assert_eq!(answer, registered(ANCHOR + 1));
    let answer = stage.registers(principal_of("carol"), "one too many");
    assert_eq!(answer, RegisterResponse::CanisterFull);
}

#[test]
fn devices() {
    let stage = Stage::with_people();
    let sees = |devices: &[DeviceData]| {
        let (info,) = stage.sends(m::GetAnchorInfoMethod, alice(), "plain");
        assert!(info.created_at.is_some_and(|at| at <= stage.now()));
        assert_eq!(info.device_registration, None);
        assert!(info.devices[0].last_usage.is_some());
        let seen: Vec<DeviceData> = info.devices.into_iter().map(without_usage).collect();
        assert_eq!(seen, devices);
    };
    stage.sends(m::AddMethod, alice(), "a recovery phrase");
    stage.sends(m::AddMethod, alice(), "no optional field");
    let browser = bare(
        "browser",
        KeyType::BrowserStorageKey,
        DeviceProtection::Unprotected,
    );
    let (first, phone) = (passkey("alice"), passkey("phone"));
    sees(&[first.clone(), phone.clone(), phrase(), browser]);
    stage.sends(m::UpdateMethod, alice(), "plain");
    stage.sends(m::ReplaceMethod, alice(), "plain");
    let renamed = DeviceData {
        alias: "renamed".to_owned(),
        ..phone
    };
    sees(&[first.clone(), renamed.clone(), phrase(), passkey("tablet")]);
    stage.sends(m::RemoveMethod, alice(), "plain");
    sees(&[first.clone(), renamed.clone(), phrase()]);

    let public = |device: DeviceData| DeviceData {
        alias: String::new(),
        metadata: None,
        ..device
    };
    let (devices,) = stage.sends(m::LookupMethod, stranger(), "an anchor");
    let devices: Vec<_> = devices.into_iter().map(public_of_answer).collect();
    let expected = [first, renamed, phrase()].map(public);
    assert_eq!(devices, expected.map(public_of_answer));
    assert_eq!(
        stage.sends(m::LookupMethod, stranger(), "nobody"),
        (vec![],)
    );
}

/// What `lookup` says about the model of an authenticator is its own affair: it comes back whole or not at all.
fn public_of_answer(device: DeviceData) -> DeviceData {
    assert_eq!((&*device.alias, &device.metadata), ("", &None));
    DeviceData {
        aaguid: None,
        ..device
    }
}

#[test]
fn credentials_and_pseudonyms_for_a_login_page() {
    let stage = Stage::with_people();
    stage.sends(m::AddMethod, alice(), "a recovery phrase");
    let credential = |name| WebAuthnCredential {
        pubkey: passkey(name).pubkey,
        credential_id: credential_id(name).into(),
    };
    if stage.ours.has("get_anchor_credentials") {
        let method = m::GetAnchorCredentialsMethod;
        let expected = AnchorCredentials {
            credentials: vec![credential("alice"), credential("phone")],
            recovery_credentials: vec![],
            recovery_phrases: vec![phrase().pubkey],
        };
        assert_eq!(stage.sends(method, stranger(), "an anchor"), (expected,));
        let (nothing,) = stage.sends(method, stranger(), "nobody");
        assert!(nothing.credentials.is_empty() && nothing.recovery_phrases.is_empty());
    }
    if stage.ours.has("lookup_device_key") {
        let method = m::LookupDeviceKeyMethod;
        let found = DeviceKeyWithAnchor {
            pubkey: passkey("phone").pubkey,
            anchor_number: ANCHOR,
        };
        assert_eq!(stage.sends(method, stranger(), "a passkey"), (Some(found),));
        assert_eq!(stage.sends(method, stranger(), "nobody"), (None,));
    }
    if stage.ours.has("get_principal") {
        let (key, _) = stage.sends(m::PrepareDelegationMethod, alice(), "as long as usual");
        let pseudonym = Principal::self_authenticating(&key);
        for caller in [alice(), principal_of("phone")] {
            let answer = stage.sends(m::GetPrincipalMethod, caller, "plain");
            assert_eq!(answer, (pseudonym,));
        }
    }
}

#[test]
fn delegations() {
    let stage = Stage::with_people();
    let minute = 60_000_000_000;
    for (case, life) in [("as long as usual", 30 * minute), ("a minute", minute)] {
        let before = stage.now();
        let (user_key, expiration) = stage.sends(m::PrepareDelegationMethod, alice(), case);
        assert!((before + life..=stage.now() + life).contains(&expiration));
        let sent = stage.argument(m::GetDelegationMethod, "prepared");
        let sent = sent.with_number(EXPIRATION, expiration);
        let (answer,) = stage
            .tries(m::GetDelegationMethod, alice(), &sent)
            .expect("an answer");
        let GetDelegationResponse::SignedDelegation(signed) = answer else {
            panic!("prepared and not there");
        };
        assert_eq!(signed.delegation.expiration, expiration);
        assert_eq!(signed.delegation.targets, None);
        assert_eq!(signed.delegation.permissions, None);
        let signed = SignedDelegation {
            delegation: Delegation {
                pubkey: SessionKey::new(signed.delegation.pubkey.into_vec()),
                expiration: TimestampNs::new(expiration),
                targets: None,
            },
            signature: signed.signature.into_vec(),
        };
        let user_key = UserKey::new(user_key.into_vec());
        stage.family.verifies(&user_key, &signed).unwrap();
    }
    // Nothing was prepared for the number in the recording.
    let nothing = stage.sends(m::GetDelegationMethod, alice(), "prepared");
    assert_eq!(nothing, (GetDelegationResponse::NoSuchDelegation,));
}

#[test]
fn a_device_that_is_added_from_itself() {
    let stage = Stage::with_people();
    if !stage.ours.has("add_tentative_device") {
        return;
    }
    let add = |case| {
        let (answer,) = stage.sends(m::AddTentativeDeviceMethod, stranger(), case);
        answer
    };
    let verify = |sent: &Recorded| {
        let method = m::VerifyTentativeDeviceMethod;
        stage.tries(method, alice(), sent).expect("an answer").0
    };
    let code = stage.argument(m::VerifyTentativeDeviceMethod, "the code");
    let wrong = stage.argument(m::VerifyTentativeDeviceMethod, "another code");
    let off = AddTentativeDeviceResponse::DeviceRegistrationModeOff;
    assert_eq!(add("a new device"), off);
    let off = VerifyTentativeDeviceResponse::DeviceRegistrationModeOff;
    assert_eq!(verify(&wrong), off);

    let (end,) = stage.sends(m::EnterDeviceRegistrationModeMethod, alice(), "plain");
    let fifteen_minutes = 15 * 60 * 1_000_000_000;
    assert!(end <= stage.now() + fifteen_minutes && end > stage.now());
    let none = VerifyTentativeDeviceResponse::NoDeviceToVerify;
    assert_eq!(verify(&wrong), none);
    let used = AddTentativeDeviceResponse::PasskeyWithThisPublicKeyIsAlreadyUsed;
    assert_eq!(add("a key in use"), used);
    let AddTentativeDeviceResponse::AddedTentatively {
        verification_code,
        device_registration_timeout,
    } = add("a new device")
    else {
        panic!("the mode is on and the key is new");
    };
    assert_eq!(device_registration_timeout, end);
    assert_eq!(verification_code.len(), 6);
    assert!(
        verification_code
            .bytes()
            .all(|digit| digit.is_ascii_digit())
    );
    let second = AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded;
    assert_eq!(add("another one"), second);
    let (info,) = stage.sends(m::GetAnchorInfoMethod, alice(), "plain");
    let open = info.device_registration.expect("the mode is on");
    assert_eq!(open.tentative_device, Some(passkey("watch")));
    assert_eq!((open.expiration, open.tentative_session), (end, None));

    let left = VerifyTentativeDeviceResponse::WrongCode { retries_left: 2 };
    assert_eq!(verify(&wrong), left);
    let right = code.with_text(CODE, &verification_code);
    assert_eq!(verify(&right), VerifyTentativeDeviceResponse::Verified);
    let (info,) = stage.sends(m::GetAnchorInfoMethod, alice(), "plain");
    let last = info.devices.last().expect("a device").clone();
    assert_eq!(without_usage(last), passkey("watch"));
    stage.sends(m::EnterDeviceRegistrationModeMethod, alice(), "plain");
    stage.sends(m::ExitDeviceRegistrationModeMethod, alice(), "plain");
    let off = AddTentativeDeviceResponse::DeviceRegistrationModeOff;
    assert_eq!(add("another one"), off);
}

#[test]
fn what_anybody_may_ask() {
    let stage = Stage::with_people();
    let sent = stage.argument(m::InitSaltMethod, "plain");
    stage.tries(m::InitSaltMethod, stranger(), &sent).unwrap();
    let again = stage.tries(m::InitSaltMethod, stranger(), &sent);
    assert!(again.unwrap_err().starts_with("Salt already set"));
    stage.family.waits(std::time::Duration::from_mins(2));
    let (stats,) = stage.sends(m::StatsMethod, stranger(), "plain");
    assert_eq!(stats.users_registered, 2);
    assert_eq!(stats.assigned_user_number_range, (ANCHOR, ANCHOR + 2));
    let archive = stage.family.shards[0].archive;
    assert_eq!(stats.archive_info.archive_canister, Some(archive));
    let (config,) = stage.sends(m::ConfigMethod, stranger(), "plain");
    let limit = config.register_rate_limit.expect("there is a limit");
    assert!(limit.max_tokens > 0 && limit.time_per_token_ns > 0);
    let answer = stage.sends(m::WhoamiMethod, alice(), "plain");
    assert_eq!(answer, (alice(),));
    let (page,) = stage.sends(m::HttpRequestMethod, stranger(), "metrics");
    // Gateways get it by an update call.
    assert_eq!((page.status_code, page.upgrade), (200, Some(true)));
    assert!(!page.body.is_empty());
    let (page,) = stage.sends(m::HttpRequestMethod, stranger(), "no such page");
    assert_eq!(page.status_code, 404);
}

/// A recorded call that no test above sends would show nothing.
#[test]
fn every_recorded_argument_is_sent_by_a_test() {
    let this = include_str!("calls.rs");
    let arguments = RECORDING
        .lines()
        .filter_map(|line| line.strip_prefix("argument "));
    for argument in arguments {
        let (_, case) = argument.split_once(": ").expect("a method and a case");
        assert!(this.contains(&format!("\"{case}\"")), "{argument}");
    }
}
