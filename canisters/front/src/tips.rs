//! The highest tip that front saw of each shard. Stored, because it is what tells a rolled-back shard from
//! a healthy one, also after an upgrade of front.
//!
//! A vector with a place for each shard that was ever heard of, so that a new tip is one write of a known length:
//!
//! ```text
//!     0     8  blocks in the shard's log, u64 LE
//!     8     8  the next anchor's number, u64 LE
//!    16     1  1: the log has a last block, 0: it is empty
//!    17    32  the last block's hash, or zeros
//!    49     1  length of the shard's principal
//!    50    29  the principal, zeros behind it
//! ```

use crate::memory::Memory;
use crate::stored::Stored;
use candid::Principal;
use ic_stable_structures::storable::{Bound, Storable};
use ic_stable_structures::{Memory as _, StableBTreeMap, StableVec};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use types::registry::ShardTip;
use types::{AnchorNumber, BlockHash};

/// Tips by shard.
pub(crate) struct Tips {
    stored: StableVec<StoredTip, Memory>,
    /// What is stored, which every order reads several times, and where.
    known: BTreeMap<Principal, Known>,
    /// Shards that lacked their tip when they were last heard of. Heap only: found out again.
    rolled_back: BTreeSet<Principal>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    place: u64,
    tip: ShardTip,
}

/// What a place holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StoredTip {
    shard: Principal,
    tip: ShardTip,
}

const STORED_BYTES: u32 = 79;

impl Tips {
    /// Opens the memory.
    pub(crate) fn open(memory: Memory) -> Self {
        let stored = StableVec::init(memory);
        // Not collected, which would sort: see `canister_kit::sorted`.
        let mut known = BTreeMap::new();
        for (place, StoredTip { shard, tip }) in (0..).zip(stored.iter()) {
            known.insert(shard, Known { place, tip });
        }
        Self {
            known,
            stored,
            rolled_back: BTreeSet::new(),
        }
    }

    /// The highest tip of a shard, if it was ever heard of.
    pub(crate) fn get(&self, shard: Principal) -> Option<ShardTip> {
        self.known.get(&shard).map(|known| known.tip)
    }

    /// Takes over a tip whose log is longer than the known one. Answers may come out of order.
    pub(crate) fn learn(&mut self, shard: Principal, tip: ShardTip) {
        let known = self.get(shard);
        if known.is_none_or(|known| known.log_length < tip.log_length) {
            self.store(shard, tip);
        }
    }

    /// Puts another tip in the place of the known one.
    pub(crate) fn replace(&mut self, shard: Principal, tip: ShardTip) {
        self.store(shard, tip);
        self.rolled_back.remove(&shard);
    }

    fn store(&mut self, shard: Principal, tip: ShardTip) {
        let stored = StoredTip { shard, tip };
        if let Some(known) = self.known.get_mut(&shard) {
            known.tip = tip;
            self.stored.set(known.place, &stored);
        } else {
            let place = self.stored.len();
            self.stored.push(&stored);
            self.known.insert(shard, Known { place, tip });
        }
    }

    /// Notes that a shard refused because it lacks its tip.
    pub(crate) fn refused(&mut self, shard: Principal) {
        self.rolled_back.insert(shard);
    }

    /// Notes that a shard has what was expected of it.
    pub(crate) fn confirmed(&mut self, shard: Principal) {
        self.rolled_back.remove(&shard);
    }

    /// Notes whether a shard with the tip `found` has what was expected of it when it was asked.
    pub(crate) fn compare(
        &mut self,
        shard: Principal,
        expected: Option<ShardTip>,
        found: ShardTip,
    ) {
        if expected.is_some_and(|expected| lacks(found, expected)) {
            self.refused(shard);
        } else {
            self.confirmed(shard);
        }
    }

    /// Whether a shard lacked its tip when it was last heard of.
    pub(crate) fn is_rolled_back(&self, shard: Principal) -> bool {
        self.rolled_back.contains(&shard)
    }
}

/// Whether a log that ends at `found` surely lacks `expected`.
fn lacks(found: ShardTip, expected: ShardTip) -> bool {
    found.log_length < expected.log_length
        || found.next_anchor < expected.next_anchor
        || (found.log_length == expected.log_length && found.last_hash != expected.last_hash)
}

impl Storable for StoredTip {
    const BOUND: Bound = Bound::Bounded {
        max_size: STORED_BYTES,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        self.into_bytes().into()
    }

    fn into_bytes(self) -> Vec<u8> {
        let Self { shard, tip } = self;
        let ShardTip {
            log_length,
            last_hash,
            next_anchor,
        } = tip;
        let mut bytes = vec![0; STORED_BYTES as usize];
        bytes[..8].copy_from_slice(&log_length.to_le_bytes());
        bytes[8..16].copy_from_slice(&next_anchor.get().to_le_bytes());
        if let Some(hash) = last_hash {
            bytes[16] = 1;
            bytes[17..49].copy_from_slice(hash.as_bytes());
        }
        let shard = shard.as_slice();
        bytes[49] = u8::try_from(shard.len()).expect("a principal has at most 29 bytes");
        bytes[50..][..shard.len()].copy_from_slice(shard);
        bytes
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        // The layout version promises that these bytes are ours: anything else must stop the canister.
        Self::read(&bytes).expect("a stored tip of this layout")
    }
}

