//! What the tests can ask for.

use crate::chain::Chain;
use candid::{CandidType, Principal};
use serde::{Deserialize, Serialize};

/// One line of stdin.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Upgrades front to the same code (another module hash): what it keeps on its heap is gone.
    UpgradeFront {},
    /// Whether registrations need a captcha from now on.
    Captcha { on: bool },
    /// How many registrations may be saved up, and after how many nanoseconds there is one more.
    RateLimit {
        max_tokens: u64,
        time_per_token_ns: u64,
    },
    /// Registers an anchor with that passkey. Registrations must need no captcha at the time. Bytes in hex.
    Register {
        public_key: String,
        credential_id: String,
        name: String,
    },
    /// Stops a shard's canister, or starts it again.
    Shard { index: usize, runs: bool },
    /// Upgrades a dapp with other settings; what was spoilt is mended.
    Dapp { id: Principal, settings: Settings },
    /// Lets a dapp serve something else at that path than it has certified.
    Spoil { id: Principal, path: String },
    /// Verifies the delegations that a dapp got, against the root key, with published libraries.
    Verify { chain: Chain },
    /// Asks a canister for a path and verifies the answer with the published library; then again with one byte of the body
    /// changed, which must be refused.
    VerifyAsset {
        id: Principal,
        path: String,
        encodings: String,
    },
}

/// What a dapp is installed with, as its `dapp.did` says it.
#[derive(CandidType, Clone, Deserialize, Serialize)]
pub(crate) struct Settings {
    pub(crate) login: String,
    pub(crate) alternative_origins: Vec<String>,
    pub(crate) callbacks: Vec<String>,
    pub(crate) domains: Vec<String>,
}
