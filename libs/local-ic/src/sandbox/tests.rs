use super::*;
use crate::fees::Fees;
use std::collections::{BTreeMap, BTreeSet};

mod calls;
mod cycles;
mod stable;

fn sandbox(mode: Mode) -> Sandbox {
    let environment = Environment {
        canister: CanisterId::from_index(1),
        subnet: SubnetId(Principal::self_authenticating([3])),
        nodes: 13,
        root_key: Vec::new().into(),
        time: 1_000,
        status: 1,
        version: 0,
        controllers: BTreeSet::from([Principal::anonymous()]),
        variables: BTreeMap::from([("a".into(), "1".into()), ("b".into(), "2".into())]),
        replicated: mode.keeps_changes(),
        wasm_memory_limit: 0,
        data_certificate: None,
    };
    let input = Input {
        caller: Principal::anonymous(),
        caller_info: SenderInfo::default(),
        payload: Vec::new(),
        reject: None,
        method: String::new(),
        deadline: None,
    };
    let account = Account {
        balance: 1_000_000_000_000,
        available: 100,
        accepted: 0,
        refunded: 0,
        burned: 0,
        fees: Fees::new(13, false),
        freeze: FreezePolicy::default(),
        response_instructions: 40_000_000_000,
    };
    Sandbox::new(mode, environment, input, account, StableMemory::default())
}

fn is_violation<T>(result: Result<T, Trap>) -> bool {
    result
        .err()
        .is_some_and(|trap| trap.code == ErrorCode::CanisterContractViolation)
}

#[test]
fn a_reply_is_the_data_appended_and_comes_once() {
    let mut sandbox = sandbox(Mode::Update);
    sandbox.reply_data_append(b"ab").unwrap();
    sandbox.reply_data_append(b"c").unwrap();
    assert_eq!(sandbox.answer, None);
    sandbox.reply().unwrap();
    assert_eq!(sandbox.answer, Some(Answer::Reply(b"abc".to_vec())));
    assert!(is_violation(sandbox.reply()));
    assert!(is_violation(sandbox.reject(b"")));
    assert!(is_violation(sandbox.reply_data_append(b"")));
    assert_eq!(sandbox.answer, Some(Answer::Reply(b"abc".to_vec())));
}

#[test]
fn a_context_answered_earlier_cannot_be_answered_again() {
    let mut sandbox = sandbox(Mode::Reply);
    sandbox.answered = true;
    assert!(is_violation(sandbox.reply_data_append(b"")));
    assert!(is_violation(sandbox.reply()));
    assert!(is_violation(sandbox.reject(b"no")));
    assert_eq!(sandbox.answer, None);
}

#[test]
fn answers_have_a_size_limit_that_depends_on_consensus() {
    for (mode, limit) in [
        (Mode::Update, limits::MAX_REPLICATED_REPLY),
        (Mode::Query, limits::MAX_QUERY_REPLY),
    ] {
        let mut replying = sandbox(mode);
        replying.reply_data_append(&vec![0; limit - 1]).unwrap();
        assert!(is_violation(replying.reply_data_append(&[0; 2])));
        replying.reply_data_append(&[0]).unwrap();
        let mut rejecting = sandbox(mode);
        assert!(is_violation(rejecting.reject(&vec![b'a'; limit + 1])));
        rejecting.reject(&vec![b'a'; limit]).unwrap();
    }
}

#[test]
fn a_rejection_is_text() {
    let mut sandbox = sandbox(Mode::Update);
    assert!(is_violation(sandbox.reject(&[0xff])));
    sandbox.reject("nö".as_bytes()).unwrap();
    assert_eq!(sandbox.answer, Some(Answer::Reject("nö".into())));
}

#[test]
fn reject_code_and_text_are_those_of_the_response() {
    let mut sandbox = sandbox(Mode::Reject);
    assert_eq!(sandbox.reject_code(), 0);
    assert!(is_violation(sandbox.reject_message()));
    sandbox.input.reject = Some((2, "later".into()));
    assert_eq!(sandbox.reject_code(), 2);
    assert_eq!(sandbox.reject_message(), Ok("later"));
}

#[test]
fn certified_data_has_at_most_32_bytes() {
    let mut sandbox = sandbox(Mode::Update);
    sandbox.set_certified_data(vec![1; 32]).unwrap();
    assert!(is_violation(sandbox.set_certified_data(vec![2; 33])));
    assert_eq!(sandbox.certified_data, Some(vec![1; 32]));
}

#[test]
fn messages_are_accepted_once() {
    let mut sandbox = sandbox(Mode::InspectMessage);
    sandbox.accept_message().unwrap();
    assert!(is_violation(sandbox.accept_message()));
    assert!(sandbox.accepted);
}

#[test]
fn controllers_are_known_by_their_principal() {
    let sandbox = sandbox(Mode::Update);
    assert_eq!(
        sandbox.is_controller(Principal::anonymous().as_slice()),
        Ok(true)
    );
    assert_eq!(sandbox.is_controller(&[]), Ok(false));
    assert!(is_violation(sandbox.is_controller(&[0; 30])));
}

#[test]
fn variables_are_ordered_by_name() {
    let sandbox = sandbox(Mode::Update);
    assert_eq!(sandbox.variable_name(0), Ok("a"));
    assert_eq!(sandbox.variable_name(1), Ok("b"));
    assert!(is_violation(sandbox.variable_name(2)));
    assert_eq!(sandbox.variable_value(b"b"), Ok("2"));
    assert!(is_violation(sandbox.variable_value(b"c")));
    assert_eq!(sandbox.variable_exists(b"a"), Ok(true));
    assert_eq!(sandbox.variable_exists(b"c"), Ok(false));
    assert!(is_violation(sandbox.variable_exists(&[0xff])));
    assert_eq!(
        sandbox.variable_exists(&[b'a'; limits::MAX_VARIABLE_NAME]),
        Ok(false)
    );
    assert!(is_violation(
        sandbox.variable_exists(&[b'a'; limits::MAX_VARIABLE_NAME + 1])
    ));
}

#[test]
fn only_replicated_executions_have_a_log() {
    let mut update = sandbox(Mode::Update);
    update.debug_print(&vec![b'a'; limits::MAX_LOG_LINE + 1]);
    assert_eq!(update.log, [vec![b'a'; limits::MAX_LOG_LINE]]);
    for _ in 0..limits::MAX_LOG_BYTES / limits::MAX_LOG_LINE {
        update.debug_print(&vec![b'b'; limits::MAX_LOG_LINE]);
    }
    assert_eq!((update.log_skipped, update.log.len()), (2, 63));
    let mut query = sandbox(Mode::Query);
    query.debug_print(b"hello");
    assert!(query.log.is_empty());
}

#[test]
fn contexts_are_sets_of_modes() {
    let sandbox = sandbox(Mode::Start);
    assert!(sandbox.require(Modes::ALL, "f").is_ok());
    assert_eq!(
        sandbox.require(Modes::NOT_START, "f").unwrap_err().message,
        "Canister violated contract: \"ic0_f\" cannot be executed in start mode"
    );
    let two = Modes::of(&[Mode::Update, Mode::Query]);
    assert!(two.contains(Mode::Update) && two.contains(Mode::Query) && !two.contains(Mode::Init));
}

#[test]
fn setting_the_timer_answers_the_previous_value() {
    let mut sandbox = sandbox(Mode::Update);
    assert_eq!(sandbox.set_timer(5), 0);
    assert_eq!(sandbox.set_timer(0), 5);
    assert_eq!(sandbox.timer, 0);
}
