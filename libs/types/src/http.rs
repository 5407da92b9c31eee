//! Candid types of `http_request`, as HTTP gateways speak it
//! (Internet Computer interface specification, "The HTTP Gateway protocol").

use candid::CandidType;
use serde::Deserialize;

use crate::lean::{Lean, Read};

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize, Lean, Read)]
pub struct HttpRequest {
    /// `GET`, `HEAD`, ...
    pub method: String,
    /// Path and query string.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// The newest version of response verification that the gateway knows.
    pub certificate_version: Option<u16>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize, Lean)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status_code: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The response's body.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// From a query: true asks the gateway to repeat the request as a call of `http_request_update`, whose answer the whole
    /// subnet agrees on.
    pub upgrade: Option<bool>,
}
