//! The public HTTP interface: bodies in, bodies out. Which address they belong to, and waiting,
//! is the server's business.

mod read_state;

pub use read_state::Effective;

use crate::auth::{self, AuthError, Kind};
use crate::cbor::self_described;
use crate::certification::{self, RangesForm};
use crate::error::{ErrorCode, Reject};
use crate::exec::QueryCall;
use crate::ic::Ic;
use crate::ids::{CanisterId, MessageId, SubnetId};
use crate::ingress::TooLarge;
use crate::management;
use crate::sandbox::SenderInfo;
use crate::state::{Ingress, IngressEntry, IngressState};
use crate::topology;
use ed25519_dalek::Signer;
use ic_transport_types::{
    EnvelopeContent, NodeSignature, QueryResponse, RejectCode, RejectResponse, ReplyResponse,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A refusal with its HTTP status; the text is the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HttpError {
    /// The status: 400, 403, 404, 413.
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

impl HttpError {
    fn bad(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
        }
    }

    fn forbidden(message: impl Into<String>) -> Self {
        Self {
            status: 403,
            message: message.into(),
        }
    }

    fn invalid_path() -> Self {
        Self {
            status: 404,
            message: "Invalid path requested.".to_string(),
        }
    }
}

impl From<AuthError> for HttpError {
    fn from(error: AuthError) -> Self {
        let status = match error {
            AuthError::Malformed(_) | AuthError::Expiry { .. } => 400,
            AuthError::Signature(_) | AuthError::Delegation(_) => 403,
        };
        Self {
            status,
            message: error.to_string(),
        }
    }
}

impl From<TooLarge> for HttpError {
    fn from(error: TooLarge) -> Self {
        Self {
            status: 413,
            message: error.to_string(),
        }
    }
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// It waits for a round, or has been answered already.
    Accepted(SubnetId, MessageId),
    /// It was refused before execution: the CBOR body of a `non_replicated_rejection`.
    Rejected(Vec<u8>),
}

#[derive(Serialize)]
struct Status<'a> {
    #[serde(with = "serde_bytes")]
    root_key: &'a [u8],
    impl_version: &'a str,
    #[serde(rename = "replica_health_status")]
    health: &'a str,
    certified_height: u64,
}

#[derive(Serialize)]
struct Certified {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(with = "serde_bytes")]
    certificate: Vec<u8>,
}

#[derive(Serialize)]
struct Rejection<'a> {
    status: &'static str,
    reject_code: u8,
    reject_message: &'a str,
    error_code: String,
}

impl Ic {
    /// The body of `/api/v2/status`.
    pub fn http_status(&self) -> Vec<u8> {
        self_described(&Status {
            root_key: &self.network().subnets[0].public_key,
            impl_version: env!("CARGO_PKG_VERSION"),
            health: "healthy",
            certified_height: self.network().rounds,
        })
    }

    /// Takes a call. A call that is known already is not taken again.
    pub fn http_call(
        &mut self,
        effective: CanisterId,
        body: &[u8],
    ) -> Result<Submission, HttpError> {
        let envelope = auth::parse(body)?;
        let EnvelopeContent::Call {
            canister_id,
            method_name,
            arg,
            sender,
            ingress_expiry,
            sender_info,
            ..
        } = envelope.content.clone()
        else {
            return Err(HttpError::bad("a call has request_type 'call'"));
        };
        let receiver = CanisterId(canister_id);
        let chain = self.authenticate(&envelope, Kind::Call)?;
        if !chain.permits(receiver) {
            return Err(
                AuthError::Delegation(format!("{receiver} is not one of the targets")).into(),
            );
        }
        let subnet = self.effective_subnet(effective, receiver, &method_name, &arg)?;
        let id = MessageId(*envelope.request_id());
        // Each subnet remembers for itself: the same bytes may have gone to another one, too.
        if self.history(subnet).contains_key(&id) {
            return Ok(Submission::Accepted(subnet, id));
        }
        let ingress = Ingress {
            id,
            sender,
            sender_info: own_info(sender_info),
            receiver,
            method: method_name,
            payload: arg,
            expiry: ingress_expiry,
        };
        self.check_size(subnet, id, body.len())?;
        match self.accept(subnet, effective.0, ingress) {
            Ok(()) => Ok(Submission::Accepted(subnet, id)),
            Err(Reject { code, message }) => Ok(Submission::Rejected(self_described(&Rejection {
                status: "non_replicated_rejection",
                reject_code: code.reject_code() as u8,
                reject_message: &message,
                error_code: code.to_string(),
            }))),
        }
    }

