//! The words of refusals that existing clients and test suites look for, each met on real Wasm. The one that takes ten
//! thousand anchors is met by `flood::open_registrations`.

use super::Interface;
use anchorage_tests::family::{Attempt, Device, Family, Person, Setup, ask, stranger};
use client::{CallError, RejectCode};
use std::fmt::Write;
use types::{
    CredentialId, DeviceKey, DeviceProtection, KeyType, Metadata, MetadataValue, Principal,
};

const DAPP: &str = "https://dapp.example";
/// Registrations that the family allows.
const TOKENS: u64 = 10;

/// Words and the refusal that they must begin.
struct Case {
    words: String,
    met: CallError,
}

fn case<T: std::fmt::Debug>(words: impl Into<String>, attempt: Attempt<T>) -> Case {
    Case {
        words: words.into(),
        met: attempt.is_refused(),
    }
}

/// An anchor with a passkey, a phone and a protected recovery phrase.
struct Stage<'a> {
    family: &'a Family,
    alice: Person<'a>,
    phone: Device,
    phrase: Device,
}

fn metadata(key: &str, length: usize) -> Metadata {
    let value = MetadataValue::String("v".repeat(length));
    Metadata([(key.to_owned(), value)].into())
}

/// Who is no device of the anchor is told so, whatever it asks.
fn of_strangers(stage: &Stage<'_>) -> Vec<Case> {
    let Stage {
        family,
        alice,
        phone,
        ..
    } = stage;
    let claim = family.claim(alice.anchor, stranger());
    let words = format!("{} could not be authenticated.", stranger());
    let prepared = alice.prepares(DAPP).succeeds();
    let device = Device::new("device of an intruder");
    let against = format!("{} could not be authenticated against ", stranger());
    let mut cases = vec![
        case(&words, claim.tries_to_add(&device)),
        case(&words, claim.tries_to_update(phone, phone)),
        case(&words, claim.tries_to_replace(phone, &device)),
        case(&words, claim.tries_to_remove(phone)),
        case(&words, claim.asks_for_info()),
        case(&words, claim.prepares(DAPP)),
        case(&words, prepared.is_fetched_by(stranger())),
        case(
            against,
            family.registration(&device).by(stranger()).is_sent(),
        ),
    ];
    let front = family.front_as(stranger());
    let front = front.canister();
    let anchor = alice.anchor;
    let ours = Interface::ours();
    if ours.has("get_principal") {
        let call = front.query::<_, (Principal,)>("get_principal", (anchor, DAPP));
        cases.push(case(&words, ask(call)));
    }
    if ours.has("enter_device_registration_mode") {
        let call = front.update::<_, (u64,)>("enter_device_registration_mode", (anchor,));
        cases.push(case(&words, ask(call)));
        let call = front.update::<_, ()>("exit_device_registration_mode", (anchor,));
        cases.push(case(&words, ask(call)));
        let call = front.update::<_, ()>("verify_tentative_device", (anchor, "123456"));
        cases.push(case(&words, ask(call)));
    }
    cases
}

fn of_device_rules(stage: &Stage<'_>) -> Vec<Case> {
    let Stage {
        alice,
        phone,
        phrase,
        ..
    } = stage;
    let missing = Device::new("missing");
    let not_found = format!("Device with key {} not found.", missing.data.pubkey);
    let exists = format!(
        "Device with key {} already exists on this anchor.",
        phone.data.pubkey
    );
    let locked = format!(
        "Device is locked. Must be authenticated with this device to mutate: authorized principal {}, \
         actual principal {}",
        phrase.principal(),
        alice.caller
    );
    let second = "There is already a recovery phrase and only one is allowed.";
    let other_phrase = Device::phrase("other phrase");
    let with_credential = other_phrase
        .clone()
        .but(|d| d.credential_id = Some(CredentialId::new([1])));
    let phone_as_phrase = Device::phrase("phone");
    let mut cases = vec![
        case(exists, alice.tries_to_add(phone)),
        case(
            &not_found,
            alice.tries_to_replace(&missing, &Device::new("new")),
        ),
        case(&not_found, alice.tries_to_remove(&missing)),
        case(
            "Could not find device to update, check device key",
            alice.tries_to_update(&missing, &missing),
        ),
        case(
            "Device key cannot be updated.",
            alice.tries_to_update(phone, &missing),
        ),
        case(&locked, alice.tries_to_update(phrase, phrase)),
        case(&locked, alice.tries_to_replace(phrase, &other_phrase)),
        case(&locked, alice.tries_to_remove(phrase)),
        case(
            "Devices with key type seed_phrase must not have a credential id.",
            alice.tries_to_add(&with_credential),
        ),
        case(second, alice.tries_to_add(&other_phrase)),
        case(second, alice.tries_to_update(phone, &phone_as_phrase)),
        case(second, alice.tries_to_replace(phone, &phone_as_phrase)),
    ];
    for (key_type, name) in [
        (KeyType::Unknown, "Unknown"),
        (KeyType::Platform, "Platform"),
        (KeyType::CrossPlatform, "CrossPlatform"),
        (KeyType::BrowserStorageKey, "BrowserStorageKey"),
    ] {
        let device = Device::new("new").but(|d| {
            d.key_type = key_type;
            d.protection = DeviceProtection::Protected;
        });
        let words = format!("Only recovery phrases can be locked but key type is {name}");
        cases.push(case(words, alice.tries_to_add(&device)));
    }
    cases
}

