//! What operators do when a shard was set back.

use super::{Family, Role, Shard, ask, operator};
use oplog::Block;
use std::time::Duration;
use types::archive::{ArchiveInit, ArchiveSettings};
use types::front::{ExpectTipError, ExpectedTip};
use types::icrc3::GetBlocksRequest;
use types::registry::{ArchiveLink, Loss, RegistrySettings, Repair, RepairError, ShardTip};
use types::{AnchorNumber, BlockIndex, EncodedBlock, Principal};

impl Family {
    /// Closes a shard for orders, or opens it again.
    #[track_caller]
    pub fn sets_maintenance(&self, shard: usize, maintenance: bool) {
        let settings = RegistrySettings {
            maintenance: Some(maintenance),
            ..RegistrySettings::default()
        };
        let registry = self.registry_as(shard, operator());
        let result = ask(registry.configure(&settings)).succeeds();
        result.expect("the operator is a controller");
    }

    /// Gives a shard a new archive for what follows these blocks, in the place of all others.
    #[track_caller]
    pub fn installs_a_successor(&self, shard: usize, before: &[EncodedBlock]) -> Principal {
        let Shard {
            registry, range, ..
        } = self.shards[shard];
        let canister = self.creates_canister();
        let last = before.last().map(|block| Block::decode(block.as_slice()));
        let argument = ArchiveInit {
            registry,
            range,
            first_index: BlockIndex::new(before.len() as u64),
            parent_hash: last.map(|last| last.expect("a block").hash()),
            settings: ArchiveSettings::default(),
        };
        self.install(canister, "archive", &argument);
        let link = ArchiveLink {
            canister,
            in_service: true,
        };
        let registry = self.registry_as(shard, operator());
        let named = ask(registry.set_archives(&[link])).succeeds();
        named.expect("the operator is a controller");
        canister
    }

    /// The blocks that the archive of a shard has, from the first one on.
    #[track_caller]
    pub fn archived_blocks(&self, shard: usize) -> Vec<EncodedBlock> {
        let everything = GetBlocksRequest {
            start: 0_u32.into(),
            length: 1_000_u32.into(),
        };
        let answer = ask(self.archive(shard).log().get_blocks(&[everything])).succeeds();
        let blocks = answer.blocks.iter();
        blocks
            .map(|found| Block::from_value(&found.block).expect("a block").encode())
            .collect()
    }

    /// Sends these blocks to a shard, of which the first has this index.
    #[track_caller]
    pub fn repairs(
        &self,
        shard: usize,
        first_index: u64,
        blocks: &[EncodedBlock],
    ) -> Result<ShardTip, RepairError> {
        let request = Repair {
            first_index: BlockIndex::new(first_index),
            blocks: blocks.to_vec(),
        };
        ask(self.registry_as(shard, operator()).repair(&request)).succeeds()
    }

    /// Declares that blocks from this one on are lost, and numbers up to that one.
    #[track_caller]
    pub fn declares_lost(
        &self,
        shard: usize,
        first_missing: u64,
        next_anchor: AnchorNumber,
    ) -> Result<ShardTip, RepairError> {
        let loss = Loss {
            first_missing: BlockIndex::new(first_missing),
            next_anchor,
        };
        ask(self.registry_as(shard, operator()).declare_lost(loss)).succeeds()
    }

    /// Blocks from this one on are lost, and numbers up to that one: declared, told to front, and the shard is open again.
    #[track_caller]
    pub fn loses(&self, shard: usize, first_missing: u64, next_anchor: AnchorNumber) -> ShardTip {
        self.sets_maintenance(shard, true);
        let declared = self.declares_lost(shard, first_missing, next_anchor);
        let tip = declared.expect("in maintenance");
        self.lets_front_expect(shard, &tip).expect("its tip");
        self.sets_maintenance(shard, false);
        tip
    }

    /// Waits until a shard's newest archive has acknowledged a log of this length.
    #[track_caller]
    pub fn waits_until_acknowledged(&self, shard: usize, length: u64) {
        let ten_minutes = Duration::from_mins(10);
        self.waits_until("the archive has everything", ten_minutes, |family| {
            family.status(shard).archives[0].acknowledged.get() == length
        });
    }

    /// Lets front expect this tip of a shard.
    #[track_caller]
    pub fn lets_front_expect(&self, shard: usize, tip: &ShardTip) -> Result<(), ExpectTipError> {
        let canister = self.id(Role::Registry(shard));
        ask(self.front_as(operator()).expect_tip(canister, tip)).succeeds()
    }

    /// What front expects of a shard.
    #[track_caller]
    pub fn expected(&self, shard: usize) -> ExpectedTip {
        let tips = ask(self.front().expected_tips()).succeeds();
        let canister = self.id(Role::Registry(shard));
        let mut tips = tips.into_iter();
        tips.find(|tip| tip.canister == canister)
            .expect("front knows the shard")
    }
}
