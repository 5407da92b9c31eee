//! Stable memory and certified data.

use super::*;

fn trap(body: &str) -> Trap {
    update("abcd", body).result.unwrap_err()
}

const GROW: &str = "(drop (call $stable64_grow (i64.const 1)))";

#[test]
fn what_is_written_can_be_read() {
    for (grow, write, read) in [
        (
            "(drop (call $stable_grow (i32.const 1)))",
            "(call $stable_write (i32.const 4094) (i32.const 0) (i32.const 4))",
            "(call $stable_read (i32.const 8) (i32.const 4095) (i32.const 3))",
        ),
        (
            GROW,
            "(call $stable64_write (i64.const 4094) (i64.const 0) (i64.const 4))",
            "(call $stable64_read (i64.const 8) (i64.const 4095) (i64.const 3))",
        ),
    ] {
        let body = format!(
            "{grow}{write}{read}(call $msg_reply_data_append (i32.const 8) (i32.const 4)) (call $msg_reply)"
        );
        let finished = update("abcd", &body);
        assert_eq!(reply(&finished), b"bcd\0");
        assert_eq!(
            finished.dirty_heap_pages, 1,
            "reading stable memory writes the heap"
        );
    }
}

#[test]
fn accesses_outside_trap() {
    for (body, what) in [
        (
            "(call $stable64_write (i64.const 65533) (i64.const 0) (i64.const 4))",
            "stable memory",
        ),
        (
            "(call $stable64_write (i64.const -1) (i64.const 0) (i64.const 4))",
            "stable memory",
        ),
        (
            "(call $stable64_read (i64.const 0) (i64.const 65536) (i64.const 1))",
            "stable memory",
        ),
        (
            "(call $stable64_read (i64.const 65533) (i64.const 0) (i64.const 4))",
            "heap",
        ),
        (
            "(call $stable64_write (i64.const 0) (i64.const -1) (i64.const 1))",
            "heap",
        ),
        (
            "(call $stable64_write (i64.const 0) (i64.const 0) (i64.const -1))",
            "heap",
        ),
    ] {
        let trap = trap(&format!("{GROW}{body}"));
        assert_eq!(
            trap.message,
            format!("Canister trapped: {what} out of bounds"),
            "{body}"
        );
    }
}

#[test]
fn an_access_of_no_bytes_never_fails() {
    let finished = update(
        "",
        "(call $stable64_write (i64.const -1) (i64.const -1) (i64.const 0))
         (call $stable64_read (i64.const -1) (i64.const -1) (i64.const 0))
         (call $stable_read (i32.const -1) (i32.const -1) (i32.const 0))",
    );
    assert!(finished.result.is_ok());
}

#[test]
fn growth_answers_the_old_size_or_minus_one() {
    let finished = update(
        "",
        "(i64.store (i32.const 0) (call $stable64_grow (i64.const 3)))
         (i64.store (i32.const 8) (call $stable64_grow (i64.const 0)))
         (i64.store (i32.const 16) (call $stable64_grow (i64.const -1)))
         (i64.store (i32.const 24) (call $stable64_size))
         (i32.store (i32.const 32) (call $stable_grow (i32.const 65534)))
         (i32.store (i32.const 36) (call $stable_grow (i32.const 65533)))
         (call $msg_reply_data_append (i32.const 0) (i32.const 40)) (call $msg_reply)",
    );
    let mut expected = Vec::new();
    for long in [0, 3, u64::MAX, 3] {
        expected.extend(long.to_le_bytes());
    }
    expected.extend(words(&[u32::MAX, 3]));
    assert_eq!(reply(&finished), expected);
}

#[test]
fn the_old_functions_trap_beyond_four_gibibytes() {
    for call in [
        "(drop (call $stable_size))",
        "(drop (call $stable_grow (i32.const 0)))",
        "(call $stable_read (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $stable_write (i32.const 0) (i32.const 0) (i32.const 1))",
    ] {
        let grown = |pages: u32| {
            update(
                "",
                &format!("(drop (call $stable64_grow (i64.const {pages}))) {call}"),
            )
        };
        assert!(grown(65536).result.is_ok(), "{call}");
        assert_eq!(
            grown(65537).result.unwrap_err().code,
            ErrorCode::CanisterTrapped
        );
    }
}

#[test]
fn the_first_write_of_a_page_costs_a_thousand() {
    let used = |writes: &str| update("", &format!("{GROW}{writes}")).instructions;
    let write =
        |at: u32| format!("(call $stable64_write (i64.const {at}) (i64.const 0) (i64.const 4))");
    // Three constants, the call, its charge, four bytes.
    let plain = 3 + 5 + 20 + 4;
    assert_eq!(used(&write(0)) - used(""), plain + 1_000);
    assert_eq!(used(&(write(0) + &write(8))) - used(&write(0)), plain);
    assert_eq!(used(&write(4094)) - used(""), plain + 2_000);
}

#[test]
fn certified_data_is_at_most_32_bytes() {
    let finished = update(
        "abcd",
        "(call $certified_data_set (i32.const 0) (i32.const 4))",
    );
    assert_eq!(
        finished.sandbox.certified_data.as_deref(),
        Some(&b"abcd"[..])
    );
    violation(&update(
        "",
        "(call $certified_data_set (i32.const 0) (i32.const 33))",
    ));
}

#[test]
fn a_certificate_that_is_missing_is_a_violation() {
    violation(&run(
        "",
        "(drop (call $data_certificate_size))",
        sandbox(Mode::Query),
    ));
}

#[test]
fn queries_touch_less_than_updates_may() {
    // Reads a byte of each 4 KiB page of one gibibyte and one page more.
    let body = "(local $at i64)
        (drop (call $stable64_grow (i64.const 0x4001)))
        (loop
            (call $stable64_read (i64.const 0) (local.get $at) (i64.const 1))
            (local.set $at (i64.add (local.get $at) (i64.const 4096)))
            (br_if 0 (i64.le_u (local.get $at) (i64.const 0x40000000))))";
    assert!(run("", body, sandbox(Mode::Update)).result.is_ok());
    let query = run("", body, sandbox(Mode::Query)).result;
    assert_eq!(
        query.unwrap_err().code,
        ErrorCode::CanisterMemoryAccessLimitExceeded
    );
}
