//! Trap 12: the certificate that queries see.

use anchorage_tests::{Canister, Verified, builder, numbers, probe};
use pocket_ic::PocketIc;
use std::time::Duration;

/// A root subnet, and another one on which canisters are created.
pub(super) fn network() -> PocketIc {
    builder()
        .with_nns_subnet()
        .with_application_subnet()
        .build()
}

pub(super) fn root_key(network: &PocketIc) -> Vec<u8> {
    network.root_key().expect("there is an NNS subnet")
}

const CERTIFIER: &str = r#"
  (func (export "canister_update certify") (call $certified_data_set (i32.const 4096) (call $arg))
    (call $reply_number (i64.extend_i32_u (call $data_certificate_present))))
  (func (export "canister_update certify_and_trap")
    (call $certified_data_set (i32.const 4096) (call $arg)) (unreachable))
  (func (export "canister_query present")
    (call $reply_number (i64.extend_i32_u (call $data_certificate_present))))
  (func (export "canister_query certificate")
    (call $data_certificate_copy (i32.const 65536) (i32.const 0) (call $data_certificate_size))
    (call $append (i32.const 65536) (call $data_certificate_size))
    (call $msg_reply))
"#;

#[test]
fn trap_12_queries_see_the_certificate_of_what_was_committed() {
    let network = network();
    let canister = Canister::install(&network, probe(CERTIFIER));
    let key = root_key(&network);
    let certified = || {
        let read = Verified::new(&canister.query("certificate", vec![]), &key);
        assert_eq!(read.time(), network.get_time().as_nanos_since_unix_epoch());
        read.of_canister(canister.id, "certified_data")
            .unwrap_or_default()
    };
    assert_eq!(certified(), b"");
    let in_update = numbers(&canister.update("certify", b"first".to_vec()));
    assert_eq!(in_update, [0], "there is no certificate in an update");
    assert_eq!(certified(), b"first");
    assert_eq!(canister.numbers("present"), [1]);
    assert_eq!(
        numbers(&canister.update("present", vec![])),
        [0],
        "nor in a query executed by consensus"
    );
    canister
        .try_update("certify_and_trap", b"lost".to_vec())
        .expect_err("it traps");
    assert_eq!(certified(), b"first");
    canister.update("certify", b"second".to_vec());
    assert_eq!(certified(), b"second");
    network.advance_time(Duration::from_secs(5));
    network.tick();
    assert_eq!(certified(), b"second");
}
