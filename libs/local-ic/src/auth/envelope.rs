//! Envelopes, read by hand from generic CBOR: each field is checked for its type and size.

use super::AuthError;
use candid::Principal;
use ciborium::Value;
use ic_certification::hash_tree::Label;
use ic_transport_types::{
    Delegation, DelegationPermissions, EnvelopeContent, RequestId, SenderInfo, SignedDelegation,
    to_request_id,
};
use serde::Serialize;
use serde_bytes::Bytes;

const MAX_NONCE_BYTES: usize = 32;

/// A request and what vouches for its sender.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The request.
    pub content: EnvelopeContent,
    /// The nonce of a reading, which `content` has no place for.
    pub nonce: Option<Vec<u8>>,
    /// DER of the sender's key.
    pub sender_pubkey: Option<Vec<u8>>,
    /// The signature over the request, by the last key of the chain.
    pub sender_sig: Option<Vec<u8>>,
    /// The chain of delegations.
    pub sender_delegation: Vec<SignedDelegation>,
}

/// What is hashed of a reading.
#[derive(Serialize)]
struct ReadState<'a> {
    request_type: &'static str,
    ingress_expiry: u64,
    sender: &'a Principal,
    paths: &'a [Vec<Label<Vec<u8>>>],
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a Bytes>,
}

impl Envelope {
    /// The hash of the request as it was sent: what is signed, and a call's name.
    pub fn request_id(&self) -> RequestId {
        match &self.content {
            EnvelopeContent::ReadState {
                ingress_expiry,
                sender,
                paths,
            } => to_request_id(&ReadState {
                request_type: "read_state",
                ingress_expiry: *ingress_expiry,
                sender,
                paths,
                nonce: self.nonce.as_deref().map(Bytes::new),
            })
            .expect("it has only fields that can be hashed"),
            content => content.to_request_id(),
        }
    }
}

/// Reads an envelope.
pub fn parse(bytes: &[u8]) -> Result<Envelope, AuthError> {
    let value: Value =
        ciborium::from_reader(bytes).map_err(|error| AuthError::Malformed(error.to_string()))?;
    let mut envelope = Fields::of(untagged(value), "the envelope")?;
    let content = Fields::of(
        envelope
            .take("content")
            .ok_or_else(|| malformed("content is missing"))?,
        "content",
    )?;
    let (content, nonce) = parse_content(content)?;
    Ok(Envelope {
        content,
        nonce,
        sender_pubkey: envelope.bytes("sender_pubkey")?,
        sender_sig: envelope.bytes("sender_sig")?,
        sender_delegation: envelope
            .array("sender_delegation")?
            .unwrap_or_default()
            .into_iter()
            .map(parse_delegation)
            .collect::<Result<_, _>>()?,
    })
}

/// The content, and the nonce if it is a reading's.
fn parse_content(mut content: Fields) -> Result<(EnvelopeContent, Option<Vec<u8>>), AuthError> {
    let kind = content.required_text("request_type")?;
    let ingress_expiry = content.required_number("ingress_expiry")?;
    let sender = content.required_principal("sender")?;
    let nonce = content.bytes("nonce")?;
    if nonce
        .as_ref()
        .is_some_and(|nonce| nonce.len() > MAX_NONCE_BYTES)
    {
        return Err(malformed("nonce has at most 32 bytes"));
    }
    if kind == "read_state" {
        let content = EnvelopeContent::ReadState {
            ingress_expiry,
            sender,
            paths: parse_paths(&mut content)?,
        };
        return Ok((content, nonce));
    }
    let canister_id = content.required_principal("canister_id")?;
    let method_name = content.required_text("method_name")?;
    let arg = content
        .bytes("arg")?
        .ok_or_else(|| malformed("arg is missing"))?;
    let sender_info = content
        .take("sender_info")
        .map(parse_sender_info)
        .transpose()?;
    let content = match kind.as_str() {
        "call" => EnvelopeContent::Call {
            nonce,
            ingress_expiry,
            sender,
            canister_id,
            method_name,
            arg,
            sender_info,
        },
        "query" => EnvelopeContent::Query {
            ingress_expiry,
            sender,
            canister_id,
            method_name,
            arg,
            nonce,
            sender_info,
        },
        other => {
            return Err(malformed(&format!(
                "request_type is '{other}', expected call, query or read_state"
            )));
        }
    };
    Ok((content, None))
}

