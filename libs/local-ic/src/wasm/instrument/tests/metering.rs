use super::*;

/// Cost of a function with this body, in a module with a memory, a table, globals and segments.
fn cost(body: &str) -> i64 {
    run(&format!(
        r#"(module
            (import "ic0" "performance_counter" (func $count (param i32) (result i64)))
            (type $nothing (func))
            (memory 1 10)
            (table 1 funcref)
            (elem (i32.const 0) $empty)
            (elem $e func)
            (global $g (mut i32) (i32.const 0))
            (data $d "0123456789")
            (func $empty)
            (func $tail return_call $empty)
            (func (export "f") (local $i i32) {body}))"#
    ))
    .cost("f")
}

#[test]
fn an_empty_function_costs_its_entry() {
    assert_eq!(cost(""), 1);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn weights_are_the_replicas() {
    for (body, weights) in [
        // Constants, locals, stack.
        ("(drop (i32.const 1))", 1 + 1),
        ("(local.set $i (i32.const 1))", 1 + 1),
        ("(drop (local.tee $i (local.get $i)))", 1 + 1 + 1),
        (
            "(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))",
            3 + 1 + 1,
        ),
        ("nop", 1),
        ("return", 1),
        ("(block)", 0),
        // Integers.
        ("(drop (i32.add (i32.const 1) (i32.const 2)))", 2 + 1 + 1),
        (
            "(drop (i64.eqz (i64.shl (i64.const 1) (i64.const 2))))",
            2 + 1 + 1 + 1,
        ),
        ("(drop (i32.div_u (i32.const 1) (i32.const 2)))", 2 + 10 + 1),
        ("(drop (i64.rem_s (i64.const 1) (i64.const 2)))", 2 + 10 + 1),
        (
            "(drop (i32.wrap_i64 (i64.extend_i32_u (i32.const 1))))",
            1 + 1 + 1 + 1,
        ),
        // Floats.
        ("(drop (f64.neg (f64.abs (f64.const 1))))", 1 + 1 + 1 + 1),
        ("(drop (f32.add (f32.const 1) (f32.const 1)))", 2 + 2 + 1),
        ("(drop (f64.nearest (f64.const 1)))", 1 + 2 + 1),
        ("(drop (f32.div (f32.const 1) (f32.const 1)))", 2 + 3 + 1),
        ("(drop (f64.div (f64.const 1) (f64.const 1)))", 2 + 5 + 1),
        ("(drop (f32.sqrt (f32.const 1)))", 1 + 5 + 1),
        ("(drop (f64.sqrt (f64.const 1)))", 1 + 8 + 1),
        ("(drop (f32.min (f32.const 1) (f32.const 1)))", 2 + 18 + 1),
        (
            "(drop (f32.copysign (f32.const 1) (f32.const 1)))",
            2 + 2 + 1,
        ),
        (
            "(drop (f64.copysign (f64.const 1) (f64.const 1)))",
            2 + 3 + 1,
        ),
        ("(drop (f64.lt (f64.const 1) (f64.const 1)))", 2 + 3 + 1),
        ("(drop (f64.convert_i32_s (i32.const 1)))", 1 + 3 + 1),
        ("(drop (f32.convert_i64_u (i64.const 1)))", 1 + 16 + 1),
        ("(drop (i32.trunc_f64_s (f64.const 1)))", 1 + 20 + 1),
        ("(drop (i64.trunc_sat_f32_u (f32.const 1)))", 1 + 20 + 1),
        ("(drop (f64.promote_f32 (f32.const 1)))", 1 + 1 + 1),
        // Memory and globals.
        ("(drop (i64.load (i32.const 0)))", 1 + 1 + 1),
        ("(i32.store8 (i32.const 0) (i32.const 0))", 2 + 1),
        ("(global.set $g (global.get $g))", 2 + 2),
        ("(drop (memory.size))", 20 + 1),
        ("(drop (memory.grow (i32.const 0)))", 1 + 300 + 1),
        ("(data.drop $d)", 300),
        ("(elem.drop $e)", 300),
        // Tables and references.
        ("(drop (table.size))", 100 + 1),
        ("(drop (table.get (i32.const 0)))", 1 + 5 + 1),
        ("(drop (ref.is_null (ref.null func)))", 1 + 5 + 1),
        ("(drop (ref.func $empty))", 130 + 1),
        // Control; the callee's entry is 1.
        ("(if (i32.const 1) (then nop))", 1 + 2 + 1),
        ("(block (br 0))", 2),
        ("(block (br_if 0 (i32.const 0)))", 1 + 2),
        ("(block (br_table 0 0 (i32.const 0)))", 1 + 2),
        ("(call $empty)", 5 + 1),
        ("(call_indirect (type $nothing) (i32.const 0))", 1 + 10 + 1),
        ("(call $tail)", 5 + 1 + 3 + 1),
        (
            "(return_call_indirect (type $nothing) (i32.const 0))",
            1 + 60 + 1,
        ),
        // Vectors.
        ("(drop (v128.load (i32.const 0)))", 1 + 1 + 1),
        (
            "(drop (i8x16.shuffle 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 3 + 1,
        ),
        (
            "(drop (i64x2.mul (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 4 + 1,
        ),
        (
            "(drop (f32x4.div (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 10 + 1,
        ),
        (
            "(drop (f64x2.div (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 12 + 1,
        ),
        ("(drop (f64x2.sqrt (v128.const i64x2 0 0)))", 1 + 14 + 1),
        (
            "(drop (f64x2.max (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 5 + 1,
        ),
        (
            "(drop (i32x4.add (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 1 + 1,
        ),
        (
            "(drop (i8x16.lt_u (v128.const i64x2 0 0) (v128.const i64x2 0 0)))",
            2 + 2 + 1,
        ),
        (
            "(drop (i16x8.shl (v128.const i64x2 0 0) (i32.const 0)))",
            2 + 2 + 1,
        ),
    ] {
        assert_eq!(cost(body), 1 + weights, "{body}");
    }
}

#[test]
fn bulk_operations_cost_their_bytes() {
    for bytes in [0, 1, 10] {
        for op in ["memory.fill", "memory.copy", "memory.init $d"] {
            let body = format!("({op} (i32.const 0) (i32.const 0) (i32.const {bytes}))");
            assert_eq!(cost(&body), 1 + 3 + 100 + bytes, "{body}");
        }
    }
    assert_eq!(
        cost("(memory.fill (i32.const 0) (i32.const 7) (i32.const 65536))"),
        1 + 3 + 100 + 65536
    );
}

#[test]
fn only_the_branch_taken_is_charged() {
    let both = |condition| format!("(if (i32.const {condition}) (then nop nop nop) (else nop))");
    assert_eq!(cost(&both(1)), 1 + 1 + 2 + 3);
    assert_eq!(cost(&both(0)), 1 + 1 + 2 + 1);
    // What follows a branch that is taken is a block of its own.
    assert_eq!(
        cost("(block (br_if 0 (i32.const 1)) nop nop nop)"),
        1 + 1 + 2
    );
    assert_eq!(
        cost("(block (br_if 0 (i32.const 0)) nop nop nop)"),
        1 + 1 + 2 + 3
    );
    assert_eq!(
        cost("(if (i32.const 1) (then return)) nop nop"),
        1 + 1 + 2 + 1
    );
}

#[test]
fn a_loop_is_charged_for_each_round() {
    for rounds in [1, 2, 10, 1000] {
        let body = format!(
            "(local.set $i (i32.const {rounds}))
             (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))"
        );
        // Before: const, set. Each round: get, const, sub, tee, br_if.
        assert_eq!(cost(&body), 1 + 2 + rounds * (4 + 2), "{rounds} rounds");
    }
}

