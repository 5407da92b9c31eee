//! Rewriting one function's body.

use super::metering::{Block, blocks};
use super::renumber::Renumber;
use super::writes::{Scratch, Write, mark_range, mark_store};
use crate::wasm::validate::InvalidModule;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{BlockType, Function, ValType};
use wasmparser::{FunctionBody, Operator};

/// Indices that the inserted code refers to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inserted {
    /// The global that counts down.
    pub(super) counter: u32,
    /// The imported function that traps.
    pub(super) out_of_instructions: u32,
}

/// The rewritten body and how many instructions it has, those that mark pages not counted.
pub(super) fn rewrite(
    body: &FunctionBody<'_>,
    params: u32,
    inserted: Inserted,
    renumber: &mut Renumber,
) -> Result<(Function, u64), InvalidModule> {
    let mut locals = Vec::new();
    let mut first_free = params;
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        first_free += count;
        locals.push((count, renumber.val_type(ty)?));
    }
    let ops = body
        .get_operators_reader()?
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let scratch = Scratch::for_ops(&ops, first_free);
    locals.extend(scratch.locals.iter().map(|ty| (1, *ty)));
    let mut rewriter = Rewriter {
        code: Function::new(locals),
        scratch,
        inserted,
        metered: 0,
    };
    let mut blocks = blocks(&ops).into_iter().peekable();
    for (index, op) in ops.into_iter().enumerate() {
        if let Some(block) = blocks.next_if(|block| block.start == index) {
            rewriter.enter(block);
        }
        rewriter.op(op, renumber)?;
    }
    Ok((rewriter.code, rewriter.metered))
}

struct Rewriter {
    code: Function,
    scratch: Scratch,
    inserted: Inserted,
    metered: u64,
}

impl Rewriter {
    /// Charges for a metering block.
    fn enter(&mut self, block: Block) {
        if block.cost > 0 {
            let counter = self.inserted.counter;
            self.code
                .instructions()
                .global_get(counter)
                .i64_const(block.cost.cast_signed())
                .i64_sub()
                .global_set(counter);
            self.metered += 4;
        }
        if block.tested {
            self.test();
            self.metered += 6;
        }
    }

    /// Traps if the counter is negative.
    fn test(&mut self) {
        self.code
            .instructions()
            .global_get(self.inserted.counter)
            .i64_const(0)
            .i64_lt_s()
            .if_(BlockType::Empty)
            .call(self.inserted.out_of_instructions)
            .end();
    }

    fn op(&mut self, op: Operator<'_>, renumber: &mut Renumber) -> Result<(), InvalidModule> {
        let write = Write::of(&op);
        match write {
            Some(Write::Store { value, .. }) => self.keep_store_operands(value),
            Some(Write::Bulk) => self.charge_bulk(),
            None => {}
        }
        self.code.instruction(&renumber.instruction(op)?);
        self.metered += 1;
        match write {
            Some(Write::Store { offset, width, .. }) => {
                mark_store(&mut self.code, &self.scratch, offset, width);
            }
            Some(Write::Bulk) => mark_range(&mut self.code, &self.scratch),
            None => {}
        }
        Ok(())
    }

    fn keep_store_operands(&mut self, value: ValType) {
        let (address, value) = (self.scratch.address(), self.scratch.value(value));
        self.code
            .instructions()
            .local_set(value)
            .local_tee(address)
            .local_get(value);
    }

    /// Keeps a bulk operation's operands and charges one instruction per byte.
    fn charge_bulk(&mut self) {
        let counter = self.inserted.counter;
        let (destination, length) = (self.scratch.address(), self.scratch.length());
        let source = self.scratch.value(ValType::I32);
        self.code
            .instructions()
            .local_set(length)
            .local_set(source)
            .local_tee(destination)
            .local_get(source)
            .local_get(length)
            .global_get(counter)
            .local_get(length)
            .i64_extend_i32_u()
            .i64_sub()
            .global_set(counter);
        self.test();
        // The replica has one call here.
        self.metered += 1;
    }
}
