//! The anchors a shard owns.

use candid::CandidType;
use minicbor::{Decode, Encode};
use serde::Deserialize;

use crate::AnchorNumber;
use crate::lean::reader::{ReadError, Reader, Reading, Type};
use crate::lean::{self, Lean, reader};

/// A half-open range of anchor numbers, `[lo, hi)`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, CandidType, Deserialize, Lean, Encode)]
#[serde(try_from = "Unchecked")]
pub struct AnchorRange {
    #[n(0)]
    lo: AnchorNumber,
    #[n(1)]
    hi: AnchorNumber,
}

/// `lo` is not below `hi`. Not worth a retry with the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("empty anchor range [{lo}, {hi})")]
pub struct EmptyRange {
    /// First number of the refused range.
    pub lo: AnchorNumber,
    /// The number that was to be the first one after it.
    pub hi: AnchorNumber,
}

/// A range would end before numbers that belong to it. Not worth a retry with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("range {range} cannot shrink to end at {end}")]
pub struct RangeShrinks {
    /// The range.
    pub range: AnchorRange,
    /// Where it was to end.
    pub end: AnchorNumber,
}

impl AnchorRange {
    /// The range from `lo` up to, not including, `hi`.
    pub fn new(lo: AnchorNumber, hi: AnchorNumber) -> Result<Self, EmptyRange> {
        if lo < hi {
            Ok(Self { lo, hi })
        } else {
            Err(EmptyRange { lo, hi })
        }
    }

    /// The range with a later end (or the same).
    pub fn widened_to(self, end: AnchorNumber) -> Result<Self, RangeShrinks> {
        if end < self.hi {
            return Err(RangeShrinks { range: self, end });
        }
        Ok(Self { hi: end, ..self })
    }

    /// Whether all numbers of `other` are numbers of this range.
    pub fn includes(&self, other: &Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// First number of the range.
    pub const fn lo(&self) -> AnchorNumber {
        self.lo
    }

    /// First number after the range.
    pub const fn hi(&self) -> AnchorNumber {
        self.hi
    }

    /// Whether `anchor` is one of the range's numbers.
    pub fn contains(&self, anchor: AnchorNumber) -> bool {
        self.lo <= anchor && anchor < self.hi
    }

    /// Whether some number belongs to both ranges.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.lo < other.hi && other.lo < self.hi
    }

    /// How many numbers the range has; at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a range is never empty")]
    pub const fn len(&self) -> u64 {
        self.hi.get() - self.lo.get()
    }
}

impl core::fmt::Display for AnchorRange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{}, {})", self.lo, self.hi)
    }
}

/// The same fields before the check.
#[derive(Deserialize, Decode, lean::Read)]
struct Unchecked {
    #[n(0)]
    lo: AnchorNumber,
    #[n(1)]
    hi: AnchorNumber,
}

impl TryFrom<Unchecked> for AnchorRange {
    type Error = EmptyRange;

    fn try_from(Unchecked { lo, hi }: Unchecked) -> Result<Self, EmptyRange> {
        Self::new(lo, hi)
    }
}

impl<'b, C> Decode<'b, C> for AnchorRange {
    fn decode(d: &mut minicbor::Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::try_from(Unchecked::decode(d, c)?)
            .map_err(|_| minicbor::decode::Error::message("empty anchor range"))
    }
}

impl reader::Read for AnchorRange {
    fn read(from: &mut Reader<'_>, of: Type) -> Reading<Self> {
        Self::try_from(from.value::<Unchecked>(of)?)
            .map_err(|_| ReadError::Invalid("an empty range"))
    }
}

#[cfg(test)]
mod tests;
