//! What auditors ask. Pages are bounded by entries and by bytes, so that every answer fits a message.

use candid::Nat;
use ic_stable_structures::Memory;
use oplog::{Block, EntryRef};
use thiserror::Error;
use types::archive::{AnchorEntries, ArchiveStatus, Cursor, Entries, FailureCount};
use types::icrc3::{BlockWithId, GetBlocksRequest, GetBlocksResult};
use types::lean::{self, Lean, Typed};
use types::{AnchorNumber, BlockIndex, TimestampNs};

use canister_kit::build::BuildInfo;
use canister_kit::page::Page;

use crate::config::Config;
use crate::counters;
use crate::memory::LAYOUT_VERSION;
use crate::state::State;
use crate::store::Store;

#[cfg(test)]
mod tests;

/// Room for an entry about one passkey.
const BYTES_PER_ENTRY: usize = 320;
/// Runs of blocks that one call may ask for.
const RUNS_PER_CALL: usize = 100;

/// A cursor that is none of the anchor's. Asking again with the same one does not help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("next_token does not come from get_anchor_entries of this anchor")]
pub struct BadToken;

/// A page with as many places as are asked for, if that is not more than `most`.
fn page(asked: Option<u16>, most: u16) -> Page {
    Page::with_places(asked.unwrap_or(most).min(most).into())
}

/// Entries in Candid in the making: written in a tenth of what the library takes, and straight from the blocks' bytes.
struct Written {
    /// The types, then the entries, whose number comes between them at the end.
    bytes: Vec<u8>,
    types: usize,
    count: usize,
}

impl Written {
    /// Nothing yet, of an answer of this type.
    fn of<T: Typed>(page: &Page) -> Self {
        let mut bytes = lean::types::<T>();
        let types = bytes.len();
        bytes.reserve(BYTES_PER_ENTRY * page.places_left());
        Self {
            bytes,
            types,
            count: 0,
        }
    }

    /// Appends a block in words; none if this module cannot read it, which happens only when an older module was
    /// installed than the one that stored it.
    fn push(&mut self, index: BlockIndex, block: &[u8]) {
        let entry = EntryRef::read(index, block).ok();
        lean::opt(entry, &mut self.bytes, |entry, to| entry.write(to));
        self.count += 1;
    }

    /// The answer so far.
    fn finish(mut self) -> Vec<u8> {
        let mut count = Vec::new();
        lean::length(self.count, &mut count);
        self.bytes.splice(self.types..self.types, count);
        self.bytes
    }
}

/// The entries from `index` on, or the latest ones: an answer of the type [`Entries`] in Candid.
pub fn entries<M: Memory>(
    store: &Store<M>,
    index: Option<BlockIndex>,
    limit: Option<u16>,
    most: u16,
) -> Vec<u8> {
    let page = page(limit, most);
    let mut written = Written::of::<Entries>(&page);
    let (first, next) = (store.first_index().get(), store.next_index().get());
    if let Some(index) = index {
        for (index, bytes) in taken(store, index.get().max(first)..next, page) {
            written.push(index, &bytes);
        }
    } else {
        // From the last one back, so that what the page has no room for is the oldest.
        let latest: Vec<_> = taken(store, (first..next).rev(), page).collect();
        for (index, bytes) in latest.iter().rev() {
            written.push(*index, bytes);
        }
    }
    written.finish()
}

/// Blocks with these indices until the page is full.
fn taken<M: Memory>(
    store: &Store<M>,
    indices: impl Iterator<Item = u64>,
    mut page: Page,
) -> impl Iterator<Item = (BlockIndex, Vec<u8>)> {
    indices.map(BlockIndex::new).map_while(move |index| {
        let bytes = store.get(index)?;
        page.takes(bytes.len()).then_some((index, bytes))
    })
}

