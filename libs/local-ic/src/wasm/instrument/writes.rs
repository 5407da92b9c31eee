//! Which instructions write the heap, and the marking of what they wrote.
//!
//! After a store the page of its first and the page of its last byte are marked; they are the same
//! one unless the store crosses a page boundary. Stores that trap mark nothing. After a bulk
//! operation all pages of its range are marked, none if the range is empty.

use wasm_encoder::{BlockType, Function, MemArg, ValType};
use wasmparser::Operator;

/// An instruction that writes the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// Takes an address and a value.
    Store {
        /// Type of the value.
        value: ValType,
        /// Constant that is added to the address.
        offset: u32,
        /// Bytes written.
        width: u32,
    },
    /// Takes a destination, a source or value, and a length.
    Bulk,
}

impl Write {
    /// How `op` writes the heap; `None` if it does not.
    pub(super) fn of(op: &Operator<'_>) -> Option<Self> {
        use Operator as O;
        let (value, memarg, width) = match op {
            O::I32Store8 { memarg } => (ValType::I32, memarg, 1),
            O::I32Store16 { memarg } => (ValType::I32, memarg, 2),
            O::I32Store { memarg } => (ValType::I32, memarg, 4),
            O::I64Store8 { memarg } => (ValType::I64, memarg, 1),
            O::I64Store16 { memarg } => (ValType::I64, memarg, 2),
            O::I64Store32 { memarg } => (ValType::I64, memarg, 4),
            O::I64Store { memarg } => (ValType::I64, memarg, 8),
            O::F32Store { memarg } => (ValType::F32, memarg, 4),
            O::F64Store { memarg } => (ValType::F64, memarg, 8),
            O::V128Store8Lane { memarg, .. } => (ValType::V128, memarg, 1),
            O::V128Store16Lane { memarg, .. } => (ValType::V128, memarg, 2),
            O::V128Store32Lane { memarg, .. } => (ValType::V128, memarg, 4),
            O::V128Store64Lane { memarg, .. } => (ValType::V128, memarg, 8),
            O::V128Store { memarg } => (ValType::V128, memarg, 16),
            O::MemoryFill { .. } | O::MemoryCopy { .. } | O::MemoryInit { .. } => {
                return Some(Self::Bulk);
            }
            _ => return None,
        };
        Some(Self::Store {
            value,
            offset: u32::try_from(memarg.offset).expect("validated: offsets into a 32-bit memory"),
            width,
        })
    }
}

/// Locals that hold an instruction's operands while it is executed.
#[derive(Default)]
pub(super) struct Scratch {
    /// Types of the added locals, in the order of their indices.
    pub(super) locals: Vec<ValType>,
    first: u32,
    address: Option<u32>,
    length: Option<u32>,
    values: Vec<(ValType, u32)>,
}

impl Scratch {
    /// The locals that `ops` need, numbered from `first` on.
    pub(super) fn for_ops(ops: &[Operator<'_>], first: u32) -> Self {
        let mut scratch = Self {
            first,
            ..Self::default()
        };
        for write in ops.iter().filter_map(Write::of) {
            let value = match write {
                Write::Store { value, .. } => value,
                Write::Bulk => {
                    if scratch.length.is_none() {
                        scratch.length = Some(scratch.add(ValType::I32));
                    }
                    ValType::I32
                }
            };
            if scratch.address.is_none() {
                scratch.address = Some(scratch.add(ValType::I32));
            }
            if !scratch.values.iter().any(|(ty, _)| *ty == value) {
                let local = scratch.add(value);
                scratch.values.push((value, local));
            }
        }
        scratch
    }

    fn add(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        self.first + u32::try_from(self.locals.len()).expect("at most seven scratch locals") - 1
    }

    /// Holds the address that was written to.
    pub(super) fn address(&self) -> u32 {
        self.address.expect("planned for every write")
    }

    /// Holds the length of a bulk operation.
    pub(super) fn length(&self) -> u32 {
        self.length.expect("planned for every bulk operation")
    }

    /// Holds a value of this type.
    pub(super) fn value(&self, ty: ValType) -> u32 {
        let found = self.values.iter().find(|(held, _)| *held == ty);
        found.expect("planned for every type that is stored").1
    }
}

/// Binary logarithm of the page size that is tracked.
const PAGE_SHIFT: i32 = crate::memory::PAGE_BYTES.trailing_zeros().cast_signed();
/// Index of the memory that holds the marks.
const DIRTY: u32 = super::DIRTY_MEMORY_INDEX;
/// A byte at the address on the stack.
const MARK: MemArg = MemArg {
    offset: 0,
    align: 0,
    memory_index: DIRTY,
};

/// Marks what a store wrote; its address is in the scratch local.
pub(super) fn mark_store(code: &mut Function, scratch: &Scratch, offset: u32, width: u32) {
    let mut mark = |distance: u32| {
        code.instructions().local_get(scratch.address());
        if distance != 0 {
            code.instructions()
                .i32_const(distance.cast_signed())
                .i32_add();
        }
        code.instructions()
            .i32_const(PAGE_SHIFT)
            .i32_shr_u()
            .i32_const(1)
            .i32_store8(MARK);
    };
    mark(offset);
    if width > 1 {
        // The store did not trap, so its last byte's address does not wrap around.
        mark(offset.wrapping_add(width - 1));
    }
}

/// Marks what a bulk operation wrote; its destination and length are in the scratch locals.
pub(super) fn mark_range(code: &mut Function, scratch: &Scratch) {
    let (start, length) = (scratch.address(), scratch.length());
    code.instructions()
        .local_get(length)
        .if_(BlockType::Empty)
        // Destination of the marks: the first page, kept as well.
        .local_get(start)
        .local_get(length)
        .i32_add()
        .i32_const(1)
        .i32_sub()
        .i32_const(PAGE_SHIFT)
        .i32_shr_u()
        .local_set(length)
        .local_get(start)
        .i32_const(PAGE_SHIFT)
        .i32_shr_u()
        .local_tee(start)
        // Their value.
        .i32_const(1)
        // Their number: last page - first page + 1.
        .local_get(length)
        .local_get(start)
        .i32_sub()
        .i32_const(1)
        .i32_add()
        .memory_fill(DIRTY)
        .end();
}
