//! The server without a network around it: requests go straight into the routes.

use super::app;
use crate::server::Server;
use crate::server::activity::Activity;
use crate::server::blobs::Blobs;
use crate::server::gateway::Gateways;
use crate::server::registry::Registry;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use local_ic::wasm::module::Compiler;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

const INSTANCE: &str = r#"{ "subnet_config_set": { "application": [
    { "state_config": "New", "instruction_config": "Production" }
] } }"#;

struct Client(Arc<Server>);

impl Client {
    fn new() -> Self {
        Self(Arc::new(Server {
            registry: Registry::new(Arc::new(Compiler::new(None))),
            gateways: Gateways::default(),
            blobs: Blobs::default(),
            activity: Activity::default(),
        }))
    }

    /// One with instance 0.
    async fn with_instance() -> Self {
        let client = Self::new();
        let (status, created) = client.send("POST", "/instances", INSTANCE).await;
        assert_eq!(status, StatusCode::CREATED, "{created}");
        assert_eq!(created["Created"]["instance_id"], 0);
        assert_eq!(created["Created"]["http_gateway_info"], Value::Null);
        client
    }

    async fn raw(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = app(self.0.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, body.to_vec())
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let (status, _, body) = self.raw(request).await;
        let json = serde_json::from_slice(&body);
        (
            status,
            json.unwrap_or_else(|_| String::from_utf8(body).unwrap().into()),
        )
    }

    /// Expects a refusal with this status whose message contains this.
    async fn refused(&self, method: &str, path: &str, body: &str, status: u16, word: &str) {
        let (got, answer) = self.send(method, path, body).await;
        assert_eq!(got, status, "{method} {path}: {answer}");
        let message = answer["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{path}: {answer}"));
        assert!(message.contains(word), "{method} {path}: {message}");
    }
}

#[tokio::test]
async fn instances_come_and_go() {
    let client = Client::with_instance().await;
    client.send("POST", "/instances/", INSTANCE).await;
    let list = || client.send("GET", "/instances", "");
    assert_eq!(list().await.1, json!(["Available", "Available"]));
    let (status, answer) = client.send("DELETE", "/instances/0/", "").await;
    assert_eq!((status, answer), (StatusCode::OK, Value::Null));
    assert_eq!(list().await.1, json!(["Deleted", "Available"]));
    client
        .refused("GET", "/instances/0/read/get_time", "", 404, "deleted")
        .await;
    client
        .refused("DELETE", "/instances/0", "", 404, "deleted")
        .await;
    client
        .refused(
            "GET",
            "/instances/2/read/get_time",
            "",
            404,
            "no instance 2",
        )
        .await;
    client
        .refused("GET", "/instances/x/read/get_time", "", 400, "`x`")
        .await;
}

/// Whether signatures are looked at is nothing that a state keeps.
#[tokio::test]
async fn a_resumed_instance_checks_signatures_unless_it_is_told_not_to() {
    let client = Client::new();
    let directory = tempfile::tempdir().unwrap();
    let mut config: Value = serde_json::from_str(INSTANCE).unwrap();
    config["state_dir"] = json!(directory.path());
    for (id, (disable, validates)) in [(json!(true), false), (Value::Null, true)]
        .into_iter()
        .enumerate()
    {
        config["disable_ingress_validation"] = disable;
        let (status, created) = client.send("POST", "/instances", &config.to_string()).await;
        assert_eq!(status, StatusCode::CREATED, "{created}");
        let instance = client.0.registry.get(id).unwrap();
        let found = instance.run(|ic| ic.network().validate_ingress).await;
        assert_eq!(found.unwrap(), validates);
        client.0.registry.delete(id).await.unwrap();
    }
}

