//! Memory that a canister cannot pay for.

use super::*;

/// A gibibyte of heap, which costs 329 billion cycles in 30 days.
const HEAP: &str = "(module (memory 16384))";
/// A gibibyte of stable memory.
const STABLE: &str = r#"(module
    (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
    (func (export "canister_init") (drop (call $grow (i64.const 16384)))))"#;

/// What installing the module says to a canister with so many cycles.
fn install_with(ic: &mut Ic, cycles: u64, wat: &str) -> (CanisterId, Result<(), ErrorCode>) {
    let create = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(cycles.into()),
        ..Default::default()
    };
    let method = "provisional_create_canister_with_cycles";
    let payload = Encode!(&create).unwrap();
    let reply = update(ic, CanisterId::MANAGEMENT, method, payload).unwrap();
    let canister_id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let payload = Encode!(&InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id,
        wasm_module: wat::parse_str(wat).unwrap(),
        arg: Vec::new(),
        sender_canister_version: None,
    });
    let payload = payload.unwrap();
    let result = update(ic, CanisterId::MANAGEMENT, "install_code", payload);
    let result = result.map(|_| ()).map_err(|reject| reject.code);
    (CanisterId(canister_id), result)
}

/// Installing is prepaid with 300 billion cycles, most of which come back.
#[test]
fn what_an_installation_leaves_must_be_paid_for_once_the_prepayment_is_back() {
    on_big_stack(|| {
        let mut ic = ic();
        for wat in [HEAP, STABLE] {
            let (id, result) = install_with(&mut ic, 400_000_000_000, wat);
            assert_eq!(result, Ok(()), "{wat}");
            assert!(ic.network.canister(id).unwrap().code.is_some());

            let (id, result) = install_with(&mut ic, 310_000_000_000, wat);
            let refused = ErrorCode::InsufficientCyclesInMemoryGrow;
            assert_eq!(result, Err(refused), "{wat}");
            let canister = ic.network.canister(id).unwrap();
            assert_eq!((&canister.code, canister.memory_bytes()), (&None, 96));
            assert!(canister.cycles > 309_000_000_000, "{}", canister.cycles);
        }
    });
}
