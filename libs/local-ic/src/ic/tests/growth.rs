//! Memory that a canister cannot pay for.

use super::*;
use ic_management_canister_types::{Snapshot, TakeCanisterSnapshotArgs};

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

fn take(
    ic: &mut Ic,
    id: CanisterId,
    replace_snapshot: Option<Vec<u8>>,
    uninstall_code: bool,
) -> Result<Snapshot, Reject> {
    let payload = Encode!(&TakeCanisterSnapshotArgs {
        canister_id: id.0,
        replace_snapshot,
        uninstall_code: Some(uninstall_code),
        sender_canister_version: None,
    });
    let method = "take_canister_snapshot";
    let reply = update(ic, CanisterId::MANAGEMENT, method, payload.unwrap())?;
    Ok(Decode!(&reply, Snapshot).unwrap())
}

/// Taking a snapshot of a gibibyte costs 3.1 billion cycles.
#[test]
fn a_snapshot_counts_beside_what_it_replaces_or_empties() {
    on_big_stack(|| {
        let mut ic = ic();
        let (id, _) = install_with(&mut ic, 1_000_000_000_000, HEAP);
        let cycles =
            |ic: &mut Ic, cycles: u128| ic.network.canister_mut(id).unwrap().cycles = cycles;
        let snapshots = |ic: &Ic| ic.network.canister(id).unwrap().snapshots.len();
        // Heap and snapshot take 658 billion in 30 days.
        for (balance, refused) in [
            (650_000_000_000, ErrorCode::InsufficientCyclesInMemoryGrow),
            (660_000_000_000, ErrorCode::CanisterOutOfCycles),
        ] {
            cycles(&mut ic, balance);
            let reject = take(&mut ic, id, None, false).unwrap_err();
            assert_eq!(reject.code, refused, "{reject}");
            let left = ic.cycles(id).unwrap();
            assert!(balance - left < 2_000_000, "only the message: {left}");
            assert_eq!(snapshots(&ic), 0);
        }
        cycles(&mut ic, 664_000_000_000);
        let first = take(&mut ic, id, None, false).unwrap();
        let spent = 664_000_000_000 - ic.cycles(id).unwrap();
        assert!((3_070_000_000..3_090_000_000).contains(&spent), "{spent}");
        cycles(&mut ic, 664_000_000_000);
        let second = take(&mut ic, id, Some(first.id), false).unwrap();
        let third = take(&mut ic, id, None, false).unwrap_err();
        assert_eq!(third.code, ErrorCode::InsufficientCyclesInMemoryGrow);
        cycles(&mut ic, 664_000_000_000);
        take(&mut ic, id, None, true).unwrap();
        assert_eq!(snapshots(&ic), 2);
        assert_eq!(second.total_size, first.total_size);
    });
}

/// A chunk of a mebibyte costs 321 million cycles in 30 days, storing it 205 million.
#[test]
fn a_chunk_is_paid_for_also_if_it_is_not_kept() {
    on_big_stack(|| {
        let mut ic = ic();
        let (id, _) = install_with(&mut ic, 1_000_000_000_000, COUNTER);
        let mut upload = |balance: u128, chunk: &[u8]| {
            ic.network.canister_mut(id).unwrap().cycles = balance;
            let before = ic.network.canister(id).unwrap().consumed;
            let payload = Encode!(&UploadChunkArgs {
                canister_id: id.0,
                chunk: chunk.to_vec(),
            });
            let method = "upload_chunk";
            let result = update(&mut ic, CanisterId::MANAGEMENT, method, payload.unwrap());
            let canister = ic.network.canister(id).unwrap();
            let paid = canister.consumed - before > 205_000_000;
            let result = result.map(|_| canister.chunks.len());
            (result.map_err(|reject| reject.code), paid)
        };
        let refused = Err(ErrorCode::InsufficientCyclesInMemoryGrow);
        assert_eq!(upload(500_000_000, &[1]), (refused, true));
        assert_eq!(upload(600_000_000, &[1]), (Ok(1), true));
        assert_eq!(upload(1_000_000_000, &[1]), (Ok(1), true));
        let contract = ErrorCode::CanisterContractViolation;
        let too_large = vec![0; limits::CHUNK_BYTES + 1];
        assert_eq!(upload(4_000_000_000, &too_large), (Err(contract), true));
        assert_eq!(upload(500_000_000, &[1]), (Err(contract), false));
    });
}
