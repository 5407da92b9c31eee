//! What ICRC-3 asks of an archive beside its blocks.

use types::icrc3::SupportedBlockType;

/// Where the blocks are described.
const DESCRIPTION: &str = "urn:anchorage:docs:oplog";

/// The types of blocks that there are, with the place that describes them.
pub fn block_types() -> Vec<SupportedBlockType> {
    oplog::BlockType::ALL
        .into_iter()
        .map(|block_type| SupportedBlockType {
            block_type: block_type.name().to_owned(),
            url: DESCRIPTION.to_owned(),
        })
        .collect()
}
