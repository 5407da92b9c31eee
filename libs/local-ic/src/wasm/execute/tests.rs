use super::fixture::{LIMIT, Rig, reply, sandbox};
use super::*;
use crate::error::ErrorCode;
use crate::memory::PAGE_BYTES;
use crate::sandbox::Mode;
use crate::wasm::Global;

mod equivalence;
mod memory;
mod traps;

/// `poke`: stores the second word of the argument at the address in the first one.
/// `peek`: replies the word at the address 100.
/// `spoil`: changes everything, then traps; `change` does the same and succeeds.
const CANISTER: &str = r#"
    (memory 2 20)
    (table 3 funcref)
    (global $count (mut i64) (i64.const 40))
    (global $fixed i32 (i32.const 1))
    (global $ratio (mut f64) (f64.const 0.5))
    (elem (i32.const 0) $closure $count_up)
    (func $argument (call $msg_arg_data_copy (i32.const 0) (i32.const 0) (i32.const 8)))
    (func (export "canister_update poke")
        (call $argument)
        (i32.store (i32.load (i32.const 0)) (i32.load (i32.const 4)))
        (call $msg_reply))
    (func (export "canister_query peek")
        (call $msg_reply_data_append (i32.const 100) (i32.const 4))
        (call $msg_reply))
    (func $count_up (export "canister_update count")
        (global.set $count (i64.add (global.get $count) (i64.const 1))))
    (func $change (export "canister_update change")
        (i32.store (i32.const 100) (i32.const 7))
        (i32.store (i32.const 70000) (i32.const 8))
        (global.set $count (i64.const -1))
        (global.set $ratio (f64.const 2))
        (drop (call $stable64_grow (i64.const 1)))
        (call $stable64_write (i64.const 5) (i64.const 100) (i64.const 4)))
    (func (export "canister_update spoil")
        (call $change)
        (drop (memory.grow (i32.const 1)))
        (i32.store (i32.const 140000) (i32.const 9))
        unreachable)
    (func $closure (param i32)
        (i32.store (i32.const 100) (local.get 0)))
    (func (export "endless") (loop (br 0)))
"#;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn what_an_execution_writes_is_in_the_next_state_only() {
    let mut rig = Rig::new(CANISTER);
    let before = rig.state.clone();
    let finished = rig.update("canister_update change", &[]);
    let after = finished.result.expect("it succeeds");
    assert_eq!(before, fresh(&rig.module));
    assert_eq!(
        after.globals,
        [Global::I64(-1), Global::F64(2f64.to_bits())]
    );
    assert_eq!(after.stable.size, 1);
    let mut stable = [0; 4];
    after.stable.pages.read(5, &mut stable);
    assert_eq!(stable, 7u32.to_le_bytes());
    let mut heap = [0; 4];
    after.heap.read(70000, &mut heap);
    assert_eq!(heap, 8u32.to_le_bytes());
    assert_eq!(finished.dirty_heap_pages, 2);
    assert_eq!(rig.query("canister_query peek"), 7u32.to_le_bytes());
    rig.state = before;
    assert_eq!(
        rig.query("canister_query peek"),
        [0; 4],
        "an older state is still usable"
    );
}

#[test]
fn a_trap_leaves_no_trace() {
    let mut rig = Rig::new(CANISTER);
    rig.update("canister_update poke", &words(&[100, 3]));
    let before = rig.state.clone();
    let trapped = rig.update("canister_update spoil", &[]);
    assert_eq!(trapped.result.unwrap_err().code, ErrorCode::CanisterTrapped);
    assert_eq!(trapped.dirty_heap_pages, 0);
    assert_eq!(rig.state, before);
    let next = rig.update("canister_update count", &[]).result.unwrap();
    assert_eq!(
        next.globals,
        [Global::I64(41), Global::F64(0.5f64.to_bits())]
    );
    assert_eq!(next.heap, before.heap);
    assert_eq!(next.heap_pages, 2);
    assert_eq!(next.stable, before.stable);
}

#[test]
fn queries_see_a_state_and_change_none() {
    let mut rig = Rig::new(CANISTER);
    let query = rig.run(
        Entry::Export("canister_update change"),
        sandbox(Mode::Query),
    );
    assert!(query.result.is_ok());
    assert_eq!(rig.query("canister_query peek"), [0; 4]);
}

#[test]
fn stable_memory_is_taken_from_the_state_and_given_back_clean() {
    let mut rig = Rig::new(CANISTER);
    rig.update("canister_update change", &[]);
    let stored = serde_json::to_string(&rig.state.stable).unwrap();
    assert_eq!(
        rig.state.stable,
        serde_json::from_str(&stored).unwrap(),
        "what an execution touched is no part of the state"
    );
}

