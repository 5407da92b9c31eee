use super::table::{IMPORTS, ValType};
use crate::error::ErrorCode;
use crate::limits;
use crate::sandbox::{Mode, Sandbox, Trap};
use crate::wasm::execute::fixture::{Rig, reply, sandbox};
use crate::wasm::execute::{Entry, Finished};
use std::fmt::Write as _;

mod bytes;
mod calls;
mod costs;
mod stable;

const MODES: [Mode; 16] = [
    Mode::Init,
    Mode::PreUpgrade,
    Mode::Update,
    Mode::ReplicatedQuery,
    Mode::Query,
    Mode::Transform,
    Mode::CompositeQuery,
    Mode::Reply,
    Mode::Reject,
    Mode::CompositeReply,
    Mode::CompositeReject,
    Mode::Cleanup,
    Mode::CompositeCleanup,
    Mode::SystemTask,
    Mode::InspectMessage,
    Mode::Start,
];

/// A module that exports, for each function, a call of it with arguments that are all zero.
fn caller_of_everything() -> Rig {
    let mut fields = String::from("(memory 1)");
    for spec in IMPORTS {
        write!(fields, "(func (export \"try {0}\") (call ${0}", spec.name).unwrap();
        for param in spec.params {
            fields.push_str(match param {
                ValType::I32 => "(i32.const 0)",
                ValType::I64 => "(i64.const 0)",
            });
        }
        fields.push(')');
        if !spec.results.is_empty() {
            fields.push_str("(drop)");
        }
        fields.push(')');
    }
    Rig::new(&fields)
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Runs the body of a single function, in a module with one page of heap that holds `data` at 0.
fn run(data: &str, body: &str, sandbox: Sandbox) -> Finished {
    let mut rig = Rig::new(&format!(
        "(memory 1) (data (i32.const 0) \"{data}\") (func $f (param i32)) (table 1 funcref) (elem (i32.const 0) $f)
         (func (export \"run\") {body})"
    ));
    rig.run(Entry::Export("run"), sandbox)
}

fn update(data: &str, body: &str) -> Finished {
    run(data, body, sandbox(Mode::Update))
}

fn violation(finished: &Finished) -> &str {
    match &finished.result {
        Err(Trap {
            code: ErrorCode::CanisterContractViolation,
            message,
        }) => message,
        other => panic!("expected a contract violation: {other:?}"),
    }
}

#[test]
fn every_function_is_refused_outside_of_its_contexts_and_only_there() {
    let mut rig = caller_of_everything();
    for spec in IMPORTS {
        let export = format!("try {}", spec.name);
        for mode in MODES {
            let finished = rig.run(Entry::Export(&export), sandbox(mode));
            let refusal = format!(
                "Canister violated contract: \"ic0_{}\" cannot be executed in {} mode",
                spec.name,
                mode.name()
            );
            if spec.modes.contains(mode) {
                if let Err(trap) = &finished.result {
                    assert!(
                        !trap.message.contains("cannot be executed"),
                        "{}: {trap}",
                        spec.name
                    );
                }
            } else {
                assert_eq!(violation(&finished), refusal);
            }
        }
    }
}

#[test]
fn every_function_takes_its_charge() {
    let mut rig = caller_of_everything();
    for spec in IMPORTS {
        let export = format!("try {}", spec.name);
        let mode = MODES
            .into_iter()
            .find(|mode| spec.modes.contains(*mode))
            .unwrap();
        let finished = rig.run(Entry::Export(&export), sandbox(mode));
        // Entry 1, call 5, one for each constant and for the drop.
        let around = 1 + 5 + spec.params.len() as u64 + spec.results.len() as u64;
        let written = 1_000 * finished.dirty_heap_pages;
        // `debug_print` with no bytes logs an empty line for free; nothing else moves bytes here.
        assert_eq!(
            finished.instructions,
            around + spec.cost + written,
            "{}",
            spec.name
        );
    }
}

#[test]
fn performance_counters_count_the_execution_and_the_context() {
    let body = |kind| {
        format!(
            "(i64.store (i32.const 0) (call $performance_counter (i32.const {kind})))
             (call $msg_reply_data_append (i32.const 0) (i32.const 8)) (call $msg_reply)"
        )
    };
    let counter = |kind| {
        let mut sandbox = sandbox(Mode::Update);
        sandbox.context_instructions = 1_000_000;
        let bytes = reply(&run("", &body(kind), sandbox));
        u64::from_le_bytes(bytes.try_into().unwrap())
    };
    assert_eq!(counter(1), counter(0) + 1_000_000);
    let unknown = update("", "(drop (call $performance_counter (i32.const 2)))");
    assert!(violation(&unknown).ends_with("performance counter type 2 is not supported"));
}

#[test]
fn the_performance_counter_never_goes_back() {
    let mut rig = Rig::new(
        r#"(memory 1) (global $last (mut i64) (i64.const 0)) (global $back (mut i32) (i32.const 0))
        (func (export "run") (local $i i32) (local $now i64)
            (loop
                (local.set $now (call $performance_counter (i32.const 0)))
                (if (i64.le_u (local.get $now) (global.get $last)) (then (global.set $back (i32.const 1))))
                (global.set $last (local.get $now))
                (call $debug_print (i32.const 0) (local.get $i))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50)))))"#,
    );
    let state = rig.update("run", &[]).result.unwrap();
    assert_eq!(state.globals[1], crate::wasm::Global::I32(0));
}

