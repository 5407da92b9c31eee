//! What front serves over HTTP: the login page, what it has to know, and what operators read.
//!
//! | path | what | verified by gateways |
//! |---|---|---|
//! | `/`, `/authorize` | the login page, one document | yes |
//! | its files | named by the document, each under a name that changes with its contents | yes |
//! | `/env.json` | what the page has to know about the network, see [`environment`] | yes |
//! | `/routing` | the routing table | yes |
//! | `/.well-known/webauthn` | origins that may use the canonical origin's passkeys | yes |
//! | `/.well-known/ic-domains` | the custom domains of this canister | yes |
//! | `/metrics`, `/metrics/targets` | made for each request, by an update call | the subnet agrees on them |
//! | everything else | 404 | yes |
//!
//! The last row is why nobody between canister and browser can put a page of his own beside the login page, where
//! the browser would let it ask for passkeys. The files are stored and sent compressed; every browser can read that.

mod assets;
mod environment;
mod headers;

use crate::fleet;
use crate::routing::{self, RoutingTable};
use crate::settings::Settings;
use crate::state::State;
use candid::Principal;
use canister_kit::http::{self, Content, HttpRequest, HttpResponse, HttpTree, METRICS_PATH, Route};

/// Where the routing table is.
const ROUTING_PATH: &str = "/routing";
/// Where this front is: its id, and the network's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) front: Principal,
    /// DER.
    pub(crate) root_key: Vec<u8>,
}

impl Home {
    /// Of the canister that runs. The system tells the root key in replicated execution only.
    pub(crate) fn of_this_canister() -> Self {
        Self {
            front: ic_cdk::api::canister_self(),
            root_key: ic_cdk::api::root_key(),
        }
    }
}

/// All pages as they are now.
pub(crate) fn tree(home: &Home, settings: &Settings, routing: &RoutingTable) -> HttpTree {
    let mut tree = HttpTree::closed(headers::not_found());
    assets::put(&mut tree);
    describe(&mut tree, home, settings, routing);
    tree
}

/// Replaces the pages that tell settings and routing table.
pub(crate) fn describe(
    tree: &mut HttpTree,
    home: &Home,
    settings: &Settings,
    routing: &RoutingTable,
) {
    tree.put(ROUTING_PATH, headers::told(routing::page(routing)));
    tree.put(
        "/env.json",
        headers::told(environment::page(home, settings, routing)),
    );
    for (path, content) in [
        (
            "/.well-known/webauthn",
            environment::related_origins(settings),
        ),
        ("/.well-known/ic-domains", environment::domains(settings)),
    ] {
        match content {
            Some(content) => tree.put(path, headers::told(content)),
            None => tree.take(path),
        }
    }
}

/// The answer to a request of a gateway. `metrics` makes the text of [`METRICS_PATH`]; `certificate` is the system's, which only
/// a query has.
pub(crate) fn answer(
    state: &State,
    request: &HttpRequest,
    certificate: Option<&[u8]>,
    metrics: &dyn Fn() -> Content,
) -> HttpResponse {
    let path = http::path(&request.url);
    let targets = || Content::json(fleet::targets(state, state.home.front));
    let routes = [
        Route {
            path: METRICS_PATH,
            content: metrics,
        },
        Route {
            path: fleet::TARGETS_PATH,
            content: &targets,
        },
    ];
    if routes.iter().any(|route| route.path == path) {
        let mut response = http::serve(request, &routes);
        // What is made for each request nobody has certified. A gateway therefore asks again by an update call; who asks the
        // canister itself has the answer already, and believes the replica.
        response.upgrade = Some(true);
        return response;
    }
    if let Some(host) = verifying_host(request, state.home.front) {
        return headers::moved(&format!("//{host}{}", request.url));
    }
    let page = state.pages.page(path, certificate, &state.certified_root());
    page.unwrap_or_else(|| http::serve(request, &[]))
}

/// Asked through a host whose gateway verifies nothing (`<front>.raw.<domain>`): the host beside it, with its port, whose gateway does.
fn verifying_host(request: &HttpRequest, front: Principal) -> Option<String> {
    let mut headers = request.headers.iter();
    let (_, host) = headers.find(|(name, _)| name.eq_ignore_ascii_case("host"))?;
    let front = front.to_text();
    let domain = host.strip_prefix(&front)?.strip_prefix(".raw.")?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
    domain
        .chars()
        .all(is_host)
        .then(|| format!("{front}.{domain}"))
}

#[cfg(test)]
mod tests;
