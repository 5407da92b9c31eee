//! Which requests are under way, and since when none is: what the time to live is counted from.

use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

#[derive(Clone, Copy, Debug)]
struct State {
    pending: usize,
    /// When the last request ended.
    quiet_since: Instant,
}

/// Counts requests.
#[derive(Debug)]
pub(crate) struct Activity(watch::Sender<State>);

impl Default for Activity {
    fn default() -> Self {
        Self(watch::Sender::new(State {
            pending: 0,
            quiet_since: Instant::now(),
        }))
    }
}

impl Activity {
    /// Marks a request as under way until the returned value is dropped.
    pub(crate) fn begin(&self) -> Pending<'_> {
        self.0.send_modify(|state| state.pending += 1);
        Pending(self)
    }

    /// Returns once no request has been under way for `ttl` without a break.
    pub(crate) async fn idle_for(&self, ttl: Duration) {
        let mut changes = self.0.subscribe();
        loop {
            let State {
                pending,
                quiet_since,
            } = *changes.borrow_and_update();
            // Not an instant: the sum may be later than the last one there is.
            let left = ttl.saturating_sub(quiet_since.elapsed());
            tokio::select! {
                () = sleep(left), if pending == 0 => return,
                // The sender is `self`, so it lives.
                _ = changes.changed() => {}
            }
        }
    }
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Pending<'a>(&'a Activity);

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| {
            state.pending -= 1;
            state.quiet_since = Instant::now();
        });
    }
}

#[cfg(test)]
mod tests;
