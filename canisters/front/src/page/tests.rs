use super::*;
use crate::state::tests::{home, with_shards};
use std::collections::BTreeMap;
use types::TimestampNs;
use types::front::FrontInit;

fn asks_host(state: &State, url: &str, host: &str) -> HttpResponse {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: vec![("host".to_owned(), host.to_owned())],
        ..HttpRequest::default()
    };
    let metrics = || Content::metrics(b"up 1\n".to_vec());
    answer(state, &request, Some(&[1, 2, 3]), &metrics)
}

fn asks(state: &State, url: &str) -> HttpResponse {
    asks_host(state, url, "front.example")
}

fn headers(response: &HttpResponse) -> BTreeMap<&str, &str> {
    let all = response.headers.iter();
    all.map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn json(response: &HttpResponse) -> serde_json::Value {
    assert_eq!(response.status_code, 200);
    serde_json::from_slice(&response.body).expect("JSON")
}

fn origins(canonical: &str, related: &[&str]) -> FrontInit {
    FrontInit {
        canonical_origin: Some(canonical.to_owned()),
        related_origins: Some(related.iter().map(|one| (*one).to_owned()).collect()),
        ..FrontInit::default()
    }
}

#[test]
fn the_environment_tells_what_the_page_needs() {
    let state = with_shards(&[1, 2]);
    let mut state = state.borrow_mut();
    let told = json(&asks(&state, "/env.json?x"));
    assert_eq!(told["front"], home().front.to_text());
    assert_eq!(told["root_key"], "ab01");
    assert_eq!(told["canonical_origin"], serde_json::Value::Null);
    let shards = told["shards"].as_array().expect("a list");
    assert_eq!(
        (&shards[1]["lo"], &shards[1]["hi"]),
        (&"200".into(), &"300".into())
    );

    let before = state.certified_root();
    let now = TimestampNs::new(1);
    state
        .configure(origins("https://id.example", &["https://b.example"]), now)
        .expect("valid");
    let told = json(&asks(&state, "/env.json"));
    assert_eq!(told["canonical_origin"], "https://id.example");
    assert_eq!(told["related_origins"][0], "https://b.example");
    assert_ne!(state.certified_root(), before);

    state.set_routing(Vec::new(), now).expect("nothing is used");
    assert_eq!(
        json(&asks(&state, "/env.json"))["shards"],
        serde_json::json!([])
    );
}

#[test]
fn other_origins_are_named_where_browsers_and_gateways_look() {
    let state = with_shards(&[1]);
    let mut state = state.borrow_mut();
    let (webauthn, domains) = ("/.well-known/webauthn", "/.well-known/ic-domains");
    for path in [webauthn, domains] {
        assert_eq!(asks(&state, path).status_code, 404, "{path}");
    }
    let now = TimestampNs::new(1);
    let related = [
        "https://b.example:8443",
        "https://x.icp0.io",
        "https://noticp0.io",
    ];
    state
        .configure(origins("https://id.example", &related), now)
        .expect("valid");
    assert_eq!(
        json(&asks(&state, webauthn)),
        serde_json::json!({ "origins": related })
    );
    let named = asks(&state, domains);
    assert_eq!(named.body, b"id.example\nb.example\nnoticp0.io\n");
    state.configure(origins("", &[]), now).expect("valid");
    for path in [webauthn, domains] {
        assert_eq!(asks(&state, path).status_code, 404, "{path}");
    }
}

#[test]
fn whatever_does_not_exist_is_certified_not_to() {
    let state = with_shards(&[]);
    let state = state.borrow();
    for path in [
        "/x",
        "/metrics/",
        "/assets/none.js",
        "/index.html",
        "",
        "//",
    ] {
        let response = asks(&state, path);
        assert_eq!(response.status_code, 404, "{path}");
        let expression = headers(&response)["IC-CertificateExpression"];
        assert!(
            expression.contains("response_certification:ResponseCertification"),
            "{path}"
        );
    }
}

#[test]
fn what_is_made_for_each_request_is_asked_for_by_an_update() {
    let state = with_shards(&[]);
    let state = state.borrow();
    for path in ["/metrics", "/metrics/targets"] {
        let response = asks(&state, path);
        assert_eq!(
            (response.status_code, response.upgrade),
            (200, Some(true)),
            "{path}"
        );
        // Nothing that would let a gateway believe a single replica.
        assert!(
            !headers(&response).contains_key("IC-CertificateExpression"),
            "{path}"
        );
    }
    assert_eq!(asks(&state, "/env.json").upgrade, None);
}

#[test]
fn the_page_may_load_and_frame_nothing_of_others() {
    let page = headers::told(Content::json(vec![]));
    let mut tree = HttpTree::default();
    tree.put("/x", page);
    let state = with_shards(&[]);
    let root = state.borrow().certified_root();
    let response = tree.page("/x", None, &root).expect("a page");
    let headers = headers(&response);
    let policy = headers["Content-Security-Policy"];
    for needed in [
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(needed), "{needed}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    // With any other value a dapp's window loses the page that it opened.
    assert_eq!(headers["Cross-Origin-Opener-Policy"], "unsafe-none");
    assert_eq!(headers["X-Content-Type-Options"], "nosniff");
}

#[test]
fn where_nothing_is_verified_only_metrics_are_served() {
    let state = with_shards(&[]);
    let state = state.borrow();
    let id = home().front.to_text();
    for (host, path, place) in [
        ("raw.icp0.io", "/?x=1", "icp0.io/?x=1"),
        (
            "raw.localhost:4943",
            "/authorize",
            "localhost:4943/authorize",
        ),
        ("raw.icp0.io", "//evil.example/x", "icp0.io//evil.example/x"),
    ] {
        let response = asks_host(&state, path, &format!("{id}.{host}"));
        assert_eq!(response.status_code, 308);
        assert_eq!(headers(&response)["Location"], format!("//{id}.{place}"));
    }
    for path in ["/metrics", "/metrics/targets"] {
        let metrics = asks_host(&state, path, &format!("{id}.raw.icp0.io"));
        assert_eq!(metrics.status_code, 200, "{path}");
    }
    for host in [
        "evil.example",
        "raw.icp0.io",
        &format!("x.{id}.raw.icp0.io"),
        &format!("{id}.raw.icp0.io/@evil"),
        &format!("{id}.icp0.io"),
    ] {
        assert_eq!(
            asks_host(&state, "/env.json", host).status_code,
            200,
            "{host}"
        );
    }
}
