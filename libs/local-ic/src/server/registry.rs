//! All instances of a server. Ids count up and are never used again.

use super::error::ApiError;
use super::instance::Instance;
use super::wire::Plan;
use local_ic::topology::Topology;
use local_ic::wasm::module::Compiler;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The instance's number in paths.
pub(crate) type InstanceId = usize;

/// See the module's documentation.
pub(crate) struct Registry {
    compiler: Arc<Compiler>,
    /// By id; `None` is a deleted one.
    slots: Mutex<Vec<Option<Arc<Instance>>>>,
}

impl Registry {
    /// A registry whose instances share this compiler and its cache.
    pub(crate) fn new(compiler: Arc<Compiler>) -> Self {
        Self {
            compiler,
            slots: Mutex::default(),
        }
    }

    /// Makes an instance.
    pub(crate) async fn create(&self, plan: Plan) -> Result<(InstanceId, Topology), ApiError> {
        let (instance, topology) = Instance::create(plan, self.compiler.clone()).await?;
        let mut slots = self.slots();
        slots.push(Some(Arc::new(instance)));
        Ok((slots.len() - 1, topology))
    }

    /// The instance with this id.
    pub(crate) fn get(&self, id: InstanceId) -> Result<Arc<Instance>, ApiError> {
        match self.slots().get(id) {
            Some(Some(instance)) => Ok(instance.clone()),
            Some(None) => Err(ApiError::not_found(format!("instance {id} was deleted"))),
            None => Err(ApiError::not_found(format!("there is no instance {id}"))),
        }
    }

    /// Saves and deletes an instance. If it cannot be saved it stays, so that nothing is lost that
    /// could still be rescued; one that is broken goes all the same.
    pub(crate) async fn delete(&self, id: InstanceId) -> Result<(), ApiError> {
        let instance = self.get(id)?;
        let closed = instance.close().await;
        if let Err(error) = &closed {
            tracing::error!(instance = id, %error, "its state is not saved");
        }
        if closed.is_ok() || instance.broken() {
            self.slots()[id] = None;
        }
        closed
    }

    /// One word per instance, by id.
    pub(crate) fn states(&self) -> Vec<&'static str> {
        let slots = self.slots();
        let state = |slot: &Option<Arc<Instance>>| match slot {
            None => "Deleted",
            Some(instance) if instance.busy() => "Busy",
            Some(_) => "Available",
        };
        slots.iter().map(state).collect()
    }

    /// Saves every instance that has a state directory; answers how many could not be saved.
    pub(crate) async fn save_all(&self) -> usize {
        let live: Vec<_> = self.slots().iter().flatten().cloned().collect();
        let mut failed = 0;
        for instance in live {
            if let Err(error) = instance.close().await {
                tracing::error!(%error, "an instance was not saved");
                failed += 1;
            }
        }
        failed
    }

    /// How many instances still have to be saved.
    pub(crate) fn with_state_dir(&self) -> usize {
        let slots = self.slots();
        slots
            .iter()
            .flatten()
            .filter(|one| one.has_state_dir())
            .count()
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Option<Arc<Instance>>>> {
        // Nothing leaves it half-changed.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
