//! Which canister a request is for.

use axum::extract::Query;
use axum::http::Uri;
use axum::http::uri::Authority;
use candid::Principal;
use std::net::IpAddr;
use thiserror::Error;

/// The parameter that names a canister where the host does not.
const PARAMETER: &str = "canisterId";

/// Always served, beside the domains of the configuration.
const LOCALHOST: &str = "localhost";

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) canister: Principal,
    /// The request's host says that the answer is not to be verified.
    pub(super) raw: bool,
}

/// Why that cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Unresolved {
    #[error("the request has no Host header that can be read")]
    NoHost,
    #[error(
        "`{0}` is not a host of this gateway: use localhost, or name its domain in the gateway's `domains`"
    )]
    ForeignHost(String),
    #[error("`{0}` is not a canister id: {1}")]
    NotACanister(String, String),
    #[error(
        "no canister id found: ask <canister id>.localhost, or add ?canisterId=<canister id> to the address"
    )]
    NoCanister,
}

/// What a host says.
enum Named {
    Canister(Target),
    /// A domain or an address, without a canister.
    Domain {
        raw: bool,
    },
}

/// Looks at the host, then at the query, then at the page that the request came from. Only the
/// request's own host can ask for an unverified answer.
pub(super) fn resolve(
    host: Option<&str>,
    uri: &Uri,
    referer: Option<&str>,
    domains: &[String],
) -> Result<Target, Unresolved> {
    // A request through HTTP/2, or to a proxy, carries the host in its address.
    let host = host.or(uri.authority().map(Authority::as_str));
    let raw = match by_host(host.ok_or(Unresolved::NoHost)?, domains)? {
        Named::Canister(target) => return Ok(target),
        Named::Domain { raw } => raw,
    };
    let canister = match by_query(uri)? {
        Some(canister) => Some(canister),
        None => by_referer(referer, domains),
    };
    canister
        .map(|canister| Target { canister, raw })
        .ok_or(Unresolved::NoCanister)
}

fn by_host(text: &str, domains: &[String]) -> Result<Named, Unresolved> {
    let authority: Authority = text.parse().map_err(|_| Unresolved::NoHost)?;
    let host = authority.host().to_ascii_lowercase();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(Named::Domain { raw: false });
    }
    // The longest domain that fits leaves the shortest name before it.
    let prefix = domains
        .iter()
        .map(String::as_str)
        .chain([LOCALHOST])
        .filter_map(|domain| host.strip_suffix(domain))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .min_by_key(|prefix| prefix.len())
        .ok_or_else(|| Unresolved::ForeignHost(host.clone()))?
        .trim_end_matches('.');
    match prefix {
        "" => Ok(Named::Domain { raw: false }),
        "raw" => Ok(Named::Domain { raw: true }),
        _ => {
            let (name, raw) = match prefix.strip_suffix(".raw") {
                Some(name) => (name, true),
                None => (prefix, false),
            };
            let canister = principal(name)?;
            Ok(Named::Canister(Target { canister, raw }))
        }
    }
}

fn by_query(uri: &Uri) -> Result<Option<Principal>, Unresolved> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Ok(None);
    };
    let text = pairs.iter().find(|(name, _)| name == PARAMETER);
    text.map(|(_, text)| principal(text)).transpose()
}

/// A page's address is a hint: one that says nothing useful is as good as none.
fn by_referer(referer: Option<&str>, domains: &[String]) -> Option<Principal> {
    let page: Uri = referer?.parse().ok()?;
    match by_host(page.authority()?.as_str(), domains).ok()? {
        Named::Canister(target) => Some(target.canister),
        Named::Domain { .. } => by_query(&page).ok()?,
    }
}

fn principal(text: &str) -> Result<Principal, Unresolved> {
    Principal::from_text(text)
        .map_err(|error| Unresolved::NotACanister(text.to_owned(), error.to_string()))
}

#[cfg(test)]
mod tests;
