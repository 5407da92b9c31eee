use super::InvalidModule;
use wasmparser::{FuncValidator, FunctionBody, Operator, OperatorsReader, ValidatorResources};

/// Instructions of a function.
const MAX_INSTRUCTIONS: u64 = 1_000_000;
/// Complexity of a function, see [`complexity`].
const MAX_COMPLEXITY: u64 = 1_000_000;

/// Checks a function's body; tells whether it drops segments.
pub(super) fn check(
    index: usize,
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> Result<bool, InvalidModule> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut reader = OperatorsReader::new(reader);
    let (mut size, mut total, mut drops) = (0, 0, false);
    while !reader.eof() {
        let (op, offset) = reader.read_with_offset()?;
        validator.op(offset, &op)?;
        if let Some(instruction) = changes_table(&op) {
            return Err(InvalidModule::UnsupportedInstruction { index, instruction });
        }
        drops |= matches!(op, Operator::DataDrop { .. } | Operator::ElemDrop { .. });
        size += 1;
        total += complexity(&op);
    }
    reader.finish()?;
    if size > MAX_INSTRUCTIONS {
        return Err(InvalidModule::FunctionTooLarge {
            index,
            size,
            allowed: MAX_INSTRUCTIONS,
        });
    }
    if total > MAX_COMPLEXITY {
        return Err(InvalidModule::FunctionTooComplex {
            index,
            complexity: total,
            allowed: MAX_COMPLEXITY,
        });
    }
    Ok(drops)
}

/// Tables are not part of a canister's state, so nothing may change them.
fn changes_table(op: &Operator<'_>) -> Option<&'static str> {
    Some(match op {
        Operator::TableGrow { .. } => "table.grow",
        Operator::TableSet { .. } => "table.set",
        Operator::TableFill { .. } => "table.fill",
        Operator::TableCopy { .. } => "table.copy",
        Operator::TableInit { .. } => "table.init",
        _ => return None,
    })
}

/// How hard an instruction is on the compiler, relative to the easiest (the replica's weights).
#[expect(clippy::too_many_lines, reason = "a table")]
fn complexity(op: &Operator<'_>) -> u64 {
    use Operator as O;
    match op {
        O::Block { .. }
        | O::Loop { .. }
        | O::If { .. }
        | O::Br { .. }
        | O::BrIf { .. }
        | O::BrTable { .. }
        | O::Call { .. }
        | O::CallIndirect { .. }
        | O::MemoryGrow { .. } => 50,
        O::TableGet { .. } => 14,
        O::RefFunc { .. } => 8,
        O::RefIsNull => 6,
        O::I32TruncF32S
        | O::I32TruncF32U
        | O::I32TruncF64S
        | O::I32TruncF64U
        | O::I64TruncF32S
        | O::I64TruncF32U
        | O::I64TruncF64S
        | O::I64TruncF64U
        | O::I64ExtendI32S
        | O::I64ExtendI32U
        | O::F32ConvertI32S
        | O::F32ConvertI32U
        | O::F32ConvertI64S
        | O::F32ConvertI64U
        | O::F64ConvertI32S
        | O::F64ConvertI32U
        | O::F64ConvertI64S
        | O::F64ConvertI64U
        | O::F32DemoteF64 => 5,
        O::F32Neg | O::F32Abs | O::F64Neg | O::F64Abs | O::MemoryCopy { .. } => 4,
        O::I32DivS
        | O::I32DivU
        | O::I32RemS
        | O::I32RemU
        | O::I64DivS
        | O::I64DivU
        | O::I64RemS
        | O::I64RemU
        | O::F32Copysign
        | O::F64Copysign
        | O::F64Eq
        | O::I32TruncSatF32S
        | O::I32TruncSatF32U
        | O::I32TruncSatF64S
        | O::I32TruncSatF64U
        | O::I64TruncSatF32S
        | O::I64TruncSatF32U
        | O::I64TruncSatF64S
        | O::I64TruncSatF64U
        | O::I32Load { .. }
        | O::I32Load8S { .. }
        | O::I32Load8U { .. }
        | O::I32Load16S { .. }
        | O::I32Load16U { .. }
        | O::I64Load { .. }
        | O::I64Load8S { .. }
        | O::I64Load8U { .. }
        | O::I64Load16S { .. }
        | O::I64Load16U { .. }
        | O::I64Load32S { .. }
        | O::I64Load32U { .. }
        | O::F32Load { .. }
        | O::F64Load { .. }
        | O::MemoryFill { .. } => 3,
        O::Select
        | O::GlobalGet { .. }
        | O::MemorySize { .. }
        | O::I32Store { .. }
        | O::I32Store8 { .. }
        | O::I32Store16 { .. }
        | O::I64Store { .. }
        | O::I64Store8 { .. }
        | O::I64Store16 { .. }
        | O::I64Store32 { .. }
        | O::F32Store { .. }
        | O::F64Store { .. }
        | O::I32Popcnt
        | O::I64Popcnt
        | O::I32Eqz
        | O::I32Eq
        | O::I32Ne
        | O::I32LtS
        | O::I32LtU
        | O::I32GtS
        | O::I32GtU
        | O::I32LeS
        | O::I32LeU
        | O::I32GeS
        | O::I32GeU
        | O::I64Eqz
        | O::I64Eq
        | O::I64Ne
        | O::I64LtS
        | O::I64LtU
        | O::I64GtS
        | O::I64GtU
        | O::I64LeS
        | O::I64LeU
        | O::I64GeS
        | O::I64GeU
        | O::F32Eq
        | O::F32Ne
        | O::F32Lt
        | O::F32Gt
        | O::F32Le
        | O::F32Ge
        | O::F64Ne
        | O::F64Lt
        | O::F64Gt
        | O::F64Le
        | O::F64Ge
        | O::F32Ceil
        | O::F32Floor
        | O::F32Trunc
        | O::F32Sqrt
        | O::F64Ceil
        | O::F64Floor
        | O::F64Trunc
        | O::F64Sqrt
        | O::I32WrapI64
        | O::I32Extend8S
        | O::I32Extend16S
        | O::I64Extend8S
        | O::I64Extend16S
        | O::I64Extend32S
        | O::I32ReinterpretF32
        | O::I64ReinterpretF64
        | O::F32ReinterpretI32
        | O::F64ReinterpretI64
        | O::F64PromoteF32 => 2,
        _ => 1,
    }
}
