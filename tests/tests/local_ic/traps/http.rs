//! Traps 11 and 13: certificates as the public interface hands them out, and requests.

use super::certification::{network, root_key};
use anchorage_tests::{Canister, Http, Verified, numbers, probe};
use candid::Principal;
use pocket_ic::IngressStatusResult;
use pocket_ic::common::rest::{RawEffectivePrincipal, RawMessageId};
use sha2::{Digest, Sha256};
use std::time::SystemTime;

const MINUTE: u64 = 60_000_000_000;

#[test]
fn trap_11_certificates_have_the_shape_of_the_specification() {
    let network = network();
    let module = probe(r#"(func (export "canister_update ping") (call $msg_reply))"#);
    let canister = Canister::install(&network, module.clone());
    let empty = Canister::empty(&network);
    let (key, http) = (root_key(&network), Http::new(&network));
    let subnet = network.get_subnet(canister.id).unwrap();

    for version in [2, 3] {
        let hash: &[&[u8]] = &[b"canister", canister.id.as_slice(), b"module_hash"];
        let controllers: &[&[u8]] = &[b"canister", canister.id.as_slice(), b"controllers"];
        let read = Verified::new(&http.read(version, canister.id, &[hash, controllers]), &key);
        assert_eq!(read.value(hash).unwrap(), Sha256::digest(&module)[..]);
        let controllers: Vec<Principal> =
            serde_cbor::from_slice(&read.value(controllers).unwrap()).unwrap();
        assert_eq!(controllers, [Principal::anonymous()]);
        assert_eq!(read.time(), network.get_time().as_nanos_since_unix_epoch());

        // What is not there is proven not to be there.
        let hash: &[&[u8]] = &[b"canister", empty.id.as_slice(), b"module_hash"];
        let read = Verified::new(&http.read(version, empty.id, &[hash]), &key);
        assert_eq!(read.value(hash), None);
        read.time();
        let status: &[&[u8]] = &[b"request_status", &[7; 32]];
        let read = Verified::new(&http.read(version, canister.id, &[status]), &key);
        assert_eq!(read.value(status), None);

        // The root says which canisters the subnet may speak for: one list in version 2, shards
        // in version 3.
        let delegation = read.delegation.expect("another subnet than the root");
        let paths: Vec<Vec<Vec<u8>>> = delegation
            .tree
            .list_paths()
            .into_iter()
            .map(|path| path.iter().map(|label| label.as_bytes().to_vec()).collect())
            .collect();
        let flat = vec![
            b"subnet".to_vec(),
            subnet.as_slice().to_vec(),
            b"canister_ranges".to_vec(),
        ];
        let sharded = [b"canister_ranges".to_vec(), subnet.as_slice().to_vec()];
        let is_flat = paths.contains(&flat);
        let is_sharded = paths
            .iter()
            .any(|path| path.len() == 3 && path.starts_with(&sharded));
        assert_eq!(
            (is_flat, is_sharded),
            (version == 2, version == 3),
            "{paths:?}"
        );
    }
}

#[test]
fn trap_13_a_request_is_known_by_its_hash_and_executed_once() {
    let network = network();
    let canister = Canister::install(
        &network,
        probe(
            r#"
  (func (export "canister_update bump")
    (i64.store (i32.const 8192) (i64.add (i64.load (i32.const 8192)) (i64.const 1)))
    (call $reply_number (i64.load (i32.const 8192))))
  (func (export "canister_query count") (call $reply_number (i64.load (i32.const 8192))))
"#,
        ),
    );
    let http = Http::new(&network);
    let now = network.get_time().as_nanos_since_unix_epoch();
    let call = |expiry, nonce| Http::call(canister.id, "bump", expiry, nonce);

    // Sent three times: one request. With another nonce: another one.
    let first = call(now + 4 * MINUTE, None);
    let second = call(now + 4 * MINUTE, Some(1));
    assert_ne!(first.to_request_id(), second.to_request_id());
    for request in [&first, &first, &second] {
        let (status, body) = http.send(canister.id, request);
        assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    }
    network.tick();
    network.tick();
    assert_eq!(canister.numbers("count"), [2]);
    http.send(canister.id, &first);
    network.tick();
    assert_eq!(
        canister.numbers("count"),
        [2],
        "not again, now that it is answered"
    );
    for request in [&first, &second] {
        let (status, reply) = http.status(canister.id, request.to_request_id()).unwrap();
        assert_eq!(status, "replied");
        assert!([1, 2].contains(&numbers(&reply.unwrap())[0]));
    }

    // The status is for the sender only.
    let subnet = network.get_subnet(canister.id).unwrap();
    let known = RawMessageId {
        effective_principal: RawEffectivePrincipal::SubnetId(subnet.as_slice().to_vec()),
        message_id: first.to_request_id().to_vec(),
    };
    let stranger = Principal::self_authenticating([5; 32]);
    match network.ingress_status_as(known, stranger) {
        IngressStatusResult::Forbidden(_) => {}
        other => panic!("somebody else may not know: {other:?}"),
    }

    // Too late, too early, and by the wall clock: all measured by the network's time.
    let wall_clock = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let wall_clock = u64::try_from(wall_clock.as_nanos()).unwrap();
    for expiry in [now - MINUTE, now + 6 * MINUTE, wall_clock + 4 * MINUTE] {
        let (status, _) = http.send(canister.id, &call(expiry, Some(2)));
        assert_eq!(status, 400, "expiry {expiry} at {now}");
    }
    network.tick();
    assert_eq!(canister.numbers("count"), [2]);
}
