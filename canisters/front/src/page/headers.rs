//! The headers of what is served, all of them certified.

use canister_kit::http::{Content, HttpResponse, Page, header};

/// What the page may do. Scripts and styles come from this canister alone, as files: nothing in the document runs.
/// It talks to the Internet Computer through its own origin, and to relying parties' origins for the addresses that they
/// let answers go to (ICRC-167), which may be on this machine. Nobody may frame it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self' https: http://localhost:* http://*.localhost:* http://127.0.0.1:*; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Of the browser's powers only passkeys and the clipboard.
const PERMISSIONS_POLICY: &str = "publickey-credentials-create=(self), publickey-credentials-get=(self), \
     clipboard-write=(self), camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), payment=(), \
     serial=(), usb=()";

/// How long a file may be kept whose name changes with its contents: a year.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// To be asked for again each time.
const NEVER: &str = "no-cache";

/// Of a file of the page, compressed with gzip.
pub(super) fn of_asset(content_type: &str, is_immutable: bool) -> Vec<(String, String)> {
    let mut headers = common(content_type, if is_immutable { FOR_EVER } else { NEVER });
    headers.push(header("Content-Encoding", "gzip"));
    headers
}

/// What is told about the canister.
pub(super) fn told(content: Content) -> Page {
    let Content { content_type, body } = content;
    Page::new(200, common(content_type, NEVER), body)
}

/// What is said of everything that does not exist.
pub(super) fn not_found() -> Page {
    let headers = common("text/plain; charset=utf-8", NEVER);
    Page::new(404, headers, b"not found\n".to_vec())
}

/// Go there, with the same method.
pub(super) fn moved(location: &str) -> HttpResponse {
    HttpResponse {
        status_code: 308,
        headers: vec![header("Location", location), header("Cache-Control", NEVER)],
        body: Vec::new(),
        upgrade: None,
    }
}

fn common(content_type: &str, cache_control: &str) -> Vec<(String, String)> {
    [
        ("Content-Type", content_type),
        ("Cache-Control", cache_control),
        ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
        // Dapps open the page and wait for its messages, so it has to keep its opener.
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", PERMISSIONS_POLICY),
        ("Referrer-Policy", "no-referrer"),
        (
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ]
    .map(|(name, value)| header(name, value))
    .into()
}
