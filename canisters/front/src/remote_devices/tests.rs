use super::*;
use crate::crowd::{ANYBODYS_LIMIT, OpenCall, Sender};
use crate::runtime::NoReply;
use crate::runtime::mock::{Mock, run};
use crate::shards::tests::device;
use crate::state::tests::{shard, with_shards};
use types::registry::{AuthenticatedBy, RegistryError};

const ANCHOR: AnchorNumber = AnchorNumber::new(150);
const ENDS: TimestampNs = TimestampNs::new(9);

fn caller() -> Principal {
    Principal::self_authenticating([1])
}

fn nobody() -> Principal {
    Principal::anonymous()
}

fn tentatively(mock: &Mock, state: &Shared) -> Result<AddTentativeDeviceResponse, Refusal> {
    run(add_tentative(mock, state, nobody(), ANCHOR, device(1)))
}

fn types(
    mock: &Mock,
    state: &Shared,
    code: &str,
) -> Result<VerifyTentativeDeviceResponse, Refusal> {
    run(verify(mock, state, caller(), ANCHOR, code))
}

fn code_of(added: Result<AddTentativeDeviceResponse, Refusal>) -> String {
    match added {
        Ok(AddTentativeDeviceResponse::AddedTentatively {
            verification_code,
            device_registration_timeout: ENDS,
        }) => verification_code,
        other => panic!("added until {ENDS}: {other:?}"),
    }
}

#[test]
fn the_code_that_the_user_sees_is_the_one_that_the_shard_keeps() {
    let (mock, state) = (Mock::new(), with_shards(&[1, 2]));
    let mut codes = Vec::new();
    for index in 0..2 {
        mock.will_answer(1, Ok(TentativeAnswer::Added { ends: ENDS }));
        let code = code_of(tentatively(&mock, &state));
        let (to, sent) = mock.sent::<AddTentativeDevice>(index);
        assert_eq!(to, shard(1));
        assert_eq!((sent.anchor, sent.device), (ANCHOR, device(1)));
        assert_eq!(sent.code.to_string(), code);
        assert_eq!(code.len(), 6);
        codes.push((code, sent.order));
    }
    assert_ne!(codes[0].0, codes[1].0, "drawn anew");
    assert_ne!(codes[0].1, codes[1].1);
    assert_eq!(state.borrow().counters.get(metrics::TENTATIVE_ADDED), 2);
}

#[test]
fn an_order_is_repeated_with_its_id_and_its_code() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_reply(Err(NoReply::Unknown));
    mock.will_answer(1, Ok(TentativeAnswer::Added { ends: ENDS }));
    let code = code_of(tentatively(&mock, &state));
    let (first, second) = (
        mock.sent::<AddTentativeDevice>(0),
        mock.sent::<AddTentativeDevice>(1),
    );
    assert_eq!(first, second);
    assert_eq!(first.1.code.to_string(), code);

    mock.will_reply(Err(NoReply::Unknown));
    mock.will_answer(1, Ok(VerificationAnswer::WrongCode { tries_left: 2 }));
    let wrong = VerifyTentativeDeviceResponse::WrongCode { retries_left: 2 };
    assert_eq!(types(&mock, &state, "000000"), Ok(wrong));
    assert_eq!(
        mock.sent::<VerifyTentativeDevice>(2),
        mock.sent::<VerifyTentativeDevice>(3)
    );
    for _ in 0..4 {
        mock.will_reply(Err(NoReply::Unknown));
    }
    assert_eq!(tentatively(&mock, &state), Err(Refusal::OutcomeUnknown));
    assert_eq!(types(&mock, &state, "1"), Err(Refusal::OutcomeUnknown));
    let counted = |slot| state.borrow().counters.get(slot);
    assert_eq!(counted(metrics::TENTATIVE_UNKNOWN), 1);
    assert_eq!(counted(metrics::VERIFY_UNKNOWN), 1);
    assert_eq!(counted(metrics::NOT_VERIFIED), 1);
}

#[test]
fn each_answer_of_a_shard_has_its_response() {
    use AddTentativeDeviceResponse as Added;
    use VerifyTentativeDeviceResponse as Verified;
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    for (answer, response) in [
        (TentativeAnswer::ModeOff, Added::DeviceRegistrationModeOff),
        (
            TentativeAnswer::AnotherDevice,
            Added::AnotherDeviceTentativelyAdded,
        ),
        (
            TentativeAnswer::KeyIsUsed,
            Added::PasskeyWithThisPublicKeyIsAlreadyUsed,
        ),
    ] {
        mock.will_answer(1, Ok(answer));
        assert_eq!(tentatively(&mock, &state), Ok(response));
    }
    for (answer, response) in [
        (VerificationAnswer::Verified, Verified::Verified),
        (
            VerificationAnswer::ModeOff,
            Verified::DeviceRegistrationModeOff,
        ),
        (VerificationAnswer::NoDevice, Verified::NoDeviceToVerify),
    ] {
        mock.will_answer(1, Ok(answer));
        assert_eq!(types(&mock, &state, "000000"), Ok(response));
    }
    mock.will_answer::<TentativeAnswer>(1, Err(RegistryError::RecoveryPhrase));
    assert_eq!(tentatively(&mock, &state), Err(Refusal::TentativePhrase));
    let counted = |slot| state.borrow().counters.get(slot);
    assert_eq!(counted(metrics::TENTATIVE_TURNED_AWAY), 3);
    assert_eq!(counted(metrics::TENTATIVE_REFUSED), 1);
    assert_eq!(counted(metrics::VERIFIED), 1);
}

