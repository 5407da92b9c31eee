use super::*;
use crate::certified::HTTP_EXPR;
use ic_http_certification::{DefaultCelBuilder, utils::add_skip_certification_header};
use sha2::{Digest as _, Sha256};

fn request(method: &str, url: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: vec![],
        body: vec![],
        certificate_version: Some(2),
    }
}

fn ask(method: &str, url: &str) -> HttpResponse {
    let metrics = || Content::metrics(b"up 1\n".to_vec());
    serve(
        &request(method, url),
        &[Route {
            path: METRICS_PATH,
            content: &metrics,
        }],
    )
}

fn value<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(header, _)| header == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn a_route_answers_with_its_type_and_is_never_cached() {
    let response = ask("GET", "/metrics?canisterId=aaaaa-aa#x");
    assert_eq!(
        (response.status_code, response.body.as_slice()),
        (200, b"up 1\n".as_slice())
    );
    assert_eq!(
        value(&response, "Content-Type"),
        Some("text/plain; version=0.0.4")
    );
    assert_eq!(value(&response, "Cache-Control"), Some("no-store"));
}

#[test]
fn head_has_the_headers_and_no_body() {
    let (get, head) = (ask("GET", "/metrics"), ask("HEAD", "/metrics"));
    assert_eq!((head.status_code, &head.headers), (200, &get.headers));
    assert_eq!(head.body, b"");
}

#[test]
fn other_methods_are_told_what_is_allowed() {
    let response = ask("POST", "/metrics");
    assert_eq!(response.status_code, 405);
    assert_eq!(value(&response, "Allow"), Some("GET, HEAD"));
}

#[test]
fn paths_are_exact() {
    for url in [
        "",
        "/",
        "/metrics/",
        "/Metrics",
        "/metricsx",
        "metrics",
        "/x?/metrics",
        "//metrics",
    ] {
        assert_eq!(ask("GET", url).status_code, 404, "{url}");
    }
}

#[test]
fn the_constants_are_what_the_published_library_computes() {
    assert_eq!(NO_CERTIFICATION.replace(' ', ""), {
        let published = DefaultCelBuilder::skip_certification().to_string();
        published.replace([' ', '\n'], "")
    });
    let hash: Hash = Sha256::digest(NO_CERTIFICATION).into();
    assert_eq!(NO_CERTIFICATION_HASH, hash);
}

#[test]
fn alone_under_the_root_the_headers_equal_the_published_librarys() {
    let root = CertifiedRoot::new([(HTTP_EXPR, SKIP_CERTIFICATION_HASH)]);
    let response = skip_certification(ask("GET", "/nowhere"), Some(&[1, 2, 3]), &root);
    let mut published = ic_http_certification::HttpResponse::builder().build();
    add_skip_certification_header(vec![1, 2, 3], &mut published);
    for (name, expected) in published.headers() {
        let ours = value(&response, name).map(|value| value.replace([' ', '\n'], ""));
        assert_eq!(ours, Some(expected.replace([' ', '\n'], "")), "{name}");
    }
}

#[test]
fn without_a_certificate_nothing_is_claimed() {
    let root = CertifiedRoot::new([(HTTP_EXPR, SKIP_CERTIFICATION_HASH)]);
    let response = ask("GET", "/metrics");
    assert_eq!(skip_certification(response.clone(), None, &root), response);
}

#[test]
fn the_hashes_that_are_constants_are_those_of_the_tree() {
    let tree = HttpTree::default().hash();
    assert_eq!(SKIP_CERTIFICATION_HASH, tree);
    let labeled = ic_certified_map::labeled_hash(HTTP_EXPR.as_bytes(), &tree);
    assert_eq!(LABELED_SKIP_CERTIFICATION_HASH, labeled);
}