impl StoredTip {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (log_length, rest) = bytes.split_first_chunk()?;
        let (next_anchor, rest) = rest.split_first_chunk()?;
        let ([has_hash], rest) = rest.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (length, shard) = rest.split_first()?;
        Some(Self {
            shard: Principal::try_from_slice(shard.get(..usize::from(*length))?).ok()?,
            tip: ShardTip {
                log_length: u64::from_le_bytes(*log_length),
                last_hash: (*has_hash == 1).then_some(BlockHash::new(*hash)),
                next_anchor: AnchorNumber::new(u64::from_le_bytes(*next_anchor)),
            },
        })
    }
}

/// Moves the tips of layout 2, a map from principals to CBOR, and leaves nothing in its memory.
pub(crate) fn migrate_from_layout_2(from: Memory, to: Memory) {
    if from.size() == 0 {
        return;
    }
    let mut map = StableBTreeMap::<Principal, Stored<ShardTip>, Memory>::init(from);
    let stored = StableVec::new(to);
    for entry in map.iter() {
        let (shard, Stored(tip)) = entry.into_pair();
        stored.push(&StoredTip { shard, tip });
    }
    map.clear_new();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::memories;
    use ic_stable_structures::DefaultMemoryImpl;
    use ic_stable_structures::memory_manager::{MemoryId, MemoryManager};

    fn tip(log_length: u64, hash: u8) -> ShardTip {
        ShardTip {
            log_length,
            last_hash: Some(BlockHash::new([hash; 32])),
            next_anchor: AnchorNumber::new(log_length),
        }
    }

    /// Golden bytes: a change of these is a change of the stored layout and needs a migration.
    #[test]
    fn stored_tips_keep_their_bytes() {
        let shard = Principal::from_slice(&[7; 29]);
        let stored = StoredTip {
            shard,
            tip: tip(2, 1),
        };
        let golden = [
            "0200000000000000",
            "0200000000000000",
            "01",
            &"01".repeat(32),
            "1d",
            &"07".repeat(29),
        ];
        assert_eq!(hex::encode(stored.into_bytes()), golden.concat());

        let empty = ShardTip {
            log_length: 0,
            last_hash: None,
            next_anchor: AnchorNumber::new(10_000),
        };
        let shard = Principal::from_slice(&[8; 10]);
        let stored = StoredTip { shard, tip: empty };
        let golden = [
            "0000000000000000",
            "1027000000000000",
            "00",
            &"00".repeat(32),
            "0a",
            &"08".repeat(10),
            &"00".repeat(19),
        ];
        let bytes = stored.into_bytes();
        assert_eq!(hex::encode(&bytes), golden.concat());
        assert_eq!(StoredTip::from_bytes(bytes.into()), stored);
    }

    /// Golden bytes of layout 2: what its map holds must be read for ever.
    #[test]
    fn tips_of_layout_2_are_moved() {
        let manager = MemoryManager::init(DefaultMemoryImpl::default());
        let [from, to] = [4, 6].map(|id| manager.get(MemoryId::new(id)));
        let golden = ["8302", "5820", &"01".repeat(32), "02"].concat();
        assert_eq!(hex::encode(Stored(tip(2, 1)).into_bytes()), golden);
        let shards = [Principal::anonymous(), Principal::management_canister()];
        migrate_from_layout_2(from.clone(), to.clone());
        assert_eq!(from.size(), 0, "a new canister has nothing to migrate");
        let mut map = StableBTreeMap::init(from.clone());
        map.insert(shards[0], Stored(tip(2, 1)));
        map.insert(shards[1], Stored(tip(5, 3)));
        migrate_from_layout_2(from.clone(), to.clone());
        let tips = Tips::open(to);
        assert_eq!(tips.get(shards[0]), Some(tip(2, 1)));
        assert_eq!(tips.get(shards[1]), Some(tip(5, 3)));
        let left = StableBTreeMap::<Principal, Stored<ShardTip>, Memory>::init(from);
        assert!(left.is_empty());
    }

    #[test]
    fn tips_are_there_when_the_memory_is_opened_again() {
        let memory = memories().tips;
        let [one, other] = [Principal::anonymous(), Principal::management_canister()];
        assert_eq!(Tips::open(memory.clone()).get(one), None);
        let mut tips = Tips::open(memory.clone());
        tips.learn(one, tip(2, 1));
        tips.learn(other, tip(5, 1));
        tips.replace(other, tip(3, 2));
        let tips = Tips::open(memory);
        assert_eq!(tips.get(one), Some(tip(2, 1)));
        assert_eq!(tips.get(other), Some(tip(3, 2)));
    }

    #[test]
    fn only_longer_logs_are_learned() {
        let mut tips = Tips::open(memories().tips);
        let shard = Principal::management_canister();
        assert_eq!(tips.get(shard), None);
        tips.learn(shard, tip(2, 1));
        tips.learn(shard, tip(1, 2));
        tips.learn(shard, tip(2, 3));
        assert_eq!(tips.get(shard), Some(tip(2, 1)));
        tips.learn(shard, tip(3, 4));
        assert_eq!(tips.get(shard), Some(tip(3, 4)));
        assert_eq!(tips.get(Principal::anonymous()), None);
    }

    #[test]
    fn a_log_lacks_a_tip_that_it_is_behind_or_differs_from() {
        let expected = tip(5, 1);
        let numbers = |next, length, hash| ShardTip {
            next_anchor: AnchorNumber::new(next),
            ..tip(length, hash)
        };
        for lacking in [tip(4, 1), tip(5, 2), numbers(4, 5, 1), numbers(4, 6, 1)] {
            assert!(lacks(lacking, expected), "{lacking:?}");
        }
        // Where a longer log has the block is not known.
        for whole in [expected, tip(6, 2), numbers(5, 6, 2), numbers(6, 5, 1)] {
            assert!(!lacks(whole, expected), "{whole:?}");
        }
    }
}
