//! What each WebAssembly instruction costs, as the replica charges it.

use wasmparser::Operator;

/// Instructions counted for one execution of `op`, without what bulk operations cost per byte.
///
/// Instructions that are not named cost 1: constants, locals, integer arithmetic, comparisons,
/// loads and stores, most of SIMD.
pub(super) fn weight(op: &Operator<'_>) -> u64 {
    structure(op)
        .or_else(|| scalar(op))
        .or_else(|| simd(op))
        .unwrap_or(1)
}

/// Control flow, globals, tables, memories, segments and references.
#[expect(
    clippy::match_same_arms,
    reason = "a table, in groups of what belongs together"
)]
fn structure(op: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match op {
        O::Block { .. } | O::Loop { .. } | O::Else | O::End => 0,
        O::If { .. } | O::Br { .. } | O::BrIf { .. } | O::BrTable { .. } => 2,
        O::Call { .. } => 5,
        O::CallIndirect { .. } => 10,
        O::ReturnCall { .. } => 3,
        O::ReturnCallIndirect { .. } => 60,
        O::GlobalGet { .. } | O::GlobalSet { .. } => 2,
        O::MemorySize { .. } => 20,
        O::MemoryGrow { .. } | O::TableGrow { .. } => 300,
        O::TableSize { .. } => 100,
        O::TableGet { .. } | O::TableSet { .. } => 5,
        O::MemoryFill { .. }
        | O::MemoryCopy { .. }
        | O::MemoryInit { .. }
        | O::TableFill { .. }
        | O::TableCopy { .. }
        | O::TableInit { .. } => 100,
        O::DataDrop { .. } | O::ElemDrop { .. } => 300,
        O::RefIsNull => 5,
        O::RefFunc { .. } => 130,
        _ => return None,
    })
}

/// Numbers of 32 and 64 bits.
#[expect(
    clippy::match_same_arms,
    reason = "a table, in groups of what belongs together"
)]
fn scalar(op: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match op {
        O::I32DivS
        | O::I32DivU
        | O::I32RemS
        | O::I32RemU
        | O::I64DivS
        | O::I64DivU
        | O::I64RemS
        | O::I64RemU => 10,
        O::F32Add
        | O::F32Sub
        | O::F32Mul
        | O::F32Ceil
        | O::F32Floor
        | O::F32Trunc
        | O::F32Nearest
        | O::F64Add
        | O::F64Sub
        | O::F64Mul
        | O::F64Ceil
        | O::F64Floor
        | O::F64Trunc
        | O::F64Nearest => 2,
        O::F32Div => 3,
        O::F64Div => 5,
        O::F32Sqrt => 5,
        O::F64Sqrt => 8,
        O::F32Min | O::F32Max | O::F64Min | O::F64Max => 18,
        O::F32Copysign => 2,
        O::F64Copysign => 3,
        O::F32Eq
        | O::F32Ne
        | O::F32Lt
        | O::F32Gt
        | O::F32Le
        | O::F32Ge
        | O::F64Eq
        | O::F64Ne
        | O::F64Lt
        | O::F64Gt
        | O::F64Le
        | O::F64Ge => 3,
        O::F32ConvertI32S | O::F32ConvertI64S | O::F64ConvertI32S | O::F64ConvertI64S => 3,
        O::F32ConvertI32U | O::F32ConvertI64U | O::F64ConvertI32U | O::F64ConvertI64U => 16,
        O::I32TruncF32S
        | O::I32TruncF32U
        | O::I32TruncF64S
        | O::I32TruncF64U
        | O::I64TruncF32S
        | O::I64TruncF32U
        | O::I64TruncF64S
        | O::I64TruncF64U
        | O::I32TruncSatF32S
        | O::I32TruncSatF32U
        | O::I32TruncSatF64S
        | O::I32TruncSatF64U
        | O::I64TruncSatF32S
        | O::I64TruncSatF32U
        | O::I64TruncSatF64S
        | O::I64TruncSatF64U => 20,
        _ => return None,
    })
}

/// Vectors of 128 bits.
fn simd(op: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match op {
        O::I8x16LtU
        | O::I8x16GtU
        | O::I16x8LtU
        | O::I16x8GtU
        | O::I32x4LtU
        | O::I32x4GtU
        | O::I8x16ShrU
        | O::I16x8Shl
        | O::I16x8ShrS
        | O::I16x8ShrU
        | O::I32x4Shl
        | O::I32x4ShrS
        | O::I32x4ShrU
        | O::I64x2Shl
        | O::I64x2ShrU
        | O::I16x8ExtAddPairwiseI8x16U
        | O::I16x8ExtMulHighI8x16S
        | O::I16x8ExtMulHighI8x16U
        | O::I32x4Mul
        | O::I32x4ExtMulLowI16x8S
        | O::I32x4ExtMulHighI16x8S
        | O::I32x4ExtMulLowI16x8U
        | O::I32x4ExtMulHighI16x8U
        | O::F32x4Ceil
        | O::F32x4Floor
        | O::F32x4Trunc
        | O::F32x4Nearest
        | O::F32x4Abs
        | O::F32x4Neg
        | O::F32x4Add
        | O::F32x4Sub
        | O::F32x4Mul
        | O::F64x2Ceil
        | O::F64x2Floor
        | O::F64x2Trunc
        | O::F64x2Nearest
        | O::F64x2Abs
        | O::F64x2Neg
        | O::F64x2Add
        | O::F64x2Sub
        | O::F64x2Mul
        | O::I32x4TruncSatF32x4S
        | O::I32x4TruncSatF64x2SZero => 2,
        O::I8x16Shuffle { .. }
        | O::I8x16Popcnt
        | O::I8x16Shl
        | O::I8x16ShrS
        | O::I64x2ShrS
        | O::I32x4ExtAddPairwiseI16x8U
        | O::I32x4TruncSatF64x2UZero => 3,
        O::I64x2Mul
        | O::F32x4Min
        | O::F32x4Max
        | O::F64x2Min
        | O::I32x4TruncSatF32x4U
        | O::F32x4ConvertI32x4U => 4,
        O::F64x2Max | O::F32x4Sqrt => 5,
        O::F32x4Div => 10,
        O::F64x2Div => 12,
        O::F64x2Sqrt => 14,
        _ => return None,
    })
}
