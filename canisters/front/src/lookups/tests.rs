use super::*;
use crate::login::{LogIn, prepare_delegation};
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run};
use crate::shards::tests::authenticated;
use crate::state::tests::{shard, with_shards};
use candid::CandidType;
use types::registry::RegistryError;
use types::{DeviceKey, SessionKey, TimestampNs, WebAuthnCredential};

const ANCHOR: AnchorNumber = AnchorNumber::new(150);
const ORIGIN: &str = "https://dapp.example";

fn device() -> Principal {
    Principal::self_authenticating([1])
}

fn id() -> CredentialId {
    CredentialId::new([8; 16])
}

fn will_say<T: CandidType>(mock: &Mock, value: T) {
    mock.will_reply(Ok(candid::encode_one(value).expect("plain data")));
}

/// A shard knows an anchor that has had the passkey since then, or none.
fn will_know(mock: &Mock, known: Option<(u64, u64)>) {
    let known = known.map(|(anchor, since)| KnownPasskey {
        pubkey: DeviceKey::new(anchor.to_le_bytes()),
        anchor_number: AnchorNumber::new(anchor),
        since: TimestampNs::new(since),
    });
    will_say::<Result<Option<KnownPasskey>, IndexIncomplete>>(mock, Ok(known));
}

fn found(mock: &Mock, state: &Shared) -> Result<Option<u64>, Refusal> {
    let found = run(lookup_device_key(mock, state, &id()));
    found.map(|found| {
        found.map(|known| {
            let number = known.anchor_number.get();
            assert_eq!(known.pubkey, DeviceKey::new(number.to_le_bytes()));
            number
        })
    })
}

#[test]
fn of_all_shards_the_anchor_that_has_had_the_passkey_longest_is_found() {
    for (answers, expected) in [
        ([Some((150, 9)), Some((250, 5)), Some((350, 7))], Some(250)),
        ([None, None, Some((350, 7))], Some(350)),
        ([Some((150, 5)), Some((250, 5)), None], Some(150)),
        ([None, None, None], None),
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1, 2, 3]));
        for known in answers {
            will_know(&mock, known);
        }
        assert_eq!(found(&mock, &state), Ok(expected));
        assert_eq!(mock.called(), [shard(1), shard(2), shard(3)]);
        let calls = mock.calls.borrow();
        for (_, method, arguments) in &*calls {
            assert_eq!(*method, "lookup_device_key");
            assert_eq!(candid::decode_one::<CredentialId>(arguments).unwrap(), id());
        }
    }
}

/// The mock's calls take a moment each: all are sent before the first one is answered.
#[test]
fn all_shards_are_asked_at_once() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2, 3]));
    for _ in 0..3 {
        will_know(&mock, None);
    }
    let id = id();
    let mut lookup = std::pin::pin!(lookup_device_key(&mock, &state, &id));
    assert!(crate::runtime::mock::step(lookup.as_mut()).is_pending());
    assert_eq!(mock.called().len(), 3);
    assert!(crate::runtime::mock::step(lookup.as_mut()).is_ready());
}

#[test]
fn without_every_shards_answer_there_is_none() {
    let silent = Refusal::ShardSilent { shard: shard(2) };
    let unreadable = candid::encode_one("text").unwrap();
    for reply in [
        Err(NoReply::NotDone),
        Err(NoReply::CalleeFailed),
        Err(NoReply::Unknown),
        Ok(unreadable),
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
        will_know(&mock, Some((150, 1)));
        mock.will_reply(reply);
        let refused = found(&mock, &state).unwrap_err();
        assert_eq!(refused, silent);
        assert!(refused.words().contains(&shard(2).to_text()));
    }
}

#[test]
fn an_index_that_is_being_built_is_worth_a_retry() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let incomplete = IndexIncomplete { unindexed: 3 };
    will_say::<Result<Option<KnownPasskey>, IndexIncomplete>>(&mock, Err(incomplete));
    let refused = found(&mock, &state).unwrap_err();
    let reason = Some(RegistryError::IndexIncomplete { unindexed: 3 });
    let shard = shard(1);
    assert_eq!(refused, Refusal::ShardBusy { shard, reason });
    assert!(refused.words().ends_with("try again later"));
}

#[test]
fn what_no_device_can_have_is_asked_of_nobody() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let huge = CredentialId::new(vec![1; CredentialId::MAX_LENGTH + 1]);
    assert_eq!(run(lookup_device_key(&mock, &state, &huge)), Ok(None));
    assert!(mock.called().is_empty());
    will_know(&mock, None);
    let longest = CredentialId::new(vec![1; CredentialId::MAX_LENGTH]);
    assert_eq!(run(lookup_device_key(&mock, &state, &longest)), Ok(None));
    assert_eq!(mock.called().len(), 1);
}

#[test]
fn more_shards_than_a_query_can_ask_are_not_asked() {
    let numbers = |count: usize| -> Vec<u8> { (1..).take(count).collect() };
    let (mock, state) = (Mock::new(), with_shards(&numbers(SHARDS_LIMIT + 1)));
    let count = SHARDS_LIMIT + 1;
    assert_eq!(found(&mock, &state), Err(Refusal::TooManyShards { count }));
    assert!(mock.called().is_empty());
    let (mock, state) = (Mock::new(), with_shards(&numbers(SHARDS_LIMIT)));
    for _ in 0..SHARDS_LIMIT {
        will_know(&mock, None);
    }
    assert_eq!(found(&mock, &state), Ok(None));
}

