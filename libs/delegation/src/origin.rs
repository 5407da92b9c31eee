//! The relying party's web origin.

use types::Principal;

/// A web origin as it selects a pseudonym.
///
/// The text is taken as it came, but for one rewriting: `https://<canister id>.icp0.io` becomes
/// `https://<canister id>.ic0.app`, because the two domains serve the same canister and a user
/// must be the same person at both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// The origin is longer than its length byte can say. Not worth a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("origin has {length} bytes, limit {}", Origin::MAX_LENGTH)]
pub struct OriginTooLong {
    /// Its length in bytes.
    pub length: usize,
}

impl Origin {
    /// Longest origin, in bytes of UTF-8.
    pub const MAX_LENGTH: usize = 255;

    /// Takes an origin as a client sent it.
    pub fn new(text: impl Into<String>) -> Result<Self, OriginTooLong> {
        let text = text.into();
        if text.len() > Self::MAX_LENGTH {
            return Err(OriginTooLong { length: text.len() });
        }
        match canister_on_new_domain(&text) {
            Some(canister) => Ok(Self(format!("https://{canister}.ic0.app"))),
            None => Ok(Self(text)),
        }
    }

    /// The origin after rewriting.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The canister of `https://<canister id>.icp0.io`, if the origin is exactly that. The id must be
/// in the form that the Internet Computer writes it: a browser never sends another.
fn canister_on_new_domain(origin: &str) -> Option<&str> {
    let label = origin.strip_prefix("https://")?.strip_suffix(".icp0.io")?;
    let canister = Principal::from_text(label).ok()?;
    (canister.to_text() == label).then_some(label)
}

#[cfg(test)]
mod tests;
