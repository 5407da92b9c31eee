//! A relying party beside the family, to try its login page with (`tests/dapp`).

use super::operator::Operator;
use crate::error::Error;
use candid::{CandidType, Encode};
use types::Principal;
use url::Url;

/// What the dapp is installed and upgraded with (`tests/dapp/dapp.did`).
#[derive(CandidType)]
struct Settings {
    login: String,
    alternative_origins: Vec<String>,
    callbacks: Vec<String>,
    domains: Vec<String>,
}

/// Installs the dapp in its canister, or brings it up to date; makes the canister if there is none.
pub(crate) async fn present(
    operator: &Operator,
    place: Principal,
    module: &[u8],
    known: Option<Principal>,
    url: &Url,
    front: Principal,
) -> Result<Principal, Error> {
    let dapp = match known {
        Some(dapp) => dapp,
        None => operator.creates(place).await?,
    };
    let settings = Settings {
        login: origin(url, front),
        alternative_origins: Vec::new(),
        callbacks: vec![format!("{}/redirect.html", origin(url, dapp))],
        domains: Vec::new(),
    };
    if known.is_some() {
        operator.starts(dapp).await?;
        let argument = Encode!(&settings).expect("plain data");
        operator.upgrades(dapp, module, argument).await?;
    } else {
        operator.installs(dapp, module, &settings).await?;
    }
    Ok(dapp)
}

/// Where a browser on this machine reaches a canister of the network.
pub(crate) fn origin(url: &Url, canister: Principal) -> String {
    let port = url.port_or_known_default().unwrap_or(80);
    format!("http://{canister}.localhost:{port}")
}
