//! Moving bytes between sandbox and heap.

use super::*;

fn with_argument(argument: &[u8]) -> Sandbox {
    let mut sandbox = sandbox(Mode::Update);
    sandbox.input.payload = argument.to_vec();
    sandbox
}

#[test]
fn copies_stay_within_source_and_heap() {
    let copy = |dst: i64, offset: i64, size: i64| {
        let body = format!(
            "(call $msg_arg_data_copy (i32.const {dst}) (i32.const {offset}) (i32.const {size}))"
        );
        run("", &body, with_argument(b"12345678"))
    };
    for (dst, offset, size) in [
        (0, 0, 8),
        (65528, 0, 8),
        (65535, 7, 1),
        (0, 8, 0),
        (65536, 0, 0),
        (0, 3, 4),
    ] {
        assert!(
            copy(dst, offset, size).result.is_ok(),
            "{dst} {offset} {size}"
        );
    }
    for (dst, offset, size) in [
        (0, 1, 8),
        (0, 9, 0),
        (0, 0, 9),
        (0, -1, 1),
        (0, 0xffff_ffff, 2),
    ] {
        let finished = copy(dst, offset, size);
        assert!(
            violation(&finished).contains("exceeds the slice size=8"),
            "{dst} {offset} {size}"
        );
    }
    for (dst, offset, size) in [
        (65529, 0, 8),
        (65537, 0, 0),
        (-1, 0, 1),
        (0xffff_ffff, 0, 8),
    ] {
        let finished = copy(dst, offset, size);
        assert!(
            violation(&finished).contains("heap: src="),
            "{dst} {offset} {size}"
        );
    }
}

#[test]
fn the_right_part_is_copied_to_the_right_place() {
    let finished = run(
        "........",
        "(call $msg_arg_data_copy (i32.const 2) (i32.const 3) (i32.const 4))
         (call $msg_reply_data_append (i32.const 0) (i32.const 8)) (call $msg_reply)",
        with_argument(b"12345678"),
    );
    assert_eq!(reply(&finished), b"..4567..");
}

#[test]
fn bytes_cost_one_instruction_and_fifty_when_they_leave() {
    let used = |body: &str, size: u32| {
        let body = body.replace("SIZE", &format!("(i32.const {size})"));
        run("", &body, with_argument(&[0; 100])).instructions
    };
    let copy = "(call $msg_arg_data_copy (i32.const 0) (i32.const 0) SIZE)";
    assert_eq!(used(copy, 100) - used(copy, 1), 99);
    for leaving in [
        "(call $msg_reply_data_append (i32.const 0) SIZE)",
        "(call $msg_reject (i32.const 0) SIZE)",
        "(call $call_new (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
         (call $call_data_append (i32.const 0) SIZE)",
    ] {
        assert_eq!(used(leaving, 100) - used(leaving, 0), 5_000, "{leaving}");
    }
}

/// Copies with `$<name>_copy` what `$<name>_size` says, and replies it.
fn whole(name: &str, sandbox: Sandbox) -> Vec<u8> {
    let body = format!(
        "(call ${name}_copy (i32.const 0) (i32.const 0) (call ${name}_size))
         (call $msg_reply_data_append (i32.const 0) (call ${name}_size)) (call $msg_reply)"
    );
    reply(&run("", &body, sandbox))
}

#[test]
fn sizes_and_copies_agree() {
    let update = || {
        let mut sandbox = with_argument(b"argument");
        sandbox.input.caller_info.info = b"info".to_vec();
        sandbox.input.caller_info.signer = b"signer".to_vec();
        sandbox
    };
    let env = update().env;
    assert_eq!(whole("msg_arg_data", update()), b"argument");
    assert_eq!(whole("msg_caller", update()), [4]);
    assert_eq!(whole("msg_caller_info_data", update()), b"info");
    assert_eq!(whole("msg_caller_info_signer", update()), b"signer");
    assert_eq!(whole("canister_self", update()), env.canister.0.as_slice());
    assert_eq!(whole("subnet_self", update()), env.subnet.0.as_slice());
    assert_eq!(whole("root_key", update()), [9; 133]);
    let mut rejected = sandbox(Mode::Reject);
    rejected.input.reject = Some((5, "why".into()));
    assert_eq!(whole("msg_reject_msg", rejected), b"why");
    let mut query = sandbox(Mode::Query);
    query.env.data_certificate = Some(b"certificate".to_vec().into());
    assert_eq!(whole("data_certificate", query), b"certificate");
}