#[test]
fn without_shards_there_are_no_passkeys() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    assert_eq!(found(&mock, &state), Ok(None));
}

#[test]
fn credentials_come_from_the_owning_shard() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
    let credentials = AnchorCredentials {
        credentials: vec![WebAuthnCredential {
            credential_id: id(),
            pubkey: DeviceKey::new([1]),
        }],
        ..AnchorCredentials::default()
    };
    will_say(&mock, &credentials);
    let got = run(get_anchor_credentials(&mock, &state, ANCHOR));
    assert_eq!(got, Ok(credentials));
    assert_eq!(mock.called(), [shard(1)]);
    assert_eq!(mock.calls.borrow()[0].1, "get_anchor_credentials");
    let nobody = run(get_anchor_credentials(&mock, &state, AnchorNumber::new(99)));
    assert_eq!(nobody, Ok(AnchorCredentials::default()));
    assert_eq!(mock.called().len(), 1);
    mock.will_reply(Err(NoReply::NotDone));
    let refused = run(get_anchor_credentials(&mock, &state, ANCHOR));
    let (anchor, shard) = (ANCHOR, shard(1));
    assert_eq!(refused, Err(Refusal::AskTheShard { anchor, shard }));
}

fn principal_at(mock: &Mock, state: &Shared, origin: &str) -> Result<Principal, Refusal> {
    let origin = origin.to_owned();
    run(get_principal(mock, state, device(), ANCHOR, origin))
}

#[test]
fn the_principal_is_that_of_the_key_that_is_prepared_also_after_the_rewriting() {
    let canister = "https://rdmx6-jaaaa-aaaaa-aaadq-cai";
    for (origin, other) in [
        (ORIGIN.to_owned(), ORIGIN.to_owned()),
        (format!("{canister}.icp0.io"), format!("{canister}.ic0.app")),
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        let log_in = LogIn::new(ANCHOR, origin, SessionKey::new([7])).unwrap();
        mock.will_answer(1, Ok(authenticated()));
        let prepared = run(prepare_delegation(&mock, &state, device(), &log_in, None));
        let (user_key, _) = prepared.unwrap();
        mock.will_answer(1, Ok(authenticated()));
        let principal = principal_at(&mock, &state, &other).unwrap();
        assert_eq!(principal, delegation::pseudonym(&user_key));
        let (asked, question) = mock.sent::<Identify>(1);
        assert_eq!(asked, shard(1));
        assert_eq!((question.anchor, question.caller), (ANCHOR, device()));
        assert!(question.expected.is_some(), "a rolled-back shard notices");
    }
}

#[test]
fn whom_the_shard_refuses_learns_no_principal() {
    let busy = |reason| Refusal::ShardBusy {
        shard: shard(1),
        reason: Some(reason),
    };
    let caller = device();
    for (error, refusal) in [
        (
            RegistryError::Unauthorized,
            Refusal::NotAuthenticated { caller },
        ),
        (RegistryError::RolledBack, busy(RegistryError::RolledBack)),
    ] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        state
            .borrow_mut()
            .salt_or_store(delegation::Salt::new([3; 32]));
        mock.will_answer::<types::registry::Authenticated>(1, Err(error));
        assert_eq!(principal_at(&mock, &state, ORIGIN), Err(refusal));
    }
    let (mock, state) = (Mock::new(), with_shards(&[2]));
    let refusal = Refusal::NotAuthenticated { caller };
    assert_eq!(principal_at(&mock, &state, ORIGIN), Err(refusal));
    assert!(mock.called().is_empty(), "nobody owns the number");
}

#[test]
fn without_a_salt_or_an_answer_there_is_no_principal() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_answer(1, Ok(authenticated()));
    assert_eq!(principal_at(&mock, &state, ORIGIN), Err(Refusal::NoSalt));
    assert!(state.borrow().salt().is_none(), "a query draws none");
    mock.will_reply(Err(NoReply::NotDone));
    let (anchor, shard) = (ANCHOR, shard(1));
    let refusal = Refusal::AskTheShard { anchor, shard };
    assert_eq!(principal_at(&mock, &state, ORIGIN), Err(refusal));
    let long = "x".repeat(256);
    let refusal = Refusal::HostnameTooLong { length: 256 };
    assert_eq!(principal_at(&mock, &state, &long), Err(refusal));
}

#[test]
fn a_number_that_nobody_owns_has_no_devices_and_no_shard_is_asked() {
    let (mock, state) = (Mock::new(), with_shards(&[2]));
    assert_eq!(run(lookup(&mock, &state, ANCHOR)), Ok(Vec::new()));
    assert!(mock.called().is_empty());
}

#[test]
fn lookup_shows_no_private_part_whatever_the_shard_answers() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let mut shown = shards::tests::device(1);
    shown.metadata = Some(types::Metadata::default());
    mock.will_reply(Ok(candid::encode_one(vec![shown]).expect("devices")));
    let devices = run(lookup(&mock, &state, ANCHOR)).expect("an answer");
    assert_eq!(devices[0].pubkey, shards::tests::device(1).pubkey);
    assert_eq!(devices[0].alias, "");
    assert_eq!(devices[0].metadata, None);
}

#[test]
fn a_shard_out_of_reach_is_named() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::NotDone));
    let refusal = run(lookup(&mock, &state, ANCHOR)).expect_err("out of reach");
    assert!(refusal.words().contains(&shard(1).to_text()));
}
