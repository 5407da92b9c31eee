//! Keys that act for a device for ten minutes after its registration, so that one passkey prompt is
//! enough to create the passkey and to register with it.
//!
//! Heap only: an upgrade forgets them, and the user authenticates with the device instead.

use std::collections::BTreeMap;
use types::{AnchorNumber, DeviceKey, Principal, TimestampNs};

#[cfg(test)]
mod tests;

/// How long a temporary key lives.
pub const LIFETIME_NS: u64 = 10 * 60 * 1_000_000_000;

/// Keys that one message forgets at most.
const PRUNED_PER_MESSAGE: usize = 20;

/// The living temporary keys of a shard.
#[derive(Default)]
pub struct TemporaryKeys {
    keys: BTreeMap<(AnchorNumber, Principal), Temporary>,
    /// The same keys by the end of their lives.
    ends: BTreeMap<(TimestampNs, AnchorNumber), Principal>,
}

struct Temporary {
    device: DeviceKey,
    ends: TimestampNs,
}

impl TemporaryKeys {
    /// Lets `key` act for `device`, the first one of the new anchor `anchor`, from `now` on.
    pub fn insert(
        &mut self,
        anchor: AnchorNumber,
        key: Principal,
        device: DeviceKey,
        now: TimestampNs,
    ) {
        self.prune(now);
        let ends = now.saturating_add(LIFETIME_NS);
        self.ends.insert((ends, anchor), key);
        self.keys.insert((anchor, key), Temporary { device, ends });
    }

    /// The device for which `key` acts, if it does and still lives.
    pub fn device(
        &self,
        anchor: AnchorNumber,
        key: Principal,
        now: TimestampNs,
    ) -> Option<&DeviceKey> {
        let temporary = self.keys.get(&(anchor, key))?;
        (now < temporary.ends).then_some(&temporary.device)
    }

    /// Forgets the keys that act for a device that is gone: should its key come back, they do not.
    pub fn forget(&mut self, anchor: AnchorNumber, device: &DeviceKey) {
        let of_device = |temporary: &Temporary| temporary.device == *device;
        let first = (anchor, Principal::from_slice(&[]));
        let of_anchor = self.keys.range(first..);
        let found: Vec<_> = of_anchor
            .take_while(|((other, _), _)| *other == anchor)
            .filter(|(_, temporary)| of_device(temporary))
            .map(|((_, key), temporary)| (*key, temporary.ends))
            .collect();
        for (key, ends) in found {
            self.keys.remove(&(anchor, key));
            self.ends.remove(&(ends, anchor));
        }
    }

    /// Number of keys remembered, dead ones that are still to be forgotten included.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    fn prune(&mut self, now: TimestampNs) {
        for _ in 0..PRUNED_PER_MESSAGE {
            let Some(oldest) = self.ends.first_entry() else {
                return;
            };
            let (ends, anchor) = *oldest.key();
            if now < ends {
                return;
            }
            let key = oldest.remove();
            self.keys.remove(&(anchor, key));
        }
    }
}
