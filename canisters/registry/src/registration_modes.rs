//! The anchors that are registering a device on another machine. Stable, so an upgrade of the shard in the
//! middle of a registration is not noticed.
//!
//! ```text
//! modes memory (StableBTreeMap)          ends memory (StableBTreeMap)
//! anchor (u64) -> RegistrationMode, CBOR (end in ns (u64), anchor (u64)) -> nothing
//! ```
//!
//! Each anchor is in both or in neither. What is over is forgotten a few at a time, whenever one is opened:
//! more than one comes in with none going out is never the case, so those that are over take nobody's place.

use crate::stored::Stored;
use anchors::RegistrationMode;
use ic_stable_structures::{Memory, StableBTreeMap};
use types::{AnchorNumber, TimestampNs};

#[cfg(test)]
mod tests;

/// Anchors that may be registering at once.
pub const LIMIT: u64 = 10_000;

/// Registrations that are over and that one message forgets at most.
const PRUNED_PER_MESSAGE: usize = 20;

/// See the module's documentation.
pub struct RegistrationModes<M: Memory> {
    modes: StableBTreeMap<u64, Stored<RegistrationMode>, M>,
    ends: StableBTreeMap<(u64, u64), (), M>,
}

/// As many anchors are registering as may. Worth a retry when some are done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{LIMIT} anchors are registering")]
pub struct TooMany;

impl<M: Memory> RegistrationModes<M> {
    /// Opens the memories; new ones hold no registration.
    pub fn init(modes: M, ends: M) -> Self {
        Self {
            modes: StableBTreeMap::init(modes),
            ends: StableBTreeMap::init(ends),
        }
    }

    /// The anchor's registration, if it is open at `now`.
    pub fn get(&self, anchor: AnchorNumber, now: TimestampNs) -> Option<RegistrationMode> {
        let Stored(mode) = self.modes.get(&anchor.get())?;
        mode.is_open(now).then_some(mode)
    }

    /// Makes sure that one more can be opened. Forgets a few that are over on the way.
    pub fn reserve(&mut self, now: TimestampNs) -> Result<(), TooMany> {
        for _ in 0..PRUNED_PER_MESSAGE {
            let Some(((ends, anchor), ())) = self.ends.first_key_value() else {
                break;
            };
            if now.get() < ends {
                break;
            }
            self.end(AnchorNumber::new(anchor));
        }
        if self.count() < LIMIT {
            Ok(())
        } else {
            Err(TooMany)
        }
    }

    /// Stores a new registration, or what has become of one.
    pub fn put(&mut self, anchor: AnchorNumber, mode: RegistrationMode) {
        let anchor = anchor.get();
        let ends = mode.ends().get();
        if let Some(Stored(before)) = self.modes.insert(anchor, Stored(mode)) {
            self.ends.remove(&(before.ends().get(), anchor));
        }
        self.ends.insert((ends, anchor), ());
    }

    /// Forgets the anchor's registration and the device that waits, if there is one.
    pub fn end(&mut self, anchor: AnchorNumber) {
        let anchor = anchor.get();
        if let Some(Stored(mode)) = self.modes.remove(&anchor) {
            self.ends.remove(&(mode.ends().get(), anchor));
        }
    }

    /// Number of registrations, those included that are over and still to be forgotten.
    pub fn count(&self) -> u64 {
        self.modes.len()
    }
}
