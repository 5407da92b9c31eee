//! Upgrades with stable structures, hooks, chunked installation, snapshots, stopping.

use super::{install, put, value};
use anchorage_tests::{Canister, built, network, with_padding};
use candid::Principal;
use flate2::read::GzDecoder;
use pocket_ic::{CanisterSettings, ErrorCode};
use std::io::Read;

fn events(probe: &Canister<'_>) -> Vec<String> {
    let (events,): (Vec<(String, u64)>,) = probe.ask("events", ());
    events.into_iter().map(|(event, _)| event).collect()
}

/// The probe's module, not compressed.
fn module() -> Vec<u8> {
    let mut module = Vec::new();
    GzDecoder::new(&built("probe")[..])
        .read_to_end(&mut module)
        .expect("the module is compressed with gzip");
    module
}

#[test]
fn stable_structures_survive_upgrades_and_the_heap_does_not() {
    let network = network();
    let probe = install(&network);
    for key in 0..300 {
        put(&probe, key, &format!("value {key}"));
    }
    // Another module each time: the compressed one, the plain one, the compressed one.
    for module in [module(), built("probe")] {
        probe.upgrade(module).unwrap();
        let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
        assert_eq!(writes, 0);
        for key in [0, 1, 150, 299] {
            assert_eq!(value(&probe, key), Some(format!("value {key}")));
        }
    }
    assert_eq!(put(&probe, 299, "new").as_deref(), Some("value 299"));
    let hooks = [
        "init",
        "pre_upgrade",
        "post_upgrade",
        "pre_upgrade",
        "post_upgrade",
    ];
    assert_eq!(events(&probe), hooks);
    let (events,): (Vec<(String, u64)>,) = probe.ask("events", ());
    assert_eq!(
        events[2].1,
        events[1].1 + 1,
        "the new module sees the new version"
    );
}

#[test]
fn an_upgrade_that_is_refused_changes_nothing() {
    let network = network();
    let probe = install(&network);
    put(&probe, 1, "kept");
    let () = probe.call("refuse_upgrades", (true,));
    let hash = probe.module_hash();
    let failure = probe.upgrade(module()).expect_err("pre_upgrade panics");
    assert!(
        failure.reject.reject_message.contains("no upgrade today"),
        "{failure:?}"
    );
    assert_eq!(probe.module_hash(), hash);
    assert_eq!(events(&probe), ["init"], "what the hook wrote is gone");
    let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
    assert_eq!(writes, 1, "the heap is as it was");

    let () = probe.call("refuse_upgrades", (false,));
    probe.upgrade(module()).unwrap();
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));
}

#[test]
fn a_large_module_arrives_in_chunks() {
    let network = network();
    let large = with_padding(&module(), 5_000_000);
    let probe = Canister::install(&network, large.clone());
    put(&probe, 1, "kept");
    network
        .upgrade_canister(probe.id, with_padding(&module(), 3_000_000), vec![], None)
        .unwrap();
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));

    // The same by hand, with chunks that do not fit the hash.
    network.clear_chunk_store(probe.id, None).unwrap();
    let hashes: Vec<Vec<u8>> = large
        .chunks(1 << 20)
        .map(|chunk| {
            network
                .upload_chunk(probe.id, None, chunk.to_vec())
                .unwrap()
        })
        .collect();
    let stored = network.stored_chunks(probe.id, None).unwrap();
    assert_eq!(stored.len(), hashes.len());
    let upgrade = pocket_ic::CanisterInstallMode::Upgrade(None);
    let refused = network
        .install_chunked_canister(
            probe.id,
            None,
            upgrade,
            probe.id,
            hashes,
            vec![0; 32],
            vec![],
        )
        .expect_err("the hash is another module's");
    assert_eq!(refused.error_code, ErrorCode::CanisterInvalidWasm);
    assert_eq!(value(&probe, 1).as_deref(), Some("kept"));
}

