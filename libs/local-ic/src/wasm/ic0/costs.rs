//! What calls will cost.

use super::api::Api;
use super::functions;
use crate::sandbox::Trap;
use crate::wasm::execute::Host;
use candid::CandidType;
use serde::Deserialize;
use wasmtime::Linker;

/// Names of the threshold keys that every subnet of ours can use.
const KEYS: [&[u8]; 3] = [b"key_1", b"test_key_1", b"dfx_test_key"];

const KNOWN: u32 = 0;
const UNKNOWN_CURVE: u32 = 1;
const UNKNOWN_KEY: u32 = 2;

pub(super) fn link_into(linker: &mut Linker<Host>) {
    functions!(linker;
        cost_call(name_size, payload_size, dst),
        cost_create_canister(dst),
        cost_http_request(request, response, dst),
        cost_http_request_v2(src, size, dst),
        cost_sign_with_ecdsa(src, size, curve, dst),
        cost_sign_with_schnorr(src, size, algorithm, dst),
        cost_vetkd_derive_key(src, size, curve, dst),
    );
}

fn cost_call(api: &mut Api<'_>, name_size: u64, payload_size: u64, dst: u32) -> Result<(), Trap> {
    let cost = api
        .sandbox()
        .call_cost(name_size.saturating_add(payload_size));
    api.write_amount(dst, cost)
}

fn cost_create_canister(api: &mut Api<'_>, dst: u32) -> Result<(), Trap> {
    let cost = api.sandbox().account.fees.creation();
    api.write_amount(dst, cost)
}

fn cost_http_request(api: &mut Api<'_>, request: u64, response: u64, dst: u32) -> Result<(), Trap> {
    let cost = api.sandbox().account.fees.http_outcall(request, response);
    api.write_amount(dst, cost)
}

/// The sizes in the parameter record of `cost_http_request_v2`; the record has more fields.
#[expect(clippy::struct_field_names, reason = "the interface's names")]
#[derive(CandidType, Deserialize)]
struct Outcall {
    request_bytes: u64,
    raw_response_bytes: u64,
    transformed_response_bytes: u64,
}

/// Priced like version 1, by the larger form of the response: the bound that a canister attaches,
/// whose surplus is refunded.
fn cost_http_request_v2(api: &mut Api<'_>, src: u32, size: u32, dst: u32) -> Result<(), Trap> {
    let params = api.read(src, size)?;
    let outcall: Outcall = candid::decode_one(&params).map_err(|error| {
        Trap::contract(format_args!(
            "ic0.cost_http_request_v2: invalid parameters: {error}"
        ))
    })?;
    let response = outcall
        .raw_response_bytes
        .max(outcall.transformed_response_bytes);
    cost_http_request(api, outcall.request_bytes, response, dst)
}

/// Curve 0 is secp256k1.
fn cost_sign_with_ecdsa(
    api: &mut Api<'_>,
    src: u32,
    size: u32,
    curve: u32,
    dst: u32,
) -> Result<u32, Trap> {
    threshold(api, src, size, curve == 0, dst)
}

/// Algorithm 0 is BIP 340 over secp256k1, 1 is Ed25519.
fn cost_sign_with_schnorr(
    api: &mut Api<'_>,
    src: u32,
    size: u32,
    algorithm: u32,
    dst: u32,
) -> Result<u32, Trap> {
    threshold(api, src, size, algorithm <= 1, dst)
}

/// Curve 0 is BLS12-381 G2.
fn cost_vetkd_derive_key(
    api: &mut Api<'_>,
    src: u32,
    size: u32,
    curve: u32,
    dst: u32,
) -> Result<u32, Trap> {
    threshold(api, src, size, curve == 0, dst)
}

fn threshold(
    api: &mut Api<'_>,
    src: u32,
    size: u32,
    known_curve: bool,
    dst: u32,
) -> Result<u32, Trap> {
    let key = api.read(src, size)?;
    if !known_curve {
        return Ok(UNKNOWN_CURVE);
    }
    if !KEYS.contains(&key.as_slice()) {
        return Ok(UNKNOWN_KEY);
    }
    let cost = api.sandbox().account.fees.threshold_signature();
    api.write_amount(dst, cost)?;
    Ok(KNOWN)
}
