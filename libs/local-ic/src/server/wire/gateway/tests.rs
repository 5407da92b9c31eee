use super::{Backend, GatewayDetails, GatewayInfo, GatewayPlan, GatewayRequest};
use crate::server::error::ApiError;
use axum::http::StatusCode;
use pocket_ic::common::rest as client;
use serde_json::{Value, json};

fn plan_of(request: &Value) -> Result<(GatewayPlan, usize), ApiError> {
    serde_json::from_value::<GatewayRequest>(request.clone())
        .map_err(ApiError::bad_request)?
        .into_plan()
}

/// What the client sends by default.
fn usual() -> Value {
    serde_json::to_value(client::HttpGatewayConfig {
        ip_addr: None,
        port: None,
        forward_to: client::HttpGatewayBackend::PocketIcInstance(3),
        domains: None,
        https_config: None,
        domain_custom_provider_local_file: None,
    })
    .unwrap()
}

#[test]
fn the_default_is_any_port_of_the_loopback_address() {
    let (plan, instance) = plan_of(&usual()).unwrap();
    assert_eq!(instance, 3);
    assert_eq!(plan.address, "127.0.0.1:0".parse().unwrap());
    assert_eq!(plan.domains, None);
}

#[test]
fn address_and_domains_can_be_chosen() {
    let mut request = usual();
    request["ip_addr"] = json!("::1");
    request["port"] = json!(8000);
    request["domains"] = json!(["Example.test"]);
    request["option_of_the_future"] = json!(null);
    let (plan, _) = plan_of(&request).unwrap();
    assert_eq!(plan.address, "[::1]:8000".parse().unwrap());
    assert_eq!(plan.domains, Some(vec!["example.test".to_owned()]));
}

#[test]
fn what_cannot_be_had_is_refused_by_name() {
    let tls = json!({ "cert_path": "a", "key_path": "b" });
    for (member, value, status, word) in [
        ("https_config", tls, 501, "https_config"),
        (
            "domain_custom_provider_local_file",
            json!("names"),
            501,
            "domain_custom_provider_local_file",
        ),
        ("option_of_the_future", json!(true), 501, "of_the_future"),
        (
            "forward_to",
            json!({ "Replica": "http://a:1" }),
            501,
            "http://a:1",
        ),
        ("ip_addr", json!("localhost"), 400, "`localhost`"),
        ("domains", json!(["a:80"]), 400, "`a:80`"),
        ("domains", json!([""]), 400, "``"),
        ("port", json!(65_536), 400, "65536"),
    ] {
        let mut request = usual();
        request[member] = value;
        let error = plan_of(&request).unwrap_err();
        let expected = StatusCode::from_u16(status).unwrap();
        assert_eq!(error.status, expected, "{member}: {error}");
        assert!(error.message.contains(word), "{member}: {error}");
    }
}

#[test]
fn the_client_understands_an_entry_of_the_list() {
    let entry = serde_json::to_value(GatewayDetails {
        info: GatewayInfo {
            instance_id: 1,
            port: 8000,
        },
        forward_to: Backend::PocketIcInstance(3),
        domains: Some(vec!["example.test".to_owned()]),
        https_config: None,
    })
    .unwrap();
    let read: client::HttpGatewayDetails = serde_json::from_value(entry).unwrap();
    assert_eq!((read.instance_id, read.port), (1, 8000));
    assert_eq!(
        read.forward_to,
        client::HttpGatewayBackend::PocketIcInstance(3)
    );
}
