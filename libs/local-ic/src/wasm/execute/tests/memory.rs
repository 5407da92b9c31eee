//! The heap's size.

use super::*;

const GROWING: &str = r#"
    (memory 2 20)
    (global $answer (mut i32) (i32.const 0))
    (func (export "one") (global.set $answer (memory.grow (i32.const 1))))
    (func (export "ten") (global.set $answer (memory.grow (i32.const 10))))
    (func (export "many") (global.set $answer (memory.grow (i32.const 19))))
    (func (export "size") (global.set $answer (memory.size)))
    (func (export "fail") (drop (memory.grow (i32.const 1))) unreachable)
"#;

fn answer(finished: &Finished) -> i32 {
    match finished.result.as_ref().expect("it succeeds").globals[0] {
        Global::I32(answer) => answer,
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn growth_is_part_of_the_state() {
    let mut rig = Rig::new(GROWING);
    let finished = rig.update("one", &[]);
    assert_eq!(answer(&finished), 2);
    assert_eq!(finished.sandbox.heap_bytes, 3 * WASM_PAGE_BYTES);
    assert_eq!(rig.state.heap_pages, 3);
    assert!(rig.update("fail", &[]).result.is_err());
    assert_eq!(
        answer(&rig.update("size", &[])),
        3,
        "what a trap has grown is gone"
    );
}

#[test]
fn the_modules_own_maximum_is_no_trap() {
    let mut rig = Rig::new(GROWING);
    let finished = rig.update("many", &[]);
    assert_eq!(answer(&finished), -1);
    assert_eq!(rig.state.heap_pages, 2);
    assert_eq!(finished.sandbox.heap_bytes, 2 * WASM_PAGE_BYTES);
}

#[test]
fn a_heap_of_more_than_four_gibibytes_is_refused() {
    let mut rig = Rig::new(
        r#"(memory 1) (global $answer (mut i32) (i32.const 0))
        (func (export "run") (global.set $answer (memory.grow (i32.const 65536))))"#,
    );
    assert_eq!(answer(&rig.update("run", &[])), -1);
}

#[test]
fn the_settings_limit_traps_where_it_is_enforced() {
    let mut rig = Rig::new(GROWING);
    let mut run = |mode, export| {
        let mut sandbox = sandbox(mode);
        sandbox.env.wasm_memory_limit = 4 * WASM_PAGE_BYTES;
        rig.run(Entry::Export(export), sandbox).result
    };
    for mode in [Mode::Update, Mode::Init] {
        assert!(run(mode, "one").is_ok());
        assert_eq!(
            run(mode, "ten").unwrap_err().code,
            ErrorCode::CanisterWasmMemoryLimitExceeded
        );
    }
    for mode in [Mode::Query, Mode::Reply, Mode::SystemTask, Mode::PreUpgrade] {
        assert!(run(mode, "ten").is_ok(), "{mode:?}");
    }
}

#[test]
fn a_heap_beyond_the_settings_limit_refuses_updates() {
    let mut rig = Rig::new(GROWING);
    let mut run = |mode| {
        let mut sandbox = sandbox(mode);
        sandbox.env.wasm_memory_limit = 2 * WASM_PAGE_BYTES - 1;
        rig.run(Entry::Export("size"), sandbox)
    };
    let refused = run(Mode::Update);
    assert_eq!(
        refused.result.unwrap_err().code,
        ErrorCode::CanisterWasmMemoryLimitExceeded
    );
    assert_eq!(refused.instructions, 0);
    assert!(run(Mode::Reply).result.is_ok());
}

#[test]
fn growth_must_be_paid_for() {
    let mut rig = Rig::new(GROWING);
    let mut poor = sandbox(Mode::Update);
    poor.account.freeze.seconds = 2_592_000;
    poor.account.balance = 1_000_000;
    let finished = rig.run(Entry::Export("one"), poor);
    assert_eq!(
        finished.result.unwrap_err().code,
        ErrorCode::InsufficientCyclesInMemoryGrow
    );
}

#[test]
fn a_module_without_a_memory_runs() {
    let mut rig = Rig::new("(func (export \"run\"))");
    let state = rig.update("run", &[]).result.unwrap();
    assert_eq!(state.heap_pages, 0);
}
