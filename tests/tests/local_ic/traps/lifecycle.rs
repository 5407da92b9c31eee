//! Traps 7 to 9: what survives upgrades and what does not, installation, versions.

use anchorage_tests::{Canister, builder, gzipped, network, numbers, probe, with_padding};
use candid::Principal;
use pocket_ic::ErrorCode;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Stable memory: 0 a mark; 8 the version that `canister_pre_upgrade` saw; 16 the version that
/// `canister_post_upgrade` saw. Heap: 8192 timers run, 8200 a mark. `kept` answers all of it.
const STATEFUL: &str = r#"
  (data (i32.const 0) "0123456789abcdef0123456789ABCDEF")
  (func $stable_put (param $at i64) (param $value i64)
    (i64.store (i32.const 1048576) (local.get $value))
    (call $stable_write (local.get $at) (i64.const 1048576) (i64.const 8)))
  (func $append_stable (param $at i64)
    (call $stable_read (i64.const 1048576) (local.get $at) (i64.const 8))
    (call $append (i32.const 1048576) (i32.const 8)))
  (func (export "canister_global_timer")
    (i64.store (i32.const 8192) (i64.add (i64.load (i32.const 8192)) (i64.const 1))))
  (func (export "canister_update fill")
    (if (i64.eqz (call $stable_size)) (then (drop (call $stable_grow (i64.const 1)))))
    (call $stable_put (i64.const 0) (i64.const 77))
    (i64.store (i32.const 8200) (i64.const 88))
    (call $certified_data_set (i32.const 0) (i32.const 32))
    (drop (call $global_timer_set (i64.add (call $time) (i64.const 10000000000))))
    (call $debug_print (i32.const 0) (i32.const 32))
    (call $reply_number (i64.const 0)))
  (func (export "canister_query kept")
    (call $append_number (call $stable_size))
    (if (i64.ne (call $stable_size) (i64.const 0)) (then
      (call $append_stable (i64.const 0))
      (call $append_stable (i64.const 8))
      (call $append_stable (i64.const 16))))
    (call $append_number (i64.load (i32.const 8192)))
    (call $reply_number (i64.load (i32.const 8200))))
  (func (export "canister_query certificate")
    (call $data_certificate_copy (i32.const 65536) (i32.const 0) (call $data_certificate_size))
    (call $append (i32.const 65536) (call $data_certificate_size))
    (call $msg_reply))
  (func (export "canister_query version") (call $reply_number (call $canister_version)))
"#;

const CERTIFIED: &[u8] = b"0123456789abcdef0123456789ABCDEF";

fn certifies(canister: &Canister<'_>) -> bool {
    let certificate = canister.query("certificate", vec![]);
    certificate
        .windows(CERTIFIED.len())
        .any(|bytes| bytes == CERTIFIED)
}

#[test]
fn trap_07_an_upgrade_turns_the_timer_off_and_keeps_stable_memory() {
    let network = network();
    let hooks = r#"
  (func (export "canister_pre_upgrade")
    (call $stable_put (i64.const 8) (call $canister_version)))
  (func (export "canister_post_upgrade")
    (call $stable_put (i64.const 16) (call $canister_version)))
"#;
    let module = probe(&format!("{STATEFUL}{hooks}"));
    let canister = Canister::install(&network, module.clone());
    canister.update("fill", vec![]);
    let version = canister.numbers("version")[0];
    canister.upgrade(module.clone()).unwrap();

    let after = version + 1;
    assert_eq!(
        canister.numbers("kept"),
        [1, 77, version, after, 0, 0],
        "stable memory stays, the heap does not; the old module sees the old version"
    );
    assert_eq!(
        canister.numbers("version"),
        [after],
        "one upgrade, one version"
    );
    assert!(certifies(&canister), "certified data stays");
    network.advance_time(Duration::from_secs(20));
    network.tick();
    assert_eq!(canister.numbers("kept")[4], 0, "the timer is off");

    // An upgrade whose last hook traps changes nothing at all.
    canister.update("fill", vec![]);
    let version = canister.numbers("version")[0];
    let kept = canister.numbers("kept");
    let failing = probe(&format!(
        r#"{STATEFUL}
  (data (i32.const 64) "post_upgrade says no")
  (func (export "canister_post_upgrade")
    (call $stable_put (i64.const 0) (i64.const 1))
    (call $certified_data_set (i32.const 64) (i32.const 20))
    (call $trap (i32.const 64) (i32.const 20)))"#
    ));
    let failure = canister.upgrade(failing).expect_err("the hook traps");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterCalledTrap);
    assert_eq!(canister.numbers("kept"), kept, "{failure:?}");
    assert_eq!(canister.numbers("version"), [version]);
    assert_eq!(canister.module_hash().unwrap(), Sha256::digest(&module)[..]);
    assert!(certifies(&canister));
    network.advance_time(Duration::from_secs(20));
    network.tick();
    assert_eq!(canister.numbers("kept")[4], 1, "the timer is still on");
}

