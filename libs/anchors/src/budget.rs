//! How often an anchor may be changed on one day.
//!
//! Each operation has a block, which an archive keeps for ever, so what one anchor can cause is bounded. A
//! removal is never counted: nobody is kept from throwing a thief's device out.

use crate::authentication::Authenticated;
use crate::day::Day;
use crate::rules::Limits;
use minicbor::{Decode, Encode};
use types::TimestampNs;

#[cfg(test)]
mod tests;

/// What an anchor has spent of one day's budget.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Encode, Decode)]
pub struct Spent {
    /// The day.
    #[n(0)]
    pub(crate) day: Day,
    /// Operations on that day.
    #[n(1)]
    pub(crate) operations: u32,
}

/// The day's budget is spent. Nothing was changed. Worth a retry from `resets_at` on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{limit} operations on one day")]
pub struct OverBudget {
    /// How many there may be.
    pub limit: u32,
    /// When the next day begins.
    pub resets_at: TimestampNs,
}

impl Authenticated {
    /// Takes one operation from the budget of the day of `now`. What is refused afterwards costs nothing:
    /// the charge is written with the change or not at all.
    pub fn charge(mut self, limits: Limits, now: TimestampNs) -> Result<Self, OverBudget> {
        let today = Day::of(now);
        let spent = self.record.spent.filter(|spent| spent.day == today);
        let spent = spent.map_or(0, |spent| spent.operations);
        let limit = limits.operations_per_day;
        if spent >= limit {
            return Err(OverBudget {
                limit,
                resets_at: today.end(),
            });
        }
        self.record.spent = Some(Spent {
            day: today,
            operations: spent + 1,
        });
        Ok(self)
    }
}
