//! Why executions fail, and what a failure costs.

use super::*;

fn trap(fields: &str) -> Trap {
    let mut rig = Rig::new(fields);
    on_big_stack(move || rig.update("run", &[]).result.unwrap_err())
}

#[test]
fn wasm_traps_have_the_words_of_the_replica() {
    let cases = [
        ("unreachable", "unreachable"),
        (
            "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
            "integer division by zero",
        ),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            "integer overflow",
        ),
        ("(drop (i32.load (i32.const 65533)))", "heap out of bounds"),
        (
            "(i32.store (i32.const -1) (i32.const 0))",
            "heap out of bounds",
        ),
        (
            "(drop (i32.trunc_f32_s (f32.const nan)))",
            "invalid conversion to integer",
        ),
        (
            "(call_indirect (type $other) (i32.const 1) (i32.const 0))",
            "indirect call type mismatch",
        ),
        ("(call_indirect (i32.const 1))", "uninitialized element"),
        ("(call_indirect (i32.const 2))", "table out of bounds"),
        ("(call $run)", "stack overflow"),
    ];
    for (code, words) in cases {
        let fields = format!(
            "(type $other (func (param i32))) (memory 1) (table 2 funcref) (elem (i32.const 0) $run)
             (func $run (export \"run\") {code})"
        );
        assert_eq!(
            trap(&fields),
            Trap::new(
                ErrorCode::CanisterTrapped,
                format!("Canister trapped: {words}")
            ),
            "{code}"
        );
    }
}

#[test]
fn the_instruction_limit_ends_a_loop() {
    let mut rig = Rig::new(CANISTER);
    let finished = rig.run_within(Entry::Export("endless"), sandbox(Mode::Update), 10_000);
    assert_eq!(
        finished.result.unwrap_err(),
        Trap::new(
            ErrorCode::CanisterInstructionLimitExceeded,
            "Canister exceeded the limit of 10000 instructions for single message execution."
        )
    );
    assert_eq!(finished.instructions, 10_000);
}

#[test]
fn a_host_functions_charge_can_exceed_the_limit() {
    let mut rig = Rig::new("(memory 1) (func (export \"run\") (call $msg_reply))");
    let cost = rig
        .run(Entry::Export("run"), sandbox(Mode::Update))
        .instructions;
    let mut within = |limit| rig.run_within(Entry::Export("run"), sandbox(Mode::Update), limit);
    assert!(within(cost).result.is_ok());
    let short = within(cost - 1);
    assert_eq!(
        short.result.unwrap_err().code,
        ErrorCode::CanisterInstructionLimitExceeded
    );
    assert_eq!(short.instructions, cost - 1);
}

#[test]
fn written_pages_can_exceed_the_limit_and_are_undone_then() {
    let mut rig = Rig::new(CANISTER);
    let argument = |value| {
        let mut sandbox = sandbox(Mode::Update);
        sandbox.input.payload = words(&[100, value]);
        sandbox
    };
    let poke = Entry::Export("canister_update poke");
    let cost = rig.run(poke, argument(1)).instructions;
    let short = rig.run_within(poke, argument(2), cost - 1);
    assert_eq!(
        short.result.unwrap_err().code,
        ErrorCode::CanisterInstructionLimitExceeded
    );
    assert_eq!(short.instructions, cost - 1);
    assert_eq!(rig.query("canister_query peek"), [0; 4]);
    assert!(rig.run_within(poke, argument(2), cost).result.is_ok());
}

#[test]
fn a_trap_is_charged_for_what_ran() {
    let mut rig = Rig::new("(func (export \"run\") (drop (i32.const 1)) unreachable)");
    let finished = rig.update("run", &[]);
    assert!(finished.result.is_err());
    assert_eq!(
        finished.instructions, 4,
        "entry, constant, drop, unreachable"
    );
}

#[test]
fn nan_bits_are_canonical() {
    let mut rig = Rig::new(
        r#"(global $bits (mut i64) (i64.const 0))
        (func (export "run") (local $nan f64)
            (local.set $nan (f64.reinterpret_i64 (i64.const 0xfff0000000012345)))
            (global.set $bits (i64.reinterpret_f64 (f64.add (local.get $nan) (f64.const 1)))))"#,
    );
    let state = rig.update("run", &[]).result.unwrap();
    assert_eq!(state.globals, [Global::I64(0x7ff8_0000_0000_0000)]);
}
