//! Archive: keeps a contiguous, verified run of one shard's blocks, for ever.
//!
//! It comes for the blocks itself, on a timer ([`poll`]); nobody can hand it one. It has queries only, open to
//! everybody; no method changes or deletes a block. This file is its door: what the system and the callers see, in
//! a few lines each. Everything behind it gets time, caller and effects as arguments.

#![expect(
    clippy::needless_pass_by_value,
    reason = "an endpoint owns its decoded arguments; behind the door nothing takes advantage of this"
)]

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use candid::candid_method;
use canister_kit::argument;
use canister_kit::arguments;
use canister_kit::blob;
use canister_kit::build::BuildInfo;
use canister_kit::certified::{CertifiedRoot, tip_witness};
use canister_kit::guards::{self, Caller};
use canister_kit::http::{self, Content, HttpRequest, HttpResponse, METRICS_PATH, Route};
use canister_kit::metrics::Resources;
use ic_cdk::call::{Call, Error};
use ic_stable_structures::DefaultMemoryImpl;
use serde_bytes::ByteBuf;
use types::archive::{AnchorEntries, ArchiveInit, ArchiveSettings, ArchiveStatus, Cursor, Entries};
use types::icrc3::{
    ArchiveInfo, GetArchivesArgs, GetBlocksRequest, GetBlocksResult, SupportedBlockType,
    TipCertificate,
};
use types::{AnchorNumber, BlockIndex, Principal, TimestampNs, lean};

use crate::runtime::{CALL_TIMEOUT_SECONDS, CallFailure, Runtime};
use crate::state::{StartError, State};

pub mod config;
pub mod counters;
pub mod fetch;
pub mod icrc3;
pub mod inspect;
pub mod links;
pub mod memory;
pub mod metrics;
pub mod poll;
pub mod query;
pub mod runtime;
pub mod state;
pub mod store;

const BUILD: BuildInfo = canister_kit::build_info!();

canister_kit::public_metadata!("candid:service", include_str!("../archive.did"));
canister_kit::public_metadata!("anchorage:version", env!("CARGO_PKG_VERSION"));
canister_kit::public_metadata!("anchorage:commit", BUILD.commit);

type Stable = DefaultMemoryImpl;

thread_local! {
    static STATE: RefCell<Option<Rc<RefCell<State<Stable>>>>> = const { RefCell::new(None) };
}

/// The state, which `init` or `post_upgrade` has set before any other message runs.
fn state() -> Rc<RefCell<State<Stable>>> {
    STATE.with_borrow(|state| state.clone().expect("init and post_upgrade set the state"))
}

#[ic_cdk::init(hidden = true, decode_with = "init_argument")]
#[candid_method(init)]
fn init(argument: ArchiveInit) {
    start(State::install(Stable::default(), &argument));
}

#[ic_cdk::post_upgrade(decode_with = "upgrade_argument")]
fn post_upgrade(settings: Option<ArchiveSettings>) {
    start(State::upgrade(Stable::default(), settings));
}

fn init_argument(bytes: Vec<u8>) -> ArchiveInit {
    argument::of_this_message(&bytes, "ArchiveInit")
}

fn upgrade_argument(bytes: Vec<u8>) -> Option<ArchiveSettings> {
    argument::optional_of_this_message(&bytes, "opt ArchiveSettings")
}

/// Timers and certified data are gone after an upgrade: both are set up here, for both ways to start.
fn start(opened: Result<State<Stable>, StartError>) {
    let opened = opened.unwrap_or_else(|error| ic_cdk::trap(format!("refusing to start: {error}")));
    opened.root().certify();
    let interval = Duration::from_nanos(opened.config.poll_interval_ns);
    STATE.set(Some(Rc::new(RefCell::new(opened))));
    ic_cdk_timers::set_timer(Duration::ZERO, poll_once());
    ic_cdk_timers::set_timer_interval(interval, poll_once);
}

async fn poll_once() {
    poll::poll(&Ic, &state()).await;
}

#[ic_cdk::inspect_message]
fn inspect_message() {
    let caller = Caller::of_this_message();
    let pays_for_reads = guards::this_message_pays_for_certified_reads();
    if inspect::accepts(caller, &ic_cdk::api::msg_method_name(), pays_for_reads) {
        ic_cdk::api::accept_message();
    }
}

