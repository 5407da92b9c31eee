//! Traps 10 and 14: where refusals come from, and the shapes of the protocol.

use anchorage_tests::{Canister, builder, network, probe};
use candid::Principal;
use pocket_ic::{ErrorCode, PocketIc, RejectCode};
use serde_json::{Value, json};

/// Fails in several ways, and takes only messages without an argument from users.
const PICKY: &str = r#"
  (data (i32.const 0) "no, thank you")
  (func (export "canister_inspect_message")
    (if (i32.eqz (call $arg)) (then (call $accept_message))))
  (func (export "canister_update silent"))
  (func (export "canister_update traps") (call $trap (i32.const 0) (i32.const 13)))
  (func (export "canister_update rejects") (call $msg_reject (i32.const 0) (i32.const 13)))
  (func (export "canister_query query_traps") (call $trap (i32.const 0) (i32.const 13)))
"#;

#[test]
fn trap_10_refusals_at_submission_are_uncertified_failures_in_execution_certified() {
    let network = network();
    let canister = Canister::install(&network, probe(PICKY));
    let empty = Canister::empty(&network);
    let stopped = Canister::install(&network, probe(""));
    network.stop_canister(stopped.id, None).unwrap();
    let deleted = Canister::empty(&network);
    network.stop_canister(deleted.id, None).unwrap();
    network.delete_canister(deleted.id, None).unwrap();

    let anonymous = Principal::anonymous();
    let refused = [
        (
            deleted.id,
            vec![],
            ErrorCode::CanisterNotFound,
            RejectCode::DestinationInvalid,
        ),
        (
            canister.id,
            vec![1],
            ErrorCode::CanisterRejectedMessage,
            RejectCode::CanisterReject,
        ),
        (
            stopped.id,
            vec![],
            ErrorCode::CanisterStopped,
            RejectCode::CanisterError,
        ),
        (
            empty.id,
            vec![],
            ErrorCode::CanisterWasmModuleNotFound,
            RejectCode::CanisterError,
        ),
    ];
    for (id, argument, error, reject) in refused {
        let refusal = network
            .submit_call(id, anonymous, "silent", argument)
            .expect_err("refused before it is accepted");
        assert_eq!((refusal.error_code, refusal.reject_code), (error, reject));
        assert!(!refusal.certified, "{refusal}");
    }

    let failing = [
        (
            "silent",
            ErrorCode::CanisterDidNotReply,
            RejectCode::CanisterError,
        ),
        (
            "missing",
            ErrorCode::CanisterMethodNotFound,
            RejectCode::CanisterError,
        ),
        (
            "traps",
            ErrorCode::CanisterCalledTrap,
            RejectCode::CanisterError,
        ),
        (
            "rejects",
            ErrorCode::CanisterRejectedMessage,
            RejectCode::CanisterReject,
        ),
    ];
    for (method, error, reject) in failing {
        let id = network
            .submit_call(canister.id, anonymous, method, vec![])
            .unwrap_or_else(|refusal| panic!("{method}: {refusal}"));
        assert!(
            network.ingress_status(id.clone()).is_none(),
            "no round, no answer"
        );
        let failure = network.await_call(id).expect_err("it fails");
        assert_eq!((failure.error_code, failure.reject_code), (error, reject));
        assert!(failure.certified, "{failure}");
        let says_why = failure.reject_message.contains("no, thank you");
        assert_eq!(
            says_why,
            method == "traps" || method == "rejects",
            "{failure}"
        );
    }

    let failure = canister
        .try_query("query_traps", vec![])
        .expect_err("it traps");
    assert_eq!(failure.reject.error_code, ErrorCode::CanisterCalledTrap);
    assert!(
        !failure.reject.certified,
        "a query is answered by one replica"
    );

    let stranger = Principal::self_authenticating([9; 32]);
    let about = ic_management_canister_types::CanisterIdRecord {
        canister_id: canister.id,
    };
    let refusal = canister
        .submit_management(stranger, "stop_canister", (about,))
        .expect_err("only controllers may");
    assert_eq!(refusal.reject_code, RejectCode::CanisterError);
    assert!(!refusal.certified, "{refusal}");
}

