use super::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const PAGE: u32 = 4096;

/// A module with 64 KiB × 3 of heap and an exported function `f`.
fn module(body: &str) -> Running {
    run(&format!(
        r#"(module (memory 3) (data $d "abcdefgh")
            (func (export "f") (local $v v128) {body}))"#
    ))
}

fn marked_by(body: &str) -> Vec<usize> {
    let mut running = module(body);
    running
        .call("f")
        .unwrap_or_else(|error| panic!("{body}: {error}"));
    running.marked()
}

/// Instruction, value, and bytes written, of every store there is.
const STORES: [(&str, &str, u32); 14] = [
    ("i32.store8", "(i32.const -1)", 1),
    ("i32.store16", "(i32.const -1)", 2),
    ("i32.store", "(i32.const -1)", 4),
    ("i64.store8", "(i64.const -1)", 1),
    ("i64.store16", "(i64.const -1)", 2),
    ("i64.store32", "(i64.const -1)", 4),
    ("i64.store", "(i64.const -1)", 8),
    ("f32.store", "(f32.const -nan:0x7fffff)", 4),
    ("f64.store", "(f64.const -nan:0xfffffffffffff)", 8),
    ("v128.store", "(v128.const i64x2 -1 -1)", 16),
    ("v128.store8_lane", "(v128.const i64x2 -1 -1)", 1),
    ("v128.store16_lane", "(v128.const i64x2 -1 -1)", 2),
    ("v128.store32_lane", "(v128.const i64x2 -1 -1)", 4),
    ("v128.store64_lane", "(v128.const i64x2 -1 -1)", 8),
];

/// The store at `address`, which is put together from an operand and a constant offset.
fn store(op: &str, value: &str, address: u32, offset: u32) -> String {
    let lane = if op.ends_with("lane") { " 0" } else { "" };
    format!(
        "({op} offset={offset}{lane} (i32.const {}) {value})",
        address - offset
    )
}

#[test]
fn every_store_writes_what_it_should_and_marks_its_pages() {
    for (op, value, width) in STORES {
        for offset in [0, 1, PAGE, 5000] {
            for (address, pages) in [
                // At the page's start, at its end, and one byte beyond its end.
                (3 * PAGE, vec![3]),
                (4 * PAGE - width, vec![3]),
                (
                    4 * PAGE - width + 1,
                    if width > 1 { vec![3, 4] } else { vec![4] },
                ),
            ] {
                let body = store(op, value, address, offset);
                let mut running = module(&body);
                running.call("f").unwrap();
                assert_eq!(running.marked(), pages, "{body}");
                let mut expected = vec![0; 3 << 16];
                expected[address as usize..(address + width) as usize].fill(0xff);
                assert!(running.heap() == expected, "{body}");
            }
        }
    }
}

#[test]
fn the_last_byte_of_the_heap_can_be_written() {
    for (op, value, width) in STORES {
        assert_eq!(
            marked_by(&store(op, value, (3 << 16) - width, 1)),
            [47],
            "{op}"
        );
    }
}

#[test]
fn a_store_out_of_bounds_traps_and_marks_nothing() {
    for (op, value, width) in STORES {
        for body in [
            store(op, value, (3 << 16) - width + 1, 0),
            store(op, value, u32::MAX, u32::MAX),
            // Address and offset together exceed 32 bits.
            format!(
                "({op} offset=4294967295{} (i32.const 4097) {value})",
                if op.ends_with("lane") { " 0" } else { "" }
            ),
        ] {
            let mut running = module(&body);
            let error = running.call("f").unwrap_err();
            let trap = error.downcast_ref::<wasmtime::Trap>();
            assert_eq!(trap, Some(&wasmtime::Trap::MemoryOutOfBounds), "{body}");
            assert!(running.marked().is_empty(), "{body}");
        }
    }
}

#[test]
fn bulk_operations_mark_the_range_they_write() {
    for (range, pages) in [
        ((0, 0), vec![]),
        ((3 * PAGE, 0), vec![]),
        ((3 << 16, 0), vec![]),
        ((0, 1), vec![0]),
        ((PAGE - 1, 1), vec![0]),
        ((PAGE - 1, 2), vec![0, 1]),
        ((PAGE, PAGE), vec![1]),
        ((PAGE, PAGE + 1), vec![1, 2]),
        ((2 * PAGE - 1, 3 * PAGE), vec![1, 2, 3, 4]),
        ((47 * PAGE, PAGE), vec![47]),
        ((0, 3 << 16), (0..48).collect()),
    ] {
        let (start, len) = range;
        for op in ["memory.fill", "memory.copy"] {
            let body = format!("({op} (i32.const {start}) (i32.const 0) (i32.const {len}))");
            assert_eq!(marked_by(&body), pages, "{body}");
        }
    }
    assert_eq!(
        marked_by("(memory.init $d (i32.const 8190) (i32.const 3) (i32.const 5))"),
        [1, 2]
    );
}