#[ic_cdk::query(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(query)]
fn get_entries(index: Option<BlockIndex>, limit: Option<u16>) -> PhantomData<Entries> {
    let state = state();
    let state = state.borrow();
    let most = state.config.max_entries_per_call;
    ic_cdk::api::msg_reply(query::entries(&state.store, index, limit, most));
    PhantomData
}

#[ic_cdk::query(manual_reply = true, hidden = true, decode_with = "arguments::all")]
#[candid_method(query)]
fn get_anchor_entries(
    anchor: AnchorNumber,
    cursor: Option<Cursor>,
    limit: Option<u16>,
) -> PhantomData<AnchorEntries> {
    let state = state();
    let state = state.borrow();
    let most = state.config.max_entries_per_call;
    let answer = query::anchor_entries(&state.store, anchor, cursor, limit, most)
        .unwrap_or_else(|error| ic_cdk::trap(error.to_string()));
    ic_cdk::api::msg_reply(answer);
    PhantomData
}

#[ic_cdk::query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn icrc3_get_blocks(runs: Vec<GetBlocksRequest>) -> GetBlocksResult {
    let state = state();
    let state = state.borrow();
    query::blocks(&state.store, &runs, state.config.max_entries_per_call)
}

#[ic_cdk::query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn icrc3_get_archives(from: GetArchivesArgs) -> Vec<ArchiveInfo> {
    let GetArchivesArgs { from: _ } = from;
    Vec::new()
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn icrc3_get_tip_certificate() -> Option<TipCertificate> {
    let tip = state().borrow().tip()?;
    Some(TipCertificate {
        certificate: ByteBuf::from(ic_cdk::api::data_certificate()?),
        hash_tree: ByteBuf::from(tip_witness(tip)),
    })
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn icrc3_supported_block_types() -> Vec<SupportedBlockType> {
    icrc3::block_types()
}

#[ic_cdk::query(hidden = true, encode_with = "lean::answer")]
#[candid_method(query)]
fn status() -> ArchiveStatus {
    query::status(&state().borrow(), BUILD)
}

#[ic_cdk::query(
    hidden = true,
    decode_with = "arguments::one",
    encode_with = "lean::answer"
)]
#[candid_method(query)]
fn http_request(request: HttpRequest) -> HttpResponse {
    let state = state();
    let state = state.borrow();
    let metrics = || {
        let resources = Resources::of_this_canister();
        Content::metrics(metrics::text(&state, BUILD, resources, Ic.now()))
    };
    let routes = [Route {
        path: METRICS_PATH,
        content: &metrics,
    }];
    let certificate = ic_cdk::api::data_certificate();
    http::skip_certification(
        http::serve(&request, &routes),
        certificate.as_deref(),
        &state.root(),
    )
}

/// The system itself.
struct Ic;

impl Runtime for Ic {
    fn now(&self) -> TimestampNs {
        TimestampNs::new(ic_cdk::api::time())
    }

    fn instructions(&self) -> u64 {
        ic_cdk::api::instruction_counter()
    }

    fn certify(&self, root: &CertifiedRoot) {
        root.certify();
    }

    async fn fetch_blocks(
        &self,
        registry: Principal,
        request: Vec<u8>,
    ) -> Result<Vec<u8>, CallFailure> {
        let answer = Call::bounded_wait(registry, "fetch_blocks")
            .change_timeout(CALL_TIMEOUT_SECONDS)
            .take_raw_args(blob::encode(&request))
            .await
            .map_err(|error| failure(&Error::from(error)))?;
        blob::decode(answer.into_bytes()).map_err(|error| CallFailure {
            code: 0,
            message: error.to_string(),
        })
    }
}

fn failure(error: &Error) -> CallFailure {
    CallFailure {
        code: match error {
            Error::CallRejected(rejected) => rejected.raw_reject_code(),
            Error::InsufficientLiquidCycleBalance(_)
            | Error::CallPerformFailed(_)
            | Error::CandidDecodeFailed(_) => 0,
        },
        message: error.to_string(),
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
