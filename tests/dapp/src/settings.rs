//! What the canister is installed with, and the documents made from it.

use candid::{CandidType, Principal};
use serde::Deserialize;
use serde_json::json;

/// The argument of the installation and of each upgrade.
#[derive(CandidType, Deserialize)]
pub(crate) struct Settings {
    login: String,
    alternative_origins: Vec<String>,
    callbacks: Vec<String>,
    domains: Vec<String>,
}

/// Something that is served beside the pages.
pub(crate) struct Document {
    pub(crate) path: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Settings {
    /// The documents. `root_key` is DER.
    pub(crate) fn documents(&self, own_id: Principal, root_key: &[u8]) -> [Document; 4] {
        let json = |path, value: serde_json::Value| Document {
            path,
            content_type: "application/json",
            body: format!("{value}\n").into_bytes(),
        };
        let config = json!({
            "login": self.login,
            "canister": own_id.to_text(),
            "root_key": hex::encode(root_key),
        });
        let mut domains = self.domains.join("\n");
        domains.push('\n');
        [
            json("/config.json", config),
            json(
                "/.well-known/ii-alternative-origins",
                json!({ "alternativeOrigins": self.alternative_origins }),
            ),
            json(
                "/.well-known/ii-auth-callbacks",
                json!({ "callbacks": self.callbacks }),
            ),
            Document {
                path: "/.well-known/ic-domains",
                content_type: "text/plain",
                body: domains.into_bytes(),
            },
        ]
    }
}
