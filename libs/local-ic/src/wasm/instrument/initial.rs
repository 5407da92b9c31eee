//! What a new instance holds before any of its code has run.

use crate::memory::{PageMap, WASM_PAGE_BYTES};
use crate::wasm::Global;
use crate::wasm::validate::InvalidModule;
use wasmparser::{ConstExpr, Operator};

/// The value of a mutable global.
pub(super) fn global(index: usize, init: &ConstExpr<'_>) -> Result<Global, InvalidModule> {
    Ok(match constant(init)? {
        Some(Operator::I32Const { value }) => Global::I32(value),
        Some(Operator::I64Const { value }) => Global::I64(value),
        Some(Operator::F32Const { value }) => Global::F32(value.bits()),
        Some(Operator::F64Const { value }) => Global::F64(value.bits()),
        Some(Operator::V128Const { value }) => Global::V128(u128::from_le_bytes(*value.bytes())),
        _ => {
            return Err(InvalidModule::Global(format!(
                "The mutable global {index} is not initialised with a constant number."
            )));
        }
    })
}

/// Writes an active data segment to the heap of a new instance.
pub(super) fn segment(
    heap: &mut PageMap,
    heap_pages: u64,
    offset: &ConstExpr<'_>,
    data: &[u8],
) -> Result<(), InvalidModule> {
    let Some(Operator::I32Const { value }) = constant(offset)? else {
        return Err(InvalidModule::Data(
            "A segment's offset is not constant.".to_owned(),
        ));
    };
    let offset = u64::from(value.cast_unsigned());
    if offset + data.len() as u64 > heap_pages * WASM_PAGE_BYTES {
        return Err(InvalidModule::Data(format!(
            "A segment of {} bytes at offset {offset} does not fit a memory of {heap_pages} pages.",
            data.len()
        )));
    }
    heap.write(offset, data);
    Ok(())
}

/// Checks that an active element segment of this many items fits its table.
pub(super) fn elements(
    table_size: u64,
    offset: &ConstExpr<'_>,
    items: u32,
) -> Result<(), InvalidModule> {
    let Some(Operator::I32Const { value }) = constant(offset)? else {
        return Err(InvalidModule::Element(
            "A segment's offset is not constant.".to_owned(),
        ));
    };
    let offset = u64::from(value.cast_unsigned());
    if offset + u64::from(items) > table_size {
        return Err(InvalidModule::Element(format!(
            "A segment of {items} items at offset {offset} does not fit a table of {table_size} items."
        )));
    }
    Ok(())
}

/// The expression's instruction, if it is only one.
fn constant<'a>(init: &ConstExpr<'a>) -> Result<Option<Operator<'a>>, InvalidModule> {
    let mut reader = init.get_operators_reader();
    let op = reader.read()?;
    Ok(reader.is_end_then_eof().then_some(op))
}