#[test]
fn debug_print_never_fails() {
    let finished = update("hello", "(call $debug_print (i32.const 0) (i32.const 5))");
    assert_eq!(finished.sandbox.log, [b"hello"]);
    for (src, size) in [(0, 65537), (65537, 0), (-1, 1), (-1, -1), (5, -1)] {
        let body = format!("(call $debug_print (i32.const {src}) (i32.const {size}))");
        let finished = update("", &body);
        assert!(finished.result.is_ok(), "{src} {size}");
        assert_eq!(
            finished.sandbox.log,
            [b"(debug_print message out of memory bounds)"]
        );
        assert!(run("", &body, sandbox(Mode::Start)).result.is_ok());
    }
}

#[test]
fn only_what_the_log_keeps_is_charged_like_log() {
    let print = |mode, size: usize| {
        let body = format!("(call $debug_print (i32.const 0) (i32.const {size}))");
        run("", &body, sandbox(mode)).instructions
    };
    assert_eq!(print(Mode::Update, 10) - print(Mode::Update, 0), 10 * 51);
    assert_eq!(print(Mode::Query, 10) - print(Mode::Query, 0), 10);
    let longer =
        print(Mode::Update, limits::LOG_BYTES + 10) - print(Mode::Update, limits::LOG_BYTES);
    assert_eq!(longer, 10);
}

#[test]
fn a_called_trap_carries_its_text_and_keeps_the_log() {
    let body = |src: i32, size: i32| {
        format!(
            "(call $debug_print (i32.const 0) (i32.const 2)) (call $trap (i32.const {src}) (i32.const {size}))"
        )
    };
    let finished = update("a\\fftext", &body(2, 4));
    let trap = |text: &str| {
        let message = format!("Canister called `ic0.trap` with message: '{text}'");
        Trap::new(ErrorCode::CanisterCalledTrap, message)
    };
    assert_eq!(finished.result.unwrap_err(), trap("text"));
    assert_eq!(finished.sandbox.log, [b"a\xff"]);
    assert_eq!(
        update("a\\ff", &body(0, 2)).result.unwrap_err(),
        trap("a\u{fffd}")
    );
    let outside = update("", &body(0, -1)).result.unwrap_err();
    assert_eq!(outside, trap("(trap message out of memory bounds)"));
    let long = update("", &body(0, 60_000)).result.unwrap_err();
    assert_eq!(long, trap(&"\0".repeat(limits::MAX_LOG_LINE)));
}

#[test]
fn the_timer_answers_what_it_was() {
    let finished = update(
        "",
        "(drop (call $global_timer_set (i64.const 5)))
         (i64.store (i32.const 0) (call $global_timer_set (i64.const 9)))
         (call $msg_reply_data_append (i32.const 0) (i32.const 8)) (call $msg_reply)",
    );
    assert_eq!(reply(&finished), 5u64.to_le_bytes());
    assert_eq!(finished.sandbox.timer, 9);
}
