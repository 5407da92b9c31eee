//! How many small update calls the library executes per second:
//! `cargo run --release -p local-ic --example updates_per_second`.
//!
//! Prints calls per second for one call per round and for a hundred, on one canister.

use candid::{Decode, Encode, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use local_ic::ic::{Call, Effective, Ic};
use local_ic::ids::CanisterId;
use local_ic::sandbox::SenderInfo;
use local_ic::topology::{InstanceConfig, SubnetKind};
use local_ic::wasm::execute::on_big_stack;
use local_ic::wasm::module::Compiler;
use std::sync::Arc;
use std::time::Instant;

const CALLS: u32 = 10_000;

const COUNTER: &str = r#"(module
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (memory 1)
    (func (export "canister_update bump")
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (call $append (i32.const 0) (i32.const 4))
        (call $reply)))"#;

fn main() {
    on_big_stack(|| {
        for per_round in [1, 100] {
            let mut ic = Ic::new(
                &InstanceConfig::new(&[SubnetKind::Application]),
                Arc::new(Compiler::new(None)),
            )
            .expect("one subnet is enough");
            let counter = install(&mut ic);
            let start = Instant::now();
            for _ in 0..CALLS / per_round {
                let ids: Vec<_> = (0..per_round)
                    .map(|_| submit(&mut ic, counter, "bump", Vec::new()))
                    .collect();
                for id in ids {
                    ic.await_ingress(id)
                        .expect("a round answers")
                        .expect("the counter counts");
                }
            }
            let rate = f64::from(CALLS) / start.elapsed().as_secs_f64();
            println!("{per_round} calls per round: {rate:.0} calls per second");
        }
    });
}

fn submit(
    ic: &mut Ic,
    canister: CanisterId,
    method: &str,
    payload: Vec<u8>,
) -> local_ic::ids::MessageId {
    let call = Call {
        sender: Principal::anonymous(),
        sender_info: SenderInfo::default(),
        canister,
        effective: Effective::None,
        method: method.to_string(),
        payload,
    };
    ic.submit(call).expect("the call is accepted").1
}

fn install(ic: &mut Ic) -> CanisterId {
    let create = Encode!(&ProvisionalCreateCanisterWithCyclesArgs::default()).expect("encodes");
    let method = "provisional_create_canister_with_cycles";
    let id = submit(ic, CanisterId::MANAGEMENT, method, create);
    let reply = ic
        .await_ingress(id)
        .expect("a round answers")
        .expect("created");
    let canister_id = Decode!(&reply, CanisterIdRecord)
        .expect("decodes")
        .canister_id;
    let install = Encode!(&InstallCodeArgs {
        mode: CanisterInstallMode::Install,
        canister_id,
        wasm_module: wat::parse_str(COUNTER).expect("valid WAT"),
        arg: Vec::new(),
        sender_canister_version: None,
    })
    .expect("encodes");
    let id = submit(ic, CanisterId::MANAGEMENT, "install_code", install);
    ic.await_ingress(id)
        .expect("a round answers")
        .expect("installed");
    CanisterId(canister_id)
}
