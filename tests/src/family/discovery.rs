//! Service discovery: the list from which Prometheus learns whom to scrape.

use super::Family;
use serde_json::Value;
use std::collections::BTreeSet;

/// Where front serves the list.
pub const TARGETS_PATH: &str = "/metrics/targets";

/// Whom Prometheus is to scrape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The canister's id.
    pub canister: String,
    /// What it does.
    pub role: String,
    /// Its shard's registry; empty for front.
    pub shard: String,
}

impl Target {
    /// The entries of the list, each of which says where and how to scrape.
    #[track_caller]
    pub fn list(text: &str) -> BTreeSet<Self> {
        let list: Vec<Value> = serde_json::from_str(text).expect("a list");
        list.iter().map(Self::read).collect()
    }

    #[track_caller]
    fn read(group: &Value) -> Self {
        let label = |name: &str| group["labels"][name].as_str().expect(name).to_owned();
        let canister = label("canister_id");
        let address = group["targets"][0].as_str().expect("an address");
        assert_eq!(address, format!("{canister}.icp0.io"));
        assert_eq!(label("__scheme__"), "https");
        assert_eq!(label("__metrics_path__"), "/metrics");
        assert_eq!(label("__param_canisterId"), canister);
        Self {
            canister,
            role: label("role"),
            shard: label("shard"),
        }
    }
}

impl Family {
    /// Every canister of the family, as the list is to have it.
    pub fn is_to_be_discovered(&self) -> BTreeSet<Target> {
        let target = |canister: String, role: &str, shard: &str| Target {
            canister,
            role: role.to_owned(),
            shard: shard.to_owned(),
        };
        let front = target(self.front.to_text(), "front", "");
        let of_shards = self.shards.iter().flat_map(|shard| {
            let registry = shard.registry.to_text();
            [
                target(shard.archive.to_text(), "archive", &registry),
                target(registry.clone(), "registry", &registry),
            ]
        });
        std::iter::once(front).chain(of_shards).collect()
    }
}
