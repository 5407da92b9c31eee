use super::*;
use crate::error::ErrorCode;
use crate::topology::SubnetKind;
use crate::wasm::execute::on_big_stack;
use candid::{Decode, Encode};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, ChunkHash, InstallChunkedCodeArgs, InstallCodeArgs,
    ProvisionalCreateCanisterWithCyclesArgs, UploadChunkArgs,
};

mod admins;
mod composite;
mod deadlines;
mod extremes;
mod growth;
mod low_memory;
mod settings;
mod snapshots;

/// Counts in its heap; `bump` adds one and answers, `get` answers, `burn` traps after adding.
pub(crate) const COUNTER: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "trap" (func $trap (param i32 i32)))
    (memory 1)
    (data (i32.const 100) "boom")
    (func $answer (call $append (i32.const 0) (i32.const 4)) (call $reply))
    (func $add (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
    (func (export "canister_update bump") (call $add) (call $answer))
    (func (export "canister_update burn") (call $add) (call $trap (i32.const 100) (i32.const 4)))
    (func (export "canister_query get") (call $answer)))"#;

pub(crate) fn ic() -> Ic {
    let config = InstanceConfig::new(&[SubnetKind::Application]);
    Ic::new(&config, Arc::new(Compiler::new(None))).unwrap()
}

fn call(canister: CanisterId, method: &str, payload: Vec<u8>) -> Call {
    Call {
        sender: Principal::anonymous(),
        sender_info: SenderInfo::default(),
        canister,
        effective: Effective::None,
        method: method.to_string(),
        payload,
    }
}

pub(crate) fn update(
    ic: &mut Ic,
    canister: CanisterId,
    method: &str,
    payload: Vec<u8>,
) -> Result<Vec<u8>, Reject> {
    submit(ic, call(canister, method, payload)).and_then(|id| ic.await_ingress(id).unwrap())
}

fn submit(ic: &mut Ic, call: Call) -> Result<MessageId, Reject> {
    match ic.submit(call) {
        Ok((_, id)) => Ok(id),
        Err(SubmitError::Refused(reject)) => Err(reject),
        Err(SubmitError::TooLarge(error)) => panic!("{error}"),
    }
}

pub(crate) fn install(ic: &mut Ic, wat: &str) -> CanisterId {
    let create = ProvisionalCreateCanisterWithCyclesArgs::default();
    let reply = update(
        ic,
        CanisterId::MANAGEMENT,
        "provisional_create_canister_with_cycles",
        Encode!(&create).unwrap(),
    )
    .unwrap();
    let id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let code = InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id: id,
        wasm_module: wat::parse_str(wat).unwrap(),
        arg: Vec::new(),
        sender_canister_version: None,
    };
    update(
        ic,
        CanisterId::MANAGEMENT,
        "install_code",
        Encode!(&code).unwrap(),
    )
    .unwrap();
    CanisterId(id)
}

#[test]
fn an_update_counts_and_a_trap_takes_everything_back() {
    on_big_stack(|| {
        let mut ic = ic();
        let counter = install(&mut ic, COUNTER);
        assert_eq!(
            update(&mut ic, counter, "bump", vec![]).unwrap(),
            [1, 0, 0, 0]
        );
        let trap = update(&mut ic, counter, "burn", vec![]).unwrap_err();
        assert_eq!(trap.code, ErrorCode::CanisterCalledTrap);
        assert!(trap.message.contains("boom"), "{}", trap.message);
        assert_eq!(
            ic.query(call(counter, "get", vec![])).unwrap(),
            [1, 0, 0, 0]
        );
        assert_eq!(
            update(&mut ic, counter, "bump", vec![]).unwrap(),
            [2, 0, 0, 0]
        );
    });
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let run = || {
        on_big_stack(|| {
            let mut ic = ic();
            let counter = install(&mut ic, COUNTER);
            for _ in 0..5 {
                update(&mut ic, counter, "bump", vec![]).unwrap();
                update(&mut ic, counter, "burn", vec![]).unwrap_err();
            }
            storage::encode(ic.network())
        })
    };
    assert!(run() == run(), "two runs of the same calls differ");
}

