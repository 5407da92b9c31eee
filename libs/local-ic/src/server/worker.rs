//! One thread per instance. It owns the [`Ic`], so operations happen one after the other in the
//! order of their requests, on a stack that is big enough for nested canister executions.

use super::error::ApiError;
use local_ic::ic::Ic;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use tokio::sync::oneshot;

/// Canister code may use 5 MiB of stack per execution, and composite queries nest six of them.
/// Only the pages that are touched take memory.
const STACK_BYTES: usize = 64 << 20;

/// An operation; it breaks if it panicked, since nobody knows what the instance is like then.
type Job = Box<dyn FnOnce(&mut Ic) -> ControlFlow<()> + Send>;

/// A handle to an instance's thread. The thread ends when the last handle is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    /// Operations that wait or run.
    queued: AtomicUsize,
    failure: Failure,
}

impl Worker {
    /// Starts a thread, makes the instance on it, and reads something off it.
    pub(crate) async fn start<T: Send + 'static>(
        make: impl FnOnce() -> Result<(Ic, T), ApiError> + Send + 'static,
    ) -> Result<(Self, T), ApiError> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (first, ready) = oneshot::channel();
        let failure = Failure::default();
        let note = failure.clone();
        std::thread::Builder::new()
            .name("instance".into())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                let mut ic = match note.guard(make) {
                    Some(Ok((ic, value))) => {
                        let _ = first.send(Ok(value));
                        ic
                    }
                    Some(Err(error)) => {
                        let _ = first.send(Err(error));
                        return;
                    }
                    None => return,
                };
                for job in inbox {
                    if job(&mut ic).is_break() {
                        break;
                    }
                }
            })
            .map_err(|error| ApiError::internal(format!("cannot start a thread: {error}")))?;
        let value = ready.await.map_err(|_| failure.to_error())??;
        let worker = Self {
            jobs,
            queued: AtomicUsize::new(0),
            failure,
        };
        Ok((worker, value))
    }

    /// Runs one operation, after those asked for earlier. It runs to its end even if nobody waits
    /// for the result any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Ic) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let _queued = Queued::new(&self.queued);
        let (answer, result) = oneshot::channel();
        let note = self.failure.clone();
        let job: Job = Box::new(move |ic| match note.guard(|| operation(ic)) {
            Some(value) => {
                let _ = answer.send(value);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        });
        self.jobs.send(job).map_err(|_| self.failure.to_error())?;
        result.await.map_err(|_| self.failure.to_error())
    }

    /// Whether an operation panicked. Every later one is refused.
    pub(crate) fn broken(&self) -> bool {
        self.failure.0.get().is_some()
    }

    /// Whether an operation waits or runs.
    pub(crate) fn busy(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > 0
    }
}

/// What an instance's thread died of, if it did.
#[derive(Clone, Debug, Default)]
struct Failure(Arc<OnceLock<String>>);

impl Failure {
    /// Runs this and notes the panic's text, before anybody can see that there is no result.
    fn guard<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        catch_unwind(AssertUnwindSafe(work))
            .inspect_err(|panic| {
                let text = panic
                    .downcast_ref::<&str>()
                    .map(ToString::to_string)
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_else(|| "panic".into());
                let _ = self.0.set(text);
            })
            .ok()
    }

    fn to_error(&self) -> ApiError {
        let reason = self.0.get().map_or("its thread ended", String::as_str);
        ApiError::internal(format!(
            "this instance is broken by an error inside local-ic ({reason}); its state is lost, \
             make a new one"
        ))
    }
}

struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
