use super::*;

const CLOSURE: Closure = Closure { func: 1, env: 2 };

fn calling(mode: Mode) -> Sandbox {
    let mut sandbox = sandbox(mode);
    begin(&mut sandbox);
    sandbox
}

fn begin(sandbox: &mut Sandbox) {
    sandbox.call_new(&[4], b"method", CLOSURE, CLOSURE).unwrap();
}

#[test]
fn fee_and_prepayment_leave_the_balance() {
    let mut sandbox = calling(Mode::Update);
    let before = sandbox.account.balance;
    sandbox.call_data_append(&[0; 10]).unwrap();
    assert_eq!(sandbox.call_perform(), Ok(0));
    assert_eq!(before - sandbox.account.balance, sandbox.call_cost(16));
    assert_eq!(
        sandbox.calls[0].prepaid,
        sandbox.call_cost(16) - sandbox.account.fees.request(16)
    );
    assert_eq!(sandbox.calls[0].deadline, None);
}

#[test]
fn calls_of_composite_queries_are_free() {
    let mut sandbox = calling(Mode::CompositeQuery);
    sandbox.account.balance = 5;
    assert_eq!(sandbox.call_perform(), Ok(0));
    assert_eq!(sandbox.account.balance, 5);
}

#[test]
fn a_new_call_drops_an_unfinished_one_and_returns_its_cycles() {
    let mut sandbox = calling(Mode::Update);
    let before = sandbox.account.balance;
    sandbox.call_cycles_add(10).unwrap();
    assert_eq!(sandbox.account.balance, before - 10);
    begin(&mut sandbox);
    assert_eq!(sandbox.account.balance, before);
    sandbox.call_cycles_add(20).unwrap();
    sandbox.finish();
    assert_eq!(sandbox.account.balance, before);
    assert!(sandbox.calls.is_empty());
}

#[test]
fn callee_and_method_are_checked() {
    let mut sandbox = sandbox(Mode::Update);
    let longest = vec![b'a'; limits::MAX_CALL_METHOD_NAME];
    assert!(sandbox.call_new(&[], &longest, CLOSURE, CLOSURE).is_ok());
    let longer = [longest, vec![b'a']].concat();
    for (callee, method) in [(&[0; 30][..], &b"m"[..]), (&[4], &[0xff]), (&[4], &longer)] {
        assert!(is_violation(
            sandbox.call_new(callee, method, CLOSURE, CLOSURE)
        ));
        assert!(
            is_violation(sandbox.call_perform()),
            "no call is under construction"
        );
    }
}

#[test]
fn a_payload_has_at_most_ten_mebibytes_with_the_methods_name() {
    let mut sandbox = calling(Mode::Update);
    let most = vec![0; limits::MAX_LOCAL_REQUEST - b"method".len()];
    sandbox.call_data_append(&most).unwrap();
    assert!(is_violation(sandbox.call_data_append(&[0])));
}

#[test]
fn what_may_be_given_once_is_refused_twice() {
    let mut sandbox = calling(Mode::Update);
    sandbox.call_on_cleanup(CLOSURE).unwrap();
    assert!(is_violation(sandbox.call_on_cleanup(CLOSURE)));
    sandbox.call_with_best_effort_response(1).unwrap();
    assert!(is_violation(sandbox.call_with_best_effort_response(1)));
}

#[test]
fn timeouts_are_clamped() {
    for (asked, seconds) in [(0, 0), (7, 7), (300, 300), (301, 300), (u32::MAX, 300)] {
        let mut sandbox = calling(Mode::Update);
        sandbox.call_with_best_effort_response(asked).unwrap();
        sandbox.call_perform().unwrap();
        assert_eq!(
            sandbox.calls[0].deadline,
            Some(1_000 + seconds * 1_000_000_000)
        );
    }
}

#[test]
fn a_full_queue_refuses_the_call_and_returns_its_cycles() {
    let mut sandbox = calling(Mode::Update);
    let callee = CanisterId(Principal::anonymous());
    sandbox.room.used.insert(callee, limits::QUEUE_CAPACITY - 1);
    assert_eq!(sandbox.call_perform(), Ok(0));
    begin(&mut sandbox);
    let before = sandbox.account.balance;
    sandbox.call_cycles_add(10).unwrap();
    assert_eq!(sandbox.call_perform(), Ok(CALL_NOT_SENT));
    assert_eq!(sandbox.account.balance, before);
    assert_eq!(sandbox.calls.len(), 1);
    sandbox.call_new(&[], b"other", CLOSURE, CLOSURE).unwrap();
    assert_eq!(
        sandbox.call_perform(),
        Ok(0),
        "queues are counted for each callee"
    );
}

#[test]
fn a_call_that_cannot_be_paid_is_not_sent_and_returns_its_cycles() {
    let mut sandbox = calling(Mode::Update);
    let cost = sandbox.call_cost(6);
    sandbox.account.balance = cost + 9;
    sandbox.call_cycles_add(10).unwrap();
    assert_eq!(sandbox.call_perform(), Ok(CALL_NOT_SENT));
    assert_eq!(sandbox.account.balance, cost + 9);
    assert_eq!(sandbox.room.used.values().sum::<usize>(), 0);
    begin(&mut sandbox);
    sandbox.call_cycles_add(9).unwrap();
    assert_eq!(sandbox.call_perform(), Ok(0));
    assert_eq!(sandbox.account.balance, 0);
}

#[test]
fn more_cycles_than_there_are_trap() {
    let mut sandbox = calling(Mode::Update);
    let balance = sandbox.account.balance;
    let trap = sandbox.call_cycles_add(balance + 1).unwrap_err();
    assert_eq!(trap.code, ErrorCode::CanisterOutOfCycles);
    assert_eq!(sandbox.account.balance, balance);
}
