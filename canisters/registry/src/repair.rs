//! How a shard that was set back gets its log again: from the blocks that an archive kept, and, of what nobody kept,
//! by a block that says so.
//!
//! Blocks are taken one by one, each as a whole: its bytes go into the log as they are, so that its hash and those of the
//! blocks after it are what they were, and what it did is done to the anchors again. Nothing is certain until front
//! says that the tip is the one it expects: the shard cannot know how long its log was.
//!
//! Not brought back, because no block shows them: aliases, models, metadata values, temporary keys, and which orders were
//! carried out. So an order of the time that was lost, repeated after the repair, is a new one.

use crate::counters;
use crate::ring::PushError;
use crate::shard::Shard;
use anchors::RestoreError;
use canister_kit::guards::{Caller, Controller};
use ic_stable_structures::Memory;
use oplog::{Block, Operation, Tx};
use types::registry::{Loss, Repair, RepairError, ShardTip};
use types::{BlockIndex, EncodedBlock, TimestampNs};

#[cfg(test)]
mod tests;

/// Blocks that one call takes at most.
pub const MAX_BLOCKS: usize = 1_000;

/// Takes blocks that continue the shard's own log, and brings back what they did. Those that it has already are compared
/// and passed over, so that a call whose outcome is unknown can be repeated.
pub fn repair<M: Memory>(
    shard: &mut Shard<M>,
    caller: Caller,
    request: &Repair,
) -> Result<ShardTip, RepairError> {
    check(shard, caller)?;
    let Repair {
        first_index,
        blocks,
    } = request;
    if blocks.len() > MAX_BLOCKS {
        return Err(RepairError::TooManyBlocks {
            count: blocks.len() as u64,
            limit: MAX_BLOCKS as u64,
        });
    }
    let before = shard.log.length();
    let mut indices = (first_index.get()..).map(BlockIndex::new).zip(blocks);
    let taken = indices.try_for_each(|(index, bytes)| take(shard, index, bytes));
    if shard.log.length() != before {
        let mut archives = shard.archives().clone();
        archives.compare_anew();
        shard.set_archives(archives);
    }
    taken.map(|()| shard.tip())
}

/// Declares that nobody has the blocks that followed: writes a block that says so, and gives the numbers that were given
/// in them to anchors without devices. Repeated, it is harmless.
pub fn declare_lost<M: Memory>(
    shard: &mut Shard<M>,
    caller: Caller,
    loss: Loss,
    now: TimestampNs,
) -> Result<ShardTip, RepairError> {
    let controller = check(shard, caller)?;
    let Loss {
        first_missing,
        next_anchor,
    } = loss;
    if is_declared(shard, loss) {
        return Ok(shard.tip());
    }
    let expected = BlockIndex::new(shard.log.length());
    if first_missing != expected {
        return Err(RepairError::WrongIndex { expected });
    }
    let ours = shard.anchors.next();
    if next_anchor < ours {
        return Err(RepairError::NumbersGiven { next_anchor: ours });
    }
    let tx = Tx {
        anchor: ours,
        caller: controller.principal(),
        operation: Operation::Lost {
            first_missing,
            next_anchor,
        },
    };
    append(shard, &Block::new(shard.log.last_hash(), now, &tx), &tx)?;
    shard.counters.add(counters::operation(&tx.operation), 1);
    Ok(shard.tip())
}

fn check<M: Memory>(shard: &Shard<M>, caller: Caller) -> Result<Controller, RepairError> {
    let controller = caller
        .controller()
        .map_err(|_| RepairError::NotController {
            caller: caller.principal,
        })?;
    if !shard.settings().maintenance {
        return Err(RepairError::NotInMaintenance);
    }
    Ok(controller)
}

/// Whether the last block declares just this.
fn is_declared<M: Memory>(shard: &Shard<M>, loss: Loss) -> bool {
    if shard.log.length() != loss.first_missing.get().saturating_add(1) {
        return false;
    }
    let last = shard.log.block(loss.first_missing);
    let block = last.and_then(|held| Block::decode(held.block.as_slice()).ok());
    let tx = block.and_then(|block| block.tx().ok());
    tx.is_some_and(|tx| {
        tx.operation
            == Operation::Lost {
                first_missing: loss.first_missing,
                next_anchor: loss.next_anchor,
            }
    })
}

fn take<M: Memory>(
    shard: &mut Shard<M>,
    index: BlockIndex,
    bytes: &EncodedBlock,
) -> Result<(), RepairError> {
    let expected = BlockIndex::new(shard.log.length());
    if index > expected {
        return Err(RepairError::WrongIndex { expected });
    }
    if index < expected {
        return match shard.log.block(index) {
            Some(held) if held.block == *bytes => Ok(()),
            Some(_) => Err(RepairError::OtherBlock { index }),
            None => Err(RepairError::Forgotten {
                first_kept: BlockIndex::new(shard.log.first_kept()),
            }),
        };
    }
    let read = Block::decode(bytes.as_slice()).and_then(|block| Ok((block.tx()?, block)));
    let (tx, block) = read.map_err(|error| RepairError::Undecodable {
        index,
        reason: error.to_string(),
    })?;
    let ours = shard.log.last_hash();
    if block.phash != ours {
        return Err(RepairError::OtherParent { index, ours });
    }
    if let Operation::Lost { first_missing, .. } = tx.operation
        && first_missing != index
    {
        return Err(RepairError::Impossible {
            index,
            reason: format!("it declares blocks from {first_missing} on to be lost"),
        });
    }
    append(shard, &block, &tx)?;
    shard.counters.add(counters::REPAIRED_BLOCKS, 1);
    Ok(())
}

/// Does what `block` did, and appends it: both or neither.
fn append<M: Memory>(shard: &mut Shard<M>, block: &Block, tx: &Tx) -> Result<(), RepairError> {
    shard.log.reserve().map_err(|error| match error {
        PushError::Full { capacity } => RepairError::NoRoom { limit: capacity },
        PushError::OutOfMemory(_) => RepairError::OutOfMemory,
    })?;
    let index = BlockIndex::new(shard.log.length());
    let restored = shard.anchors.restore(tx, block.ts);
    let restored = restored.map_err(|error| match error {
        RestoreError::OutOfMemory(_) => RepairError::OutOfMemory,
        // As with every other message: over damaged memory the canister does not go on.
        RestoreError::Damaged(error) => panic!("{error}"),
        error => RepairError::Impossible {
            index,
            reason: error.to_string(),
        },
    })?;
    shard
        .log
        .append_block(block)
        .expect("the place was reserved");
    // A snapshot brings the heap back too, and with it the keys that acted for devices.
    if let Some(key) = restored.gone {
        shard.temporary_keys.forget(tx.anchor, &key);
    }
    // What waits to be verified came before the block; whoever wants it opens again.
    shard.registration_modes.end(tx.anchor);
    Ok(())
}