/// The entries of one anchor, in the log's order: an answer of the type [`AnchorEntries`] in Candid.
pub fn anchor_entries<M: Memory>(
    store: &Store<M>,
    anchor: AnchorNumber,
    cursor: Option<Cursor>,
    limit: Option<u16>,
    most: u16,
) -> Result<Vec<u8>, BadToken> {
    let (start, from) = match cursor {
        None => (None, store.first_index()),
        Some(Cursor::Timestamp(time)) => (None, store.first_not_before(time)),
        Some(Cursor::NextToken(token)) => {
            let index = <[u8; 8]>::try_from(token.as_slice()).map_err(|_| BadToken)?;
            let index = BlockIndex::new(u64::from_be_bytes(index));
            if store.anchor_of(index) != Some(anchor) {
                return Err(BadToken);
            }
            (Some(index), index)
        }
    };
    // A page without entries could not say where the next one starts.
    let mut page = page(limit.map(|limit| limit.max(1)), most);
    let mut written = Written::of::<AnchorEntries>(&page);
    let mut next_token = None;
    let entries = store.of_anchor(anchor, start);
    for index in entries.skip_while(|index| *index < from) {
        let bytes = store.get(index).unwrap_or_default();
        if !page.takes(bytes.len()) {
            next_token = Some(index.get().to_be_bytes());
            break;
        }
        written.push(index, &bytes);
    }
    let mut answer = written.finish();
    lean::opt(next_token, &mut answer, lean::blob);
    Ok(answer)
}

/// The blocks of the asked runs, as far as they are here and one answer holds them.
pub fn blocks<M: Memory>(
    store: &Store<M>,
    runs: &[GetBlocksRequest],
    most: u16,
) -> GetBlocksResult {
    let mut page = page(None, most);
    let mut blocks = Vec::new();
    'answer: for GetBlocksRequest { start, length } in runs.iter().take(RUNS_PER_CALL) {
        let (start, length) = (saturating(start), saturating(length));
        let end = start.saturating_add(length).min(store.next_index().get());
        let start = start.max(store.first_index().get());
        for index in (start..end).map(BlockIndex::new) {
            let Some(bytes) = store.get(index) else { break };
            if !page.takes(bytes.len()) {
                break 'answer;
            }
            if let Ok(block) = Block::decode_stored(&bytes) {
                blocks.push(BlockWithId {
                    id: Nat::from(index.get()),
                    block: block.to_value(),
                });
            }
        }
    }
    GetBlocksResult {
        log_length: Nat::from(store.next_index().get()),
        blocks,
        archived_blocks: Vec::new(),
    }
}

/// A number as 64 bits, the largest one for all that are larger.
fn saturating(number: &Nat) -> u64 {
    u64::try_from(&number.0).unwrap_or(u64::MAX)
}

/// What the archive says about itself.
pub fn status<M: Memory>(state: &State<M>, build: BuildInfo) -> ArchiveStatus {
    let Config {
        registry,
        range,
        first_index,
        parent_hash: _,
        poll_interval_ns,
        fetch_limit,
        max_entries_per_call,
    } = state.config;
    let BuildInfo {
        canister: _,
        version,
        commit,
    } = build;
    let last_success = state.counters.get(counters::LAST_SUCCESS_NS);
    ArchiveStatus {
        registry,
        range,
        first_index,
        next_index: state.store.next_index(),
        last_hash: state.store.last_hash(),
        registry_tip: state.registry_tip,
        last_success: (last_success > 0).then(|| TimestampNs::new(last_success)),
        last_failure: state.last_failure.clone(),
        failures: counters::FAILURES
            .iter()
            .map(|(slot, reason)| FailureCount {
                reason: (*reason).to_owned(),
                count: state.counters.get(*slot),
            })
            .collect(),
        poll_interval_ns,
        fetch_limit,
        max_entries_per_call,
        layout_version: LAYOUT_VERSION,
        version: version.to_owned(),
        commit: commit.to_owned(),
    }
}
