use super::*;
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run};
use crate::settings::LONGEST_TTL_NS;
use crate::shards::tests::authenticated;
use crate::state::tests::{shard, with_shards};
use types::front::FrontInit;
use types::registry::RegistryError;

mod remembered;

const ANCHOR: AnchorNumber = AnchorNumber::new(150);
const MINUTE_NS: u64 = 60_000_000_000;

fn device() -> Principal {
    Principal::self_authenticating([1])
}

fn stranger() -> Principal {
    Principal::self_authenticating([2])
}

fn log_in_at(origin: &str) -> LogIn {
    let session_key = SessionKey::new([7; 40]);
    LogIn::new(ANCHOR, origin.to_owned(), session_key).expect("valid arguments")
}

fn log_in() -> LogIn {
    log_in_at("https://dapp.example")
}

fn prepare_with(mock: &Mock, state: &Shared, ttl: Option<u64>) -> (UserKey, TimestampNs) {
    mock.will_answer(1, Ok(authenticated()));
    run(prepare_delegation(mock, state, device(), &log_in(), ttl)).expect("allowed")
}

fn get(
    mock: &Mock,
    state: &Shared,
    caller: Principal,
    log_in: LogIn,
    expiration: TimestampNs,
) -> Result<GetDelegationResponse, Refusal> {
    let certificate = Some(vec![1, 2, 3]);
    get_delegation(
        &state.borrow(),
        caller,
        log_in,
        expiration,
        certificate,
        mock.now(),
    )
}

const NOTHING: Result<GetDelegationResponse, Refusal> = Ok(GetDelegationResponse::NoSuchDelegation);

#[test]
fn a_prepared_delegation_is_handed_to_its_caller() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (_, expiration) = prepare_with(&mock, &state, None);
    let signed = match get(&mock, &state, device(), log_in(), expiration) {
        Ok(GetDelegationResponse::SignedDelegation(signed)) => signed,
        other => panic!("{other:?}"),
    };
    assert_eq!(signed.delegation.pubkey, log_in().session_key);
    assert_eq!(signed.delegation.expiration, expiration);
    assert_eq!(signed.delegation.targets, None);
    let (shard_asked, question) = mock.sent::<Authenticate>(0);
    assert_eq!(shard_asked, shard(1));
    assert_eq!((question.anchor, question.caller), (ANCHOR, device()));
}

/// The tree in the signature must have the root that was certified last.
#[test]
fn the_signature_is_cbor_of_the_certificate_and_a_tree_with_the_certified_root() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (_, expiration) = prepare_with(&mock, &state, None);
    let state = state.borrow();
    let salt = state.salt().expect("drawn");
    let path = log_in().path(&log_in().seed(&salt), expiration);
    let witness = state.signatures.witness(path);
    let tree = state.certified_root().witness(vec![(SIGNATURES, witness)]);
    assert_eq!(Some(&tree.reconstruct()), mock.certified.borrow().last());
    let signature = canister_signature(&state, path, &[1, 2, 3]);
    // Self-describing tag, map of two, "certificate", three bytes, "tree".
    assert_eq!(hex::encode(&signature[..4]), "d9d9f7a2");
    let certificate_and_name = b"\x6bcertificate\x43\x01\x02\x03\x64tree";
    assert_eq!(
        &signature[4..4 + certificate_and_name.len()],
        certificate_and_name
    );
}

#[test]
fn a_delegation_lives_as_long_as_wished_up_to_the_limit() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let life = |ttl| {
        let (_, expiration) = prepare_with(&mock, &state, ttl);
        expiration.get() - mock.now().get()
    };
    assert_eq!(life(None), 30 * MINUTE_NS);
    assert_eq!(life(Some(5)), 5);
    assert_eq!(life(Some(LONGEST_TTL_NS)), LONGEST_TTL_NS);
    assert_eq!(life(Some(LONGEST_TTL_NS + 1)), LONGEST_TTL_NS);
    assert_eq!(life(Some(u64::MAX)), LONGEST_TTL_NS);
    let argument = FrontInit {
        max_delegation_ttl_ns: Some(MINUTE_NS),
        ..FrontInit::default()
    };
    state
        .borrow_mut()
        .configure(argument, mock.now())
        .expect("valid");
    assert_eq!(life(None), MINUTE_NS);
    assert_eq!(life(Some(u64::MAX)), MINUTE_NS);
}

#[test]
fn whom_the_shard_refuses_gets_nothing_signed() {
    for error in [RegistryError::Unauthorized, RegistryError::RolledBack] {
        let (mock, state) = (Mock::new(), with_shards(&[1]));
        mock.will_answer::<types::registry::Authenticated>(1, Err(error));
        let result = run(prepare_delegation(
            &mock,
            &state,
            stranger(),
            &log_in(),
            None,
        ));
        assert!(result.is_err());
        assert_eq!(state.borrow().signatures.len(), 0);
        assert!(mock.certified.borrow().is_empty());
        assert_eq!(state.borrow().counters.get(metrics::PREPARE_REFUSED), 1);
    }
}

