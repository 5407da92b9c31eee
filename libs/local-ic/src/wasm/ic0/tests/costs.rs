//! What calls will cost.

use super::*;
use crate::fees::Fees;
use candid::Encode;

const FEES: Fees = Fees::new(13, false);

/// The 16 bytes that a function wrote at 1000.
fn cost(data: &[u8], call: &str) -> u128 {
    let mut text = String::new();
    for byte in data {
        write!(text, "\\{byte:02x}").unwrap();
    }
    let body = format!(
        "{call} (call $msg_reply_data_append (i32.const 1000) (i32.const 16)) (call $msg_reply)"
    );
    u128::from_le_bytes(reply(&update(&text, &body)).try_into().unwrap())
}

#[test]
fn costs_are_the_subnets_fees() {
    let call = cost(
        &[],
        "(call $cost_call (i64.const 4) (i64.const 6) (i32.const 1000))",
    );
    let prepaid = FEES.response(limits::MAX_REMOTE_REQUEST) + FEES.execution(40_000_000_000);
    assert_eq!(call, FEES.request(10) + prepaid);
    assert_eq!(
        cost(&[], "(call $cost_create_canister (i32.const 1000))"),
        FEES.creation()
    );
    assert_eq!(
        cost(
            &[],
            "(call $cost_http_request (i64.const 100) (i64.const 2000) (i32.const 1000))"
        ),
        FEES.http_outcall(100, 2000)
    );
}

#[test]
fn sizes_beyond_all_measure_do_not_overflow() {
    cost(
        &[],
        "(call $cost_call (i64.const -1) (i64.const -1) (i32.const 1000))",
    );
    cost(
        &[],
        "(call $cost_http_request (i64.const -1) (i64.const -1) (i32.const 1000))",
    );
}

#[derive(candid::CandidType)]
struct Params {
    request_bytes: u64,
    http_roundtrip_time_ms: u64,
    raw_response_bytes: u64,
    transformed_response_bytes: u64,
    transform_instructions: u64,
    outcall_type: Option<()>,
}

#[test]
fn version_two_of_outcall_costs_reads_a_candid_record() {
    let params = Encode!(&Params {
        request_bytes: 100,
        http_roundtrip_time_ms: 60_000,
        raw_response_bytes: 2_000,
        transformed_response_bytes: 3_000,
        transform_instructions: 1,
        outcall_type: None,
    })
    .unwrap();
    let call = format!(
        "(call $cost_http_request_v2 (i32.const 0) (i32.const {}) (i32.const 1000))",
        params.len()
    );
    assert_eq!(cost(&params, &call), FEES.http_outcall(100, 3_000));
    violation(&update(
        "nonsense",
        "(call $cost_http_request_v2 (i32.const 0) (i32.const 8) (i32.const 1000))",
    ));
}

#[test]
fn threshold_costs_know_curves_and_keys() {
    let answer = |function: &str, key: &str, kind: u32| {
        let body = format!(
            "(i32.store (i32.const 100) (call ${function} (i32.const 0) (i32.const {}) (i32.const {kind}) (i32.const 104)))
             (call $msg_reply_data_append (i32.const 100) (i32.const 20)) (call $msg_reply)",
            key.len()
        );
        let bytes = reply(&update(key, &body));
        let (code, cost) = bytes.split_at(4);
        (
            u32::from_le_bytes(code.try_into().unwrap()),
            u128::from_le_bytes(cost.try_into().unwrap()),
        )
    };
    let price = FEES.threshold_signature();
    for function in [
        "cost_sign_with_ecdsa",
        "cost_sign_with_schnorr",
        "cost_vetkd_derive_key",
    ] {
        for key in ["key_1", "test_key_1", "dfx_test_key"] {
            assert_eq!(answer(function, key, 0), (0, price));
        }
        assert_eq!(answer(function, "key_2", 0), (2, 0));
        assert_eq!(answer(function, "key_1", 2), (1, 0));
    }
    assert_eq!(answer("cost_sign_with_schnorr", "key_1", 1), (0, price));
    assert_eq!(answer("cost_sign_with_ecdsa", "key_1", 1), (1, 0));
}