#[test]
fn bulk_operations_write_what_they_should() {
    let mut running = module(
        "(memory.init $d (i32.const 10) (i32.const 2) (i32.const 4))
         (memory.fill (i32.const 20) (i32.const 0x5a) (i32.const 3))
         (memory.copy (i32.const 30) (i32.const 11) (i32.const 10))",
    );
    running.call("f").unwrap();
    assert_eq!(
        &running.heap()[10..40],
        b"cdef\0\0\0\0\0\0ZZZ\0\0\0\0\0\0\0def\0\0\0\0\0\0Z"
    );
}

#[test]
fn bulk_operations_out_of_bounds_trap_and_mark_nothing() {
    for body in [
        "(memory.fill (i32.const 196600) (i32.const 1) (i32.const 9))",
        "(memory.copy (i32.const 0) (i32.const 196600) (i32.const 9))",
        "(memory.copy (i32.const -1) (i32.const 0) (i32.const 2))",
        "(memory.init $d (i32.const 0) (i32.const 5) (i32.const 4))",
        "(memory.fill (i32.const 196609) (i32.const 1) (i32.const 0))",
    ] {
        let mut running = module(body);
        assert!(running.call("f").is_err(), "{body}");
        assert!(running.marked().is_empty(), "{body}");
    }
}

#[test]
fn reading_marks_nothing() {
    assert!(
        marked_by("(drop (i64.load (i32.const 4090))) (drop (v128.load (i32.const 0)))").is_empty()
    );
    assert!(marked_by("(drop (memory.size)) (drop (memory.grow (i32.const 1)))").is_empty());
}

#[test]
fn marks_add_up_in_loops_and_over_calls() {
    let mut running = run(r#"(module (memory 3)
            (func $put (param i32) (i32.store (local.get 0) (i32.const 1)))
            (func (export "f") (local $i i32)
                (loop
                    (call $put (i32.mul (local.get $i) (i32.const 8192)))
                    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))))"#);
    running.call("f").unwrap();
    assert_eq!(running.marked(), [0, 2, 4, 6, 8]);
}

#[test]
fn all_kinds_of_scratch_locals_get_along() {
    // One function with parameters and locals of its own that stores every type, interleaved.
    let mut running = run(r#"(module (memory 1)
            (func $f (param $a i32) (param $b i64) (local $c f32) (local $d i32)
                (local.set $d (i32.const 40))
                (i64.store (local.get $a) (local.get $b))
                (i32.store (i32.add (local.get $a) (i32.const 8)) (i32.wrap_i64 (local.get $b)))
                (f32.store (local.get $d) (f32.const 1))
                (memory.fill (i32.const 50) (local.get $a) (i32.const 2))
                (f64.store (i32.const 60) (f64.const 1))
                (v128.store (i32.const 80) (v128.const i64x2 3 4))
                (i32.store8 (i32.const 100) (local.get $d))
                (i32.store8 (i32.const 101) (i32.reinterpret_f32 (local.get $c))))
            (func (export "f") (call $f (i32.const 16) (i64.const 0x0102030405060708))))"#);
    running.call("f").unwrap();
    let mut expected = vec![0; 1 << 16];
    expected[16..24].copy_from_slice(&0x0102_0304_0506_0708_u64.to_le_bytes());
    expected[24..28].copy_from_slice(&0x0506_0708_u32.to_le_bytes());
    expected[40..44].copy_from_slice(&1_f32.to_le_bytes());
    expected[50..52].fill(16);
    expected[60..68].copy_from_slice(&1_f64.to_le_bytes());
    expected[80..96].copy_from_slice(&(3 | 4_u128 << 64).to_le_bytes());
    expected[100] = 40;
    assert!(running.heap() == expected);
    assert_eq!(running.marked(), [0]);
}

#[test]
fn random_writes_mark_exactly_their_pages() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut below = |limit: u32| rng.next_u32() % limit;
    for _ in 0..20 {
        let (mut body, mut expected) = (String::new(), BTreeSet::new());
        let mut writes = |start: u32, len: u32| {
            expected.extend((start..start + len).map(|byte| (byte / PAGE) as usize));
        };
        for _ in 0..below(40) {
            let page = below(47) * PAGE;
            if below(2) == 0 {
                let (op, value, width) = STORES[below(14) as usize];
                // Around the page's end.
                let address = page + PAGE - 20 + below(40).min(PAGE - width);
                body += &store(op, value, address, below(PAGE - 20));
                writes(address, width);
            } else {
                let len = below(3 * PAGE).min((3 << 16) - page);
                let op = if below(2) == 0 {
                    "memory.fill"
                } else {
                    "memory.copy"
                };
                write!(
                    body,
                    "({op} (i32.const {page}) (i32.const 0) (i32.const {len}))"
                )
                .unwrap();
                writes(page, len);
            }
        }
        assert_eq!(marked_by(&body), Vec::from_iter(expected), "{body}");
    }
}