#[test]
fn trap_14_json_has_the_shapes_of_the_protocol() {
    let network = builder()
        .with_nns_subnet()
        .with_application_subnet()
        .build();
    let canister = Canister::install(
        &network,
        probe(r#"(func (export "canister_update ping") (call $msg_reply))"#),
    );

    let topology = get(&network, "read/topology");
    let subnets = topology["subnet_configs"]
        .as_object()
        .expect("a map of subnets");
    let mut kinds: Vec<&str> = subnets
        .values()
        .map(|subnet| subnet["subnet_kind"].as_str().expect("kinds are texts"))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["Application", "NNS"]);
    for (name, subnet) in subnets {
        Principal::from_text(name).expect("subnets are named by their textual principal");
        assert_eq!(subnet["subnet_seed"].as_array().map(Vec::len), Some(32));
    }
    let default = &topology["default_effective_canister_id"]["canister_id"];
    assert!(
        default.is_string(),
        "ids are wrapped, and base64: {default}"
    );

    // Nothing is `null`.
    assert_eq!(
        post(&network, "update/tick", &json!({ "blockmakers": null })),
        Value::Null
    );
    let now = get(&network, "read/get_time");
    assert!(now["nanos_since_epoch"].is_u64());
    assert_eq!(post(&network, "update/set_time", &now), Value::Null);

    // A public key is an array of numbers, not base64.
    let application = network.topology().get_app_subnets()[0];
    let subnet = json!({ "subnet_id": base64(application.as_slice()) });
    let key = post(&network, "read/pub_key", &subnet);
    assert_eq!(
        key.as_array().map(Vec::len),
        Some(133),
        "DER of a BLS key: {key}"
    );
    assert!(key[0].is_u64());

    // Cycles are numbers of 128 bits.
    let much = 1_u128 << 100;
    let before = canister.cycles();
    assert_eq!(network.add_cycles(canister.id, much), before + much);
    assert_eq!(canister.cycles(), before + much);
    let body = json!({ "canister_id": base64(canister.id.as_slice()) });
    let text = post_text(&network, "read/get_cycles", &body);
    assert!(
        text.contains(&(before + much).to_string()),
        "no rounding: {text}"
    );

    let controllers = post(&network, "read/get_controllers", &body);
    let anonymous = base64(Principal::anonymous().as_slice());
    assert_eq!(controllers, json!([{ "principal_id": anonymous }]));

    // What does not exist has no subnet; what fails has the name of its error as a text.
    let nobody = json!({ "canister_id": base64(&[0, 0, 0, 0, 0, 0, 0, 1, 1, 1]) });
    assert_eq!(post(&network, "read/get_subnet", &nobody), Value::Null);
    let call = json!({
        "sender": anonymous,
        "canister_id": base64(canister.id.as_slice()),
        "effective_principal": "None",
        "method": "missing",
        "payload": "",
    });
    let answer = post(&network, "read/query", &call);
    assert_eq!(answer["Err"]["error_code"], "CanisterMethodNotFound");
    assert_eq!(answer["Err"]["reject_code"], "CanisterError");
    assert_eq!(answer["Err"]["certified"], false);
}

fn url(network: &PocketIc, path: &str) -> String {
    let server = network.get_server_url();
    format!("{server}instances/{}/{path}", network.instance_id())
}

fn get(network: &PocketIc, path: &str) -> Value {
    let response = reqwest::blocking::get(url(network, path)).expect("the server answers");
    assert_eq!(response.status(), 200, "{path}");
    response.json().expect("the answer is JSON")
}

fn post(network: &PocketIc, path: &str, body: &Value) -> Value {
    serde_json::from_str(&post_text(network, path, body)).expect("the answer is JSON")
}

fn post_text(network: &PocketIc, path: &str, body: &Value) -> String {
    let response = reqwest::blocking::Client::new()
        .post(url(network, path))
        .json(body)
        .send()
        .expect("the server answers");
    let status = response.status();
    let text = response.text().expect("the answer is text");
    assert_eq!(status, 200, "{path}: {text}");
    text
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
