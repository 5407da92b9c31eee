//! The canisters of a family, from front's certified routing table on.

use crate::certified::Certified;
use crate::error::{Error, named};
use crate::network::Network;
use client::{ArchiveClient, FrontClient, RegistryClient, Replicated};
use ic_agent::Agent;
use serde::Serialize;
use std::collections::BTreeMap;
use types::front::ShardRoute;
use types::registry::ArchiveProgress;
use types::{AnchorNumber, AnchorRange, Principal};

/// A shard with its archives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The anchors it owns.
    pub(crate) range: AnchorRange,
    /// The registry's canister.
    pub(crate) registry: Principal,
    /// The archives that it was told of, also those that have nothing yet.
    pub(crate) archives: Vec<ArchiveProgress>,
}

/// A shard that a command did not get on with, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Failed {
    registry: Principal,
    error: String,
}

impl Failed {
    pub(crate) fn new(registry: Principal, error: &Error) -> Self {
        Self {
            registry,
            error: error.to_string(),
        }
    }
}

/// The rows of the routing table, as front certified them.
pub(crate) async fn routes(network: &Network, agent: &Agent) -> Result<Vec<ShardRoute>, Error> {
    const WHAT: &str = "the routing table";
    let canister = network.front();
    let wrong = |reason: &str| Error::Uncertified {
        what: WHAT,
        canister,
        reason: reason.to_owned(),
    };
    let routing = FrontClient::new(agent, canister).routing().await?;
    let certificate = routing.certificate.ok_or_else(|| wrong("no certificate"))?;
    let certified = Certified::new(agent, WHAT, canister, &certificate, &routing.witness)?;
    let table = certified.leaf("routing")?;
    // What counts are the certified bytes; the rows beside them are for those who do not check.
    candid::decode_one(table).map_err(|error| wrong(&error.to_string()))
}

/// All shards, lowest range first.
pub(crate) async fn shards(network: &Network, agent: &Agent) -> Result<Vec<Shard>, Error> {
    let mut shards = Vec::new();
    for route in routes(network, agent).await? {
        shards.push(shard(agent, &route).await?);
    }
    Ok(shards)
}

/// The shard of a row of the table.
pub(crate) async fn shard(agent: &Agent, route: &ShardRoute) -> Result<Shard, Error> {
    // As an update: one node could leave an archive out.
    let registry = RegistryClient::new(Replicated(agent), route.canister);
    Ok(Shard {
        range: route.range,
        registry: route.canister,
        archives: registry.status().await?.archives,
    })
}

/// An archive that its shard does not name (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EarlierArchive {
    pub(crate) canister: Principal,
    pub(crate) first_index: u64,
}

/// Archives that their shards do not name (any more), by the shard whose log they keep. Each must be one of the family's.
pub(crate) async fn earlier_archives(
    agent: &Agent,
    routes: &[ShardRoute],
    archives: &[Principal],
) -> Result<BTreeMap<Principal, Vec<EarlierArchive>>, Error> {
    let mut of_shards = BTreeMap::<_, Vec<_>>::new();
    for &archive in archives {
        let client = ArchiveClient::new(Replicated(agent), archive);
        let status = client.status().await.map_err(Error::from);
        let status = named(&format!("archive {archive}"), status)?;
        let registry = status.registry;
        if routes.iter().all(|route| route.canister != registry) {
            return Err(Error::OtherFamilysArchive { archive, registry });
        }
        of_shards.entry(registry).or_default().push(EarlierArchive {
            canister: archive,
            first_index: status.first_index.get(),
        });
    }
    Ok(of_shards)
}

/// The shard that owns an anchor.
pub(crate) fn owner(shards: &[Shard], anchor: AnchorNumber) -> Result<&Shard, Error> {
    let owner = shards.iter().find(|shard| shard.range.contains(anchor));
    owner.ok_or_else(|| Error::Unexpected(format!("no shard owns anchor {anchor}")))
}
