//! What is served over HTTP: everything is certified, headers included, with the published library for assets.

use crate::settings::Document;
use ic_asset_certification::{Asset, AssetConfig, AssetFallbackConfig, AssetRouter};
use ic_cdk::api;
use ic_http_certification::{HttpRequest, HttpResponse, StatusCode};
use std::cell::RefCell;
use std::collections::HashSet;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The pages need nothing from elsewhere and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const NOT_FOUND: &str = "not-found.txt";

thread_local! {
    static SITE: RefCell<Site> = RefCell::default();
}

#[derive(Default)]
struct Site {
    router: AssetRouter<'static>,
    /// Paths that are served with another body than the certified one: the line break at its end is
    /// a space, so that it says the same.
    spoilt: HashSet<String>,
}

/// Serves the pages and these documents from now on, and nothing else.
pub(crate) fn publish(documents: impl IntoIterator<Item = Document>) {
    let mut assets = vec![Asset::new(NOT_FOUND, &b"There is no such page.\n"[..])];
    let mut configs = vec![AssetConfig::File {
        path: NOT_FOUND.to_owned(),
        content_type: Some("text/plain".to_owned()),
        headers: headers(),
        fallback_for: vec![AssetFallbackConfig {
            scope: "/".to_owned(),
            status_code: Some(StatusCode::NOT_FOUND),
        }],
        aliased_by: Vec::new(),
        encodings: Vec::new(),
    }];
    for (path, content) in PAGES {
        assets.push(Asset::new(*path, *content));
        let aliases: &[&str] = if *path == "index.html" { &["/"] } else { &[] };
        configs.push(file(path, content_type(path), aliases));
    }
    for document in documents {
        configs.push(file(document.path, document.content_type, &[]));
        assets.push(Asset::new(document.path, document.body));
    }
    let mut router = AssetRouter::new();
    router
        .certify_assets(assets, configs)
        .expect("names of files and documents are paths");
    api::certified_data_set(router.root_hash());
    SITE.set(Site {
        router,
        spoilt: HashSet::new(),
    });
}

/// Serves something else at that path than what is certified.
pub(crate) fn spoil(path: String) {
    SITE.with_borrow_mut(|site| site.spoilt.insert(path));
}

pub(crate) fn http_request(request: &HttpRequest<'_>) -> HttpResponse<'static> {
    let certificate = api::data_certificate().expect("this is a query");
    SITE.with_borrow(|site| {
        let response = site.router.serve_asset(&certificate, request);
        let response = response.unwrap_or_else(|error| {
            HttpResponse::bad_request(error.to_string().into_bytes(), Vec::new()).build()
        });
        match request.get_path() {
            Ok(path) if site.spoilt.contains(&path) => spoilt(&response),
            _ => response,
        }
    })
}

fn spoilt(response: &HttpResponse<'static>) -> HttpResponse<'static> {
    let mut body = response.body().to_vec();
    if let Some(last) = body.last_mut() {
        *last = b' ';
    }
    HttpResponse::builder()
        .with_status_code(response.status_code())
        .with_headers(response.headers().to_vec())
        .with_body(body)
        .build()
}

fn file(path: &str, content_type: &str, aliases: &[&str]) -> AssetConfig {
    AssetConfig::File {
        path: path.to_owned(),
        content_type: Some(content_type.to_owned()),
        headers: headers(),
        fallback_for: Vec::new(),
        aliased_by: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        encodings: Vec::new(),
    }
}

fn headers() -> Vec<(String, String)> {
    [
        ("cache-control", "no-cache"),
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        // A login page reads the documents from its own origin. Nothing here depends on who asks.
        ("access-control-allow-origin", "*"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