#[test]
fn a_snapshot_brings_everything_back() {
    let network = network();
    let probe = install(&network);
    put(&probe, 1, "then");
    let taken = network
        .take_canister_snapshot(probe.id, None, None)
        .unwrap();
    put(&probe, 1, "later");
    probe.upgrade(module()).unwrap();
    let listed = network.list_canister_snapshots(probe.id, None).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, taken.id);

    let version = probe.version();
    network
        .load_canister_snapshot(probe.id, None, taken.id.clone())
        .unwrap();
    assert_eq!(value(&probe, 1).as_deref(), Some("then"));
    assert_eq!(events(&probe), ["init"]);
    let (writes,): (u64,) = probe.ask("writes_since_upgrade", ());
    assert_eq!(writes, 1, "the heap came back, too");
    assert!(probe.version() > version);

    network
        .delete_canister_snapshot(probe.id, None, taken.id.clone())
        .unwrap();
    let refused = network
        .load_canister_snapshot(probe.id, None, taken.id)
        .expect_err("it was deleted");
    assert_eq!(refused.error_code, ErrorCode::CanisterSnapshotNotFound);
    assert_eq!(value(&probe, 1).as_deref(), Some("then"));
}

/// The canister's cycles last for twice its memory no longer than its freezing threshold asks for.
#[test]
fn a_snapshot_that_would_freeze_the_canister_is_not_taken() {
    let network = network();
    let probe = install(&network);
    put(&probe, 1, "before");
    let status = network.canister_status(probe.id, None).unwrap();
    let days = status.cycles / status.idle_cycles_burned_per_day;
    let freezes_after = |seconds: candid::Nat| CanisterSettings {
        freezing_threshold: Some(seconds),
        ..CanisterSettings::default()
    };
    let settings = freezes_after(days * 86_400_u32 * 7_u8 / 10_u8);
    network
        .update_canister_settings(probe.id, None, settings)
        .unwrap();
    let refused = network
        .take_canister_snapshot(probe.id, None, None)
        .expect_err("it would be frozen");
    assert_eq!(
        refused.error_code,
        ErrorCode::InsufficientCyclesInMemoryGrow
    );
    assert_eq!(put(&probe, 1, "it is not").as_deref(), Some("before"));
    network
        .update_canister_settings(probe.id, None, freezes_after(86_400_u32.into()))
        .unwrap();
    network
        .take_canister_snapshot(probe.id, None, None)
        .unwrap();
}

#[test]
fn stopping_waits_for_open_calls() {
    let network = network();
    let probe = install(&network);
    let anonymous = Principal::anonymous();
    let argument = candid::encode_args((6_u32,)).unwrap();
    let call = network
        .submit_call(probe.id, anonymous, "draw", argument)
        .unwrap();
    network.tick();
    let about = ic_management_canister_types::CanisterIdRecord {
        canister_id: probe.id,
    };
    let stop = probe
        .submit_management(anonymous, "stop_canister", (about,))
        .unwrap();
    network.tick();
    assert!(
        network.ingress_status(stop.clone()).is_none(),
        "a call is open"
    );
    let failure = probe
        .try_call::<(u64,)>("ping", ())
        .expect_err("it takes no new ones");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterStopping);

    network.await_call(stop).expect("stopped in the end");
    let reply = network
        .await_call(call)
        .expect("the open call was finished first");
    let (drawn,): (Result<Vec<Vec<u8>>, String>,) = candid::decode_args(&reply).unwrap();
    assert_eq!(drawn.unwrap().len(), 6);
    let failure = probe.try_call::<(u64,)>("ping", ()).expect_err("stopped");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterStopped);
    let failure = probe.try_query("pings", vec![]).expect_err("queries, too");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterStopped);

    network.start_canister(probe.id, None).unwrap();
    let (pings,): (u64,) = probe.call("ping", ());
    assert_eq!(pings, 1);
}

#[test]
fn an_uninstalled_canister_rejects_its_open_calls() {
    let network = network();
    let probe = install(&network);
    let argument = candid::encode_args((6_u32,)).unwrap();
    let call = network
        .submit_call(probe.id, Principal::anonymous(), "draw", argument)
        .unwrap();
    network.tick();
    network.uninstall_canister(probe.id, None).unwrap();
    let failure = network.await_call(call).expect_err("its code is gone");
    assert_eq!(failure.reject_code, pocket_ic::RejectCode::CanisterReject);
    for _ in 0..3 {
        network.tick();
    }
    let empty = candid::encode_args(()).unwrap();
    network.install_canister(probe.id, built("probe"), empty, None);
    assert_eq!(value(&probe, 1), None);
}
