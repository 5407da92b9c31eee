//! The highest tip that front saw of each shard. Stored, because it is what tells a rolled-back shard from
//! a healthy one, also after an upgrade of front.

use crate::memory::Memory;
use crate::stored::Stored;
use candid::Principal;
use ic_stable_structures::StableBTreeMap;
use types::registry::ShardTip;

/// Tips by shard.
pub(crate) struct Tips(StableBTreeMap<Principal, Stored<ShardTip>, Memory>);

impl Tips {
    /// Opens the memory.
    pub(crate) fn open(memory: Memory) -> Self {
        Self(StableBTreeMap::init(memory))
    }

    /// The highest tip of a shard, if it was ever heard of.
    pub(crate) fn get(&self, shard: Principal) -> Option<ShardTip> {
        self.0.get(&shard).map(|Stored(tip)| tip)
    }

    /// Takes over a tip whose log is longer than the known one. Answers may come out of order.
    pub(crate) fn learn(&mut self, shard: Principal, tip: ShardTip) {
        let known = self.get(shard);
        if known.is_none_or(|known| known.log_length < tip.log_length) {
            self.0.insert(shard, Stored(tip));
        }
    }
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
