//! What a gateway answers on its port.

use super::failure::Failure;
use super::resolve::{Target, resolve};
use crate::server::Server;
use crate::server::error::ApiError;
use crate::server::instance::Instance;
use crate::server::registry::InstanceId;
use crate::server::routes;
use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, REFERER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use ic_agent_gateway::Agent;
use ic_http_gateway::{
    CanisterResponse, HttpGatewayClient, HttpGatewayClientArgs, HttpGatewayRequestArgs,
};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tower::ServiceExt;
use tower_http::normalize_path::NormalizePath;

/// Bodies of requests; the network takes no bigger messages.
const MAX_REQUEST_BYTES: usize = 4 << 20;

/// One answer of the network: 3 MiB of reply and what proves it. Longer bodies are streamed, piece
/// by piece.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// What belongs to a connection and not to the answer: here it is the server's business.
const OF_CONNECTION: [HeaderName; 5] = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// A gateway's configuration.
#[derive(Debug)]
pub(super) struct Site {
    /// Beside `localhost`.
    pub(super) domains: Vec<String>,
    /// Where its own port can be reached.
    pub(super) loopback: SocketAddr,
    /// Becomes true when it is to end.
    pub(super) ended: watch::Receiver<bool>,
}

/// What the requests of a gateway share.
struct Shared {
    site: Site,
    server: Arc<Server>,
    instance: InstanceId,
    /// Everything the server answers, for the paths that are the instance's.
    routes: NormalizePath<Router>,
    client: HttpGatewayClient,
}

impl Site {
    /// Its routes.
    pub(super) async fn router(
        self,
        server: &Arc<Server>,
        instance: InstanceId,
    ) -> Result<Router, ApiError> {
        let network = server.registry.get(instance)?;
        let key = network
            .run(|ic| ic.public_key(ic.topology().subnets.first()?.id))
            .await?
            .ok_or_else(|| ApiError::internal("an instance without a root subnet"))?;
        let shared = Shared {
            client: client(self.loopback, key).map_err(ApiError::internal)?,
            site: self,
            server: server.clone(),
            instance,
            routes: routes::app(server.clone()),
        };
        Ok(Router::new().fallback(answer).with_state(Arc::new(shared)))
    }
}

/// The published library, over an agent that asks this very port.
fn client(loopback: SocketAddr, root_key: Vec<u8>) -> Result<HttpGatewayClient, String> {
    let http = reqwest::Client::builder()
        // Whatever the environment says about proxies: this never leaves the machine.
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())?;
    let agent = Agent::builder()
        .with_url(format!("http://{loopback}/"))
        .with_http_client(http)
        .with_max_response_body_size(MAX_ANSWER_BYTES)
        .build()
        .map_err(|error| error.to_string())?;
    agent.set_root_key(root_key);
    Ok(HttpGatewayClient::new(HttpGatewayClientArgs { agent }))
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let _pending = shared.server.activity.begin();
    let mut ended = shared.site.ended.clone();
    let work = async {
        match path_of_instance(shared.instance, request.uri()) {
            Some(path) => forward(&shared, request, path).await,
            None => canister(&shared, request)
                .await
                .unwrap_or_else(IntoResponse::into_response),
        }
    };
    tokio::select! {
        response = work => response,
        _ = ended.wait_for(|ended| *ended) => {
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "this gateway was stopped").into_response()
        }
    }
}

/// The path on the server, if the instance itself answers there.
fn path_of_instance(instance: InstanceId, uri: &Uri) -> Option<PathAndQuery> {
    let path = uri.path();
    let its_own = path.starts_with("/api/") || path == "/_/topology" || path == "/_/dashboard";
    if !its_own {
        return None;
    }
    let path = uri.path_and_query()?;
    format!("/instances/{instance}{path}").parse().ok()
}

async fn forward(shared: &Shared, mut request: Request, path: PathAndQuery) -> Response {
    *request.uri_mut() = Uri::from(path);
    match shared.routes.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn canister(shared: &Shared, request: Request) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let Target { canister, raw } = resolve(
        text(&parts.headers, &HOST),
        &parts.uri,
        text(&parts.headers, &REFERER),
        &shared.site.domains,
    )?;
    let instance = shared.server.registry.get(shared.instance)?;
    let known = instance
        .run(move |ic| ic.subnet_of(canister.into()))
        .await?;
    if known.is_none() {
        let message = format!("there is no canister {canister} on this network");
        return Err(Failure::new(StatusCode::NOT_FOUND, message));
    }
    let body = to_bytes(body, MAX_REQUEST_BYTES).await.map_err(|error| {
        let message = format!("bodies are at most {MAX_REQUEST_BYTES} bytes: {error}");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    })?;
    let mut call = shared.client.request(HttpGatewayRequestArgs {
        canister_request: Request::from_parts(parts, body),
        canister_id: canister,
    });
    call.unsafe_set_skip_verification(raw);
    let answer = call.send().await;
    if let Some(error) = &answer.metadata.internal_error {
        let mut failure = Failure::of_canister(canister, error);
        failure.message += hint(&instance).await;
        return Err(failure);
    }
    deliver(answer.canister_response)
}

/// Certificates and requests carry real time, so next to nothing works where time stands still.
async fn hint(instance: &Instance) -> &'static str {
    if instance.makes_progress().await {
        return "";
    }
    "\nThis instance's clock does not follow the real one, and a gateway needs that: start automatic progress."
}

fn deliver(response: CanisterResponse) -> Result<Response, Failure> {
    let (mut parts, body) = response.into_parts();
    if parts.status.is_informational() {
        let message = format!("the canister answered with status {}", parts.status);
        return Err(Failure::new(StatusCode::BAD_GATEWAY, message));
    }
    for name in &OF_CONNECTION {
        parts.headers.remove(name);
    }
    if body.size_hint().exact().is_some() {
        // Then the server counts, and the canister cannot contradict it.
        parts.headers.remove(CONTENT_LENGTH);
    }
    Ok(Response::from_parts(parts, Body::new(body)))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
