//! Composite queries that call the canister they began at, and the management canister.

use super::*;
use ic_management_canister_types::CanisterStatusResult;

/// `present`: whether there is a data certificate. `relay` makes the call that its argument
/// describes and answers what that answers, or the reject code and message.
const RELAY: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reject_code" (func $code (result i32)))
    (import "ic0" "msg_reject_msg_size" (func $text_size (result i32)))
    (import "ic0" "msg_reject_msg_copy" (func $text (param i32 i32 i32)))
    (import "ic0" "data_certificate_present" (func $present (result i32)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $data (param i32 i32)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 2 funcref)
    (elem (i32.const 0) $replied $rejected)
    (func $replied (param i32)
        (call $copy (i32.const 1000) (i32.const 0) (call $size))
        (call $append (i32.const 1000) (call $size))
        (call $reply))
    (func $rejected (param i32)
        (i32.store8 (i32.const 1000) (call $code))
        (call $text (i32.const 1001) (i32.const 0) (call $text_size))
        (call $append (i32.const 1000) (i32.add (i32.const 1) (call $text_size)))
        (call $reply))
    (func (export "canister_query present")
        (i32.store8 (i32.const 0) (call $present))
        (call $append (i32.const 0) (i32.const 1))
        (call $reply))
    ;; The argument: three lengths, then callee, method and payload.
    (func (export "canister_composite_query relay")
        (local $callee i32) (local $method i32)
        (call $copy (i32.const 0) (i32.const 0) (call $size))
        (local.set $callee (i32.load8_u (i32.const 0)))
        (local.set $method (i32.load8_u (i32.const 1)))
        (call $new (i32.const 3) (local.get $callee)
            (i32.add (i32.const 3) (local.get $callee)) (local.get $method)
            (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
        (call $data
            (i32.add (i32.add (i32.const 3) (local.get $callee)) (local.get $method))
            (i32.load8_u (i32.const 2)))
        (if (call $perform) (then unreachable))))"#;

fn relay(
    ic: &mut Ic,
    root: CanisterId,
    callee: Principal,
    method: &str,
    payload: &[u8],
) -> Vec<u8> {
    let (callee, method) = (callee.as_slice(), method.as_bytes());
    let lengths = [callee.len(), method.len(), payload.len()].map(|len| u8::try_from(len).unwrap());
    let argument = [&lengths, callee, method, payload].concat();
    ic.query(call(root, "relay", argument)).unwrap()
}

#[test]
fn the_certificate_is_there_wherever_the_call_graph_comes_back_to_its_root() {
    on_big_stack(|| {
        let mut ic = ic();
        let root = install(&mut ic, RELAY);
        let other = install(&mut ic, RELAY);
        assert_eq!(ic.query(call(root, "present", vec![])).unwrap(), [1]);
        assert_eq!(relay(&mut ic, root, root.0, "present", &[]), [1]);
        assert_eq!(relay(&mut ic, root, other.0, "present", &[]), [0]);
    });
}

#[test]
fn composite_queries_call_the_queries_of_the_management_canister() {
    on_big_stack(|| {
        let mut ic = ic();
        let root = install(&mut ic, RELAY);
        let about = Encode!(&CanisterIdRecord {
            canister_id: root.0
        })
        .unwrap();
        for management in [Principal::management_canister(), ic.network.subnets[0].id.0] {
            let reply = relay(&mut ic, root, management, "canister_status", &about);
            let status = Decode!(&reply, CanisterStatusResult).unwrap();
            assert_eq!(status.settings.controllers, [Principal::anonymous()]);
        }
    });
}

#[test]
fn what_only_updates_may_call_is_no_query_method() {
    on_big_stack(|| {
        let mut ic = ic();
        let root = install(&mut ic, RELAY);
        let management = Principal::management_canister();
        let reject = relay(&mut ic, root, management, "raw_rand", &Encode!().unwrap());
        let (code, message) = reject.split_first().unwrap();
        assert_eq!(*code, crate::error::RejectCode::CanisterError as u8);
        let message = std::str::from_utf8(message).unwrap();
        assert!(
            message.contains("Query method raw_rand not found"),
            "{message}"
        );
        let query = call(CanisterId::MANAGEMENT, "no_such_method", vec![]);
        let reject = ic.query(query).unwrap_err();
        assert_eq!(reject.code, ErrorCode::CanisterMethodNotFound, "{reject}");
    });
}

/// `deep` calls itself as often as its argument's byte says, each call within the one before, and
/// answers how often that was; 0 once a call is rejected. `many` makes as many calls, one after the
/// other, and answers 0 once one is rejected. `miss` calls as often what is not there, and never answers.
const LIMITS: &str = r#"(module
    (import "ic0" "canister_self_size" (func $self_size (result i32)))
    (import "ic0" "canister_self_copy" (func $self (param i32 i32 i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_data_append" (func $data (param i32 i32)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 3 funcref)
    (elem (i32.const 0) $rejected $count $ignore)
    (data (i32.const 0) "deepnonegone")
    (func $answer (param i32)
        (i32.store8 (i32.const 20) (local.get 0))
        (call $append (i32.const 20) (i32.const 1))
        (call $reply))
    (func $rejected (param i32) (call $answer (i32.const 0)))
    (func $count (param i32)
        (call $copy (i32.const 20) (i32.const 0) (i32.const 1))
        (call $answer (i32.add (i32.load8_u (i32.const 20)) (i32.const 1))))
    (func $ignore (param i32))
    ;; The argument's byte, which lies at 20.
    (func $number (result i32)
        (call $copy (i32.const 20) (i32.const 0) (i32.const 1))
        (i32.load8_u (i32.const 20)))
    ;; Calls itself with the byte at 20.
    (func $call (param $name i32) (param $replied i32) (param $rejected i32)
        (call $self (i32.const 30) (i32.const 0) (call $self_size))
        (call $new (i32.const 30) (call $self_size) (local.get $name) (i32.const 4)
            (local.get $replied) (i32.const 0) (local.get $rejected) (i32.const 0))
        (call $data (i32.const 20) (i32.const 1))
        (if (call $perform) (then unreachable)))
    (func $repeat (param $name i32) (param $rejected i32) (local $left i32)
        (local.set $left (call $number))
        (loop $again
            (call $call (local.get $name) (i32.const 2) (local.get $rejected))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
    (func (export "canister_composite_query deep")
        (if (call $number)
            (then
                (i32.store8 (i32.const 20) (i32.sub (call $number) (i32.const 1)))
                (call $call (i32.const 0) (i32.const 1) (i32.const 0)))
            (else (call $answer (i32.const 0)))))
    (func (export "canister_query none") (call $reply))
    (func (export "canister_composite_query many")
        (call $repeat (i32.const 4) (i32.const 0)))
    (func (export "canister_composite_query miss")
        (call $repeat (i32.const 8) (i32.const 2))))"#;

/// Six calls in a row are allowed, and what makes a seventh ends the user's query.
#[test]
fn no_callback_hears_that_the_calls_go_too_deep() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, LIMITS);
        let deep = u8::try_from(limits::COMPOSITE_DEPTH).unwrap();
        let answer = ic.query(call(id, "deep", vec![deep])).unwrap();
        assert_eq!(answer, [deep]);
        let reject = ic.query(call(id, "deep", vec![deep + 1])).unwrap_err();
        assert_eq!(reject.code, ErrorCode::QueryCallGraphTooDeep, "{reject}");
    });
}

#[test]
fn no_callback_hears_that_the_instructions_are_used_up() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, LIMITS);
        let calls = limits::QUERY_INSTRUCTIONS / limits::COMPOSITE_CALL_OVERHEAD;
        let calls = u8::try_from(calls).unwrap();
        for (calls, expected) in [
            (calls - 1, ErrorCode::CanisterDidNotReply),
            (
                calls,
                ErrorCode::QueryCallGraphTotalInstructionLimitExceeded,
            ),
        ] {
            let reject = ic.query(call(id, "many", vec![calls])).unwrap_err();
            assert_eq!(reject.code, expected, "{calls} calls: {reject}");
        }
    });
}

