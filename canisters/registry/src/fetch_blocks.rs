//! How archives get blocks and, by asking for the next ones, acknowledge what they have.

use crate::counters;
use crate::shard::Shard;
use canister_kit::page::Page;
use ic_stable_structures::Memory;
use types::message::{self, MessageError};
use types::registry::{FetchAnswer, FetchBlocks, NotServed};
use types::{BlockIndex, EncodedBlock, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// Reads an archive's message and writes the answer, whatever the bytes are and whoever sent them.
pub fn serve<M: Memory>(
    shard: &mut Shard<M>,
    caller: Principal,
    bytes: &[u8],
    now: TimestampNs,
) -> Vec<u8> {
    let answer = match message::decode(bytes) {
        Ok(request) => fetch_blocks(shard, caller, &request, now),
        Err(MessageError::UnsupportedVersion { found: _ }) => FetchAnswer::UnsupportedVersion {
            supported: message::VERSION,
        },
        Err(
            MessageError::Empty
            | MessageError::Malformed { reason: _ }
            | MessageError::TrailingBytes { count: _ },
        ) => FetchAnswer::Malformed,
    };
    shard.counters.add(counters::fetch_answer(&answer), 1);
    message::encode(&answer)
}

/// Hands out the blocks that follow what `caller` has, if it is one of the shard's archives and its
/// last block is the shard's. That acknowledges what it has; the shard forgets what it need not keep.
pub fn fetch_blocks<M: Memory>(
    shard: &mut Shard<M>,
    caller: Principal,
    request: &FetchBlocks,
    now: TimestampNs,
) -> FetchAnswer {
    let FetchBlocks {
        next_index,
        last_hash,
        limit,
        first_index,
    } = *request;
    let mut archives = shard.archives().clone();
    if !archives.asks(caller, now) {
        return FetchAnswer::NotYourRange {
            reason: NotServed::NotRegistered,
        };
    }
    let next = next_index.get();
    let first_kept = shard.log.first_kept();
    let answer = if next < first_kept {
        // What it has cannot be checked, but it has no more.
        archives.lacks(caller, next_index, first_kept);
        FetchAnswer::Pruned {
            first_kept: BlockIndex::new(first_kept),
        }
    } else if next > shard.log.length() || shard.log.hash_before(next) != last_hash {
        archives.diverges(caller);
        FetchAnswer::Diverged {
            index: BlockIndex::new(next.saturating_sub(1)),
            ours: shard.log.hash_before(next),
        }
    } else if !archives.matches(caller, first_index, next_index, first_kept) {
        FetchAnswer::NotYourRange {
            reason: NotServed::StartsTooLate,
        }
    } else {
        // First, because what is forgotten now may be what a second archive asks for.
        let blocks = following(shard, next, limit);
        let retention = shard.settings().retention;
        let below = archives
            .forgettable()
            .min(shard.log.length().saturating_sub(retention));
        let forgotten = shard.log.forget_below(below);
        shard.counters.add(counters::FORGOTTEN_BLOCKS, forgotten);
        shard
            .counters
            .add(counters::HANDED_OUT_BLOCKS, blocks.len() as u64);
        FetchAnswer::Blocks {
            first_index: next_index,
            blocks,
            tip: shard.tip(),
        }
    };
    shard.set_archives(archives);
    answer
}

fn following<M: Memory>(shard: &Shard<M>, from: u64, limit: u32) -> Vec<EncodedBlock> {
    let to = from.saturating_add(limit.into()).min(shard.log.length());
    let mut page = Page::with_places(usize::MAX);
    (from..to)
        .map_while(|index| shard.log.block(BlockIndex::new(index)))
        .map(|held| held.block)
        .take_while(|block| page.takes(block.len()))
        .collect()
}
