//! When the registry is asked, and what happens to the answers.
//!
//! A timer calls [`poll`] at fixed intervals. A poll fetches until the archive has everything or
//! [`FETCHES_PER_POLL`] answers came. Two polls never run at once: the running one holds a permit, which is heap
//! only, is given back when the poll ends in whatever way (also by a trap), and expires in case even that failed.
//! After failures polls become rarer, down to one in [`LONGEST_BACK_OFF_NS`].

use core::cell::RefCell;

use ic_stable_structures::Memory;
use types::{TimestampNs, message};

use crate::counters;
use crate::fetch::Taken;
use crate::runtime::{CALL_TIMEOUT_SECONDS, Runtime};
use crate::state::State;

#[cfg(test)]
mod tests;

/// Answers that one poll takes at most; the rest waits for the next one. It bounds, with the time of a
/// call, how long a poll keeps the canister from stopping.
pub const FETCHES_PER_POLL: u32 = 10;

/// The longest pause after failures, unless the poll interval itself is longer.
pub const LONGEST_BACK_OFF_NS: u64 = 300 * SECOND_NS;

const SECOND_NS: u64 = 1_000_000_000;

/// A permit is renewed with each answer and lives for one call and a margin.
const PERMIT_NS: u64 = (CALL_TIMEOUT_SECONDS as u64 + 30) * SECOND_NS;

/// When the next poll may run.
#[derive(Debug, Default)]
pub struct Schedule {
    running: Option<Running>,
    polls_begun: u64,
    failures_in_a_row: u32,
    not_before: Option<TimestampNs>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Running {
    poll: u64,
    until: TimestampNs,
}

impl Schedule {
    /// Failures since the last success.
    pub fn failures_in_a_row(&self) -> u32 {
        self.failures_in_a_row
    }

    fn begin(&mut self, now: TimestampNs) -> Option<u64> {
        let busy = self.running.is_some_and(|running| now < running.until);
        let resting = self.not_before.is_some_and(|then| now < then);
        if busy || resting {
            return None;
        }
        self.polls_begun += 1;
        self.renew(self.polls_begun, now);
        Some(self.polls_begun)
    }

    fn renew(&mut self, poll: u64, now: TimestampNs) {
        self.running = Some(Running {
            poll,
            until: now.saturating_add(PERMIT_NS),
        });
    }

    fn is_running(&self, poll: u64) -> bool {
        self.running.is_some_and(|running| running.poll == poll)
    }

    fn end(&mut self, poll: u64) {
        if self.is_running(poll) {
            self.running = None;
        }
    }

    fn succeeded(&mut self) {
        self.failures_in_a_row = 0;
        self.not_before = None;
    }

    /// A poll that began then failed. The timer calls at intervals, each a little early or late: half of one makes no difference.
    fn failed(&mut self, begun: TimestampNs, interval_ns: u64) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let pause = back_off_ns(self.failures_in_a_row, interval_ns) - interval_ns / 2;
        self.not_before = Some(begun.saturating_add(pause));
    }
}

/// From the beginning of a poll to that of the next one, after this many failures in a row: 1, 2, 4, ... intervals, up to the cap.
fn back_off_ns(failures: u32, interval_ns: u64) -> u64 {
    let factor = 1_u64
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u64::MAX);
    interval_ns
        .saturating_mul(factor)
        .min(LONGEST_BACK_OFF_NS.max(interval_ns))
}

/// The right to poll, given back when dropped.
struct Permit<'a, M: Memory> {
    state: &'a RefCell<State<M>>,
    poll: u64,
}

impl<'a, M: Memory> Permit<'a, M> {
    fn take(state: &'a RefCell<State<M>>, now: TimestampNs) -> Option<Self> {
        let poll = state.borrow_mut().schedule.begin(now)?;
        Some(Self { state, poll })
    }
}

impl<M: Memory> Drop for Permit<'_, M> {
    fn drop(&mut self) {
        // After a trap this runs in the clean-up of the call. A second trap there would help nobody.
        if let Ok(mut state) = self.state.try_borrow_mut() {
            state.schedule.end(self.poll);
        }
    }
}

/// Asks the registry for blocks until there are no more, unless a poll is running or it is too early.
pub async fn poll<R: Runtime, M: Memory>(runtime: &R, state: &RefCell<State<M>>) {
    let begun = runtime.now();
    let Some(permit) = Permit::take(state, begun) else {
        return;
    };
    for _ in 0..FETCHES_PER_POLL {
        let (registry, request) = {
            let state = state.borrow();
            (state.config.registry, state.next_request())
        };
        let answer = runtime
            .fetch_blocks(registry, message::encode(&request))
            .await;
        // What was true before the wait may not be now: another poll may have taken over.
        let mut state = state.borrow_mut();
        if !state.schedule.is_running(permit.poll) {
            return;
        }
        let now = runtime.now();
        let before = state.store.next_index();
        let taken = state.take_answer(&request, answer, now);
        if state.store.next_index() != before {
            runtime.certify(&state.root());
        }
        match taken {
            Taken::More => {
                state.schedule.succeeded();
                state.schedule.renew(permit.poll, now);
            }
            Taken::UpToDate => state.schedule.succeeded(),
            Taken::Failed(_) => {
                let interval = state.config.poll_interval_ns;
                state.schedule.failed(begun, interval);
            }
        }
        state
            .counters
            .observe(counters::TAKE_ANSWER, runtime.instructions());
        if taken != Taken::More {
            return;
        }
    }
}
