//! Days that go by.

use super::{Family, Role};
use crate::built;
use std::time::Duration;

const DAY_SECONDS: u64 = 86_400;

impl Family {
    /// Goes to the beginning of a day (UTC), so that none begins in the middle of a test.
    #[track_caller]
    pub fn begins_a_day(&self) {
        let now = self.network.get_time().as_nanos_since_unix_epoch();
        let passed = now / 1_000_000_000 % DAY_SECONDS;
        self.sleeps(DAY_SECONDS - passed);
    }

    /// Lets whole days go by.
    #[track_caller]
    pub fn sleeps_for_days(&self, days: u32) {
        self.sleeps(u64::from(days) * DAY_SECONDS);
    }

    /// Front and archives start anew afterwards: their timers would make up for each time they missed.
    #[track_caller]
    fn sleeps(&self, seconds: u64) {
        let roles = self.roles().into_iter();
        let with_timers: Vec<Role> = roles
            .filter(|role| !matches!(role, Role::Registry(_)))
            .collect();
        for role in &with_timers {
            self.stops(*role);
        }
        self.waits(Duration::from_secs(seconds));
        for role in with_timers {
            self.installs(role, built(role.package()));
            self.starts(role);
        }
    }
}