#[test]
fn trap_07_a_snapshot_that_is_loaded_leaves_the_timer_on() {
    let network = network();
    let canister = Canister::install(&network, probe(STATEFUL));
    canister.update("fill", vec![]);
    let taken = network
        .take_canister_snapshot(canister.id, None, None)
        .unwrap();
    network
        .load_canister_snapshot(canister.id, None, taken.id)
        .unwrap();
    network.advance_time(Duration::from_secs(20));
    network.tick();
    assert_eq!(canister.numbers("kept")[4], 1, "it ran");
}

#[test]
fn trap_07_open_callbacks_reach_the_new_module() {
    let network = builder()
        .with_application_subnet()
        .with_application_subnet()
        .build();
    let subnets = network.topology().get_app_subnets();
    let peer = Canister::install_on(
        &network,
        subnets[1],
        probe(r#"(func (export "canister_update ping") (call $msg_reply))"#),
    );
    let module = |answer: u64| {
        probe(&format!(
            r#"
  (data (i32.const 0) "ping")
  (elem (i32.const 0) $answer)
  (func $answer (param i32) (call $reply_number (i64.const {answer})))
  (func (export "canister_update run")
    (call $call_arg (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (call $send))"#
        ))
    };
    let caller = Canister::install_on(&network, subnets[0], module(1));
    let anonymous = Principal::anonymous();
    // The other subnet is a round away, and a round back.
    let call = network
        .submit_call(caller.id, anonymous, "run", peer.bytes())
        .unwrap();
    network.tick();
    caller.upgrade(module(2)).unwrap();
    let reply = network.await_call(call).unwrap();
    assert_eq!(
        numbers(&reply),
        [2],
        "function 0 of the module that is there now"
    );
}

#[test]
fn trap_07_orthogonal_persistence_must_be_decided() {
    let network = network();
    let module = probe(
        r#"
  (@custom "icp:private enhanced-orthogonal-persistence" "")
  (func (export "canister_update fill")
    (i64.store (i32.const 8192) (i64.const 5)) (call $reply_number (i64.const 0)))
  (func (export "canister_query kept") (call $reply_number (i64.load (i32.const 8192))))
"#,
    );
    let canister = Canister::install(&network, module.clone());
    canister.update("fill", vec![]);
    canister
        .upgrade(module.clone())
        .expect_err("the option is missing");
    assert_eq!(canister.numbers("kept"), [5]);
    let empty = candid::encode_args(()).unwrap();
    network
        .upgrade_eop_canister(canister.id, module, empty, None)
        .unwrap();
    assert_eq!(canister.numbers("kept"), [5], "the heap was kept");
}

#[test]
fn trap_08_reinstall_clears_stable_memory_certified_data_and_log() {
    let network = network();
    let module = probe(STATEFUL);
    let canister = Canister::install(&network, module.clone());
    canister.update("fill", vec![]);
    assert_eq!(canister.numbers("kept")[0], 1);
    assert!(certifies(&canister));
    assert_eq!(canister.log().len(), 1);

    let argument = candid::encode_args(()).unwrap();
    network
        .reinstall_canister(canister.id, module.clone(), argument.clone(), None)
        .unwrap();
    assert_eq!(
        canister.numbers("kept"),
        [0, 0, 0],
        "no stable memory, a new heap"
    );
    assert!(!certifies(&canister));
    assert!(canister.log().is_empty());
    network.advance_time(Duration::from_secs(20));
    network.tick();
    assert_eq!(canister.numbers("kept")[1], 0, "the timer is off");
}

#[test]
fn trap_08_install_needs_an_empty_canister_and_the_hash_is_of_the_bytes_sent() {
    let network = network();
    let module = probe(STATEFUL);
    let canister = Canister::install(&network, module.clone());
    assert_eq!(canister.module_hash().unwrap(), Sha256::digest(&module)[..]);

    let again = ic_management_canister_types::InstallCodeArgs {
        mode: ic_management_canister_types::CanisterInstallMode::Install,
        canister_id: canister.id,
        wasm_module: module.clone(),
        arg: Vec::new(),
        sender_canister_version: None,
    };
    let refused = canister
        .submit_management(Principal::anonymous(), "install_code", (again,))
        .and_then(|call| network.await_call(call))
        .expect_err("the canister is not empty");
    assert_eq!(refused.error_code, ErrorCode::CanisterAlreadyInstalled);

    let compressed = gzipped(&module);
    canister.upgrade(compressed.clone()).unwrap();
    assert_eq!(
        canister.module_hash().unwrap(),
        Sha256::digest(&compressed)[..]
    );

    // Too large for one message: the client sends it in chunks.
    let large = with_padding(&module, 2_500_000);
    canister.upgrade(large.clone()).unwrap();
    assert_eq!(canister.module_hash().unwrap(), Sha256::digest(&large)[..]);
    assert_eq!(canister.numbers("kept")[0], 0);
}

#[test]
fn trap_09_the_version_grows_with_every_successful_replicated_message() {
    let network = network();
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (elem (i32.const 0) $replies)
  (data (i32.const 0) "version" "update_settings")
  (func $version (call $reply_number (call $canister_version)))
  (func (export "canister_query version") (call $version))
  (func (export "canister_update update") (call $version))
  (func (export "canister_update fail") (unreachable))
  (func (export "canister_query controller")
    (call $reply_number (i64.extend_i32_u (call $is_controller (i32.const 4096) (call $arg)))))
  ;; Forwards its argument to the management canister; replies the reject code.
  (func $replies (param i32) (call $reply_number (i64.extend_i32_u (call $msg_reject_code))))
  (func (export "canister_update forward")
    (call $call_new (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 15)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $call_data_append (i32.const 4096) (call $arg))
    (call $send))
"#,
        ),
    );
    let version = || canister.numbers("version")[0];
    let start = version();
    assert_eq!(version(), start, "queries do not count");
    assert_eq!(canister.version(), start, "status and code agree");

    let seen = numbers(&canister.update("update", vec![]))[0];
    assert_eq!(
        seen, start,
        "a message sees the version before its own change"
    );
    assert_eq!(version(), start + 1);
    canister.try_update("fail", vec![]).expect_err("it traps");
    assert_eq!(version(), start + 1, "what traps does not count");
    canister.update("version", vec![]);
    assert_eq!(
        version(),
        start + 2,
        "a query method executed by consensus counts"
    );

    let other = Principal::self_authenticating([7; 32]);
    let controllers = vec![Principal::anonymous(), canister.id];
    network
        .set_controllers(canister.id, None, controllers)
        .unwrap();
    assert_eq!(version(), start + 3, "new settings count");
    let is_controller =
        |id: Principal| numbers(&canister.query("controller", id.as_slice().to_vec()))[0];
    assert_eq!(is_controller(Principal::anonymous()), 1);
    assert_eq!(is_controller(canister.id), 1);
    assert_eq!(is_controller(other), 0);

    network.stop_canister(canister.id, None).unwrap();
    assert_eq!(canister.version(), start + 5, "stopping and stopped");
    network.start_canister(canister.id, None).unwrap();
    assert_eq!(version(), start + 6);

    // A canister may say which version it calls the management canister with; then it must be so.
    let settings = |named: u64| {
        candid::encode_args((ic_management_canister_types::UpdateSettingsArgs {
            canister_id: canister.id,
            settings: ic_management_canister_types::CanisterSettings::default(),
            sender_canister_version: Some(named),
        },))
        .unwrap()
    };
    let current = version();
    canister
        .try_update("forward", settings(current + 1))
        .expect_err("that is not its version");
    assert_eq!(version(), current, "nothing happened");
    assert_eq!(numbers(&canister.update("forward", settings(current))), [0]);
}