#[test]
fn a_saved_network_goes_on_where_it_was() {
    let directory = std::env::temp_dir().join(format!("local-ic-goes-on-{}", std::process::id()));
    let compiler = Arc::new(Compiler::new(None));
    on_big_stack(|| {
        let mut first = ic();
        let counter = install(&mut first, COUNTER);
        update(&mut first, counter, "bump", vec![]).unwrap();
        first.save(&directory).unwrap();
        let mut second = Ic::load(&directory, compiler).unwrap();
        assert_eq!(
            update(&mut second, counter, "bump", vec![]).unwrap(),
            [2, 0, 0, 0]
        );
        update(&mut first, counter, "bump", vec![]).unwrap();
        assert!(
            storage::encode(first.network()) == storage::encode(second.network()),
            "a loaded network differs from the one that never stopped"
        );
    });
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn the_status_of_a_management_call_belongs_to_the_management_canister() {
    let mut ic = ic();
    let payload = Encode!(&ProvisionalCreateCanisterWithCyclesArgs {
        specified_id: Some(CanisterId::from_index(ic.network.subnets[0].ranges[0].0).0),
        ..Default::default()
    })
    .unwrap();
    let method = "provisional_create_canister_with_cycles";
    let (subnet, id) = ic
        .submit(call(CanisterId::MANAGEMENT, method, payload))
        .unwrap();
    let history = &ic.network.subnet(subnet).unwrap().ingress_history;
    assert_eq!(history[&id].receiver, CanisterId::MANAGEMENT);
}

#[test]
fn a_canister_without_cycles_is_emptied_once() {
    on_big_stack(|| {
        let mut ic = ic();
        let id = install(&mut ic, COUNTER);
        ic.network.canister_mut(id).unwrap().cycles = 0;
        let hour = 3_600_000_000_000;
        ic.set_time(ic.time() + hour).unwrap();
        ic.tick();
        let emptied = ic.network.canister(id).unwrap().clone();
        assert_eq!(emptied.code, None);
        assert_eq!((emptied.history.total, emptied.memory_bytes()), (2, 0));
        ic.set_time(ic.time() + 1_000_000 * hour).unwrap();
        ic.tick();
        assert_eq!(ic.network.canister(id).unwrap().version, emptied.version);
    });
}

#[test]
fn chunks_that_make_too_large_a_module_are_refused() {
    let mut ic = ic();
    let payload = Encode!(&ProvisionalCreateCanisterWithCyclesArgs::default()).unwrap();
    let method = "provisional_create_canister_with_cycles";
    let reply = update(&mut ic, CanisterId::MANAGEMENT, method, payload).unwrap();
    let id = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
    let chunk = UploadChunkArgs {
        canister_id: id,
        chunk: vec![0; limits::CHUNK_BYTES],
    };
    let payload = Encode!(&chunk).unwrap();
    let reply = update(&mut ic, CanisterId::MANAGEMENT, "upload_chunk", payload).unwrap();
    let hash = Decode!(&reply, ChunkHash).unwrap();
    let mut install = |times: usize| {
        let code = InstallChunkedCodeArgs {
            mode: CanisterInstallMode::Install,
            target_canister: id,
            store_canister: None,
            chunk_hashes_list: vec![hash.clone(); times],
            wasm_module_hash: vec![0; 32],
            arg: Vec::new(),
            sender_canister_version: None,
        };
        let payload = Encode!(&code).unwrap();
        let method = "install_chunked_code";
        update(&mut ic, CanisterId::MANAGEMENT, method, payload).unwrap_err()
    };
    assert_eq!(install(1).code, ErrorCode::CanisterInvalidWasm);
    let reject = install(101);
    assert_eq!(reject.code, ErrorCode::CanisterContractViolation);
    assert!(reject.message.contains("at most 104857600"), "{reject}");
}

/// The envelope counts, too, that the message would have over HTTP.
#[test]
fn an_argument_of_almost_two_mebibytes_is_too_large() {
    let mut ic = ic();
    let effective = Effective::Subnet(ic.network.subnets[0].id);
    for (less, fits) in [(300, true), (100, false)] {
        let call = Call {
            effective,
            ..call(
                CanisterId::MANAGEMENT,
                "raw_rand",
                vec![0; (2 << 20) - less],
            )
        };
        let result = ic.submit(call);
        let too_large = matches!(result, Err(SubmitError::TooLarge(_)));
        assert_eq!(too_large, !fits, "{result:?}");
    }
}
