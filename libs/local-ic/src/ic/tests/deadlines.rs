//! Best-effort calls that nobody waits for any more.

use super::*;
use crate::error::RejectCode;

/// `deposit` and `random` call the management canister with their argument and a million million
/// cycles, and wait a second for the answer. `heard` is 1 after a reply, the code after a reject.
const CALLER: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $data (param i32 i32)))
    (import "ic0" "msg_reject_code" (func $code (result i32)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $append (param i32 i32)))
    (import "ic0" "call_with_best_effort_response" (func $seconds (param i32)))
    (import "ic0" "call_cycles_add128" (func $cycles (param i64 i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 2 funcref)
    (elem (i32.const 0) $replied $rejected)
    (data (i32.const 0) "deposit_cyclesraw_rand")
    (func $replied (param i32) (i32.store8 (i32.const 50) (i32.const 1)))
    (func $rejected (param i32) (i32.store8 (i32.const 50) (call $code)))
    (func (export "canister_query heard")
        (call $data (i32.const 50) (i32.const 1)) (call $reply))
    (func $send (param $name i32) (param $length i32)
        (call $new (i32.const 0) (i32.const 0) (local.get $name) (local.get $length)
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $copy (i32.const 100) (i32.const 0) (call $size))
        (call $append (i32.const 100) (call $size))
        (call $seconds (i32.const 1))
        (call $cycles (i64.const 0) (i64.const 1000000000000))
        (if (call $perform) (then unreachable))
        (call $reply))
    (func (export "canister_update deposit") (call $send (i32.const 0) (i32.const 14)))
    (func (export "canister_update random") (call $send (i32.const 14) (i32.const 8))))"#;

/// Two subnets: what one sends to the other arrives a round later.
fn two_subnets() -> (Ic, CanisterId, CanisterId) {
    let config = InstanceConfig::new(&[SubnetKind::Application, SubnetKind::Application]);
    let mut ic = Ic::new(&config, Arc::new(Compiler::new(None))).unwrap();
    let caller = install(&mut ic, CALLER);
    let about = CanisterId::from_index(ic.network.subnets[1].allocation.0);
    let create = ProvisionalCreateCanisterWithCyclesArgs {
        specified_id: Some(about.0),
        ..Default::default()
    };
    let method = "provisional_create_canister_with_cycles";
    let payload = Encode!(&create).unwrap();
    update(&mut ic, CanisterId::MANAGEMENT, method, payload).unwrap();
    (ic, caller, about)
}

/// Sends the call in one round; the next one comes so many seconds later.
fn send_and_wait(ic: &mut Ic, caller: CanisterId, method: &str, payload: Vec<u8>, seconds: u64) {
    ic.submit(call(caller, method, payload)).unwrap();
    ic.tick();
    ic.set_time(ic.time() + seconds * 1_000_000_000).unwrap();
    ic.tick();
}

#[test]
fn the_management_canister_executes_no_call_that_has_expired() {
    on_big_stack(|| {
        for (seconds, arrives) in [(0, true), (2, false)] {
            let (mut ic, caller, about) = two_subnets();
            let before = ic.cycles(about).unwrap();
            let payload = Encode!(&CanisterIdRecord {
                canister_id: about.0
            });
            send_and_wait(&mut ic, caller, "deposit", payload.unwrap(), seconds);
            assert_eq!(ic.cycles(about).unwrap() > before, arrives, "{seconds} s");
        }
    });
}

#[test]
fn no_random_bytes_are_drawn_for_a_call_that_has_expired() {
    on_big_stack(|| {
        for (seconds, draws) in [(0, 1), (2, 0)] {
            let (mut ic, caller, _) = two_subnets();
            send_and_wait(&mut ic, caller, "random", Encode!().unwrap(), seconds);
            assert_eq!(ic.network.subnets[0].random_draws, draws, "{seconds} s");
        }
    });
}

#[test]
fn a_call_that_waits_for_its_answer_keeps_no_argument() {
    on_big_stack(|| {
        let (mut ic, caller, _) = two_subnets();
        ic.submit(call(caller, "random", Encode!().unwrap()))
            .unwrap();
        ic.tick();
        let deferred = &ic.network.subnets[0].deferred;
        assert_eq!(deferred.len(), 1);
        assert!(deferred[0].request.payload.is_empty());
    });
}

/// The replica times out callbacks before it takes in what other subnets sent (`rs/messaging`, `execute_round`).
#[test]
fn an_answer_that_is_on_its_way_at_the_deadline_comes_too_late() {
    on_big_stack(|| {
        for (seconds, heard) in [(0, 1), (2, RejectCode::SysUnknown as u8)] {
            let (mut ic, caller, about) = two_subnets();
            let before = ic.cycles(about).unwrap();
            let payload = Encode!(&CanisterIdRecord {
                canister_id: about.0
            });
            send_and_wait(&mut ic, caller, "deposit", payload.unwrap(), 0);
            assert!(ic.cycles(about).unwrap() > before, "it was carried out");
            ic.set_time(ic.time() + seconds * 1_000_000_000).unwrap();
            ic.tick();
            ic.tick();
            let answer = ic.query(call(caller, "heard", Vec::new())).unwrap();
            assert_eq!(answer, [heard], "{seconds} s");
        }
    });
}

/// `ask` calls its argument, a method of its own, waits a second for the answer and hands it on;
/// `update` and `query` answer their deadline.
const DEADLINES: &str = r#"(module
    (import "ic0" "canister_self_size" (func $self_size (result i32)))
    (import "ic0" "canister_self_copy" (func $self (param i32 i32 i32)))
    (import "ic0" "msg_arg_data_size" (func $size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_deadline" (func $deadline (result i64)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $data (param i32 i32)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_with_best_effort_response" (func $seconds (param i32)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 1 funcref)
    (elem (i32.const 0) $replied)
    (func $replied (param i32)
        (call $copy (i32.const 0) (i32.const 0) (call $size))
        (call $data (i32.const 0) (call $size))
        (call $reply))
    (func $answer
        (i64.store (i32.const 0) (call $deadline))
        (call $data (i32.const 0) (i32.const 8))
        (call $reply))
    (func (export "canister_update update") (call $answer))
    (func (export "canister_query query") (call $answer))
    (func (export "canister_update ask")
        (call $self (i32.const 100) (i32.const 0) (call $self_size))
        (call $copy (i32.const 200) (i32.const 0) (call $size))
        (call $new (i32.const 100) (call $self_size) (i32.const 200) (call $size)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $seconds (i32.const 1))
        (if (call $perform) (then unreachable))))"#;

#[test]
fn only_updates_see_a_deadline() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, DEADLINES);
        let mut seen = |method: &str| {
            let answer = update(&mut ic, id, "ask", method.into()).unwrap();
            u64::from_le_bytes(answer.try_into().unwrap())
        };
        assert!(seen("update") > crate::topology::GENESIS);
        assert_eq!(seen("query"), 0);
    });
}
