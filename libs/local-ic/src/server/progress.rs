//! Automatic progress: the instance's clock follows the real one, and rounds happen by themselves.

use super::error::ApiError;
use super::worker::Worker;
use local_ic::ic::Ic;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// Rounds are at most this far apart unless the client asked for more.
const PERIOD: Duration = Duration::from_millis(100);

/// The running loop of one instance; dropping it ends the loop, too.
#[derive(Debug)]
pub(crate) struct Progress {
    stop: oneshot::Sender<()>,
    rounds: JoinHandle<()>,
}

impl Progress {
    /// Moves the certified time to now, unless it is there already or ahead; then lets time pass
    /// and rounds happen.
    pub(crate) async fn start(
        worker: Arc<Worker>,
        artificial_delay: Duration,
    ) -> Result<Self, ApiError> {
        let mut last = SystemTime::now();
        worker
            .run(move |ic| {
                let now = nanos(last.duration_since(UNIX_EPOCH).unwrap_or_default());
                if now > ic.time() {
                    ic.set_certified_time(now)
                } else {
                    Ok(())
                }
            })
            .await?
            .map_err(ApiError::internal)?;

        let (stop, mut stopped) = oneshot::channel();
        let rounds = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(artificial_delay.max(PERIOD));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    _ = ticks.tick() => {}
                }
                let now = SystemTime::now();
                // A clock that is set back makes time stand still here.
                let elapsed = now.duration_since(last).unwrap_or_default();
                last = now;
                if let Err(error) = worker.run(move |ic| round(ic, elapsed)).await {
                    tracing::error!(%error, "automatic progress ends");
                    return;
                }
            }
        });
        Ok(Self { stop, rounds })
    }

    /// Whether the loop still runs.
    pub(crate) fn is_running(&self) -> bool {
        !self.rounds.is_finished()
    }

    /// Ends the loop after the round that is under way.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.rounds.await;
    }
}

/// Time goes on from wherever it is, so that a test may still set it ahead.
fn round(ic: &mut Ic, elapsed: Duration) {
    let to = ic.time().saturating_add(nanos(elapsed));
    if let Err(error) = ic.set_time(to) {
        tracing::error!(%error, "automatic progress cannot move the time");
    }
    ic.tick();
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
