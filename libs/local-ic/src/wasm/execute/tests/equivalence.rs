//! Caching changes nothing but the time it takes.

use super::*;
use crate::ids::CanisterId;

/// A sequence of executions of all kinds, the same for the same seed: export, mode, argument.
fn script(seed: u64) -> impl Iterator<Item = (&'static str, Mode, Vec<u8>)> {
    let mut random = seed;
    let mut next = move |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((random >> 33) % below).unwrap()
    };
    (0..200).map(move |_| {
        let export = match next(8) {
            0 => "canister_update spoil",
            1 => "canister_update change",
            2 => "canister_update count",
            3 => "endless",
            _ => "canister_update poke",
        };
        let mode = if next(4) == 0 {
            Mode::Query
        } else {
            Mode::Update
        };
        // Some addresses lie outside of the two pages of heap.
        (export, mode, words(&[next(140_000), next(1 << 20)]))
    })
}

fn play(rig: &mut Rig, seed: u64) -> Vec<(Result<ExecutionState, Trap>, u64)> {
    script(seed)
        .map(|(export, mode, argument)| {
            let mut sandbox = sandbox(mode);
            sandbox.input.payload = argument;
            let finished = rig.run_within(Entry::Export(export), sandbox, 20_000);
            if let (Ok(state), Mode::Update) = (&finished.result, mode) {
                rig.state = state.clone();
            }
            (finished.result, finished.instructions)
        })
        .collect()
}

#[test]
fn cached_instances_behave_like_new_ones() {
    for seed in 0..5 {
        let cached = play(&mut Rig::with_capacity(CANISTER, 1), seed);
        let uncached = play(&mut Rig::with_capacity(CANISTER, 0), seed);
        for (step, (left, right)) in cached.iter().zip(&uncached).enumerate() {
            assert_eq!(left, right, "step {step} of seed {seed}");
        }
        let failures = cached.iter().filter(|(result, _)| result.is_err()).count();
        assert!(
            (20..180).contains(&failures),
            "the script has both outcomes: {failures}"
        );
    }
}

#[test]
fn copying_follows_the_pages_touched_not_the_heaps_size() {
    let mut rig = Rig::new(
        r#"(memory 1024)
        (func (export "all") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x4000000)))
        (func (export "two") (i64.store (i32.const 0x3fff) (i64.const 5)))
        (func (export "none"))
        (func (export "trap") (i32.store (i32.const 9) (i32.const 9)) unreachable)"#,
    );
    let mut copied = |export: &str| {
        let before = rig.executor.copied_pages();
        let _ = rig.update(export, &[]);
        rig.executor.copied_pages() - before
    };
    let all = 0x400_0000 / PAGE_BYTES as u64;
    assert_eq!(copied("all"), all);
    assert_eq!(copied("two"), 2);
    assert_eq!(copied("none"), 0);
    assert_eq!(copied("trap"), 1);
    assert_eq!(copied("two"), 2);
    rig.forget_instances();
    let before = rig.executor.copied_pages();
    rig.update("none", &[]);
    assert_eq!(
        rig.executor.copied_pages() - before,
        all,
        "a new instance needs all of it"
    );
}

#[test]
fn undoing_growth_copies_no_more_than_undoing_writes() {
    let mut rig = Rig::new(
        r#"(memory 1600)
        (func (export "all") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x6400000)))
        (func (export "grow")
            (drop (memory.grow (i32.const 1)))
            (i32.store (i32.const 0x6400000) (i32.const 9)))
        (func (export "grow and trap") (i32.store (i32.const 9) (i32.const 9))
            (drop (memory.grow (i32.const 1)))
            (i32.store (i32.const 0x6400000) (i32.const 9))
            unreachable)
        (func (export "beyond") (drop (i32.load (i32.const 0x6400000))))
        (func (export "size") (if (i32.ne (memory.size) (i32.const 1600)) (then unreachable)))"#,
    );
    rig.update("all", &[]).result.unwrap();
    let small = rig.state.clone();
    let copied = |rig: &mut Rig, export: &str, mode| {
        let before = rig.executor.copied_pages();
        let result = rig.run(Entry::Export(export), sandbox(mode)).result;
        (rig.executor.copied_pages() - before, result)
    };
    for _ in 0..3 {
        let (pages, trapped) = copied(&mut rig, "grow and trap", Mode::Update);
        assert_eq!(trapped.unwrap_err().code, ErrorCode::CanisterTrapped);
        assert_eq!(pages, 2);
        let (pages, grown) = copied(&mut rig, "grow", Mode::Query);
        assert_eq!(grown.unwrap().heap_pages, 1601);
        assert_eq!(pages, 1);
        let (pages, same) = copied(&mut rig, "size", Mode::Query);
        assert_eq!(same.unwrap(), small);
        assert_eq!(pages, 0);
        let (_, beyond) = copied(&mut rig, "beyond", Mode::Query);
        assert_eq!(beyond.unwrap_err().code, ErrorCode::CanisterTrapped);
    }
}

#[test]
fn memory_that_grows_again_is_zero() {
    let mut rig = Rig::new(
        r#"(memory 1)
        (global $seen (mut i32) (i32.const -1))
        (func (export "grow")
            (drop (memory.grow (i32.const 2)))
            (global.set $seen (i32.load (i32.const 100000)))
            (i32.store (i32.const 100000) (i32.const 9)))"#,
    );
    for _ in 0..2 {
        let grown = rig.run(Entry::Export("grow"), sandbox(Mode::Query));
        assert_eq!(grown.result.unwrap().globals, [Global::I32(0)]);
    }
}

#[test]
fn canisters_that_are_pushed_out_come_back_as_they_were() {
    let mut rig = Rig::with_capacity(CANISTER, 2);
    let mut states = vec![rig.state.clone(); 4];
    for round in 0..3u32 {
        for (index, state) in states.iter_mut().enumerate() {
            let mut sandbox = sandbox(Mode::Update);
            sandbox.env.canister = CanisterId::from_index(index as u64);
            sandbox.input.payload = words(&[1000 + 4 * round, u32::try_from(index).unwrap() + 1]);
            let finished = rig.executor.run(
                &rig.module,
                state,
                Entry::Export("canister_update poke"),
                sandbox,
                LIMIT,
            );
            reply(&finished);
            *state = finished.result.unwrap();
        }
    }
    for (state, value) in states.iter().zip(1u32..) {
        let mut heap = [0; 12];
        state.heap.read(1000, &mut heap);
        assert_eq!(heap.to_vec(), words(&[value; 3]));
    }
}

#[test]
fn the_canister_that_ran_longest_ago_is_pushed_out() {
    let mut rig = Rig::with_capacity(CANISTER, 2);
    rig.update("canister_update change", &[]);
    let mut copied = |canister| {
        let before = rig.executor.copied_pages();
        let mut sandbox = sandbox(Mode::Update);
        sandbox.env.canister = CanisterId::from_index(canister);
        let entry = Entry::Export("canister_update count");
        let finished = rig
            .executor
            .run(&rig.module, &rig.state, entry, sandbox, LIMIT);
        assert!(finished.result.is_ok());
        rig.executor.copied_pages() - before
    };
    // Two pages of heap are loaded into a new instance.
    assert_eq!([1, 2, 1, 3, 1, 2].map(&mut copied), [2, 2, 0, 2, 0, 2]);
}
