//! Days.

use minicbor::{Decode, Encode};
use types::TimestampNs;

const DAY_NS: u64 = 24 * 60 * 60 * 1_000_000_000;

/// A day in UTC, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Encode, Decode)]
#[cbor(transparent)]
pub struct Day(#[n(0)] u32);

impl Day {
    /// The day with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The day of a moment.
    pub fn of(moment: TimestampNs) -> Self {
        let number = u32::try_from(moment.get() / DAY_NS);
        Self(number.expect("2^64 nanoseconds are less than 2^18 days"))
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Its CBOR.
    pub(crate) fn encode(self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing to a vector does not fail")
    }

    /// The first moment after it.
    pub fn end(self) -> TimestampNs {
        let days = u64::from(self.0) + 1;
        TimestampNs::new(days.saturating_mul(DAY_NS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(Day::of(TimestampNs::new(0)), Day(0));
        assert_eq!(Day::of(TimestampNs::new(DAY_NS - 1)), Day(0));
        assert_eq!(Day::of(TimestampNs::new(DAY_NS)), Day(1));
        assert_eq!(Day::of(Day(20_000).end()), Day(20_001));
        assert_eq!(Day::of(TimestampNs::new(u64::MAX)).number(), 213_503);
        assert_eq!(Day::new(213_503).end(), TimestampNs::new(u64::MAX));
    }
}
