//! The public HTTP interface of one instance, below `/instances/{id}/api`.
//!
//! Bodies are CBOR; refusals are plain text, as agents expect them.

use crate::server::Server;
use crate::server::error::ApiError;
use crate::server::extract::{Of, Raw};
use crate::server::instance::Instance;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use candid::Principal;
use local_ic::certification::RangesForm;
use local_ic::http::{Effective, HttpError, Submission};
use local_ic::ids::{CanisterId, MessageId, SubnetId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bodies of requests; replicas take no more.
const MAX_BODY_BYTES: usize = 4 << 20;

/// How long a synchronous call waits for its answer; then the agent reads the state instead.
const CALL_PATIENCE: Duration = Duration::from_secs(10);

/// How often it looks.
const CALL_INTERVAL: Duration = Duration::from_millis(20);

const CBOR: &str = "application/cbor";

/// Routes below `/instances/{id}`.
pub(crate) fn of_instance() -> Router<Arc<Server>> {
    Router::new()
        .route("/api/v2/status", get(status))
        .route("/api/v2/canister/{canister}/call", post(call))
        .route("/api/v3/canister/{canister}/call", post(call_flat))
        .route("/api/v4/canister/{canister}/call", post(call_tree))
        .route("/api/v2/canister/{canister}/query", post(query))
        .route("/api/v3/canister/{canister}/query", post(query))
        .route(
            "/api/v2/canister/{canister}/read_state",
            post(canister_flat),
        )
        .route(
            "/api/v3/canister/{canister}/read_state",
            post(canister_tree),
        )
        .route("/api/v2/subnet/{subnet}/read_state", post(subnet_flat))
        .route("/api/v3/subnet/{subnet}/read_state", post(subnet_tree))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// A refusal with a text for a body.
struct Refusal(StatusCode, String);

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self(status, error.message)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self(error.status, error.message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

type Answer = Result<Response, Refusal>;
type Params = Path<HashMap<String, String>>;

async fn status(Of(instance): Of) -> Answer {
    Ok(cbor(instance.run(|ic| ic.http_status()).await?))
}

async fn call(Of(instance): Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    Ok(match submit(&instance, &path, &headers, body).await? {
        Submission::Accepted(..) => StatusCode::ACCEPTED.into_response(),
        Submission::Rejected(body) => cbor(body),
    })
}

async fn call_flat(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    synchronous(of, path, headers, body, RangesForm::Flat).await
}

async fn call_tree(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    synchronous(of, path, headers, body, RangesForm::Tree).await
}

/// Waits for the answer for a while; 202 if it does not come.
async fn synchronous(
    Of(instance): Of,
    path: Params,
    headers: HeaderMap,
    body: Raw,
    form: RangesForm,
) -> Answer {
    let (subnet, id) = match submit(&instance, &path, &headers, body).await? {
        Submission::Accepted(subnet, id) => (subnet, id),
        Submission::Rejected(body) => return Ok(cbor(body)),
    };
    let deadline = Instant::now() + CALL_PATIENCE;
    while Instant::now() < deadline {
        if let Some(body) = answer(&instance, subnet, id, form).await? {
            return Ok(cbor(body));
        }
        tokio::time::sleep(CALL_INTERVAL).await;
    }
    let text = "the call is being processed: read its status";
    Ok((StatusCode::ACCEPTED, text).into_response())
}

async fn submit(
    instance: &Instance,
    path: &Params,
    headers: &HeaderMap,
    Raw(body): Raw,
) -> Result<Submission, Refusal> {
    require_cbor(headers)?;
    let effective = CanisterId(principal(path, "canister")?);
    Ok(instance
        .run(move |ic| ic.http_call(effective, &body))
        .await??)
}

async fn answer(
    instance: &Instance,
    subnet: SubnetId,
    id: MessageId,
    form: RangesForm,
) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(instance
        .run(move |ic| ic.http_call_answer(subnet, id, form))
        .await?)
}

async fn query(Of(instance): Of, path: Params, headers: HeaderMap, Raw(body): Raw) -> Answer {
    require_cbor(&headers)?;
    let effective = CanisterId(principal(&path, "canister")?);
    let body = instance
        .run(move |ic| ic.http_query(effective, &body))
        .await??;
    Ok(cbor(body))
}

async fn canister_flat(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    let effective = Effective::Canister(CanisterId(principal(&path, "canister")?));
    read_state(of, effective, &headers, body, RangesForm::Flat).await
}

async fn canister_tree(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    let effective = Effective::Canister(CanisterId(principal(&path, "canister")?));
    read_state(of, effective, &headers, body, RangesForm::Tree).await
}

async fn subnet_flat(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    let effective = Effective::Subnet(SubnetId(principal(&path, "subnet")?));
    read_state(of, effective, &headers, body, RangesForm::Flat).await
}

async fn subnet_tree(of: Of, path: Params, headers: HeaderMap, body: Raw) -> Answer {
    let effective = Effective::Subnet(SubnetId(principal(&path, "subnet")?));
    read_state(of, effective, &headers, body, RangesForm::Tree).await
}

async fn read_state(
    Of(instance): Of,
    effective: Effective,
    headers: &HeaderMap,
    Raw(body): Raw,
    form: RangesForm,
) -> Answer {
    require_cbor(headers)?;
    let body = instance
        .run(move |ic| ic.http_read_state(effective, &body, form))
        .await??;
    Ok(cbor(body))
}

fn principal(path: &Params, name: &str) -> Result<Principal, Refusal> {
    let text = path.get(name).map(String::as_str).unwrap_or_default();
    Principal::from_text(text).map_err(|error| {
        Refusal(
            StatusCode::BAD_REQUEST,
            format!("`{text}` in the path is not a principal: {error}"),
        )
    })
}

fn require_cbor(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(CONTENT_TYPE).is_some_and(|kind| kind == CBOR) {
        return Ok(());
    }
    Err(Refusal(
        StatusCode::BAD_REQUEST,
        format!("Unexpected content-type, expected {CBOR}."),
    ))
}

fn cbor(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, CBOR)], body).into_response()
}