fn of_limits(stage: &Stage<'_>) -> Vec<Case> {
    let Stage {
        family,
        alice,
        phone,
        ..
    } = stage;
    let new = || Device::new("new");
    let exceeded = |field: &str, limit: usize| {
        format!(
            "{field} limit exceeded: length {}, limit {limit}",
            limit + 1
        )
    };
    let too_long = [
        (
            exceeded("alias", 64),
            new().but(|d| d.alias = "a".repeat(65)),
        ),
        (
            exceeded("pubkey", 300),
            new().but(|d| d.pubkey = DeviceKey::new([1; 301])),
        ),
        (
            exceeded("credential_id", 350),
            new().but(|d| d.credential_id = Some(CredentialId::new([1; 351]))),
        ),
        (
            exceeded("origin", 50),
            new().but(|d| d.origin = Some("o".repeat(51))),
        ),
    ];
    let mut cases = Vec::new();
    for (words, device) in too_long {
        let registration = family.registration(&device).is_sent();
        cases.push(case(&words, registration));
        cases.push(case(&words, alice.tries_to_replace(phone, &device)));
        cases.push(case(words, alice.tries_to_add(&device)));
    }
    let large = new().but(|d| d.metadata = Some(metadata("k", 2_500)));
    let words = "Cumulative size of variable sized fields exceeds limit: length ";
    alice
        .tries_to_add(&large)
        .is_refused_saying(", limit 2500.");
    cases.push(case(words, alice.tries_to_add(&large)));
    let reserved = "pubkey alias credential_id aaguid purpose key_type protection origin metadata usage \
                    authenticator_attachment";
    for key in reserved.split_whitespace() {
        let device = new().but(|d| d.metadata = Some(metadata(key, 1)));
        let words = format!("Metadata key '{key}' is reserved and cannot be used.");
        cases.push(case(words, alice.tries_to_add(&device)));
    }
    let origin = "o".repeat(256);
    let words = "frontend hostname 256 exceeds the limit of 255 bytes";
    cases.push(case(words, alice.prepares(&origin)));
    cases
}

fn of_full_anchors_and_empty_buckets(stage: &Stage<'_>) -> Vec<Case> {
    let Stage { family, alice, .. } = stage;
    for n in 3..10 {
        alice.adds(&format!("device {n}"));
    }
    let full = "Anchor device limit exceeded: num devices 11, limit 10";
    // Until the bucket is empty; some tokens were spent by what was refused at the shard.
    let people = 0..=TOKENS;
    let mut people = people.map(|n| {
        family
            .registration(&Device::new(&format!("person {n}")))
            .is_sent()
    });
    let refused = people.find(|attempt| !attempt.is_answered());
    vec![
        case(full, alice.tries_to_add(&Device::new("eleventh"))),
        case(
            "rate limit reached, try again later",
            refused.expect("the bucket is empty"),
        ),
        case("Salt already set", ask(family.front().init_salt())),
    ]
}

#[test]
fn refusals_begin_with_the_words_that_clients_look_for() {
    let hour = 3_600_000_000_000;
    let family = Setup::default().rate_limit(TOKENS, hour).deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let phrase = Device::phrase("phrase");
    alice.tries_to_add(&phrase).succeeds();
    let stage = Stage {
        family: &family,
        alice,
        phone,
        phrase,
    };
    let mut cases = of_strangers(&stage);
    cases.extend(of_device_rules(&stage));
    cases.extend(of_limits(&stage));
    cases.extend(of_full_anchors_and_empty_buckets(&stage));
    let mut wrong = String::new();
    for Case { words, met } in cases {
        let fine = matches!(
            &met,
            CallError::Rejected { code: RejectCode::CanisterReject, message } if message.starts_with(&words)
        );
        if !fine {
            let _ = writeln!(wrong, "expected {words:?}, met {met}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
