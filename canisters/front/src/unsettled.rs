//! Orders whose effect front does not know: open ones, and those that ended without an answer, until the shard
//! cannot carry them out any more because the call's deadline has passed.
//!
//! Heap only, and nothing that could outlive a trap: every entry ends by itself.

use crate::runtime::TIMEOUT_SECONDS;
use candid::Principal;
use std::collections::BTreeMap;
use types::{AnchorNumber, TimestampNs};

/// Orders to one shard that can be unsettled at once. More are refused, which can be retried.
pub(crate) const LIMIT: usize = 2_000;
/// How long after it was sent a call may be carried out. Its deadline is one subnet's time, compared with
/// another's; a minute is more than two subnets' clocks differ.
const CARRIED_OUT_WITHIN_NS: u64 = (TIMEOUT_SECONDS as u64 + 60) * 1_000_000_000;

/// The orders, by shard.
#[derive(Debug, Default)]
pub(crate) struct Unsettled {
    /// Of every shard that ever had one.
    shards: BTreeMap<Principal, Vec<Entry>>,
    numbers: u64,
}

/// Names an order among the unsettled ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number(u64);

/// Too many orders to this shard are unsettled. Retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many orders of unknown outcome")]
pub(crate) struct TooMany;

#[derive(Debug)]
struct Entry {
    number: Number,
    /// Whose devices it changes; none for a registration.
    anchor: Option<AnchorNumber>,
    until: TimestampNs,
}

impl Unsettled {
    /// An order is about to be sent.
    pub(crate) fn begin(
        &mut self,
        shard: Principal,
        anchor: Option<AnchorNumber>,
        now: TimestampNs,
    ) -> Result<Number, TooMany> {
        let entries = self.shards.entry(shard).or_default();
        entries.retain(|entry| now < entry.until);
        if entries.len() >= LIMIT {
            return Err(TooMany);
        }
        self.numbers += 1;
        let number = Number(self.numbers);
        entries.push(Entry {
            number,
            anchor,
            until: carried_out_by(now),
        });
        Ok(number)
    }

    /// The same order is sent again. The answer to the first attempt may have come so late that it was not waited for any
    /// more.
    pub(crate) fn again(
        &mut self,
        shard: Principal,
        number: Number,
        anchor: Option<AnchorNumber>,
        now: TimestampNs,
    ) {
        self.settle(shard, number);
        self.shards.entry(shard).or_default().push(Entry {
            number,
            anchor,
            until: carried_out_by(now),
        });
    }

    /// What became of it is known.
    pub(crate) fn settle(&mut self, shard: Principal, number: Number) {
        if let Some(entries) = self.shards.get_mut(&shard) {
            entries.retain(|entry| entry.number != number);
        }
    }

    /// Whether an order for the anchor may still have an effect.
    pub(crate) fn concerns(
        &self,
        shard: Principal,
        anchor: AnchorNumber,
        now: TimestampNs,
    ) -> bool {
        self.living(shard, now)
            .any(|entry| entry.anchor == Some(anchor))
    }

    /// Orders to the shard that may still have an effect.
    pub(crate) fn count(&self, shard: Principal, now: TimestampNs) -> u64 {
        self.living(shard, now).count() as u64
    }

    /// Registrations at the shard that may still take a number.
    pub(crate) fn registrations(&self, shard: Principal, now: TimestampNs) -> u64 {
        let living = self.living(shard, now);
        living.filter(|entry| entry.anchor.is_none()).count() as u64
    }

    fn living(&self, shard: Principal, now: TimestampNs) -> impl Iterator<Item = &Entry> {
        let entries = self.shards.get(&shard).into_iter().flatten();
        entries.filter(move |entry| now < entry.until)
    }
}

fn carried_out_by(sent: TimestampNs) -> TimestampNs {
    sent.saturating_add(CARRIED_OUT_WITHIN_NS)
}

#[cfg(test)]
mod tests;
