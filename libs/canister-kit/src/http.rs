//! `http_request`: exact routes, and a certificate that switches body verification off.
//!
//! A gateway on a plain domain refuses a response that is not certified. Texts that change with every
//! query (metrics) cannot be certified in advance, so the canister certifies instead that a gateway need
//! not verify it: the subtree `http_expr` says "no certification" for every path (HTTP gateway protocol, version 2).
//! Nobody but the canister can switch it off, and nothing secret or dangerous is served this way.

use ic_certified_map::HashTree;

use crate::certified::{CertifiedRoot, Hash, cbor, tagged_cbor};

mod pages;
#[cfg(test)]
mod tests;

pub use pages::{HttpTree, Page};
pub use types::http::{HttpRequest, HttpResponse};

/// What a route answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// The media type of Prometheus' text format.
pub const METRICS_TYPE: &str = "text/plain; version=0.0.4";
/// The path that Prometheus asks.
pub const METRICS_PATH: &str = "/metrics";

impl Content {
    /// Metrics in Prometheus' text format.
    pub fn metrics(body: Vec<u8>) -> Self {
        Self {
            content_type: METRICS_TYPE,
            body,
        }
    }

    /// A JSON document.
    pub fn json(body: Vec<u8>) -> Self {
        Self {
            content_type: "application/json",
            body,
        }
    }
}

/// One path, compared byte for byte without its query string, and what makes its content.
pub struct Route<'a> {
    /// The path, starting with `/`.
    pub path: &'a str,
    /// Called for `GET` and `HEAD` only.
    pub content: &'a dyn Fn() -> Content,
}

/// Answers 200 for a route, 405 for another method than `GET` and `HEAD` on it, 404 for everything else.
pub fn serve(request: &HttpRequest, routes: &[Route<'_>]) -> HttpResponse {
    let Some(route) = routes.iter().find(|route| route.path == path(&request.url)) else {
        return plain(404, "not found\n");
    };
    let is_head = request.method.eq_ignore_ascii_case("HEAD");
    if !is_head && !request.method.eq_ignore_ascii_case("GET") {
        let mut response = plain(405, "method not allowed\n");
        response.headers.push(header("Allow", "GET, HEAD"));
        return response;
    }
    let Content { content_type, body } = (route.content)();
    HttpResponse {
        status_code: 200,
        headers: standard_headers(content_type),
        body: if is_head { Vec::new() } else { body },
        upgrade: None,
    }
}

/// The path of a request's URL, without query string and fragment.
pub fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

fn plain(status_code: u16, text: &str) -> HttpResponse {
    HttpResponse {
        status_code,
        headers: standard_headers("text/plain; charset=utf-8"),
        body: text.as_bytes().to_vec(),
        upgrade: None,
    }
}

fn standard_headers(content_type: &str) -> Vec<(String, String)> {
    vec![
        header("Content-Type", content_type),
        header("Cache-Control", "no-store"),
        header("X-Content-Type-Options", "nosniff"),
    ]
}

/// A header.
pub fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The expression that says: do not verify.
const NO_CERTIFICATION: &str = "default_certification(ValidationArgs{no_certification:Empty{}})";

/// SHA-256 of [`NO_CERTIFICATION`] (checked by a test).
const NO_CERTIFICATION_HASH: Hash = [
    0xc3, 0x1a, 0xba, 0xdb, 0xd0, 0xb0, 0x59, 0xf9, 0xd4, 0x64, 0xfd, 0x6d, 0xf4, 0xda, 0x9e, 0x2d,
    0xc0, 0x87, 0xae, 0x7d, 0x0b, 0x40, 0x46, 0x8d, 0x33, 0x72, 0x26, 0xd4, 0x13, 0xb3, 0x37, 0x23,
];

/// The root hash of what stands below the label `http_expr` in a canister that certifies nothing else (checked by a
/// test). It is part of every root, so it is not computed each time.
pub const SKIP_CERTIFICATION_HASH: Hash = [
    0xd0, 0xc1, 0xa2, 0x09, 0x2f, 0x8b, 0x2c, 0x37, 0x2d, 0xd8, 0x69, 0x6b, 0xc3, 0x72, 0x23, 0x32,
    0xa8, 0xe2, 0x86, 0x1a, 0x63, 0xee, 0x31, 0x6c, 0xc4, 0x00, 0x89, 0x2a, 0x89, 0x16, 0x58, 0x52,
];

/// The same with the label (checked by a test).
pub(crate) const LABELED_SKIP_CERTIFICATION_HASH: Hash = [
    0x55, 0xec, 0xc3, 0x1c, 0x3e, 0x80, 0x47, 0xfc, 0x15, 0x8f, 0x20, 0xea, 0x0a, 0xa0, 0x60, 0x9a,
    0xac, 0xc7, 0xb5, 0x7e, 0x06, 0xea, 0x40, 0xdc, 0x41, 0x86, 0x02, 0x72, 0xa7, 0xd6, 0x42, 0x91,
];

/// [`HttpTree::skip_certification`] of a canister that certifies no page.
pub fn skip_certification(
    response: HttpResponse,
    certificate: Option<&[u8]>,
    root: &CertifiedRoot,
) -> HttpResponse {
    HttpTree::default().skip_certification(response, certificate, root)
}

/// The header with the system's certificate, a tree with `root`'s hash, and where in it to look.
fn certificate_header(certificate: &[u8], tree: &HashTree<'_>, path: &[&str]) -> (String, String) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    let (certificate, tree, path) = (
        BASE64.encode(certificate),
        BASE64.encode(cbor(tree)),
        BASE64.encode(tagged_cbor(&path)),
    );
    let value =
        format!("certificate=:{certificate}:, tree=:{tree}:, expr_path=:{path}:, version=2");
    header("IC-Certificate", &value)
}
