//! What it costs to undo an execution of a canister with a large heap:
//! `cargo run --release -p local-ic --example rollback_cost`.
//!
//! Prints milliseconds per call, for calls that touch one page of a heap of 100 MiB.

use candid::{Decode, Encode, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use local_ic::error::Reject;
use local_ic::ic::{Call, Effective, Ic};
use local_ic::ids::CanisterId;
use local_ic::sandbox::SenderInfo;
use local_ic::topology::{InstanceConfig, SubnetKind};
use local_ic::wasm::execute::on_big_stack;
use local_ic::wasm::module::Compiler;
use std::sync::Arc;
use std::time::Instant;

const CALLS: u32 = 50;

const LARGE: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (memory 1600)
    (func (export "canister_init")
        (memory.fill (i32.const 0) (i32.const 7) (i32.const 104857600)))
    (func $touch (i32.store (i32.const 5000) (i32.const 1)))
    (func $grow (drop (memory.grow (i32.const 1))))
    (func (export "canister_update keep") (call $touch) (call $reply))
    (func (export "canister_update trap") (call $touch) unreachable)
    (func (export "canister_update grow_and_trap") (call $touch) (call $grow) unreachable)
    (func (export "canister_query read") (call $touch) (call $reply))
    (func (export "canister_query grow_and_read") (call $touch) (call $grow) (call $reply)))"#;

fn main() {
    on_big_stack(|| {
        let mut ic = Ic::new(
            &InstanceConfig::new(&[SubnetKind::Application]),
            Arc::new(Compiler::new(None)),
        )
        .expect("one subnet is enough");
        let canister = install(&mut ic);
        for method in ["keep", "trap", "grow_and_trap"] {
            timed(method, || {
                let answer = update(&mut ic, canister, method, Vec::new());
                assert_eq!(answer.is_ok(), method == "keep");
            });
        }
        for method in ["read", "grow_and_read"] {
            timed(method, || {
                ic.query(call(canister, method, Vec::new()))
                    .expect("the canister replies");
            });
        }
    });
}

fn timed(name: &str, mut run: impl FnMut()) {
    let start = Instant::now();
    for _ in 0..CALLS {
        run();
    }
    let each = start.elapsed() / CALLS;
    println!("{name}: {:.3} ms per call", each.as_secs_f64() * 1e3);
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

fn update(
    ic: &mut Ic,
    canister: CanisterId,
    method: &str,
    payload: Vec<u8>,
) -> Result<Vec<u8>, Reject> {
    let (_, id) = ic
        .submit(call(canister, method, payload))
        .expect("the call is accepted");
    ic.await_ingress(id).expect("a round answers")
}

fn install(ic: &mut Ic) -> CanisterId {
    let create = Encode!(&ProvisionalCreateCanisterWithCyclesArgs::default()).expect("encodes");
    let method = "provisional_create_canister_with_cycles";
    let reply = update(ic, CanisterId::MANAGEMENT, method, create).expect("created");
    let canister_id = Decode!(&reply, CanisterIdRecord)
        .expect("decodes")
        .canister_id;
    let install = Encode!(&InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id,
        wasm_module: wat::parse_str(LARGE).expect("valid WAT"),
        arg: Vec::new(),
        sender_canister_version: None,
    })
    .expect("encodes");
    update(ic, CanisterId::MANAGEMENT, "install_code", install).expect("installed");
    CanisterId(canister_id)
}
