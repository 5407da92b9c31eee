//! What is known of a shard from its blocks: nothing here asks anybody.

use super::Finding;
use crate::certified::CertifiedTip;
use crate::record::SavedTip;
use oplog::{Block, ChainVerifier, Replay};
use std::collections::BTreeMap;
use types::registry::PublicState;
use types::{AnchorNumber, AnchorRange, BlockHash, Principal};

/// A log from its first block on, verified and replayed.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    chain: ChainVerifier,
    replay: Replay,
    /// Hashes of the blocks that will be asked for, once they are known.
    watched: BTreeMap<u64, Option<BlockHash>>,
}

impl Ledger {
    /// Before the first block.
    pub(crate) const fn new(range: AnchorRange) -> Self {
        Self {
            chain: ChainVerifier::from_genesis(),
            replay: Replay::new(range),
            watched: BTreeMap::new(),
        }
    }

    /// The hash of this block will be asked for.
    pub(crate) fn watch(&mut self, index: u64) {
        self.watched.entry(index).or_default();
    }

    /// Takes the next block, which that canister answered.
    pub(crate) fn push(&mut self, by: Principal, block: &Block) -> Result<(), Finding> {
        let index = self.chain.next_index();
        let hash = self.chain.push(index, block);
        let hash = hash.map_err(|error| Finding::Chain { by, error })?;
        let index = index.get();
        let replayed = self.replay.push(block);
        replayed.map_err(|error| Finding::Replay { index, error })?;
        if let Some(watched) = self.watched.get_mut(&index) {
            *watched = Some(hash);
        }
        Ok(())
    }

    /// How many blocks there are.
    pub(crate) const fn length(&self) -> u64 {
        self.chain.next_index().get()
    }

    /// The last block's hash.
    pub(crate) const fn last_hash(&self) -> Option<BlockHash> {
        self.chain.last_hash()
    }

    /// The number that comes next.
    pub(crate) const fn next_anchor(&self) -> AnchorNumber {
        self.replay.next_anchor()
    }

    /// How many anchors there are.
    pub(crate) fn anchors(&self) -> u64 {
        self.replay.anchors().count() as u64
    }

    /// Whether a page of the public state is what the log gives, from `from` on: every anchor, its devices, nothing
    /// between and nothing above. The page must be of this ledger's last block.
    pub(crate) fn agrees(&self, from: AnchorNumber, page: &PublicState) -> Result<(), Finding> {
        let PublicState { anchors, next, tip } = page;
        if tip.log_length < self.length() {
            return Err(Finding::WentBack {
                page: tip.log_length,
                ledger: self.length(),
            });
        }
        if tip.last_hash != self.last_hash() {
            return Err(Finding::OtherHash {
                length: tip.log_length,
                served: tip.last_hash,
                found: self.last_hash(),
            });
        }
        if tip.next_anchor != self.next_anchor() {
            return Err(Finding::OtherNext {
                served: tip.next_anchor,
                replayed: self.next_anchor(),
            });
        }
        if let Some(next) = *next
            && (next <= from || next >= tip.next_anchor)
        {
            return Err(Finding::WrongPage { from, next });
        }
        let replayed = self.replay.anchors_from(from);
        let mut replayed =
            replayed.take_while(|(anchor, _)| next.is_none_or(|next| *anchor < next));
        let mut served = anchors.iter();
        loop {
            let (anchor, same) = match (replayed.next(), served.next()) {
                (None, None) => return Ok(()),
                (Some((anchor, _)), None) => (anchor, false),
                (None, Some(served)) => (served.anchor, false),
                (Some((anchor, devices)), Some(served)) => {
                    let same = served.anchor == anchor && served.devices == devices;
                    (anchor.min(served.anchor), same)
                }
            };
            if !same {
                return Err(Finding::OtherState { anchor });
            }
        }
    }

    /// Whether the log contains the tip that an archive certified.
    pub(crate) fn contains(&self, by: Principal, tip: &CertifiedTip) -> Result<(), Finding> {
        match self.watched.get(&tip.index).copied().flatten() {
            Some(found) => same_tip(by, tip.index, tip.hash, Some(found)),
            None => Err(Finding::Behind {
                by,
                index: tip.index,
                length: self.length(),
            }),
        }
    }

    /// Whether the log contains the tip that an earlier audit saved.
    pub(crate) fn continues(&self, saved: &SavedTip) -> Result<(), Finding> {
        let wrong = || Finding::SavedTip(saved.hash.clone());
        let hash = hex::decode(&saved.hash).map_err(|_| wrong())?;
        let hash = BlockHash::try_from(&hash[..]).map_err(|_| wrong())?;
        match self.watched.get(&saved.index).copied().flatten() {
            Some(found) if found == hash => Ok(()),
            Some(_) => Err(Finding::OtherHistory {
                index: saved.index,
                saved: saved.hash.clone(),
            }),
            None => Err(Finding::Shorter {
                length: self.length(),
                saved: saved.index,
            }),
        }
    }
}

/// Whether what a canister certified is what the log has.
pub(crate) fn same_tip(
    by: Principal,
    index: u64,
    certified: BlockHash,
    found: Option<BlockHash>,
) -> Result<(), Finding> {
    if found == Some(certified) {
        return Ok(());
    }
    Err(Finding::OtherTip {
        by,
        index,
        certified,
        found,
    })
}

#[cfg(test)]
mod tests;
