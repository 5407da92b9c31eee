//! The service discovery list for Prometheus' `http_sd_configs`.
//!
//! A target is the gateway's address; which canister is meant is in the host name (`{canister}` in the
//! configured template) or in the query parameter `canisterId`, which is always sent.

use crate::settings::split_gateway;
use crate::state::State;
use candid::Principal;
use serde::Serialize;

/// Where the list is served.
pub(crate) const TARGETS_PATH: &str = "/metrics/targets";

/// One entry of the list.
#[derive(Debug, Serialize)]
struct TargetGroup {
    targets: [String; 1],
    labels: Labels,
}

#[derive(Debug, Serialize)]
struct Labels {
    #[serde(rename = "__scheme__")]
    scheme: &'static str,
    #[serde(rename = "__metrics_path__")]
    path: &'static str,
    #[serde(rename = "__param_canisterId")]
    parameter: String,
    canister_id: String,
    role: &'static str,
    /// The shard that an archive belongs to; a shard itself; empty for front.
    shard: String,
}

/// The list as JSON: front itself, every shard of the routing table, every archive that a shard named.
pub(crate) fn targets(state: &State, own_id: Principal) -> Vec<u8> {
    let mut groups = vec![group(state, own_id, "front", None)];
    for row in state.routing().rows() {
        let shard = row.canister;
        groups.push(group(state, shard, "registry", Some(shard)));
        let report = state.fleet.report(shard);
        for archive in report.map_or(&[][..], |report| &report.archives) {
            groups.push(group(state, *archive, "archive", Some(shard)));
        }
    }
    serde_json::to_vec(&groups).expect("texts, which JSON can hold")
}

fn group(
    state: &State,
    canister: Principal,
    role: &'static str,
    shard: Option<Principal>,
) -> TargetGroup {
    let id = canister.to_text();
    let (scheme, authority) =
        split_gateway(&state.settings().gateway).expect("checked when it was stored");
    TargetGroup {
        targets: [authority.replace("{canister}", &id)],
        labels: Labels {
            scheme,
            path: canister_kit::http::METRICS_PATH,
            parameter: id.clone(),
            canister_id: id,
            role,
            shard: shard.map_or_else(String::new, |shard| shard.to_text()),
        },
    }
}
