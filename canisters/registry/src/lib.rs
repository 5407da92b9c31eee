//! A shard of the family: the anchors of one range, the rules about their devices, and the log of
//! their changes. Every endpoint is here, in a few lines; what it does is in the module of its name.
//!
//! No method awaits: each message runs from its beginning to its end, so record, block and remembered
//! answer are written together or not at all. Front builds on this: of an order that failed here (reject code 5)
//! it takes for granted that nothing was written.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the system's macros and the family's messages hand arguments over by value"
)]

pub mod activity;
pub mod apply;
pub mod archives;
pub mod authenticate;
#[cfg(feature = "bench")]
pub mod bench;
pub mod configure;
pub mod counters;
pub mod create_anchor;
pub mod fetch_blocks;
pub mod front_door;
pub mod icrc3;
pub mod inspect;
pub mod log;
pub mod memory;
pub mod metrics;
pub mod orders;
pub mod passkeys;
pub mod reads;
pub mod registration_modes;
pub mod remote_devices;
pub mod repair;
pub mod ring;
pub mod settings;
pub mod shard;
pub mod stored;
pub mod temporary_keys;

#[cfg(test)]
mod fixtures;

use candid::candid_method;
use canister_kit::argument;
use canister_kit::arguments;
use canister_kit::blob;
use canister_kit::build::BuildInfo;
use canister_kit::certified::{CertifiedRoot, log_root};
use canister_kit::counters::Method;
use canister_kit::guards::{self, Caller};
use canister_kit::http::{self, Content, HttpRequest, HttpResponse, METRICS_PATH, Route};
use canister_kit::metrics::Resources;
use ic_cdk::api::{data_certificate, msg_caller, msg_reply, performance_counter, time};
use ic_cdk::{init, inspect_message, post_upgrade, query, update};
use ic_cdk_timers::TimerId;
use ic_stable_structures::DefaultMemoryImpl;
use memory::{Memories, Stable};
use serde_bytes::ByteBuf;
use shard::Shard;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::time::Duration;
use types::icrc3::{
    ArchiveInfo, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedBlockType,
    TipCertificate,
};
use types::registry::{
    ArchiveLink, ConfigureError, IndexIncomplete, KnownPasskey, Loss, PublicState, RegistryInit,
    RegistrySettings, RegistryStatus, Repair, RepairError, ShardTip,
};
use types::{AnchorCredentials, AnchorNumber, CredentialId, DeviceData, TimestampNs, lean};

const BUILD: BuildInfo = canister_kit::build_info!();

canister_kit::public_metadata!("candid:service", include_str!("../registry.did"));
canister_kit::public_metadata!("anchorage:version", env!("CARGO_PKG_VERSION"));
canister_kit::public_metadata!("anchorage:commit", BUILD.commit);

/// Time between two steps that build the index of passkeys.
const INDEXING_INTERVAL: Duration = Duration::from_secs(1);

thread_local! {
    static SHARD: RefCell<Option<Shard<Stable>>> = const { RefCell::new(None) };
    /// The timer that builds the index of passkeys, while it is needed.
    static INDEXING: Cell<Option<TimerId>> = const { Cell::new(None) };
}

#[init(hidden = true, decode_with = "init_argument")]
#[candid_method(init)]
fn init(argument: RegistryInit) {
    start(|memories| Shard::create(memories, &argument));
}

#[post_upgrade(decode_with = "upgrade_argument")]
fn post_upgrade(wish: Option<RegistrySettings>) {
    start(|memories| Shard::open(memories, wish.as_ref()));
}

