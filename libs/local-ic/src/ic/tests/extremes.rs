//! The largest times, balances and memories.

use super::*;

/// `burn` burns all it can and then accepts nothing; `take` accepts all it is given; `give` calls
/// `take` of the canister in its argument with all that it has.
const RICH: &str = r#"(module
    (import "ic0" "msg_arg_data_size" (func $size (result i32)))
    (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_cycles_accept128" (func $accept (param i64 i64 i32)))
    (import "ic0" "cycles_burn128" (func $burn (param i64 i64 i32)))
    (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "ic0" "call_cycles_add128" (func $add (param i64 i64)))
    (import "ic0" "call_perform" (func $perform (result i32)))
    (memory 1)
    (table 1 funcref)
    (elem (i32.const 0) $done)
    (data (i32.const 0) "take")
    (func $done (param i32) (call $reply))
    (func (export "canister_update burn")
        (call $burn (i64.const -1) (i64.const -1) (i32.const 100))
        (call $reply))
    (func (export "canister_update take")
        (call $accept (i64.const -1) (i64.const -1) (i32.const 100))
        (call $reply))
    (func (export "canister_update give")
        (call $copy (i32.const 100) (i32.const 0) (call $size))
        (call $new (i32.const 100) (call $size) (i32.const 0) (i32.const 4)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $add (i64.const 0x7fffffffffffffff) (i64.const 0))
        (if (call $perform) (then unreachable))))"#;

#[test]
fn times_from_which_no_deadline_can_be_counted_are_refused() {
    on_big_stack(|| {
        let mut ic = ic();
        for time in [u64::MAX, limits::MAX_TIME_NS + 1] {
            let refused = ic.set_time(time).unwrap_err();
            assert!(matches!(refused, TimeError::TooLate { .. }), "{refused}");
            assert_eq!(ic.set_certified_time(time), Err(refused));
        }
        ic.set_time(limits::MAX_TIME_NS).unwrap();
        let counter = install(&mut ic, COUNTER);
        update(&mut ic, counter, "bump", vec![]).unwrap();
    });
    let config = InstanceConfig {
        time: u64::MAX,
        ..InstanceConfig::new(&[SubnetKind::Application])
    };
    let refused = Ic::new(&config, Arc::new(Compiler::new(None))).err();
    assert_eq!(refused, Some(ConfigError::TooLate(u64::MAX)));
}

#[test]
fn balances_end_at_the_largest_number() {
    on_big_stack(|| {
        let mut ic = ic();
        let [rich, richer] = [(); 2].map(|()| install(&mut ic, RICH));
        for id in [rich, richer] {
            assert_eq!(ic.add_cycles(id, u128::MAX), Some(u128::MAX));
        }
        // What was prepaid comes back to a balance that is full again meanwhile.
        update(&mut ic, rich, "give", richer.0.as_slice().to_vec()).unwrap();
        assert_eq!(ic.cycles(richer), Some(u128::MAX));
        ic.add_cycles(rich, u128::MAX);
        for _ in 0..2 {
            update(&mut ic, rich, "burn", vec![]).unwrap();
            ic.add_cycles(rich, u128::MAX);
        }
        assert_eq!(ic.network.canister(rich).unwrap().consumed, u128::MAX);
        let subnet = ic.network.subnets[0].id;
        let path = vec![
            b"subnet".to_vec(),
            subnet.0.as_slice().to_vec(),
            b"metrics".to_vec(),
        ];
        let form = certification::RangesForm::Flat;
        certification::certificate(&ic.network, &ic.network.subnets[0], &[path], form);
    });
}

#[test]
fn a_stable_memory_that_is_too_large_to_copy_is_refused() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        let grow = |ic: &mut Ic, pages| {
            let code = ic.network.canister_mut(id).unwrap().code.as_mut().unwrap();
            code.stable.size = pages;
        };
        grow(&mut ic, 3);
        let bytes = |ic: &Ic| ic.stable_memory(id).map(|memory| memory.len());
        assert_eq!(bytes(&ic), Ok(3 * 65536));
        let most = limits::MAX_STABLE_COPY_BYTES / WASM_PAGE_BYTES;
        grow(&mut ic, most + 1);
        assert_eq!(
            bytes(&ic),
            Err(StableMemoryError::TooLarge {
                canister: id,
                bytes: (most + 1) * WASM_PAGE_BYTES
            })
        );
    });
}
