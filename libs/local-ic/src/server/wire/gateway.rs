//! Gateways: what a client asks for, and what it is told.

use super::create::says_nothing;
use crate::server::error::ApiError;
use crate::server::registry::InstanceId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What kind of gateway is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GatewayPlan {
    /// Where it listens; port 0 takes a free one.
    pub(crate) address: SocketAddr,
    /// The domains that were asked for, in lower case; `localhost` is served in any case.
    pub(crate) domains: Option<Vec<String>>,
}

/// `http_gateway_config` of `POST /instances`.
#[derive(Debug, Deserialize)]
pub(crate) struct InstanceGatewayRequest {
    ip_addr: Option<String>,
    port: Option<u16>,
    domains: Option<Vec<String>>,
    /// The members that are not served, those that nobody here has heard of included.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The body of `POST /http_gateway`.
#[derive(Debug, Deserialize)]
pub(crate) struct GatewayRequest {
    forward_to: Backend,
    #[serde(flatten)]
    wanted: InstanceGatewayRequest,
}

/// What a gateway stands in front of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Backend {
    Replica(String),
    PocketIcInstance(InstanceId),
}

/// What the client is told about a new gateway. The field's name is the protocol's: it holds the
/// gateway's own id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GatewayInfo {
    pub(crate) instance_id: usize,
    pub(crate) port: u16,
}

/// An entry of the list of gateways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GatewayDetails {
    #[serde(flatten)]
    pub(crate) info: GatewayInfo,
    pub(crate) forward_to: Backend,
    pub(crate) domains: Option<Vec<String>>,
    /// Always null: gateways speak plain HTTP.
    pub(crate) https_config: Option<()>,
}

impl GatewayRequest {
    /// The plan, and the instance to serve.
    pub(crate) fn into_plan(self) -> Result<(GatewayPlan, InstanceId), ApiError> {
        let Self { forward_to, wanted } = self;
        match forward_to {
            Backend::PocketIcInstance(instance) => Ok((wanted.into_plan()?, instance)),
            Backend::Replica(url) => {
                let what = format!("a gateway in front of another server (Replica({url}))");
                Err(ApiError::not_supported(what))
            }
        }
    }
}

impl InstanceGatewayRequest {
    /// The plan, if everything that is asked for is there.
    pub(crate) fn into_plan(self) -> Result<GatewayPlan, ApiError> {
        let Self {
            ip_addr,
            port,
            domains,
            others,
        } = self;
        if let Some((name, _)) = others.iter().find(|(_, value)| !says_nothing(value)) {
            let what = format!("`{name}` of an HTTP gateway");
            return Err(ApiError::not_supported(what));
        }
        let ip = match ip_addr {
            None => Ipv4Addr::LOCALHOST.into(),
            Some(text) => text.parse::<IpAddr>().map_err(|_| {
                ApiError::bad_request(format!("the gateway's `ip_addr` is no address: `{text}`"))
            })?,
        };
        let domains = domains
            .map(|domains| domains.iter().map(|text| domain(text)).collect())
            .transpose()?;
        Ok(GatewayPlan {
            address: SocketAddr::new(ip, port.unwrap_or(0)),
            domains,
        })
    }
}

/// Names only: a port or a scheme would never match a request.
fn domain(text: &str) -> Result<String, ApiError> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if text.is_empty() || text.starts_with('.') || !text.chars().all(is_name) {
        return Err(ApiError::bad_request(format!(
            "`{text}` in the gateway's `domains` is not the name of a domain"
        )));
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