#[test]
fn callbacks_are_functions_of_the_table() {
    let mut rig = Rig::new(CANISTER);
    let mut closure = |func, env| {
        rig.run(Entry::Closure(Closure { func, env }), sandbox(Mode::Reply))
            .result
    };
    let mut heap = [0; 4];
    closure(0, 77).unwrap().heap.read(100, &mut heap);
    assert_eq!(heap, 77u32.to_le_bytes());
    assert_eq!(
        closure(1, 0).unwrap_err().code,
        ErrorCode::CanisterContractViolation
    );
    for missing in [2, 3, u32::MAX] {
        assert_eq!(
            closure(missing, 0).unwrap_err().code,
            ErrorCode::CanisterFunctionNotFound
        );
    }
}

#[test]
fn an_export_that_is_missing_is_an_error() {
    let mut rig = Rig::new(CANISTER);
    let finished = rig.run(Entry::Export("canister_update no"), sandbox(Mode::Update));
    assert_eq!(
        finished.result.unwrap_err().code,
        ErrorCode::CanisterMethodNotFound
    );
}

#[test]
fn the_start_function_runs_when_asked_for() {
    let mut rig = Rig::new(
        "(memory 1) (func $begin (i32.store8 (i32.const 9) (i32.const 1))) (start $begin)",
    );
    assert_eq!(rig.state.heap.pages().count(), 0);
    let started = rig.run(Entry::Start, sandbox(Mode::Start));
    let mut byte = [0];
    started.result.unwrap().heap.read(9, &mut byte);
    assert_eq!(byte, [1]);

    let mut without = Rig::new("(memory 1)");
    let finished = without.run(Entry::Start, sandbox(Mode::Start));
    assert_eq!(finished.result.unwrap(), without.state);
    assert_eq!(finished.instructions, 0);
}

#[test]
fn what_was_dropped_is_back_in_the_next_execution() {
    let mut rig = Rig::new(
        r#"(memory 1)
        (data $text "abcd")
        (func (export "drop") (data.drop $text))
        (func (export "copy") (memory.init $text (i32.const 0) (i32.const 0) (i32.const 4)))"#,
    );
    rig.update("drop", &[]).result.unwrap();
    rig.update("copy", &[]).result.unwrap();
}

#[test]
fn used_instructions_are_those_of_the_performance_counter() {
    let mut rig = Rig::new(
        r#"(memory 1) (global $seen (mut i64) (i64.const 0))
        (func (export "measure")
            (drop (call $time))
            (global.set $seen (call $performance_counter (i32.const 0))))"#,
    );
    let finished = rig.update("measure", &[]);
    let seen = finished.result.unwrap().globals[0];
    assert_eq!(
        seen,
        Global::I64(i64::try_from(finished.instructions).unwrap())
    );
}

#[test]
fn written_pages_are_charged_once() {
    let mut rig = Rig::new(
        r#"(memory 1)
        (func (export "none") (i32.const 4) (i32.const 1) (drop) (drop))
        (func (export "one") (i32.store (i32.const 4) (i32.const 1)))
        (func (export "same") (i32.store (i32.const 4) (i32.const 1)) (i32.store (i32.const 8) (i32.const 1)))
        (func (export "two") (i32.store (i32.const 4094) (i32.const 1)))"#,
    );
    let mut used = |export| rig.update(export, &[]).instructions;
    // Entry 1, two constants, two drops; a store costs 1 beside its two constants.
    assert_eq!(used("none"), 5);
    assert_eq!(used("one"), 4 + 1_000);
    assert_eq!(used("same"), 7 + 1_000);
    assert_eq!(used("two"), 4 + 2_000);
}

#[test]
fn bytes_that_the_system_writes_are_kept_like_the_canisters_own() {
    let mut rig = Rig::new(
        r#"(memory 1)
        (func (export "take") (call $msg_arg_data_copy (i32.const 4090) (i32.const 0) (call $msg_arg_data_size)))"#,
    );
    let finished = rig.update("take", b"0123456789");
    assert_eq!(finished.dirty_heap_pages, 2);
    let mut heap = [0; 10];
    rig.state.heap.read(4090, &mut heap);
    assert_eq!(&heap, b"0123456789");
}

#[test]
fn a_panic_passes_through_a_big_stack() {
    assert_eq!(on_big_stack(|| 3), 3);
    let panic = std::panic::catch_unwind(|| on_big_stack(|| panic!("told so")));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"told so"));
}
