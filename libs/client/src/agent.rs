//! Calls over the Internet Computer's HTTP interface, signed by an identity, through the published agent.
//!
//! An [`Agent`] is a [`Transport`]: it checks the certificate of every update and the node signatures of every
//! query against the network's root key before it believes an answer.

use ic_agent::agent::route_provider::RoundRobinRouteProvider;
use ic_agent::agent::{CallResponse, RejectCode as Theirs};
use ic_agent::{Agent, AgentError, Identity};
use std::time::Duration;
use types::Principal;

use crate::{CallError, RejectCode, Transport};

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(30);
/// How long one request over HTTP may take; a call that takes longer at the network is asked for by several.
const ONE_REQUEST: Duration = Duration::from_mins(2);

/// A network: where it is, and the key that its certificates must lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What `/api` is appended to.
    pub url: String,
    /// DER of the root subnet's BLS key.
    pub root_key: Vec<u8>,
}

impl Network {
    /// An agent that signs as this identity. Nothing is sent yet. A network on this machine is asked directly, also
    /// where the environment names a proxy.
    pub fn agent(&self, identity: impl Identity + 'static) -> Result<Agent, CallError> {
        // The agent joins paths to it, which would replace the last part without the slash. And its own
        // `with_url` panics if this is no URL.
        let url = format!("{}/", self.url.trim_end_matches('/'));
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECTING)
            .timeout(ONE_REQUEST);
        if self.is_on_this_machine() {
            http = http.no_proxy().redirect(reqwest::redirect::Policy::none());
        }
        let http = http.build().map_err(|error| CallError::NotAccepted {
            reason: error.to_string(),
        })?;
        let agent = Agent::builder()
            .with_http_client(http)
            .with_route_provider(RoundRobinRouteProvider::new(vec![url])?)
            .with_identity(identity)
            .build()?;
        agent.set_root_key(self.root_key.clone());
        Ok(agent)
    }

    /// Whether the URL names this machine by an address of the loopback interface or as `localhost`.
    pub fn is_on_this_machine(&self) -> bool {
        let url = reqwest::Url::parse(&self.url);
        let host = url.as_ref().ok().and_then(reqwest::Url::host_str);
        host.is_some_and(|host| {
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        })
    }
}

impl Transport for Agent {
    async fn query(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let query = Agent::query(self, &canister, method).with_arg(argument);
        Ok(query.call().await?)
    }

    async fn update(
        &self,
        canister: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        let update = Agent::update(self, &canister, method).with_arg(argument);
        match update.call().await? {
            CallResponse::Response((answer, _)) => Ok(answer),
            CallResponse::Poll(id) => match self.wait(&id, canister).await {
                Ok((answer, _)) => Ok(answer),
                Err(error) => Err(not_heard(error.into())),
            },
        }
    }
}

/// What it says of a call that was accepted that its outcome could not be asked for.
fn not_heard(error: CallError) -> CallError {
    match error {
        CallError::NotAccepted { reason } => CallError::Unreachable { reason },
        error => error,
    }
}

impl From<AgentError> for CallError {
    fn from(error: AgentError) -> Self {
        use AgentError as E;
        let reason = error.to_string();
        match error {
            E::CertifiedReject { reject, .. } | E::UncertifiedReject { reject, .. } => {
                Self::Rejected {
                    code: reject.reject_code.into(),
                    message: reject.reject_message,
                }
            }
            E::InvalidReplicaUrl(_)
            | E::UrlParseError(_)
            | E::SigningError(_)
            | E::CannotCalculateRequestId(_) => Self::NotAccepted { reason },
            E::HttpError(answer) if is_refusal(answer.status) => Self::NotAccepted { reason },
            E::CertificateVerificationFailed()
            | E::CertificateNotAuthorized()
            | E::CertificateOutdated(_)
            | E::CertificateHasTooManyDelegations
            | E::QuerySignatureVerificationFailed
            | E::MissingSignature
            | E::MalformedSignature
            | E::MalformedPublicKey
            | E::TooManySignatures { .. }
            | E::DerKeyLengthMismatch { .. }
            | E::DerPrefixMismatch { .. }
            | E::InvalidCborData(_)
            | E::LookupPathAbsent(_)
            | E::LookupPathUnknown(_)
            | E::LookupPathError(_) => Self::Unverified { reason },
            // Whatever else there is or will be: nothing is known about the call.
            _ => Self::Unreachable { reason },
        }
    }
}

/// Whether this status of HTTP says that the same request will never be taken: the client's fault, and neither
/// "too slow" (408) nor "too often" (429).
const fn is_refusal(status: u16) -> bool {
    matches!(status, 400..=499) && !matches!(status, 408 | 429)
}

impl From<Theirs> for RejectCode {
    fn from(code: Theirs) -> Self {
        match code {
            Theirs::SysFatal => Self::SysFatal,
            Theirs::SysTransient => Self::SysTransient,
            Theirs::DestinationInvalid => Self::DestinationInvalid,
            Theirs::CanisterReject => Self::CanisterReject,
            Theirs::CanisterError => Self::CanisterError,
        }
    }
}

#[cfg(test)]
mod tests;
