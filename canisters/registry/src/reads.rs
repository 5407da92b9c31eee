//! Queries that are open to all: they show public state only.

use crate::memory::LAYOUT_VERSION;
use crate::shard::Shard;
use anchors::{AnchorRecord, DeviceRecord};
use canister_kit::build::BuildInfo;
use canister_kit::page::Page;
use ic_stable_structures::Memory;
use types::registry::{PublicAnchor, PublicState, RegistryStatus};
use types::{AnchorCredentials, AnchorNumber, BlockIndex, DeviceData};

#[cfg(test)]
mod tests;

/// Anchors in one page of the public state at most.
pub const PAGE_LIMIT: usize = 500;

/// The devices of an anchor without what is private: aliases, models and metadata are empty. None
/// for an anchor that does not exist. Panics as [`Shard::record`] does.
pub fn lookup<M: Memory>(shard: &Shard<M>, anchor: AnchorNumber) -> Vec<DeviceData> {
    let record = shard.record(anchor);
    let devices = record.iter().flat_map(AnchorRecord::devices);
    devices
        .map(|device| {
            let DeviceData {
                pubkey,
                alias: _,
                credential_id,
                aaguid: _,
                purpose,
                key_type,
                protection,
                origin,
                metadata: _,
            } = device.data().clone();
            DeviceData {
                pubkey,
                alias: String::new(),
                credential_id,
                aaguid: None,
                purpose,
                key_type,
                protection,
                origin,
                metadata: None,
            }
        })
        .collect()
}

/// How somebody may authenticate as an anchor: keys and credential ids, nothing private. Panics as [`Shard::record`] does.
pub fn credentials<M: Memory>(shard: &Shard<M>, anchor: AnchorNumber) -> AnchorCredentials {
    let record = shard.record(anchor);
    let devices = record.iter().flat_map(AnchorRecord::devices);
    AnchorCredentials::of(devices.map(DeviceRecord::data))
}

/// One page of exactly what replaying the log gives: anchors from `from` on, at most `limit`, at most [`PAGE_LIMIT`] and no more
/// bytes than a [`Page`] takes; one at least.
///
/// # Panics
/// If a record cannot be read: the stable memory is damaged.
pub fn public_state<M: Memory>(shard: &Shard<M>, from: AnchorNumber, limit: usize) -> PublicState {
    let mut page = Page::with_places(limit.clamp(1, PAGE_LIMIT));
    let page = shard.anchors.page(from, |bytes| page.takes(bytes));
    let page = page.unwrap_or_else(|error| panic!("{error}"));
    let next = page
        .last()
        .map(|(anchor, _)| anchor.saturating_add(1))
        .filter(|next| *next < shard.anchors.next());
    let anchors = page.into_iter();
    PublicState {
        anchors: anchors
            .map(|(anchor, record)| PublicAnchor {
                anchor,
                devices: record.public_devices(),
            })
            .collect(),
        next,
        tip: shard.tip(),
    }
}

/// What operators and tools ask first.
pub fn status<M: Memory>(shard: &Shard<M>, build: BuildInfo) -> RegistryStatus {
    let settings = shard.settings();
    RegistryStatus {
        range: shard.anchors.range(),
        tip: shard.tip(),
        first_kept: BlockIndex::new(shard.log.first_kept()),
        archives: shard.archives().progress(),
        front: settings.front,
        maintenance: settings.maintenance,
        max_devices: settings.max_devices.into(),
        backlog_limit: settings.backlog_limit,
        retention: settings.retention,
        operations_per_day: Some(settings.operations_per_day()),
        unindexed: Some(shard.anchors.unindexed()),
        layout_version: LAYOUT_VERSION,
        version: build.version.to_owned(),
        commit: build.commit.to_owned(),
    }
}