#[test]
fn environment_variables_are_found_by_index_and_by_name() {
    let finished = update(
        "size",
        "(call $env_var_name_copy (i32.const 1) (i32.const 10) (i32.const 0) (call $env_var_name_size (i32.const 1)))
         (call $env_var_value_copy (i32.const 0) (i32.const 4) (i32.const 14) (i32.const 0)
            (call $env_var_value_size (i32.const 0) (i32.const 4)))
         (i32.store8 (i32.const 19) (call $env_var_count))
         (i32.store8 (i32.const 20) (call $env_var_name_exists (i32.const 0) (i32.const 4)))
         (i32.store8 (i32.const 21) (call $env_var_name_exists (i32.const 0) (i32.const 3)))
         (call $msg_reply_data_append (i32.const 10) (i32.const 12)) (call $msg_reply)",
    );
    assert_eq!(reply(&finished), b"sizesmall\x02\x01\x00");
    let absent = update("", "(drop (call $env_var_name_size (i32.const 2)))");
    assert!(violation(&absent).contains("index 2 is out of bounds"));
}

#[test]
fn facts_come_from_the_environment() {
    let facts = "(i32.store (i32.const 0) (call $canister_status))
         (i32.store (i32.const 4) (call $subnet_self_node_count))
         (i32.store (i32.const 8) (call $in_replicated_execution))
         (i32.store (i32.const 12) (call $data_certificate_present))
         (i64.store (i32.const 16) (call $canister_version))
         (i64.store (i32.const 24) (call $time))
         (i64.store (i32.const 32) (call $msg_deadline))
         (i32.store (i32.const 40) (call $is_controller (i32.const 60) (i32.const 1)))
         (i32.store (i32.const 44) (call $is_controller (i32.const 60) (i32.const 0)))
         (call $msg_reply_data_append (i32.const 0) (i32.const 48)) (call $msg_reply)";
    // The byte at 60 is the anonymous principal.
    let data = format!("{}\\04", "\\00".repeat(60));
    let mut sandbox = sandbox(Mode::Query);
    sandbox.env.data_certificate = Some(Vec::new().into());
    sandbox.input.deadline = Some(8);
    let time = sandbox.env.time;
    let mut expected = words(&[1, 13, 0, 1]);
    for long in [5, time, 8] {
        expected.extend(long.to_le_bytes());
    }
    expected.extend(words(&[1, 0]));
    assert_eq!(reply(&run(&data, facts, sandbox)), expected);
}

#[test]
fn inspection_sees_the_method_and_accepts_once() {
    let inspect =
        "(call $msg_method_name_copy (i32.const 0) (i32.const 0) (call $msg_method_name_size))
        (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 109)) (then (call $accept_message)))";
    let accepted = run("", inspect, sandbox(Mode::InspectMessage));
    assert!(accepted.result.is_ok() && accepted.sandbox.accepted);
    let twice = run(
        "",
        "(call $accept_message) (call $accept_message)",
        sandbox(Mode::InspectMessage),
    );
    violation(&twice);
}

#[test]
fn answers_are_replies_or_rejections_and_only_one() {
    let rejected = update("no way", "(call $msg_reject (i32.const 0) (i32.const 6))");
    assert_eq!(
        rejected.sandbox.answer,
        Some(crate::sandbox::Answer::Reject("no way".into()))
    );
    for second in [
        "(call $msg_reply)",
        "(call $msg_reject (i32.const 0) (i32.const 0))",
    ] {
        violation(&update("", &format!("(call $msg_reply) {second}")));
    }
}

#[test]
fn a_reject_code_is_zero_in_a_reply_callback() {
    let body = "(i32.store (i32.const 0) (call $msg_reject_code))
        (call $msg_reply_data_append (i32.const 0) (i32.const 4)) (call $msg_reply)";
    assert_eq!(reply(&run("", body, sandbox(Mode::Reply))), [0; 4]);
    let mut rejected = sandbox(Mode::Reject);
    rejected.input.reject = Some((5, String::new()));
    assert_eq!(reply(&run("", body, rejected)), 5u32.to_le_bytes());
}
