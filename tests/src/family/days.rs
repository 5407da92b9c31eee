//! Days that go by.

use super::{Family, Role};
use crate::built;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

impl Family {
    /// Goes to the beginning of a day (UTC), so that none begins in the middle of a test.
    #[track_caller]
    pub fn begins_a_day(&self) {
        let now = self.network.get_time().as_nanos_since_unix_epoch();
        let passed = Duration::from_nanos(now).as_secs() % DAY.as_secs();
        self.sleeps(DAY - Duration::from_secs(passed));
    }

    /// Lets whole days go by.
    #[track_caller]
    pub fn sleeps_for_days(&self, days: u32) {
        self.sleeps(DAY * days);
    }

    /// Front and archives start anew afterwards: their timers would make up for each time they missed.
    #[track_caller]
    fn sleeps(&self, time: Duration) {
        let roles = self.roles().into_iter();
        let with_timers: Vec<Role> = roles
            .filter(|role| !matches!(role, Role::Registry(_)))
            .collect();
        for role in &with_timers {
            self.stops(*role);
        }
        self.waits(time);
        for role in with_timers {
            self.installs(role, built(role.package()));
            self.starts(role);
        }
    }
}
