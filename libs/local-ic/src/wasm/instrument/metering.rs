//! Where a function's instructions are counted.
//!
//! A metering block is a run of instructions that is entered only at its first one and left only
//! after its last one (or by a trap). Its whole cost is taken off the counter when it is entered;
//! a call does not end it. Whether the counter has become negative is tested only where running
//! on could take unboundedly long: at a function's entry, at a loop's head, and by instructions
//! whose cost depends on an operand.

use super::weights::weight;
use wasmparser::Operator;

/// Cost of entering a function, so that calling an empty one is not free.
const ENTRY: u64 = 1;

/// A metering block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Index of its first instruction.
    pub(super) start: usize,
    /// Sum of the weights of its instructions.
    pub(super) cost: u64,
    /// Whether the counter is tested here.
    pub(super) tested: bool,
}

/// The metering blocks of a function in the order of their starts.
pub(super) fn blocks(ops: &[Operator<'_>]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut block = Block {
        start: 0,
        cost: ENTRY,
        tested: true,
    };
    for (index, op) in ops.iter().enumerate() {
        block.cost += weight(op);
        if ends_block(op) {
            blocks.push(block);
            block = Block {
                start: index + 1,
                cost: 0,
                tested: matches!(op, Operator::Loop { .. }),
            };
        }
    }
    // A function ends with `end`, so the block begun last is empty.
    blocks
}

/// Whether control may go elsewhere after `op`, or come from elsewhere to what follows it.
fn ends_block(op: &Operator<'_>) -> bool {
    matches!(
        op,
        Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
    )
}
