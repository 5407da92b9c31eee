//! Answers of canisters over HTTP, verified by the published library as gateways do it.

use anchorage_tests::family::{Family, operator};
use candid::Principal;
use ic_http_certification::{HttpRequest, HttpResponse};
use ic_response_verification::verify_request_response_pair;
use serde_json::{Value, json};

/// How far a certificate's time may be from ours, as in the boundary nodes.
const MAX_AGE_NS: u128 = 300_000_000_000;
/// The version that certifies status, headers and body.
const VERSION: u16 = 2;

/// Asks for a path and verifies the answer; then spoils the answer, which must be refused.
pub(crate) fn verified(
    family: &Family,
    canister: Principal,
    path: &str,
    encodings: &str,
) -> Result<Value, String> {
    let request = HttpRequest::get(path)
        .with_headers(vec![("accept-encoding".to_owned(), encodings.to_owned())])
        .with_certificate_version(VERSION)
        .build();
    let argument = candid::encode_one(&request).expect("plain data");
    let answer = family
        .network
        .query_call(canister, operator(), "http_request", argument)
        .map_err(|error| error.to_string())?;
    let response: HttpResponse<'static> =
        candid::decode_one(&answer).map_err(|error| error.to_string())?;
    let verify = |response: HttpResponse<'static>| {
        let now = family.network.get_time().as_nanos_since_unix_epoch();
        verify_request_response_pair(
            request.clone(),
            response,
            canister.as_slice(),
            u128::from(now),
            MAX_AGE_NS,
            &family.root_key(),
            u8::try_from(VERSION).expect("a small number"),
        )
        .map_err(|error| error.to_string())
    };
    let info = verify(response.clone())?;
    if info.response.is_none() {
        return Err("the certificate says that the answer is not certified".to_owned());
    }
    let mut spoilt = response.body().to_vec();
    match spoilt.last_mut() {
        Some(last) => *last ^= 1,
        None => spoilt.push(0),
    }
    let tampered = HttpResponse::builder()
        .with_status_code(response.status_code())
        .with_headers(response.headers().to_vec())
        .with_body(spoilt)
        .build();
    let Err(refusal) = verify(tampered) else {
        return Err("the library accepts another body, too".to_owned());
    };
    let headers = response.headers().iter();
    let header = |name: &str| {
        let mut headers = headers.clone();
        let found = headers.find(|(one, _)| one.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    Ok(json!({
        "status": response.status_code().as_u16(),
        "bytes": response.body().len(),
        "encoding": header("content-encoding"),
        "contentType": header("content-type"),
        "version": info.verification_version,
        "refusalOfAnother": refusal,
    }))
}
