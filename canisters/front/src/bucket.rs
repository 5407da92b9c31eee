//! The token bucket that rations registrations.
//!
//! Heap only: after an upgrade it is full again, which costs at most one bucket of registrations.

use types::TimestampNs;
use types::front::RateLimit;

/// Tokens of one kind.
#[derive(Debug, Clone)]
pub(crate) struct TokenBucket {
    limit: RateLimit,
    tokens: u64,
    /// The moment up to which time has been turned into tokens.
    counted_until: TimestampNs,
}

/// There is no token. Retry later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no registration token left")]
pub(crate) struct BucketEmpty;

impl TokenBucket {
    /// A full bucket. A rate of zero nanoseconds counts as one; a limit of zero tokens stops
    /// everything.
    pub(crate) fn full(limit: RateLimit, now: TimestampNs) -> Self {
        Self {
            limit,
            tokens: limit.max_tokens,
            counted_until: now,
        }
    }

    /// Whether a token could be taken now; takes none.
    pub(crate) fn look(&mut self, now: TimestampNs) -> Result<(), BucketEmpty> {
        self.refill(now);
        if self.tokens == 0 {
            Err(BucketEmpty)
        } else {
            Ok(())
        }
    }

    /// Takes a token.
    pub(crate) fn take(&mut self, now: TimestampNs) -> Result<(), BucketEmpty> {
        self.look(now)?;
        self.tokens -= 1;
        Ok(())
    }

    /// Gives a token back that was taken for nothing.
    pub(crate) fn give_back(&mut self) {
        self.tokens = self.tokens.saturating_add(1).min(self.limit.max_tokens);
    }

    /// Tokens at `now`, for the metrics.
    pub(crate) fn tokens(&self, now: TimestampNs) -> u64 {
        let mut copy = self.clone();
        copy.refill(now);
        copy.tokens
    }

    fn refill(&mut self, now: TimestampNs) {
        let elapsed = now.get().saturating_sub(self.counted_until.get());
        let step = self.limit.time_per_token_ns.max(1);
        let new = elapsed / step;
        if self.tokens.saturating_add(new) >= self.limit.max_tokens {
            // A full bucket saves no fraction of a token.
            self.tokens = self.limit.max_tokens;
            self.counted_until = self.counted_until.max(now);
        } else {
            self.tokens += new;
            self.counted_until = self.counted_until.saturating_add(new * step);
        }
    }
}

#[cfg(test)]
mod tests;