#[inspect_message]
fn inspect_message() {
    let method = ic_cdk::api::msg_method_name();
    let caller = Caller::of_this_message();
    let pays_for_reads = guards::this_message_pays_for_certified_reads();
    let fills = cfg!(feature = "bench") && method.starts_with("bench_") && caller.is_controller;
    if fills || with(|shard| inspect::accepts(shard, &method, caller, pays_for_reads)) {
        ic_cdk::api::accept_message();
    }
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn create_anchor(message: ByteBuf) -> ByteBuf {
    measured(counters::CREATE_ANCHOR, |shard| {
        front_door::serve(
            shard,
            sender(),
            &message,
            now(),
            create_anchor::create_anchor,
        )
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn apply(message: ByteBuf) -> ByteBuf {
    measured(counters::APPLY, |shard| {
        front_door::serve(shard, sender(), &message, now(), apply::apply)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn authenticate(message: ByteBuf) -> ByteBuf {
    measured(counters::AUTHENTICATE, |shard| {
        front_door::serve(shard, sender(), &message, now(), authenticate::authenticate)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn anchor_info(message: ByteBuf) -> ByteBuf {
    measured(counters::ANCHOR_INFO, |shard| {
        front_door::serve(shard, sender(), &message, now(), authenticate::anchor_info)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn enter_registration_mode(message: ByteBuf) -> ByteBuf {
    measured(counters::ENTER_REGISTRATION_MODE, |shard| {
        front_door::serve(shard, sender(), &message, now(), remote_devices::enter)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn exit_registration_mode(message: ByteBuf) -> ByteBuf {
    measured(counters::EXIT_REGISTRATION_MODE, |shard| {
        front_door::serve(shard, sender(), &message, now(), remote_devices::exit)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn add_tentative_device(message: ByteBuf) -> ByteBuf {
    measured(counters::ADD_TENTATIVE_DEVICE, |shard| {
        front_door::serve(
            shard,
            sender(),
            &message,
            now(),
            remote_devices::add_tentative,
        )
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn verify_tentative_device(message: ByteBuf) -> ByteBuf {
    measured(counters::VERIFY_TENTATIVE_DEVICE, |shard| {
        front_door::serve(shard, sender(), &message, now(), remote_devices::verify)
    })
}

#[update(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn fetch_blocks(message: ByteBuf) -> ByteBuf {
    measured(counters::FETCH_BLOCKS, |shard| {
        fetch_blocks::serve(shard, msg_caller(), &message, now())
    })
}

#[update(
    hidden = true,
    decode_with = "arguments::of_a_controller",
    encode_with = "lean::answer"
)]
#[candid_method(update)]
fn set_archives(archives: Vec<ArchiveLink>) -> Result<(), ConfigureError> {
    configure(RegistrySettings {
        archives: Some(archives),
        ..RegistrySettings::default()
    })
}

#[update(
    hidden = true,
    decode_with = "arguments::of_a_controller",
    encode_with = "lean::answer"
)]
#[candid_method(update)]
fn configure(wish: RegistrySettings) -> Result<(), ConfigureError> {
    with_mut(|shard| configure::configure(shard, caller(), &wish))
}

#[update(
    hidden = true,
    decode_with = "arguments::of_a_controller",
    encode_with = "lean::answer"
)]
#[candid_method(update)]
fn repair(request: Repair) -> Result<ShardTip, RepairError> {
    measured(counters::REPAIR, |shard| {
        repair::repair(shard, caller(), &request)
    })
}

#[update(
    hidden = true,
    decode_with = "arguments::of_a_controller",
    encode_with = "lean::answer"
)]
#[candid_method(update)]
fn declare_lost(loss: Loss) -> Result<ShardTip, RepairError> {
    measured(counters::DECLARE_LOST, |shard| {
        repair::declare_lost(shard, caller(), loss, now())
    })
}

#[cfg(feature = "bench")]
#[update]
fn bench_fill(wish: bench::Fill) -> TimestampNs {
    with_mut(|shard| bench::fill(shard, caller(), wish))
}

#[cfg(feature = "bench")]
#[query]
fn bench_authenticate(anchor: AnchorNumber, caller: types::Principal) -> u64 {
    with(|shard| {
        let before = performance_counter(0);
        let proof = shard.authenticate(anchor, caller, now());
        let instructions = performance_counter(0) - before;
        assert!(proof.is_ok(), "a device of the anchor");
        instructions
    })
}

#[cfg(feature = "bench")]
#[update]
fn bench_storage(wish: bench::storage::Wish) -> bench::storage::Measured {
    bench::storage::measure(caller(), wish)
}

#[cfg(feature = "bench")]
#[query]
fn bench_encodings(devices: Vec<DeviceData>) -> Vec<bench::storage::Encoding> {
    bench::storage::encodings(&devices)
}

#[query(manual_reply = true, hidden = true, decode_with = "arguments::one")]
#[candid_method(query)]
fn lookup(anchor: AnchorNumber) -> PhantomData<Vec<DeviceData>> {
    let devices = with(|shard| reads::lookup(shard, anchor));
    msg_reply(lean::devices(&devices));
    PhantomData
}

#[query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn get_anchor_credentials(anchor: AnchorNumber) -> AnchorCredentials {
    with(|shard| reads::credentials(shard, anchor))
}

#[query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn lookup_device_key(credential_id: CredentialId) -> Result<Option<KnownPasskey>, IndexIncomplete> {
    with(|shard| passkeys::lookup_device_key(shard, &credential_id))
}

#[query(decode_with = "blob::of_this_message", encode_with = "blob::answer")]
fn identify(message: ByteBuf) -> ByteBuf {
    let answer = with_mut(|shard| {
        front_door::serve(shard, sender(), &message, now(), authenticate::identify)
    });
    ByteBuf::from(answer)
}

#[query(
    hidden = true,
    decode_with = "arguments::all",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn public_state(from: AnchorNumber, limit: u32) -> PublicState {
    with(|shard| reads::public_state(shard, from, limit as usize))
}

#[query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn status() -> RegistryStatus {
    with(|shard| reads::status(shard, BUILD))
}

#[query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn icrc3_get_blocks(requests: Vec<GetBlocksRequest>) -> GetBlocksResult {
    with(|shard| icrc3::get_blocks(shard, &requests))
}

#[query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn icrc3_get_archives(args: GetArchivesArgs) -> Vec<ArchiveInfo> {
    with(|shard| icrc3::get_archives(shard, args))
}

#[query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn icrc3_get_tip_certificate() -> Option<TipCertificate> {
    with(|shard| icrc3::tip_certificate(shard, data_certificate()))
}

#[query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn icrc3_supported_block_types() -> Vec<SupportedBlockType> {
    icrc3::supported_block_types()
}

#[query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn http_request(request: HttpRequest) -> HttpResponse {
    with(|shard| {
        let metrics = || {
            Content::metrics(metrics::render(
                shard,
                BUILD,
                Resources::of_this_canister(),
                now(),
            ))
        };
        let route = Route {
            path: METRICS_PATH,
            content: &metrics,
        };
        let response = http::serve(&request, &[route]);
        http::skip_certification(response, data_certificate().as_deref(), &root(shard))
    })
}

fn init_argument(bytes: Vec<u8>) -> RegistryInit {
    argument::of_this_message(&bytes, "RegistryInit")
}

fn upgrade_argument(bytes: Vec<u8>) -> Option<RegistrySettings> {
    argument::optional_of_this_message(&bytes, "opt RegistrySettings")
}

/// Traps, so that nothing of the installation or upgrade stays, if the shard cannot start.
fn start<E: std::fmt::Display>(open: impl FnOnce(Memories<Stable>) -> Result<Shard<Stable>, E>) {
    let memories = Memories::open(DefaultMemoryImpl::default())
        .unwrap_or_else(|error| ic_cdk::trap(format!("cannot start: {error}")));
    let shard =
        open(memories).unwrap_or_else(|error| ic_cdk::trap(format!("cannot start: {error}")));
    root(&shard).certify();
    if shard.anchors.unindexed() > 0 {
        let timer = ic_cdk_timers::set_timer_interval(INDEXING_INTERVAL, index_passkeys);
        INDEXING.set(Some(timer));
    }
    shard
        .counters
        .observe(counters::START, performance_counter(0));
    SHARD.set(Some(shard));
}

/// Awaits nothing. An interval and not a chain of single timers, which would end with the first trap.
async fn index_passkeys() {
    let is_complete = with_mut(|shard| {
        let is_complete = passkeys::index_some(shard);
        shard
            .counters
            .observe(counters::INDEX_PASSKEYS, performance_counter(0));
        is_complete
    });
    if is_complete && let Some(timer) = INDEXING.take() {
        ic_cdk_timers::clear_timer(timer);
    }
}

fn root(shard: &Shard<Stable>) -> CertifiedRoot {
    log_root(icrc3::log_tip(shard))
}

fn caller() -> Caller {
    Caller::of_this_message()
}

/// Who sent a message that is for front. Asking whether it is a controller would cost and say nothing.
fn sender() -> Caller {
    Caller {
        principal: msg_caller(),
        is_controller: false,
    }
}

fn now() -> TimestampNs {
    TimestampNs::new(time())
}

fn with<T>(f: impl FnOnce(&Shard<Stable>) -> T) -> T {
    SHARD.with_borrow(|shard| f(shard.as_ref().expect("init or post_upgrade ran first")))
}

/// Runs a change, and certifies the log's new tip if there is one.
fn with_mut<T>(f: impl FnOnce(&mut Shard<Stable>) -> T) -> T {
    SHARD.with_borrow_mut(|shard| {
        let shard = shard.as_mut().expect("init or post_upgrade ran first");
        let length = shard.log.length();
        let answer = f(shard);
        if shard.log.length() != length {
            root(shard).certify();
        }
        answer
    })
}

/// Runs a change and counts its instructions.
fn measured<T, A: From<T>>(method: Method, f: impl FnOnce(&mut Shard<Stable>) -> T) -> A {
    let answer = with_mut(f);
    with(|shard| shard.counters.observe(method, performance_counter(0)));
    A::from(answer)
}

#[cfg(test)]
mod tests;
