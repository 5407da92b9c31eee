//! The highest tip that front saw of each shard. Stored, because it is what tells a rolled-back shard from
//! a healthy one, also after an upgrade of front.

use crate::memory::Memory;
use crate::stored::Stored;
use candid::Principal;
use ic_stable_structures::StableBTreeMap;
use std::collections::{BTreeMap, BTreeSet};
use types::registry::ShardTip;

/// Tips by shard.
pub(crate) struct Tips {
    stored: StableBTreeMap<Principal, Stored<ShardTip>, Memory>,
    /// What is stored, which every order reads several times.
    known: BTreeMap<Principal, ShardTip>,
    /// Shards that lacked their tip when they were last heard of. Heap only: found out again.
    rolled_back: BTreeSet<Principal>,
}

impl Tips {
    /// Opens the memory.
    pub(crate) fn open(memory: Memory) -> Self {
        let stored = StableBTreeMap::init(memory);
        // Not collected, which would sort: see `canister_kit::sorted`.
        let mut known = BTreeMap::new();
        for entry in stored.iter() {
            let (shard, Stored(tip)) = entry.into_pair();
            known.insert(shard, tip);
        }
        Self {
            known,
            stored,
            rolled_back: BTreeSet::new(),
        }
    }

    /// The highest tip of a shard, if it was ever heard of.
    pub(crate) fn get(&self, shard: Principal) -> Option<ShardTip> {
        self.known.get(&shard).copied()
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
        self.stored.insert(shard, Stored(tip));
        self.known.insert(shard, tip);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::memories;
    use types::{AnchorNumber, BlockHash};

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
        use ic_stable_structures::Storable;
        let bytes = Stored(tip(2, 1)).into_bytes();
        let golden = ["8302", "5820", &"01".repeat(32), "02"].concat();
        assert_eq!(hex::encode(bytes), golden);
    }

    #[test]
    fn tips_are_there_when_the_memory_is_opened_again() {
        let memory = memories().tips;
        let [one, other] = [Principal::anonymous(), Principal::management_canister()];
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
}
