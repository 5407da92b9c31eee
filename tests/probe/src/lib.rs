//! A canister in the style of published ones: Candid methods, stable structures, timers, calls
//! to other canisters with guards. It exists to test the network that it runs on.

#![expect(
    clippy::needless_pass_by_value,
    reason = "an endpoint owns its decoded arguments"
)]

mod calls;
mod site;
mod state;
mod timers;

use candid::Principal;
use ic_cdk::api;
use ic_http_certification::{HttpRequest, HttpResponse};

#[ic_cdk::init]
fn init() {
    state::note("init");
}

#[ic_cdk::pre_upgrade]
fn pre_upgrade() {
    state::note("pre_upgrade");
    assert!(!state::refuses_upgrades(), "no upgrade today");
}

#[ic_cdk::post_upgrade]
fn post_upgrade() {
    state::note("post_upgrade");
    timers::restart();
}

/// Users may not call `only_canisters`; canisters may.
#[ic_cdk::inspect_message]
fn inspect_message() {
    if api::msg_method_name() != "only_canisters" {
        api::accept_message();
    }
}

/// What happened over the canister's life, each with the canister version.
#[ic_cdk::query]
fn events() -> Vec<(String, u64)> {
    state::events()
}

#[ic_cdk::update]
fn put(key: u64, value: String) -> Option<String> {
    state::put(key, value)
}

#[ic_cdk::update]
fn put_and_trap(key: u64, value: String) {
    state::put(key, value);
    panic!("put, then panicked");
}

#[ic_cdk::query]
fn get(key: u64) -> Option<String> {
    state::get(key)
}

/// A write in a query: its answer shows it, nothing keeps it.
#[ic_cdk::query]
fn put_in_a_query(key: u64, value: String) -> Option<String> {
    state::put(key, value);
    state::get(key)
}

/// Counted on the heap only: zero after an upgrade.
#[ic_cdk::query]
fn writes_since_upgrade() -> u64 {
    state::writes()
}

#[ic_cdk::update]
fn refuse_upgrades(yes: bool) {
    state::refuse_upgrades(yes);
}

#[ic_cdk::update]
fn say(text: String) {
    api::debug_print(text);
}

#[ic_cdk::query]
fn say_in_a_query(text: String) {
    api::debug_print(text);
}

#[ic_cdk::update]
fn only_canisters() -> Principal {
    api::msg_caller()
}

#[ic_cdk::update]
fn certify(data: Vec<u8>) {
    api::certified_data_set(data);
}

/// The certificate of what was certified, in queries only.
#[ic_cdk::query]
fn certificate() -> Option<Vec<u8>> {
    api::data_certificate()
}

/// Serves a text at `/page`, certified.
#[ic_cdk::update]
fn publish(text: String) {
    site::publish(text);
}

/// Serves another text with the certificate of the one before.
#[ic_cdk::update]
fn forge(text: String) {
    site::forge(text);
}

/// Serves the same text as another type, with the certificate of the one before.
#[ic_cdk::update]
fn forge_type(content_type: String) {
    site::forge_type(content_type);
}

#[ic_cdk::query]
fn http_request(request: HttpRequest<'static>) -> HttpResponse<'static> {
    site::http_request(&request)
}
