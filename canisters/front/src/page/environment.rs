//! What front tells about itself: to its page, and to browsers and gateways at well-known places.

use super::Home;
use crate::origin::Origin;
use crate::routing::RoutingTable;
use crate::settings::Settings;
use canister_kit::http::Content;
use serde::Serialize;
use types::front::ShardRoute;

/// `/env.json`. Numbers are decimal texts (they may have more than 53 bits), bytes are in hex.
#[derive(Serialize)]
struct Environment {
    front: String,
    /// The network's public key, DER: with it the page verifies what it is told, on whatever network it is.
    root_key: String,
    /// The origin whose host is the relying party id of passkeys; null: each origin is for itself.
    canonical_origin: Option<String>,
    related_origins: Vec<String>,
    shards: Vec<Shard>,
}

#[derive(Serialize)]
struct Shard {
    lo: String,
    hi: String,
    canister: String,
}

pub(super) fn page(home: &Home, settings: &Settings, routing: &RoutingTable) -> Content {
    let shards = routing.rows().iter().map(|row| {
        let ShardRoute {
            range,
            canister,
            state: _,
        } = row;
        Shard {
            lo: range.lo().to_string(),
            hi: range.hi().to_string(),
            canister: canister.to_text(),
        }
    });
    json(&Environment {
        front: home.front.to_text(),
        root_key: hex::encode(&home.root_key),
        canonical_origin: settings.canonical_origin().map(ToString::to_string),
        related_origins: texts(settings),
        shards: shards.collect(),
    })
}

/// `/.well-known/webauthn` (Web Authentication, level 3, "Related origin requests"), if there are any.
pub(super) fn related_origins(settings: &Settings) -> Option<Content> {
    #[derive(Serialize)]
    struct Related {
        origins: Vec<String>,
    }
    let origins = texts(settings);
    (!origins.is_empty()).then(|| json(&Related { origins }))
}

/// `/.well-known/ic-domains`: the names under which gateways serve this canister beside their own, a line each.
pub(super) fn domains(settings: &Settings) -> Option<Content> {
    let origins = settings.canonical_origin().into_iter();
    let mut hosts: Vec<&str> = origins
        .chain(settings.related_origins())
        .map(Origin::host)
        .filter(|host| !is_gateways(host))
        .collect();
    hosts.dedup();
    (!hosts.is_empty()).then(|| Content {
        content_type: "text/plain; charset=utf-8",
        body: hosts
            .iter()
            .flat_map(|host| [host, "\n"])
            .collect::<String>()
            .into_bytes(),
    })
}

/// Whether a name belongs to the gateways themselves.
fn is_gateways(host: &str) -> bool {
    let of = |domain: &str| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    ["icp0.io", "ic0.app", "icp.net", "localhost"]
        .into_iter()
        .any(of)
}

fn texts(settings: &Settings) -> Vec<String> {
    let origins = settings.related_origins().iter();
    origins.map(ToString::to_string).collect()
}

fn json(value: &impl Serialize) -> Content {
    Content::json(serde_json::to_vec(value).expect("texts, which JSON can hold"))
}
