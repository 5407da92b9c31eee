//! A relying party to try the login page with: it serves pages that log in in three ways, and tells who calls it.

#![expect(
    clippy::needless_pass_by_value,
    reason = "an endpoint owns its decoded arguments"
)]

mod settings;
mod site;

use candid::Principal;
use ic_cdk::api;
use ic_http_certification::{HttpRequest, HttpResponse};
use settings::Settings;

#[ic_cdk::init]
fn init(settings: Settings) {
    publish(&settings);
}

#[ic_cdk::post_upgrade]
fn post_upgrade(settings: Settings) {
    publish(&settings);
}

fn publish(settings: &Settings) {
    site::publish(settings.documents(api::canister_self(), &api::root_key()));
}

#[ic_cdk::query]
fn whoami() -> Principal {
    api::msg_caller()
}

#[ic_cdk::update]
fn whoami_update() -> Principal {
    api::msg_caller()
}

#[ic_cdk::query]
fn http_request(request: HttpRequest<'static>) -> HttpResponse<'static> {
    site::http_request(&request)
}

#[ic_cdk::update]
fn spoil(path: String) {
    let caller = api::msg_caller();
    assert!(api::is_controller(&caller), "{caller} is not a controller");
    site::spoil(path);
}

#[cfg(test)]
mod tests;
