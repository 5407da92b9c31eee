//! Calls and their results. The sender is whoever the request says: there are no signatures here.

use super::{Base64, PrincipalRecord, RawPrincipal};
use local_ic::error::Reject;
use local_ic::ic::{Call, Effective};
use local_ic::ids::{MessageId, SubnetId};
use local_ic::sandbox::SenderInfo;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// An update or query call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallRequest {
    sender: RawPrincipal,
    canister_id: RawPrincipal,
    effective_principal: EffectivePrincipal,
    method: String,
    payload: Base64,
    #[serde(default)]
    sender_info: Option<SenderInfoRequest>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SenderInfoRequest {
    info: Base64,
    signer: Base64,
}

/// Whom a call to the management canister is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum EffectivePrincipal {
    None,
    SubnetId(RawPrincipal),
    CanisterId(RawPrincipal),
}

impl From<EffectivePrincipal> for Effective {
    fn from(principal: EffectivePrincipal) -> Self {
        match principal {
            EffectivePrincipal::None => Effective::None,
            EffectivePrincipal::SubnetId(id) => Effective::Subnet(id.0.into()),
            EffectivePrincipal::CanisterId(id) => Effective::Canister(id.0.into()),
        }
    }
}

impl From<CallRequest> for Call {
    fn from(request: CallRequest) -> Self {
        let CallRequest {
            sender,
            canister_id,
            effective_principal,
            method,
            payload,
            sender_info,
        } = request;
        Call {
            sender: sender.0,
            sender_info: sender_info
                .map(|SenderInfoRequest { info, signer }| SenderInfo {
                    info: info.0,
                    signer: signer.0,
                })
                .unwrap_or_default(),
            canister: canister_id.0.into(),
            effective: effective_principal.into(),
            method,
            payload: payload.0,
        }
    }
}

/// A call that was submitted: the answer of submitting, the question of awaiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmittedCall {
    effective_principal: EffectivePrincipal,
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    pub(crate) message_id: MessageId,
}

impl SubmittedCall {
    /// The call with this id, which the subnet accepted.
    pub(crate) fn new(subnet: SubnetId, message_id: MessageId) -> Self {
        Self {
            effective_principal: EffectivePrincipal::SubnetId(RawPrincipal(subnet.0)),
            message_id,
        }
    }
}

fn write_id<S: serde::Serializer>(id: &MessageId, serializer: S) -> Result<S::Ok, S::Error> {
    Base64(id.0.to_vec()).serialize(serializer)
}

fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MessageId, D::Error> {
    let Base64(bytes) = Base64::deserialize(deserializer)?;
    let id = bytes
        .try_into()
        .map_err(|_| D::Error::custom("a message id has 32 bytes"))?;
    Ok(MessageId(id))
}

/// Asks what became of a call, perhaps as somebody.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IngressStatusRequest {
    pub(crate) raw_message_id: SubmittedCall,
    #[serde(default)]
    pub(crate) raw_caller: Option<PrincipalRecord>,
}

/// Why a call was refused or failed. Both codes are names: clients know no numbers here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rejection {
    reject_code: &'static str,
    reject_message: String,
    error_code: &'static str,
    certified: bool,
}

/// The result of an execution: rejections are part of the certified state.
pub(crate) fn certified(result: Result<Vec<u8>, Reject>) -> Result<Base64, Rejection> {
    result
        .map(Base64)
        .map_err(|reject| Rejection::new(reject, true))
}

/// The result of a query or of submitting: one node's word.
pub(crate) fn uncertified<T, U>(
    result: Result<T, Reject>,
    value: impl FnOnce(T) -> U,
) -> Result<U, Rejection> {
    result
        .map(value)
        .map_err(|reject| Rejection::new(reject, false))
}

impl Rejection {
    fn new(Reject { code, message }: Reject, certified: bool) -> Self {
        Self {
            reject_code: code.reject_code().name(),
            reject_message: message,
            error_code: code.name(),
            certified,
        }
    }
}