fn parse_paths(content: &mut Fields) -> Result<Vec<Vec<Label<Vec<u8>>>>, AuthError> {
    let paths = content
        .array("paths")?
        .ok_or_else(|| malformed("paths is missing"))?;
    paths
        .into_iter()
        .map(|path| {
            let Value::Array(labels) = path else {
                return Err(malformed("a path is an array of labels"));
            };
            labels
                .into_iter()
                .map(|label| match label {
                    Value::Bytes(label) => Ok(Label::from_bytes(&label)),
                    _ => Err(malformed("a label is a byte string")),
                })
                .collect()
        })
        .collect()
}

fn parse_sender_info(value: Value) -> Result<SenderInfo, AuthError> {
    let mut fields = Fields::of(value, "sender_info")?;
    Ok(SenderInfo {
        info: fields.required_bytes("info")?,
        signer: fields.required_bytes("signer")?,
        sig: fields.required_bytes("sig")?,
    })
}

fn parse_delegation(value: Value) -> Result<SignedDelegation, AuthError> {
    let mut signed = Fields::of(value, "a delegation")?;
    let signature = signed.required_bytes("signature")?;
    let inner = signed
        .take("delegation")
        .ok_or_else(|| malformed("delegation is missing"))?;
    let mut fields = Fields::of(inner, "a delegation")?;
    let targets = fields
        .array("targets")?
        .map(|targets| {
            targets
                .into_iter()
                .map(|target| match target {
                    Value::Bytes(bytes) => principal(&bytes),
                    _ => Err(malformed("a target is a byte string")),
                })
                .collect()
        })
        .transpose()?;
    let permissions = match fields.text("permissions")?.as_deref() {
        None => None,
        Some("queries") => Some(DelegationPermissions::Queries),
        Some("all") => Some(DelegationPermissions::All),
        Some(other) => {
            return Err(malformed(&format!(
                "permissions are 'queries' or 'all', not '{other}'"
            )));
        }
    };
    Ok(SignedDelegation {
        delegation: Delegation {
            pubkey: fields.required_bytes("pubkey")?,
            expiration: fields.required_number("expiration")?,
            targets,
            permissions,
        },
        signature,
    })
}

/// The fields of a map; taking one removes it.
struct Fields(Vec<(Value, Value)>);

impl Fields {
    fn of(value: Value, what: &str) -> Result<Self, AuthError> {
        match value {
            Value::Map(fields) => Ok(Self(fields)),
            _ => Err(malformed(&format!("{what} is a map"))),
        }
    }

    /// A field; absent and null are the same.
    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self
            .0
            .iter()
            .position(|(key, _)| key.as_text() == Some(name))?;
        let (_, value) = self.0.swap_remove(index);
        (value != Value::Null).then_some(value)
    }

    fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, AuthError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(_) => Err(malformed(&format!("{name} is a byte string"))),
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, AuthError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(&format!("{name} is a text"))),
        }
    }

    fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, AuthError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(_) => Err(malformed(&format!("{name} is an array"))),
        }
    }

    fn required_bytes(&mut self, name: &str) -> Result<Vec<u8>, AuthError> {
        self.bytes(name)?
            .ok_or_else(|| malformed(&format!("{name} is missing")))
    }

    fn required_text(&mut self, name: &str) -> Result<String, AuthError> {
        self.text(name)?
            .ok_or_else(|| malformed(&format!("{name} is missing")))
    }

    fn required_number(&mut self, name: &str) -> Result<u64, AuthError> {
        match self.take(name) {
            Some(Value::Integer(number)) => u64::try_from(number)
                .map_err(|_| malformed(&format!("{name} is a natural number of 64 bits"))),
            Some(_) => Err(malformed(&format!("{name} is a number"))),
            None => Err(malformed(&format!("{name} is missing"))),
        }
    }

    fn required_principal(&mut self, name: &str) -> Result<Principal, AuthError> {
        principal(&self.required_bytes(name)?)
    }
}

fn principal(bytes: &[u8]) -> Result<Principal, AuthError> {
    Principal::try_from_slice(bytes).map_err(|error| AuthError::Malformed(error.to_string()))
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tag(55799, inner) => *inner,
        value => value,
    }
}

fn malformed(message: &str) -> AuthError {
    AuthError::Malformed(message.to_string())
}
