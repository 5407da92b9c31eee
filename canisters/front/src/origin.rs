//! Web origins as settings name them: one spelling each, because browsers compare them byte for byte.

use crate::settings::split_gateway;
use minicbor::{Decode, Encode};
use std::fmt;
use types::front::LONGEST_RELATED_ORIGINS;

/// Why a text is no origin of ours. Correct it and retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginError {
    /// Not an origin, or not as browsers spell it.
    #[error(
        "{0:?} is no origin: https://host[:port] in lower case, without a path and without the port 443 \
         (http:// for localhost and its subdomains only)"
    )]
    Malformed(String),
    /// More than [`LONGEST_RELATED_ORIGINS`].
    #[error("{0} related origins, limit {LONGEST_RELATED_ORIGINS}")]
    TooMany(usize),
}

/// `scheme://host[:port]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Origin(#[n(0)] String);

impl Origin {
    pub(crate) fn parse(text: &str) -> Result<Self, OriginError> {
        if is_origin(text) {
            Ok(Self(text.to_owned()))
        } else {
            // What is shown of a long text is enough to find it.
            Err(OriginError::Malformed(text.chars().take(100).collect()))
        }
    }

    /// Each of them once, in their order.
    pub(crate) fn several(texts: &[String]) -> Result<Vec<Self>, OriginError> {
        if texts.len() > LONGEST_RELATED_ORIGINS {
            return Err(OriginError::TooMany(texts.len()));
        }
        let mut origins = Vec::new();
        for text in texts {
            let origin = Self::parse(text)?;
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        Ok(origins)
    }

    /// Without the port.
    pub(crate) fn host(&self) -> &str {
        let (_, authority) = split_gateway(&self.0).expect("checked when it was made");
        authority.split(':').next().unwrap_or(authority)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = split_gateway(text) else {
        return false;
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let default_port = if scheme == "https" { 443 } else { 80 };
    let is_port = |text: &str| {
        let number: Option<u16> = text.parse().ok();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        is_plain && number.is_some_and(|number| number != default_port)
    };
    let is_label = |label: &str| {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_plain)
    };
    let is_local = host == "localhost" || host.ends_with(".localhost");
    host.split('.').all(is_label) && port.is_none_or(is_port) && (scheme == "https" || is_local)
}

#[cfg(test)]
mod tests;