#[test]
fn a_call_that_finds_no_method_costs_nothing() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, LIMITS);
        let affordable = limits::QUERY_INSTRUCTIONS / limits::COMPOSITE_CALL_OVERHEAD;
        let calls = u8::try_from(2 * affordable).unwrap();
        let reject = ic.query(call(id, "miss", vec![calls])).unwrap_err();
        assert_eq!(reject.code, ErrorCode::CanisterDidNotReply, "{reject}");
    });
}

#[test]
fn a_frozen_canister_says_so_unless_it_has_no_such_query() {
    on_big_stack(|| {
        let mut ic = ic();
        let (root, frozen) = (install(&mut ic, RELAY), install(&mut ic, COUNTER));
        ic.network.canister_mut(frozen).unwrap().cycles = 0;
        for (method, expected) in [
            ("get", ErrorCode::CanisterOutOfCycles),
            ("gone", ErrorCode::CanisterMethodNotFound),
        ] {
            let reject = ic.query(call(frozen, method, vec![])).unwrap_err();
            assert_eq!(reject.code, expected, "{reject}");
            let heard = relay(&mut ic, root, frozen.0, method, &[]);
            assert_eq!(heard[0], expected.reject_code() as u8);
            assert_eq!(heard[1..], *reject.message.as_bytes());
        }
    });
}

#[test]
fn a_canister_of_another_subnet_is_not_found() {
    on_big_stack(|| {
        let config = InstanceConfig::new(&[SubnetKind::Application, SubnetKind::System]);
        let mut ic = Ic::new(&config, Arc::new(Compiler::new(None))).unwrap();
        let root = install(&mut ic, RELAY);
        let far = CanisterId::from_index(ic.network.subnets[1].allocation.0);
        let create = ProvisionalCreateCanisterWithCyclesArgs {
            specified_id: Some(far.0),
            ..Default::default()
        };
        let method = "provisional_create_canister_with_cycles";
        let payload = Encode!(&create).unwrap();
        update(&mut ic, CanisterId::MANAGEMENT, method, payload).unwrap();
        let heard = relay(&mut ic, root, far.0, "get", &[]);
        let expected = ErrorCode::CanisterNotFound.reject_code() as u8;
        assert_eq!(heard[0], expected, "{}", String::from_utf8_lossy(&heard));
    });
}
