//! The delegations that a dapp got, in the JSON of the published libraries.

use anchorage_tests::family::Family;
use candid::Principal;
use ic_canister_sig_creation::CanisterSigPublicKey;
use serde::Deserialize;
use serde_json::{Value, json};
use types::front::{Delegation, SignedDelegation};
use types::{SessionKey, TimestampNs, UserKey};

/// Bytes and numbers in hex.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Chain {
    public_key: String,
    delegations: Vec<Link>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    delegation: Body,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    pubkey: String,
    expiration: String,
    #[serde(default)]
    targets: Option<Vec<String>>,
}

impl Chain {
    /// Verifies the chain's only link: a canister signature by front under the root key, not expired. Answers what it says.
    pub(crate) fn verified(&self, family: &Family) -> Result<Value, String> {
        let [link] = &self.delegations[..] else {
            return Err(format!("{} links instead of one", self.delegations.len()));
        };
        let body = &link.delegation;
        if body.targets.is_some() {
            return Err("the delegation is for some canisters only".to_owned());
        }
        let user_key = bytes(&self.public_key)?;
        let session_key = bytes(&body.pubkey)?;
        let expiration = u64::from_str_radix(&body.expiration, 16)
            .map_err(|error| format!("expiration: {error}"))?;
        let by = CanisterSigPublicKey::try_from(user_key.as_slice())
            .map_err(|error| format!("user key: {error}"))?
            .canister_id;
        if by != family.front {
            return Err(format!("signed by {by} instead of front"));
        }
        let now = family.network.get_time().as_nanos_since_unix_epoch();
        if expiration <= now {
            return Err("the delegation is over".to_owned());
        }
        let pseudonym = Principal::self_authenticating(&user_key);
        let signed = SignedDelegation {
            delegation: Delegation {
                pubkey: SessionKey::new(session_key),
                expiration: TimestampNs::new(expiration),
                targets: None,
            },
            signature: bytes(&link.signature)?,
        };
        family.verifies(&UserKey::new(user_key), &signed)?;
        Ok(json!({
            "pseudonym": pseudonym.to_text(),
            "sessionKey": body.pubkey,
            "secondsLeft": (expiration - now) / 1_000_000_000,
        }))
    }
}

pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text).map_err(|error| format!("{error} in {text}"))
}
