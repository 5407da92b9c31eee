//! The canister that clients name. It finds the shard of an anchor, rations registrations and signs
//! delegations. Every endpoint is here, in a few lines; what it does is in the module beside.
//!
//! The interface is described in `front.did`: who may call, what it costs, errors, when to retry.

#![expect(
    clippy::needless_pass_by_value,
    reason = "an endpoint owns its decoded arguments"
)]

mod answer;
mod auth_cache;
#[cfg(feature = "bench")]
mod bench;
mod bucket;
mod captcha;
mod challenge;
mod crowd;
mod devices;
mod fleet;
mod inspect;
mod login;
mod lookups;
mod memory;
mod metrics;
mod order_id;
mod origin;
mod page;
mod randomness;
mod rates;
mod refusal;
mod registration;
mod remote_devices;
mod rollback;
mod routing;
mod runtime;
mod services;
mod settings;
mod shards;
mod signatures;
mod state;
mod stored;
mod tips;
mod unsettled;

use crate::login::LogIn;
use crate::memory::Memories;
use crate::page::Home;
use crate::registration::Registration;
use crate::runtime::{Ic, Runtime};
use crate::services::Service;
use crate::state::{Shared, State};
use candid::candid_method;
use canister_kit::build::BuildInfo;
use canister_kit::guards::Caller;
use canister_kit::http::{Content, HttpRequest, HttpResponse};
use canister_kit::metrics::Resources;
use canister_kit::{argument, arguments};
use ic_cdk::api::{data_certificate, msg_caller};
use ic_stable_structures::DefaultMemoryImpl;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;
use types::front::{
    AddTentativeDeviceResponse, CertifiedRouting, Challenge, ChallengeResult, ExpectTipError,
    ExpectedTip, FrontInit, GetDelegationResponse, IdentityAnchorInfo, InternetIdentityStats,
    RegisterResponse, RoutingError, ShardRoute, VerifyTentativeDeviceResponse,
};
use types::registry::{DeviceOperation, ShardTip};
use types::{
    AnchorCredentials, AnchorNumber, CredentialId, DeviceData, DeviceKey, DeviceKeyWithAnchor,
    Principal, SessionKey, TimestampNs, UserKey, lean,
};

const BUILD: BuildInfo = canister_kit::build_info!();
const RESEED_SECONDS: u64 = 3_600;

canister_kit::public_metadata!("candid:service", include_str!("../front.did"));
canister_kit::public_metadata!("anchorage:version", env!("CARGO_PKG_VERSION"));
canister_kit::public_metadata!("anchorage:commit", BUILD.commit);

