//! Who sent a request: envelopes, signatures and delegations of the HTTP interface.
//!
//! Everything here reads bytes of strangers; what it cannot read it refuses.

mod delegation;
mod envelope;
mod keys;

pub use delegation::Chain;
pub use envelope::{Envelope, parse};

use crate::ids::TimeNs;
use crate::limits::INGRESS_WINDOW_NS;
use candid::Principal;
use ic_transport_types::{EnvelopeContent, SenderInfo};

/// Why a request is not believed. The text goes to the sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The body is not what the interface specification asks for.
    #[error("Could not parse body: {0}")]
    Malformed(String),
    /// It is too late or much too early.
    #[error(
        "Invalid request expiry: specified ingress_expiry not within expected range: now {now}, ingress_expiry {expiry}, at most {INGRESS_WINDOW_NS} ns ahead"
    )]
    Expiry {
        /// The network's time.
        now: TimeNs,
        /// What the request says.
        expiry: TimeNs,
    },
    /// Key, signature and sender do not go together.
    #[error("Invalid signature: {0}")]
    Signature(String),
    /// A delegation does not hold.
    #[error("Invalid delegation: {0}")]
    Delegation(String),
}

/// What a request is, as far as permissions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call that may change state.
    Call,
    /// A query or a reading of the state.
    Read,
}

/// Checks that the sender sent the request: the expiry, the sender's key, the delegations and the
/// signatures. Answers what the delegations allow.
pub fn authenticate(
    envelope: &Envelope,
    kind: Kind,
    now: TimeNs,
    root_key: &[u8],
) -> Result<Chain, AuthError> {
    let content = &envelope.content;
    let sender = *content.sender();
    let anonymous = sender == Principal::anonymous();
    // An anonymous reading does no harm when it comes late.
    if kind == Kind::Call || !anonymous {
        check_expiry(content.ingress_expiry(), now)?;
    }
    if anonymous {
        let signed = envelope.sender_pubkey.is_some()
            || envelope.sender_sig.is_some()
            || !envelope.sender_delegation.is_empty()
            || sender_info(content).is_some();
        if signed {
            return Err(AuthError::Signature(
                "an anonymous request has neither key nor signature nor delegation nor sender_info"
                    .to_string(),
            ));
        }
        return Ok(Chain::unrestricted());
    }
    let missing = |what: &str| AuthError::Signature(format!("the request has no {what}"));
    let key = envelope
        .sender_pubkey
        .as_deref()
        .ok_or_else(|| missing("sender_pubkey"))?;
    let signature = envelope
        .sender_sig
        .as_deref()
        .ok_or_else(|| missing("sender_sig"))?;
    if Principal::self_authenticating(key) != sender {
        return Err(AuthError::Signature(format!(
            "the sender {sender} is not the principal of sender_pubkey"
        )));
    }
    let chain = delegation::verify(key, &envelope.sender_delegation, now, root_key)?;
    if kind == Kind::Call && chain.read_only {
        return Err(AuthError::Delegation(
            "the delegation permits queries only".to_string(),
        ));
    }
    let message = envelope.request_id().signable();
    keys::verify(&chain.key, &message, signature, root_key).map_err(AuthError::Signature)?;
    if let Some(info) = sender_info(content) {
        check_sender_info(info, key, root_key)?;
    }
    Ok(chain)
}

const fn sender_info(content: &EnvelopeContent) -> Option<&SenderInfo> {
    match content {
        EnvelopeContent::Call { sender_info, .. } | EnvelopeContent::Query { sender_info, .. } => {
            sender_info.as_ref()
        }
        EnvelopeContent::ReadState { .. } => None,
    }
}

fn check_expiry(expiry: TimeNs, now: TimeNs) -> Result<(), AuthError> {
    if expiry <= now || expiry > now + INGRESS_WINDOW_NS {
        return Err(AuthError::Expiry { now, expiry });
    }
    Ok(())
}

/// Sender information is signed by the canister whose signatures the sender's key stands for.
fn check_sender_info(info: &SenderInfo, key: &[u8], root_key: &[u8]) -> Result<(), AuthError> {
    if keys::signing_canister(key).as_deref() != Some(info.signer.as_slice()) {
        return Err(AuthError::Signature(
            "sender_info.signer is not the canister of sender_pubkey".to_string(),
        ));
    }
    let message = [b"\x0eic-sender-info".as_slice(), &info.info].concat();
    keys::verify(key, &message, &info.sig, root_key).map_err(AuthError::Signature)
}

#[cfg(test)]
mod tests;