#[test]
fn a_block_is_paid_when_it_is_entered_and_a_call_does_not_end_it() {
    let mut running = run(r#"(module
            (import "ic0" "performance_counter" (func $count (param i32) (result i64)))
            (func (export "f")
                nop
                (drop (call $count (i32.const 0)))
                nop nop
                (drop (call $count (i32.const 0)))
                nop
                (block (br_if 0 (i32.const 0)) (drop (call $count (i32.const 0))) nop)))"#);
    running.call("f").unwrap();
    // Up to the branch: 4 nops, two times const, call and drop, const, br_if.
    let first = 1 + 4 + 2 * (1 + 5 + 1) + 1 + 2;
    assert_eq!(
        running.store.data()[..],
        [first, first, first + (1 + 5 + 1) + 1]
    );
}

#[test]
fn an_endless_loop_ends() {
    let mut running = run(r#"(module (func (export "f") (loop (br 0))))"#);
    running.limit(1_000_001);
    let error = running.call("f").unwrap_err();
    assert_eq!(error.root_cause().to_string(), EXHAUSTED);
    // Tested at the loop's head: 1 for the entry, then 2 a round, until the counter is below zero.
    assert_eq!(running.global(COUNTER).unwrap_i64(), -2);
}

#[test]
fn endless_recursion_ends() {
    let mut running = run(r#"(module (func $f (export "f") return_call $f))"#);
    running.limit(1_000);
    let error = running.call("f").unwrap_err();
    assert_eq!(error.root_cause().to_string(), EXHAUSTED);
}

#[test]
fn exactly_enough_is_enough() {
    let mut running = run(r#"(module (func (export "f") nop nop))"#);
    running.limit(3);
    running.call("f").unwrap();
    assert_eq!(running.global(COUNTER).unwrap_i64(), 0);
    running.limit(2);
    assert!(running.call("f").is_err());
    assert_eq!(running.global(COUNTER).unwrap_i64(), -1);
}

#[test]
fn a_bulk_operation_that_cannot_be_paid_changes_nothing() {
    let mut running = run(r#"(module (memory 1)
            (func (export "f") (memory.fill (i32.const 0) (i32.const 7) (i32.const 1000))))"#);
    running.limit(1 + 3 + 100 + 999);
    let error = running.call("f").unwrap_err();
    assert_eq!(error.root_cause().to_string(), EXHAUSTED);
    assert_eq!(running.global(COUNTER).unwrap_i64(), -1);
    assert_eq!(running.heap()[..1000], [0; 1000]);
    assert!(running.marked().is_empty());
}

#[test]
fn a_trap_leaves_the_block_charged() {
    let mut running = run(r#"(module (func (export "f") nop nop unreachable nop))"#);
    running.limit(100);
    running.call("f").unwrap_err();
    assert_eq!(running.global(COUNTER).unwrap_i64(), 100 - (1 + 2 + 1));
}

#[test]
fn compiling_is_charged_for_metering_but_not_for_marking() {
    // `nop end`, four to charge and six to test.
    let one = "(module (memory 1) (func nop))";
    assert_eq!(instrumented(one).unwrap().instructions, 2 + 4 + 6);
    // Two per global, and the function's test.
    let globals = "(module (global i32 (i32.const 0)) (global (mut i64) (i64.const 0)) (func))";
    assert_eq!(
        instrumented(globals).unwrap().instructions,
        1 + 4 + 6 + 2 * 2
    );
    // Marking pages is our own affair.
    let store = "(module (memory 1) (func (i32.store (i32.const 0) (i32.const 0))))";
    assert_eq!(instrumented(store).unwrap().instructions, 4 + 4 + 6);
    // A bulk operation's charge counts as the one call that it is in the replica.
    let fill = "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))";
    assert_eq!(instrumented(fill).unwrap().instructions, 5 + 1 + 4 + 6);
    // A loop without cost of its own is only tested; the branch to it is charged.
    let looping = "(module (func (loop)))";
    assert_eq!(instrumented(looping).unwrap().instructions, 3 + (4 + 6) + 6);
}
