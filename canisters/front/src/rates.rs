//! How fast anchors are registered now, compared with how fast they usually are.
//!
//! Heap only and of constant size: each interval is counted in [`STEPS`] steps, so a rate is exact to one step. After an
//! upgrade nothing is known of the past, and the first registrations seem fast: the captcha comes on rather too early.

use std::collections::VecDeque;
use types::TimestampNs;
use types::front::DynamicCaptcha;

/// Steps that an interval is counted in.
const STEPS: u64 = 60;

/// Registrations of the current and of the reference interval.
#[derive(Debug, Clone)]
pub(crate) struct RegistrationRates {
    wish: DynamicCaptcha,
    current: Window,
    reference: Window,
}

impl RegistrationRates {
    /// Nothing registered yet.
    pub(crate) fn new(wish: DynamicCaptcha) -> Self {
        Self {
            wish,
            current: Window::new(wish.current_rate_sampling_interval_s),
            reference: Window::new(wish.reference_rate_sampling_interval_s),
        }
    }

    /// What is measured, and against what.
    pub(crate) fn wish(&self) -> DynamicCaptcha {
        self.wish
    }

    /// An anchor was registered.
    pub(crate) fn count(&mut self, now: TimestampNs) {
        self.current.count(now);
        self.reference.count(now);
    }

    /// Registrations in the current and in the reference interval.
    pub(crate) fn counts(&self, now: TimestampNs) -> (u64, u64) {
        (self.current.sum(now), self.reference.sum(now))
    }

    /// Whether the current rate is above the reference rate by more than the threshold.
    pub(crate) fn is_exceeded(&self, now: TimestampNs) -> bool {
        let DynamicCaptcha {
            threshold_pct,
            current_rate_sampling_interval_s: current_s,
            reference_rate_sampling_interval_s: reference_s,
        } = self.wish;
        let (current, reference) = self.counts(now);
        // current / current_s > reference / reference_s * (100 + threshold) / 100
        let left = u128::from(current) * u128::from(reference_s) * 100;
        let right = u128::from(reference) * u128::from(current_s);
        left > right.saturating_mul(100 + u128::from(threshold_pct))
    }
}

/// Counts of the last [`STEPS`] steps.
#[derive(Debug, Clone)]
struct Window {
    step_ns: u64,
    /// Steps in which something happened, oldest first, with how often.
    counts: VecDeque<(u64, u64)>,
}

impl Window {
    fn new(seconds: u64) -> Self {
        Self {
            step_ns: (seconds.saturating_mul(1_000_000_000) / STEPS).max(1),
            counts: VecDeque::new(),
        }
    }

    fn count(&mut self, now: TimestampNs) {
        let step = now.get() / self.step_ns;
        while self
            .counts
            .front()
            .is_some_and(|(old, _)| is_over(*old, step))
        {
            self.counts.pop_front();
        }
        match self.counts.back_mut() {
            Some((last, count)) if *last == step => *count += 1,
            _ => self.counts.push_back((step, 1)),
        }
    }

    fn sum(&self, now: TimestampNs) -> u64 {
        let step = now.get() / self.step_ns;
        let living = self.counts.iter().filter(|(old, _)| !is_over(*old, step));
        living.map(|(_, count)| count).sum()
    }
}

fn is_over(old: u64, step: u64) -> bool {
    old.saturating_add(STEPS) <= step
}

#[cfg(test)]
mod tests;