thread_local! {
    static STATE: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// The state, which `init` or `post_upgrade` has set before any other message runs.
fn state() -> Shared {
    STATE.with_borrow(|state| state.clone().expect("init and post_upgrade set the state"))
}

#[ic_cdk::init(hidden = true, decode_with = "start_argument")]
#[candid_method(init)]
fn init(argument: Option<FrontInit>) {
    start(argument);
}

#[ic_cdk::post_upgrade(decode_with = "start_argument")]
fn post_upgrade(argument: Option<FrontInit>) {
    start(argument);
}

fn start_argument(bytes: Vec<u8>) -> Option<FrontInit> {
    argument::optional_of_this_message(&bytes, "opt FrontInit")
}

/// Certified data and timers are gone after an upgrade: both ways to start set them up.
fn start(argument: Option<FrontInit>) {
    let refuse = |error: String| -> ! { ic_cdk::trap(format!("refusing to start: {error}")) };
    let memories = Memories::open(DefaultMemoryImpl::default())
        .unwrap_or_else(|error| refuse(error.to_string()));
    let mut opened = State::open(memories, Home::of_this_canister(), Ic.now());
    opened
        .configure(argument.unwrap_or_default(), Ic.now())
        .unwrap_or_else(|error| refuse(error.to_string()));
    Ic.certify(opened.certified_root().hash());
    STATE.set(Some(Rc::new(RefCell::new(opened))));
    let interval = Duration::from_secs(fleet::INTERVAL_SECONDS);
    ic_cdk_timers::set_timer(Duration::ZERO, collect());
    ic_cdk_timers::set_timer_interval(interval, collect);
    let interval = Duration::from_secs(signatures::PRUNE_INTERVAL_SECONDS);
    ic_cdk_timers::set_timer_interval(interval, prune);
    ic_cdk_timers::set_timer(Duration::ZERO, reseed());
    ic_cdk_timers::set_timer_interval(Duration::from_secs(RESEED_SECONDS), reseed);
}

async fn collect() {
    fleet::collect(&Ic, &state()).await;
    answer::observe(&state(), metrics::COLLECT);
}

async fn prune() {
    login::prune(&Ic, &mut state().borrow_mut());
    answer::observe(&state(), metrics::PRUNE);
}

async fn reseed() {
    // Without fresh randomness the old generator goes on; the next interval tries again.
    let _ = randomness::reseed(&Ic, &state()).await;
    answer::observe(&state(), metrics::RESEED);
}

#[ic_cdk::inspect_message]
fn inspect_message() {
    let method = ic_cdk::api::msg_method_name();
    let argument_bytes = ic_cdk::api::msg_arg_data().len();
    let caller = Caller::of_this_message();
    let is_measured =
        cfg!(feature = "bench") && ["get_delegation", "bench_fill"].contains(&method.as_str());
    let is_open = |service: Service| service.is_open(&state().borrow(), Ic.liquid_cycles());
    if is_measured || inspect::accepts(&method, caller, argument_bytes, is_open) {
        ic_cdk::api::accept_message();
    }
}

#[ic_cdk::update(manual_reply = true)]
async fn init_salt() {
    let state = state();
    answer::unit(login::init_salt(&Ic, &state).await);
    answer::observe(&state, metrics::INIT_SALT);
}

#[ic_cdk::update(manual_reply = true)]
async fn create_challenge() -> PhantomData<Challenge> {
    let state = state();
    let result = registration::create_challenge(&Ic, &state).await;
    let answered = answer::one(result);
    answer::observe(&state, metrics::CREATE_CHALLENGE);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn register(
    device: DeviceData,
    solution: ChallengeResult,
    temporary_key: Option<Principal>,
) -> PhantomData<RegisterResponse> {
    let state = state();
    let registration = Registration {
        caller: msg_caller(),
        device,
        solution,
        temporary_key,
    };
    let answered = answer::frequent(registration::register(&Ic, &state, registration).await);
    answer::observe(&state, metrics::REGISTER);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn add(anchor: AnchorNumber, device: DeviceData) {
    let state = state();
    let operation = DeviceOperation::Add { device };
    answer::unit(devices::change(&Ic, &state, msg_caller(), anchor, operation).await);
    answer::observe(&state, metrics::ADD);
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn update(anchor: AnchorNumber, key: DeviceKey, device: DeviceData) {
    let state = state();
    let operation = DeviceOperation::Update { key, device };
    answer::unit(devices::change(&Ic, &state, msg_caller(), anchor, operation).await);
    answer::observe(&state, metrics::UPDATE);
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn replace(anchor: AnchorNumber, key: DeviceKey, device: DeviceData) {
    let state = state();
    let operation = DeviceOperation::Replace { key, device };
    answer::unit(devices::change(&Ic, &state, msg_caller(), anchor, operation).await);
    answer::observe(&state, metrics::REPLACE);
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn remove(anchor: AnchorNumber, key: DeviceKey) {
    let state = state();
    let operation = DeviceOperation::Remove { key };
    answer::unit(devices::change(&Ic, &state, msg_caller(), anchor, operation).await);
    answer::observe(&state, metrics::REMOVE);
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::one")]
#[candid_method(update)]
async fn enter_device_registration_mode(anchor: AnchorNumber) -> PhantomData<TimestampNs> {
    let state = state();
    let result = remote_devices::enter(&Ic, &state, msg_caller(), anchor).await;
    let answered = answer::frequent(result);
    answer::observe(&state, metrics::ENTER_DEVICE_REGISTRATION_MODE);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::one")]
#[candid_method(update)]
async fn exit_device_registration_mode(anchor: AnchorNumber) {
    let state = state();
    answer::unit(remote_devices::exit(&Ic, &state, msg_caller(), anchor).await);
    answer::observe(&state, metrics::EXIT_DEVICE_REGISTRATION_MODE);
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn add_tentative_device(
    anchor: AnchorNumber,
    device: DeviceData,
) -> PhantomData<AddTentativeDeviceResponse> {
    let state = state();
    let caller = msg_caller();
    let result = remote_devices::add_tentative(&Ic, &state, caller, anchor, device).await;
    let answered = answer::one(result);
    answer::observe(&state, metrics::ADD_TENTATIVE_DEVICE);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn verify_tentative_device(
    anchor: AnchorNumber,
    verification_code: String,
) -> PhantomData<VerifyTentativeDeviceResponse> {
    let state = state();
    let (caller, typed) = (msg_caller(), verification_code.as_str());
    let result = remote_devices::verify(&Ic, &state, caller, anchor, typed).await;
    let answered = answer::one(result);
    answer::observe(&state, metrics::VERIFY_TENTATIVE_DEVICE);
    answered
}

#[ic_cdk::query(
    composite = true,
    manual_reply = true,
    hidden = true,
    decode_with = "arguments::one"
)]
#[candid_method(composite_query)]
async fn lookup(anchor: AnchorNumber) -> PhantomData<Vec<DeviceData>> {
    answer::one(lookups::lookup(&Ic, &state(), anchor).await)
}

#[ic_cdk::query(
    composite = true,
    manual_reply = true,
    hidden = true,
    decode_with = "arguments::one"
)]
#[candid_method(composite_query)]
async fn get_anchor_credentials(anchor: AnchorNumber) -> PhantomData<AnchorCredentials> {
    answer::one(lookups::get_anchor_credentials(&Ic, &state(), anchor).await)
}

#[ic_cdk::query(
    composite = true,
    manual_reply = true,
    hidden = true,
    decode_with = "arguments::one"
)]
#[candid_method(composite_query)]
async fn lookup_device_key(
    credential_id: CredentialId,
) -> PhantomData<Option<DeviceKeyWithAnchor>> {
    answer::one(lookups::lookup_device_key(&Ic, &state(), &credential_id).await)
}

#[ic_cdk::query(
    composite = true,
    manual_reply = true,
    hidden = true,
    decode_with = "arguments::all"
)]
#[candid_method(composite_query)]
async fn get_principal(anchor: AnchorNumber, origin: String) -> PhantomData<Principal> {
    answer::one(lookups::get_principal(&Ic, &state(), msg_caller(), anchor, origin).await)
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::one")]
#[candid_method(update)]
async fn get_anchor_info(anchor: AnchorNumber) -> PhantomData<IdentityAnchorInfo> {
    let state = state();
    let result = devices::get_anchor_info(&Ic, &state, msg_caller(), anchor).await;
    let answered = answer::frequent(result);
    answer::observe(&state, metrics::GET_ANCHOR_INFO);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
async fn prepare_delegation(
    anchor: AnchorNumber,
    origin: String,
    session_key: SessionKey,
    max_time_to_live: Option<u64>,
) -> (PhantomData<UserKey>, PhantomData<TimestampNs>) {
    let state = state();
    let caller = msg_caller();
    let result = match LogIn::new(anchor, origin, session_key) {
        Ok(log_in) => {
            login::prepare_delegation(&Ic, &state, caller, &log_in, max_time_to_live).await
        }
        Err(refusal) => Err(refusal),
    };
    let answered = answer::two(result);
    answer::observe(&state, metrics::PREPARE_DELEGATION);
    answered
}

#[ic_cdk::query(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(query)]
fn get_delegation(
    anchor: AnchorNumber,
    origin: String,
    session_key: SessionKey,
    expiration: TimestampNs,
) -> PhantomData<GetDelegationResponse> {
    let state = state();
    let state = state.borrow();
    let (caller, now) = (msg_caller(), Ic.now());
    answer::frequent(LogIn::new(anchor, origin, session_key).and_then(|log_in| {
        login::get_delegation(&state, caller, log_in, expiration, certificate(), now)
    }))
}

#[cfg(not(feature = "bench"))]
fn certificate() -> Option<Vec<u8>> {
    data_certificate()
}

/// Updates have none. Measurements call this query as one, because only updates are charged for.
#[cfg(feature = "bench")]
fn certificate() -> Option<Vec<u8>> {
    data_certificate().or(Some(vec![0; bench::CERTIFICATE_BYTES]))
}

#[cfg(feature = "bench")]
#[ic_cdk::update]
fn bench_fill(wish: bench::Fill) {
    bench::fill(&mut state().borrow_mut(), Caller::of_this_message(), wish);
}

#[ic_cdk::update(
    manual_reply = true,
    hidden = true,
    decode_with = "arguments::of_a_controller"
)]
#[candid_method(update)]
async fn set_routing(routes: Vec<ShardRoute>) -> PhantomData<Result<(), RoutingError>> {
    let state = state();
    let result = match Caller::of_this_message().controller() {
        Ok(controller) => Ok(routing::set(&Ic, &state, controller, routes).await),
        Err(error) => Err(error.into()),
    };
    let answered = answer::one(result);
    answer::observe(&state, metrics::SET_ROUTING);
    answered
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(update)]
fn expect_tip(shard: Principal, tip: ShardTip) -> PhantomData<Result<(), ExpectTipError>> {
    let state = state();
    let answered = answer::one(
        Caller::of_this_message()
            .controller()
            .map_err(Into::into)
            .map(|controller| {
                rollback::expect_tip(&mut state.borrow_mut(), controller, shard, tip)
            }),
    );
    answer::observe(&state, metrics::EXPECT_TIP);
    answered
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn expected_tips() -> Vec<ExpectedTip> {
    rollback::expected_tips(&state().borrow())
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn routing() -> CertifiedRouting {
    routing::certified(&state().borrow(), data_certificate())
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn stats() -> InternetIdentityStats {
    fleet::stats(&state().borrow())
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn config() -> FrontInit {
    let state = state();
    let state = state.borrow();
    state.settings().to_argument(state.routing().rows())
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn whoami() -> Principal {
    msg_caller()
}

#[ic_cdk::query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn http_request(request: HttpRequest) -> HttpResponse {
    http_answer(&request)
}

#[ic_cdk::update(manual_reply = true, hidden = true, decode_with = "arguments::one")]
#[candid_method(update)]
fn http_request_update(request: HttpRequest) -> PhantomData<HttpResponse> {
    let checked = services::check(&Ic, &state(), Service::LogIn);
    let answered = answer::one(checked.map(|()| http_answer(&request)));
    answer::observe(&state(), metrics::HTTP_REQUEST_UPDATE);
    answered
}

fn http_answer(request: &HttpRequest) -> HttpResponse {
    let state = state();
    let state = state.borrow();
    let metrics = || {
        let resources = Resources::of_this_canister();
        Content::metrics(metrics::text(&state, BUILD, resources, Ic.now()))
    };
    page::answer(&state, request, data_certificate().as_deref(), &metrics)
}

#[cfg(test)]
candid::export_service!();

#[cfg(test)]
mod tests;
