//! What controllers choose for a shard.

use crate::log;
use minicbor::{Decode, Encode};
use types::Principal;
use types::registry::{RegistrySettings, SettingsError};

#[cfg(test)]
mod tests;

const DEFAULT_MAX_DEVICES: u16 = 10;
const DEFAULT_BACKLOG_LIMIT: u64 = 50_000;
const DEFAULT_RETENTION: u64 = 1_000;
const DEFAULT_OPERATIONS_PER_DAY: u32 = 100;

/// Settings in force. Stored.
#[derive(Clone, Debug, Eq, PartialEq, Encode, Decode)]
pub struct Settings {
    /// The only canister whose orders are taken.
    #[n(0)]
    #[cbor(with = "types::codec::principal")]
    pub front: Principal,
    /// Devices that an anchor may have.
    #[n(1)]
    pub max_devices: u16,
    /// Blocks that may wait for an archive before orders are refused.
    #[n(2)]
    pub backlog_limit: u64,
    /// Archived blocks that are kept nevertheless.
    #[n(3)]
    pub retention: u64,
    /// Orders are refused, questions answered.
    #[n(4)]
    pub maintenance: bool,
    #[n(5)]
    operations_per_day: Option<u32>,
}

impl Settings {
    /// What a new shard of `front` has before its init argument is applied.
    pub fn new(front: Principal) -> Self {
        Self {
            front,
            max_devices: DEFAULT_MAX_DEVICES,
            backlog_limit: DEFAULT_BACKLOG_LIMIT,
            retention: DEFAULT_RETENTION,
            maintenance: false,
            operations_per_day: None,
        }
    }

    /// How often an anchor may be changed on one day; without a wish the default.
    pub fn operations_per_day(&self) -> u32 {
        self.operations_per_day
            .unwrap_or(DEFAULT_OPERATIONS_PER_DAY)
    }

    /// These settings with what `wish` names replaced. Its archives and its range are stored elsewhere.
    pub fn with(&self, wish: &RegistrySettings) -> Result<Self, SettingsError> {
        let RegistrySettings {
            archives: _,
            max_devices,
            backlog_limit,
            retention,
            maintenance,
            operations_per_day,
            range_end: _,
        } = wish;
        let max_devices = max_devices.unwrap_or(self.max_devices.into());
        let settings = Self {
            front: self.front,
            max_devices: u16::try_from(max_devices)
                .ok()
                .filter(|n| *n > 0)
                .ok_or(SettingsError::MaxDevices { max_devices })?,
            backlog_limit: backlog_limit.unwrap_or(self.backlog_limit),
            retention: retention.unwrap_or(self.retention),
            maintenance: maintenance.unwrap_or(self.maintenance),
            operations_per_day: operations_per_day.or(self.operations_per_day),
        };
        let blocks = settings.backlog_limit.saturating_add(settings.retention);
        if blocks > log::CAPACITY {
            return Err(SettingsError::TooManyBlocks {
                blocks,
                limit: log::CAPACITY,
            });
        }
        Ok(settings)
    }
}