    /// The body that answers a call, once it was answered: a certificate over its status.
    pub fn http_call_answer(
        &self,
        subnet: SubnetId,
        id: MessageId,
        form: RangesForm,
    ) -> Option<Vec<u8>> {
        if !matches!(self.history(subnet).get(&id)?.state, IngressState::Done(..)) {
            return None;
        }
        let path = vec![b"request_status".to_vec(), id.0.to_vec()];
        let network = self.network();
        Some(self_described(&Certified {
            status: Some("replied"),
            certificate: certification::certificate(
                network,
                network.subnet(subnet)?,
                &[path],
                form,
            ),
        }))
    }

    /// Answers a query, signed by a node.
    pub fn http_query(&mut self, effective: CanisterId, body: &[u8]) -> Result<Vec<u8>, HttpError> {
        let envelope = auth::parse(body)?;
        let EnvelopeContent::Query {
            canister_id,
            method_name,
            arg,
            sender,
            sender_info,
            ..
        } = envelope.content.clone()
        else {
            return Err(HttpError::bad("a query has request_type 'query'"));
        };
        let receiver = CanisterId(canister_id);
        let chain = self.authenticate(&envelope, Kind::Read)?;
        if !chain.permits(receiver) {
            return Err(
                AuthError::Delegation(format!("{receiver} is not one of the targets")).into(),
            );
        }
        let subnet = self.effective_subnet(effective, receiver, &method_name, &arg)?;
        let call = QueryCall {
            caller: sender,
            caller_info: own_info(sender_info),
            method: method_name,
            payload: arg,
        };
        let result = self.query_on(subnet, receiver, call);
        let mut response = match result {
            Ok(arg) => QueryResponse::Replied {
                reply: ReplyResponse { arg },
                signatures: Vec::new(),
            },
            Err(reject) => QueryResponse::Rejected {
                reject: RejectResponse {
                    reject_code: reject_code(reject.code),
                    reject_message: reject.message,
                    error_code: Some(reject.code.to_string()),
                },
                signatures: Vec::new(),
            },
        };
        let subnet = self.network().subnet(subnet).expect("found above");
        let timestamp = self.time();
        let message = response.signable(envelope.request_id(), timestamp);
        let signature = NodeSignature {
            timestamp,
            signature: topology::node_key(&subnet.seed, 0).sign(&message).to_vec(),
            identity: subnet.nodes[0].id.0,
        };
        match &mut response {
            QueryResponse::Replied { signatures, .. }
            | QueryResponse::Rejected { signatures, .. } => {
                signatures.push(signature);
            }
        }
        Ok(self_described(&response))
    }

    /// What a subnet knows of users' calls.
    fn history(&self, subnet: SubnetId) -> &BTreeMap<MessageId, IngressEntry> {
        let subnet = self.network().subnet(subnet);
        &subnet
            .expect("routed to an existing subnet")
            .ingress_history
    }

    fn authenticate(
        &self,
        envelope: &auth::Envelope,
        kind: Kind,
    ) -> Result<auth::Chain, HttpError> {
        if !self.network().validate_ingress {
            return Ok(auth::Chain::unrestricted());
        }
        let root_key = &self.network().subnets[0].public_key;
        Ok(auth::authenticate(envelope, kind, self.time(), root_key)?)
    }

    /// The subnet of the effective canister id, if it is the right one for the call.
    fn effective_subnet(
        &self,
        effective: CanisterId,
        receiver: CanisterId,
        method: &str,
        argument: &[u8],
    ) -> Result<SubnetId, HttpError> {
        let right = if receiver == CanisterId::MANAGEMENT {
            // A call that is about no canister is refused by the management canister, or is a creation.
            let about = management::effective_canister(method, argument);
            management::creates(method) || about.is_none_or(|about| about == effective)
        } else {
            receiver == effective
        };
        if !right {
            return Err(HttpError::bad(format!(
                "Specified effective canister id {effective} does not match the call to {receiver}"
            )));
        }
        self.network().route(effective).ok_or_else(|| {
            HttpError::bad(format!(
                "canister_not_found: {effective} belongs to no subnet of this network"
            ))
        })
    }
}

fn own_info(info: Option<ic_transport_types::SenderInfo>) -> SenderInfo {
    info.map(|info| SenderInfo {
        info: info.info,
        signer: info.signer,
    })
    .unwrap_or_default()
}

fn reject_code(code: ErrorCode) -> RejectCode {
    match code.reject_code() {
        crate::error::RejectCode::SysFatal => RejectCode::SysFatal,
        // A query makes no best-effort calls, so it cannot end with an unknown outcome.
        crate::error::RejectCode::SysTransient | crate::error::RejectCode::SysUnknown => {
            RejectCode::SysTransient
        }
        crate::error::RejectCode::DestinationInvalid => RejectCode::DestinationInvalid,
        crate::error::RejectCode::CanisterReject => RejectCode::CanisterReject,
        crate::error::RejectCode::CanisterError => RejectCode::CanisterError,
    }
}

#[cfg(test)]
mod tests;
