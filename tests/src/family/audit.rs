//! The audit of a shard, as anybody can make it: archive, then shard, chain, certificate, replay.

use super::{Client, Family, ask};
use crate::Verified;
use client::LogClient;
use ic_certification::{HashTree, LookupResult};
use oplog::{Block, ChainVerifier, Replay};
use types::icrc3::{GetBlocksRequest, TipCertificate};
use types::registry::{PublicAnchor, ShardTip};
use types::{BlockHash, BlockIndex, Principal};

/// Anchors on a page of the public state: few, so that there are several pages.
const PAGE: u32 = 2;

/// The log of a shard that stood the audit.
pub struct Audited {
    /// All its blocks.
    pub blocks: Vec<Block>,
    /// Their hashes.
    pub hashes: Vec<BlockHash>,
    /// How many of them came from the archive.
    pub archived: usize,
    /// Where the log ends.
    pub tip: ShardTip,
}

impl Family {
    /// Audits a shard: the log is a chain up to the certified tip, and replaying it gives exactly the public
    /// state.
    #[track_caller]
    pub fn audits(&self, shard: usize) -> Audited {
        let tip = self.status(shard).tip;
        let archive = self.archive(shard);
        let registry = self.registry(shard);
        let mut blocks = blocks_from(&archive.log(), 0);
        let archived = blocks.len();
        blocks.extend(blocks_from(&registry.log(), archived as u64));
        assert_eq!(blocks.len() as u64, tip.log_length, "no block is missing");

        let mut chain = ChainVerifier::from_genesis();
        let mut replay = Replay::new(self.shards[shard].range);
        let mut hashes = Vec::new();
        for (index, block) in (0..).zip(&blocks) {
            let hash = chain.push(BlockIndex::new(index), block);
            hashes.push(hash.unwrap_or_else(|error| panic!("chain: {error}")));
            let replayed = replay.push(block);
            replayed.unwrap_or_else(|error| panic!("replay of block {index}: {error}"));
        }
        assert_eq!(
            chain.last_hash(),
            tip.last_hash,
            "the chain ends at the tip"
        );
        let certificate = ask(registry.log().get_tip_certificate()).succeeds();
        self.checks_tip(self.shards[shard].registry, certificate, tip);

        assert_eq!(replay.next_anchor(), tip.next_anchor);
        let replayed: Vec<PublicAnchor> = replay
            .anchors()
            .map(|(anchor, devices)| PublicAnchor {
                anchor,
                devices: devices.to_vec(),
            })
            .collect();
        assert_eq!(self.public_state(shard), replayed);
        Audited {
            blocks,
            hashes,
            archived,
            tip,
        }
    }

    /// All pages of the public state of a shard.
    #[track_caller]
    pub fn public_state(&self, shard: usize) -> Vec<PublicAnchor> {
        let mut anchors = Vec::new();
        let mut from = Some(self.shards[shard].range.lo());
        while let Some(first) = from {
            let page = ask(self.registry(shard).public_state(first, PAGE)).succeeds();
            anchors.extend(page.anchors);
            from = page.next;
        }
        anchors
    }

    #[track_caller]
    fn checks_tip(&self, canister: Principal, tip: Option<TipCertificate>, expected: ShardTip) {
        let Some(last) = expected.log_length.checked_sub(1) else {
            assert_eq!(tip, None, "an empty log has no tip");
            return;
        };
        let tip = tip.expect("the log has a block");
        let certified = Verified::new(&tip.certificate, &self.root_key());
        let tree: HashTree = serde_cbor::from_slice(&tip.hash_tree).expect("the tree is CBOR");
        assert_eq!(
            certified.of_canister(canister, "certified_data"),
            Some(tree.digest().to_vec()),
            "the tree is the certified one"
        );
        let leaf = |label: &str| match tree.lookup_path([label.as_bytes()]) {
            LookupResult::Found(value) => value.to_vec(),
            other => panic!("{label}: {other:?}"),
        };
        let hash = expected.last_hash.expect("the log has a block");
        assert_eq!(leaf("last_block_hash"), hash.as_ref());
        let (index, length) = leb128fmt::encode_u64(last).expect("every number has an encoding");
        assert_eq!(leaf("last_block_index"), &index[..length]);
    }
}

/// The blocks that a canister has from an index on.
#[track_caller]
fn blocks_from(log: &LogClient<&Client<'_>>, first: u64) -> Vec<Block> {
    let mut blocks = Vec::new();
    loop {
        let start = first + blocks.len() as u64;
        let run = GetBlocksRequest {
            start: start.into(),
            length: 1_000_u32.into(),
        };
        let answer = ask(log.get_blocks(&[run])).succeeds();
        if answer.blocks.is_empty() {
            return blocks;
        }
        for (index, found) in (start..).zip(answer.blocks) {
            assert_eq!(found.id, index, "blocks come in their order");
            let block = Block::from_value(&found.block);
            blocks.push(block.unwrap_or_else(|error| panic!("block {index}: {error}")));
        }
    }
}