#[test]
fn what_is_no_code_is_sent_as_none() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    for (typed, code) in [
        ("invalid code", None),
        ("", None),
        ("42", None),
        ("000042", Some(VerificationCode::from_random(42))),
    ] {
        mock.will_answer(1, Ok(VerificationAnswer::NoDevice));
        types(&mock, &state, typed).expect("an answer");
        let last = mock.called().len() - 1;
        let sent = mock.sent::<VerifyTentativeDevice>(last).1;
        assert_eq!((sent.code, sent.caller), (code, caller()));
    }
}

#[test]
fn the_mode_is_entered_and_left_for_the_caller() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_answer(1, Ok(ENDS));
    mock.will_answer(1, Ok(()));
    assert_eq!(run(enter(&mock, &state, caller(), ANCHOR)), Ok(ENDS));
    assert_eq!(run(exit(&mock, &state, caller(), ANCHOR)), Ok(()));
    assert_eq!(mock.sent::<EnterRegistrationMode>(0).1.caller, caller());
    assert_eq!(mock.sent::<ExitRegistrationMode>(1).1.caller, caller());
    mock.will_answer::<TimestampNs>(1, Err(RegistryError::RegistrationModes { limit: 1 }));
    assert_eq!(
        run(enter(&mock, &state, caller(), ANCHOR)),
        Err(Refusal::TooManyRegistrationModes)
    );
}

#[test]
fn a_number_that_nobody_owns_has_no_registration() {
    let (mock, state) = (Mock::new(), with_shards(&[2]));
    let refused = Refusal::NotAuthenticated { caller: caller() };
    let entered = run(enter(&mock, &state, caller(), ANCHOR));
    assert_eq!(entered, Err(refused.clone()));
    let left = run(exit(&mock, &state, caller(), ANCHOR));
    assert_eq!(left, Err(refused.clone()));
    assert_eq!(types(&mock, &state, "000000"), Err(refused));
    assert_eq!(
        tentatively(&mock, &state),
        Ok(AddTentativeDeviceResponse::DeviceRegistrationModeOff)
    );
    assert!(mock.called().is_empty());
}

#[test]
fn without_randomness_there_is_no_code() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.has_randomness.set(false);
    assert_eq!(tentatively(&mock, &state), Err(Refusal::NoRandomness));
    assert!(mock.called().is_empty());
}

/// Anybody may send a device to whatever anchor: what front knows of its owner stays.
#[test]
fn a_device_that_waits_makes_front_forget_nobody() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let knows = || {
        let cache = &state.borrow().auth_cache;
        cache.knows(ANCHOR, caller(), mock.now())
    };
    let question = state.borrow().auth_cache.asks(shard(1), ANCHOR, caller());
    let (by, now) = (AuthenticatedBy::DeviceKey, mock.now());
    state.borrow_mut().auth_cache.learn(question, by, now);
    mock.will_answer(1, Ok(TentativeAnswer::Added { ends: ENDS }));
    code_of(tentatively(&mock, &state));
    assert!(knows());
    mock.will_answer(1, Ok(VerificationAnswer::Verified));
    assert!(types(&mock, &state, "000000").is_ok());
    assert!(!knows(), "now the devices are others");
}

/// Nor does a flood of the only method that needs no device keep one from the owner who waits for it.
#[test]
fn an_open_registration_has_calls_of_its_own() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    mock.will_answer(1, Ok(TentativeAnswer::ModeOff));
    assert!(tentatively(&mock, &state).is_ok(), "draws the table's key");
    let sender = Sender::NewDevice { anchor: ANCHOR };
    let _open: Vec<_> = (0..ANYBODYS_LIMIT)
        .map(|_| OpenCall::begin(&state, shard(1), sender).expect("room"))
        .collect();
    mock.will_answer(1, Ok(ENDS));
    assert_eq!(run(enter(&mock, &state, caller(), ANCHOR)), Ok(ENDS));
    mock.will_answer(1, Ok(TentativeAnswer::Added { ends: ENDS }));
    code_of(tentatively(&mock, &state));
    mock.will_answer(1, Ok(TentativeAnswer::ModeOff));
    assert!(tentatively(&mock, &state).is_ok());
    let refused = tentatively(&mock, &state);
    assert!(matches!(refused, Err(Refusal::ShardBusy { .. })));
}

/// Whoever floods the only method that needs no device leaves most of the open calls to the others.
#[test]
fn people_without_a_device_do_not_take_all_open_calls() {
    let (mock, state) = (Mock::new(), with_shards(&[1]));
    let open: Vec<_> = (0..ANYBODYS_LIMIT)
        .map(|_| {
            OpenCall::begin(&state, shard(1), Sender::NewDevice { anchor: ANCHOR }).expect("room")
        })
        .collect();
    let refused = tentatively(&mock, &state);
    assert!(matches!(refused, Err(Refusal::ShardBusy { .. })));
    assert!(mock.called().is_empty());
    mock.will_answer(1, Ok(VerificationAnswer::NoDevice));
    assert!(types(&mock, &state, "000000").is_ok());
    drop(open);
    mock.will_answer(1, Ok(TentativeAnswer::ModeOff));
    assert!(tentatively(&mock, &state).is_ok());
}