#[test]
fn without_an_answer_or_an_owner_nothing_is_signed() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::Unknown));
    let result = run(prepare_delegation(&mock, &state, device(), &log_in(), None));
    assert!(matches!(result, Err(Refusal::ShardBusy { .. })));
    let nobodys = with_shards(&[2]);
    let result = run(prepare_delegation(
        &mock,
        &nobodys,
        device(),
        &log_in(),
        None,
    ));
    assert_eq!(result, Err(Refusal::NotAuthenticated { caller: device() }));
    assert_eq!(
        state.borrow().signatures.len() + nobodys.borrow().signatures.len(),
        0
    );
}

#[test]
fn others_are_rejected_and_wrong_arguments_find_nothing() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (_, expiration) = prepare_with(&mock, &state, None);
    assert_eq!(
        get(&mock, &state, stranger(), log_in(), expiration),
        Err(Refusal::NotAuthenticated { caller: stranger() })
    );
    let later = expiration.saturating_add(1);
    assert_eq!(get(&mock, &state, device(), log_in(), later), NOTHING);
    let elsewhere = log_in_at("https://other.example");
    assert_eq!(get(&mock, &state, device(), elsewhere, expiration), NOTHING);
    let mut other_key = log_in();
    other_key.session_key = SessionKey::new([8; 40]);
    assert_eq!(get(&mock, &state, device(), other_key, expiration), NOTHING);
    let mut other_anchor = log_in();
    other_anchor.anchor = AnchorNumber::new(151);
    assert_eq!(
        get(&mock, &state, device(), other_anchor, expiration),
        NOTHING
    );
}

#[test]
fn after_a_minute_or_its_own_end_it_is_gone() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (_, long) = prepare_with(&mock, &state, None);
    let (_, short) = prepare_with(&mock, &state, Some(5));
    mock.pass(5);
    assert_eq!(get(&mock, &state, device(), log_in(), short), NOTHING);
    mock.pass(MINUTE_NS - 6);
    assert_ne!(get(&mock, &state, device(), log_in(), long), NOTHING);
    mock.pass(1);
    assert_eq!(get(&mock, &state, device(), log_in(), long), NOTHING);
}

#[test]
fn without_a_certificate_there_is_no_signature() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (_, expiration) = prepare_with(&mock, &state, None);
    let (state, now) = (state.borrow(), mock.now());
    let result = get_delegation(&state, device(), log_in(), expiration, None, now);
    assert_eq!(result, NOTHING);
}

/// Both domains of one canister are one relying party, for preparing and for getting.
#[test]
fn prepare_and_get_resolve_an_origin_alike() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (old, new) = ("https://aaaaa-aa.ic0.app", "https://aaaaa-aa.icp0.io");
    mock.will_answer(1, Ok(authenticated()));
    let log_in = log_in_at(new);
    let prepared = prepare_delegation(&mock, &state, device(), &log_in, None);
    let (key, expiration) = run(prepared).expect("allowed");
    assert_ne!(
        get(&mock, &state, device(), log_in_at(new), expiration),
        NOTHING
    );
    assert_ne!(
        get(&mock, &state, device(), log_in_at(old), expiration),
        NOTHING
    );
    mock.will_answer(1, Ok(authenticated()));
    let again = run(prepare_delegation(
        &mock,
        &state,
        device(),
        &log_in_at(old),
        None,
    ));
    assert_eq!(again.expect("allowed").0, key);
}

#[test]
fn the_same_anchor_and_origin_have_one_key_and_others_have_others() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let (first, _) = prepare_with(&mock, &state, None);
    mock.pass(MINUTE_NS);
    assert_eq!(prepare_with(&mock, &state, Some(9)).0, first);
    mock.will_answer(1, Ok(authenticated()));
    let other = log_in_at("https://other.example");
    let (other, _) =
        run(prepare_delegation(&mock, &state, device(), &other, None)).expect("allowed");
    assert_ne!(other, first);
}

#[test]
fn arguments_have_limits() {
    let origin = |length| "x".repeat(length);
    let key = |length: usize| SessionKey::new(vec![1; length]);
    assert!(LogIn::new(ANCHOR, origin(255), key(1_024)).is_ok());
    assert_eq!(
        LogIn::new(ANCHOR, origin(256), key(1)),
        Err(Refusal::HostnameTooLong { length: 256 })
    );
    assert_eq!(
        LogIn::new(ANCHOR, origin(1), key(1_025)),
        Err(Refusal::SessionKeyTooLong { length: 1_025 })
    );
}

#[test]
fn the_salt_is_drawn_once() {
    let (mock, state) = (Mock::new(), with_shards(&[]));
    assert_eq!(run(init_salt(&mock, &state)), Ok(()));
    let salt = state.borrow().salt();
    assert!(salt.is_some());
    assert_eq!(run(init_salt(&mock, &state)), Err(Refusal::SaltAlreadySet));
    assert_eq!(state.borrow().salt(), salt);
}

#[test]
fn the_first_log_in_draws_the_salt() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    prepare_with(&mock, &state, None);
    assert!(state.borrow().salt().is_some());
    assert_eq!(run(init_salt(&mock, &state)), Err(Refusal::SaltAlreadySet));
}
