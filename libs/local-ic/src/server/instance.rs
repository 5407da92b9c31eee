//! One instance: the network on its thread, and what the server does with it on its own.

use super::error::ApiError;
use super::progress::Progress;
use super::state_dir::StateDir;
use super::wire::Plan;
use super::worker::Worker;
use local_ic::ic::Ic;
use local_ic::topology::{GENESIS, InstanceConfig, SubnetSpec, Topology};
use local_ic::wasm::module::Compiler;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// All keys, ids and random numbers of an instance come from this, so that tests can name them.
const SEED: u64 = 0;

/// An instance and its attachments.
#[derive(Debug)]
pub(crate) struct Instance {
    worker: Arc<Worker>,
    progress: Mutex<Option<Progress>>,
    state_dir: std::sync::Mutex<Option<Arc<StateDir>>>,
}

impl Instance {
    /// Makes a new instance, or goes on with the one in the plan's state directory.
    pub(crate) async fn create(
        plan: Plan,
        compiler: Arc<Compiler>,
    ) -> Result<(Self, Topology), ApiError> {
        let state_dir = match &plan.state_dir {
            Some(path) => Some(Arc::new(StateDir::take(path)?)),
            None => None,
        };
        let auto_progress = plan.auto_progress;
        let directory = state_dir.clone();
        let (worker, topology) = Worker::start(move || {
            let ic = match directory.filter(|directory| directory.holds_state()) {
                Some(directory) => resume(&plan, &directory, compiler)?,
                None => begin(plan, compiler)?,
            };
            let topology = ic.topology();
            Ok((ic, topology))
        })
        .await?;
        let instance = Self {
            worker: Arc::new(worker),
            progress: Mutex::new(None),
            state_dir: std::sync::Mutex::new(state_dir),
        };
        if let Some(delay) = auto_progress {
            instance.start_progress(delay).await?;
        }
        Ok((instance, topology))
    }

    /// See [`Worker::run`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Ic) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.worker.run(operation).await
    }

    /// Whether it is beyond rescue; see [`Worker::broken`].
    pub(crate) fn broken(&self) -> bool {
        self.worker.broken()
    }

    /// Whether an operation is under way.
    pub(crate) fn busy(&self) -> bool {
        self.worker.busy()
    }

    /// Whether the instance makes progress by itself.
    pub(crate) async fn makes_progress(&self) -> bool {
        let progress = self.progress.lock().await;
        progress.as_ref().is_some_and(Progress::is_running)
    }

    /// Lets the instance make progress by itself; refused if it does already.
    pub(crate) async fn start_progress(&self, artificial_delay: Duration) -> Result<(), ApiError> {
        let mut progress = self.progress.lock().await;
        if progress.as_ref().is_some_and(Progress::is_running) {
            return Err(ApiError::bad_request(
                "automatic progress is already on; stop it first",
            ));
        }
        *progress = Some(Progress::start(self.worker.clone(), artificial_delay).await?);
        Ok(())
    }

    /// Ends that; nothing happens if it was not on.
    pub(crate) async fn stop_progress(&self) {
        if let Some(progress) = self.progress.lock().await.take() {
            progress.stop().await;
        }
    }

    /// Whether this instance is saved when it ends.
    pub(crate) fn has_state_dir(&self) -> bool {
        self.state_dir().is_some()
    }

    /// Ends what happens by itself, saves the state if there is a directory for it, and gives the
    /// directory free. If saving fails the instance is as before, without automatic progress.
    pub(crate) async fn close(&self) -> Result<(), ApiError> {
        self.stop_progress().await;
        let Some(directory) = self.state_dir() else {
            return Ok(());
        };
        let path = directory.path().to_owned();
        self.worker
            .run(move |ic| ic.save(&path))
            .await?
            .map_err(|error| {
                let path = directory.path().display();
                ApiError::internal(format!("cannot save the state into {path}: {error}"))
            })?;
        self.lock_state_dir().take();
        Ok(())
    }

    fn state_dir(&self) -> Option<Arc<StateDir>> {
        self.lock_state_dir().clone()
    }

    fn lock_state_dir(&self) -> MutexGuard<'_, Option<Arc<StateDir>>> {
        // Nothing can panic while it is held.
        self.state_dir
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(plan: Plan, compiler: Arc<Compiler>) -> Result<Ic, ApiError> {
    let config = InstanceConfig {
        subnets: plan.subnets,
        time: plan.time.unwrap_or(GENESIS),
        seed: SEED,
        validate_ingress: plan.validate_ingress,
    };
    Ic::new(&config, compiler).map_err(ApiError::bad_request)
}

/// Goes on with a saved state. What the client asks for may repeat what was saved, not change it.
fn resume(plan: &Plan, directory: &StateDir, compiler: Arc<Compiler>) -> Result<Ic, ApiError> {
    let shown = directory.path().display();
    let mut ic = Ic::load(directory.path(), compiler).map_err(|error| {
        ApiError::bad_request(format!("cannot load the state in {shown}: {error}"))
    })?;
    if !plan.subnets.is_empty() && !same_subnets(&plan.subnets, &ic.topology()) {
        return Err(ApiError::bad_request(format!(
            "the state in {shown} has other subnets than those asked for; ask for none to go on \
             with it, or use an empty directory"
        )));
    }
    // An option of the instance, not of the state: who does not ask for it gets the checks.
    ic.set_validate_ingress(plan.validate_ingress);
    if let Some(time) = plan.time {
        ic.set_time(time).map_err(ApiError::bad_request)?;
    }
    Ok(ic)
}

fn same_subnets(wanted: &[SubnetSpec], saved: &Topology) -> bool {
    let mut saved: Vec<SubnetSpec> = saved
        .subnets
        .iter()
        .map(|subnet| SubnetSpec {
            kind: subnet.kind,
            benchmarking: subnet.benchmarking,
            free: subnet.free,
            admins: subnet.admins.clone(),
        })
        .collect();
    for spec in wanted {
        let Some(position) = saved.iter().position(|other| other == spec) else {
            return false;
        };
        saved.swap_remove(position);
    }
    saved.is_empty()
}
