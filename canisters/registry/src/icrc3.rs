//! The log as ICRC-3 wants it read (dfinity/ICRC-1, `standards/ICRC-3/README.md`).

use crate::archives::Entry;
use crate::shard::Shard;
use candid::Nat;
use canister_kit::certified::{LogTip, tip_witness};
use canister_kit::page::Page;
use ic_stable_structures::Memory;
use oplog::{Block, BlockType};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use types::BlockIndex;
use types::icrc3::{
    ArchiveInfo, ArchivedBlocks, BlockWithId, GetArchivesArgs, GetBlocksCallback, GetBlocksRequest,
    GetBlocksResult, SupportedBlockType, TipCertificate,
};

#[cfg(test)]
mod tests;

/// Ranges that one call may ask for; further ones are not answered.
const MAX_REQUESTS: usize = 100;

/// Blocks in one answer at most.
const MAX_BLOCKS: usize = 500;

/// Where the blocks are described.
const DESCRIPTION: &str = "urn:anchorage:docs:oplog";

/// The archives' method for their blocks.
const GET_BLOCKS: &str = "icrc3_get_blocks";

/// Blocks that the shard still holds, and where the forgotten ones are.
pub fn get_blocks<M: Memory>(shard: &Shard<M>, requests: &[GetBlocksRequest]) -> GetBlocksResult {
    let length = shard.log.length();
    let first_kept = shard.log.first_kept();
    let mut page = Page::with_places(MAX_BLOCKS);
    let mut blocks = Vec::new();
    let mut archived_blocks = Vec::new();
    for GetBlocksRequest {
        start,
        length: count,
    } in requests.iter().take(MAX_REQUESTS)
    {
        let start = saturating(start);
        let end = start.saturating_add(saturating(count)).min(length);
        archived_blocks.extend(archived(
            shard.archives().entries(),
            start,
            end.min(first_kept),
        ));
        blocks
            .extend((start.max(first_kept)..end).map_while(|index| block(shard, index, &mut page)));
    }
    GetBlocksResult {
        log_length: length.into(),
        blocks,
        archived_blocks,
    }
}

/// A block that is here and belongs to the page.
fn block<M: Memory>(shard: &Shard<M>, index: u64, page: &mut Page) -> Option<BlockWithId> {
    let held = shard.log.block(BlockIndex::new(index))?;
    if !page.takes(held.block.len()) {
        return None;
    }
    let block = Block::decode(held.block.as_slice()).expect("a block that this log encoded");
    Some(BlockWithId {
        id: index.into(),
        block: block.to_value(),
    })
}

/// Which archives have the blocks `[start, end)`: from the start on, as far as they are known to.
fn archived(entries: &[Entry], start: u64, end: u64) -> Vec<ArchivedBlocks> {
    let mut from = start;
    let mut found = Vec::new();
    while from < end {
        let has = |entry: &&Entry| {
            let first = entry.first_index.map_or(u64::MAX, BlockIndex::get);
            first <= from && from < entry.acknowledged.get()
        };
        let Some(entry) = entries.iter().find(has) else {
            break;
        };
        let to = end.min(entry.acknowledged.get());
        found.push(ArchivedBlocks {
            args: vec![GetBlocksRequest {
                start: from.into(),
                length: (to - from).into(),
            }],
            callback: GetBlocksCallback::new(entry.canister, GET_BLOCKS.to_owned()),
        });
        from = to;
    }
    found
}

fn saturating(number: &Nat) -> u64 {
    u64::try_from(&number.0).unwrap_or(u64::MAX)
}

/// The archives that hold blocks, by canister id, those after `from` if it is given.
pub fn get_archives<M: Memory>(shard: &Shard<M>, args: GetArchivesArgs) -> Vec<ArchiveInfo> {
    let GetArchivesArgs { from } = args;
    // Ordered by a map: a sort would be a large part of the module.
    let mut archives = BTreeMap::new();
    for entry in shard.archives().entries() {
        let Some(start) = entry.first_index else {
            continue;
        };
        let end = entry.acknowledged.get();
        if start.get() < end && from.is_none_or(|from| from < entry.canister) {
            let info = ArchiveInfo {
                canister_id: entry.canister,
                start: start.get().into(),
                end: (end - 1).into(),
            };
            archives.insert(entry.canister, info);
        }
    }
    archives.into_values().collect()
}

/// The newest block, as it is certified.
pub fn log_tip<M: Memory>(shard: &Shard<M>) -> Option<LogTip> {
    let hash = *shard.log.last_hash()?.as_bytes();
    let index = shard.log.length().checked_sub(1)?;
    Some(LogTip { index, hash })
}

/// The tip with the system's certificate for it; `None` for an empty log, and outside of queries, where
/// there is no certificate.
pub fn tip_certificate<M: Memory>(
    shard: &Shard<M>,
    certificate: Option<Vec<u8>>,
) -> Option<TipCertificate> {
    Some(TipCertificate {
        certificate: ByteBuf::from(certificate?),
        hash_tree: ByteBuf::from(tip_witness(log_tip(shard)?)),
    })
}

/// The types of blocks that there are, with the place that describes them.
pub fn supported_block_types() -> Vec<SupportedBlockType> {
    BlockType::ALL
        .into_iter()
        .map(|block_type| SupportedBlockType {
            block_type: block_type.name().to_owned(),
            url: DESCRIPTION.to_owned(),
        })
        .collect()
}