#[tokio::test]
async fn creation_errors_have_a_shape_of_their_own() {
    let client = Client::new();
    for (body, status, word) in [
        ("{", 400, "bad request body"),
        (r#"{ "subnet_config_set": {} }"#, 400, "at least one subnet"),
        (
            r#"{ "subnet_config_set": {}, "log_level": "INFO" }"#,
            501,
            "log_level",
        ),
    ] {
        let (got, answer) = client.send("POST", "/instances", body).await;
        assert_eq!(got, status, "{answer}");
        let message = answer["Error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
    for (body, status, word) in [
        ("{}", 400, "forward_to"),
        (
            r#"{ "forward_to": { "PocketIcInstance": 0 } }"#,
            404,
            "no instance 0",
        ),
        (
            r#"{ "forward_to": { "Replica": "http://a" } }"#,
            501,
            "http://a",
        ),
    ] {
        let (got, answer) = client.send("POST", "/http_gateway", body).await;
        assert_eq!(got, status, "{answer}");
        let message = answer["Error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
}

#[tokio::test]
async fn gateways_come_and_go() {
    let client = Client::with_instance().await;
    let body = r#"{ "forward_to": { "PocketIcInstance": 0 } }"#;
    let (status, created) = client.send("POST", "/http_gateway", body).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    assert_eq!(created["Created"]["instance_id"], 0);
    let port = &created["Created"]["port"];
    let list = || client.send("GET", "/http_gateway/", "");
    assert_eq!(
        list().await.1,
        json!([{
            "instance_id": 0,
            "port": port,
            "forward_to": { "PocketIcInstance": 0 },
            "domains": null,
            "https_config": null,
        }])
    );
    let taken = format!(r#"{{ "port": {port}, "forward_to": {{ "PocketIcInstance": 0 }} }}"#);
    let (status, refused) = client.send("POST", "/http_gateway", &taken).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = refused["Error"]["message"].as_str().unwrap();
    assert!(message.contains("in use"), "{message}");

    let (status, answer) = client.send("POST", "/http_gateway/0/stop", "").await;
    assert_eq!((status, answer), (StatusCode::OK, Value::Null));
    assert_eq!(list().await.1, json!([]));
    for (id, word) in [(0, "already"), (1, "never")] {
        let path = format!("/http_gateway/{id}/stop");
        client.refused("POST", &path, "", 404, word).await;
    }
}

#[tokio::test]
async fn gateways_end_with_their_instance() {
    let client = Client::with_instance().await;
    client.send("POST", "/instances", INSTANCE).await;
    for instance in [0, 1] {
        let body = format!(r#"{{ "forward_to": {{ "PocketIcInstance": {instance} }} }}"#);
        client.send("POST", "/http_gateway", &body).await;
    }
    client.send("DELETE", "/instances/0", "").await;
    let (_, left) = client.send("GET", "/http_gateway", "").await;
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["forward_to"]["PocketIcInstance"], 1);
}

#[tokio::test]
async fn endpoints_that_are_not_there_name_themselves() {
    let client = Client::with_instance().await;
    for (method, path) in [
        ("GET", "/instances/0/read/get_canister_http"),
        ("POST", "/instances/0/update/mock_canister_http"),
        ("POST", "/instances/0/update/mock_flexible_canister_http"),
        ("POST", "/instances/0/update/canister_snapshot_download"),
        ("POST", "/instances/0/update/canister_snapshot_upload"),
        ("POST", "/instances/0/update/delete_subnet"),
        ("GET", "/instances/0/_/dashboard"),
        ("POST", "/verify_signature"),
        ("GET", "/read_graph/a/b"),
        ("DELETE", "/prune_graph/a/b"),
    ] {
        client
            .refused(method, path, "{}", 501, &format!("{method} {path}"))
            .await;
    }
    client
        .refused("GET", "/nowhere", "", 404, "GET /nowhere")
        .await;
    client
        .refused(
            "POST",
            "/instances/0/read/warp",
            "",
            404,
            "/instances/0/read/warp",
        )
        .await;
    client
        .refused("PUT", "/instances/0/update/tick", "", 405, "PUT")
        .await;
}

#[tokio::test]
async fn bad_bodies_are_refused_before_anything_happens() {
    let client = Client::with_instance().await;
    for (path, body, word) in [
        ("update/set_time", "", "bad request body"),
        (
            "update/set_time",
            r#"{ "nanos_since_epoch": -1 }"#,
            "bad request body",
        ),
        (
            "update/set_time",
            r#"{ "nanos_since_epoch": 1, "warp": 2 }"#,
            "warp",
        ),
        (
            "read/get_cycles",
            r#"{ "canister_id": "AA" }"#,
            "bad request body",
        ),
        (
            "update/add_cycles",
            r#"{ "canister_id": "", "amount": 1.5 }"#,
            "bad request body",
        ),
        (
            "update/set_stable_memory",
            r#"{ "canister_id": "", "blob_id": "AAAA" }"#,
            "32 bytes",
        ),
        ("update/submit_ingress_message", "[]", "bad request body"),
    ] {
        client
            .refused("POST", &format!("/instances/0/{path}"), body, 400, word)
            .await;
    }
    let large = json!({
        "sender": "BA==",
        "canister_id": "",
        "effective_principal": "None",
        "method": "raw_rand",
        "payload": "AAAA".repeat(1 << 20),
    });
    let path = "/instances/0/update/submit_ingress_message";
    client
        .refused("POST", path, &large.to_string(), 400, "is too large")
        .await;
    let chosen = r#"{ "blockmakers": [{}] }"#;
    client
        .refused(
            "POST",
            "/instances/0/update/tick",
            chosen,
            501,
            "blockmakers",
        )
        .await;
}

#[tokio::test]
async fn a_body_that_is_too_big_is_refused() {
    let client = Client::with_instance().await;
    let body = "[".repeat(super::MAX_JSON_BYTES + 1);
    client
        .refused(
            "POST",
            "/instances/0/read/query",
            &body,
            413,
            "length limit",
        )
        .await;
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let client = Client::with_instance().await;
    let canister = r#"{ "canister_id": "AAAAAAAAAAEBAQ==" }"#;
    for path in [
        "read/get_cycles",
        "read/get_controllers",
        "read/get_stable_memory",
    ] {
        let path = format!("/instances/0/{path}");
        client
            .refused("POST", &path, canister, 400, "CanisterNotFound")
            .await;
    }
    let (status, answer) = client
        .send("POST", "/instances/0/read/get_subnet", canister)
        .await;
    assert_eq!((status, answer), (StatusCode::OK, Value::Null));
    let subnet = r#"{ "subnet_id": "AAAAAAAAAAEBAQ==" }"#;
    client
        .refused(
            "POST",
            "/instances/0/read/pub_key",
            subnet,
            400,
            "SubnetNotFound",
        )
        .await;
}

#[tokio::test]
async fn blobs_are_kept_as_uploaded() {
    let client = Client::new();
    let upload = |encoding: &'static str| {
        let request = Request::post("/blobstore/").header("content-encoding", encoding);
        client.raw(request.body(Body::from("x")).unwrap())
    };
    let (status, _, id) = upload("gzip").await;
    assert_eq!(status, StatusCode::OK);
    let id = String::from_utf8(id).unwrap();
    assert_eq!(id, hex::encode(<sha2::Sha256 as sha2::Digest>::digest("x")));

    let request = Request::get(format!("/blobstore/{id}"))
        .body(Body::empty())
        .unwrap();
    let (_, headers, contents) = client.raw(request).await;
    assert_eq!(
        (&headers["content-encoding"], &contents[..]),
        (&"gzip".parse().unwrap(), &b"x"[..])
    );

    assert_eq!(upload("br").await.0, StatusCode::BAD_REQUEST);
    client
        .refused("GET", "/blobstore/zz", "", 400, "`zz`")
        .await;
    client
        .refused(
            "GET",
            &format!("/blobstore/{}", "00".repeat(32)),
            "",
            404,
            "no blob",
        )
        .await;
}

#[tokio::test]
async fn pages_from_anywhere_may_ask() {
    let client = Client::with_instance().await;
    let request = Request::builder()
        .method("OPTIONS")
        .uri("/instances/0/read/topology")
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "GET")
        .body(Body::empty())
        .unwrap();
    let (status, headers, _) = client.raw(request).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["access-control-allow-origin"], "*");

    let request = Request::get("/instances/0/_/topology").header("origin", "http://a");
    let (status, headers, _) = client.raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["access-control-allow-origin"], "*");
}
