//! What canisters use, and how operators cut them off.

use super::{Family, Role, operator};
use candid::Nat;
use pocket_ic::CanisterSettings;

/// Memory and cycles of a canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// All memory, heap and stable, in bytes.
    pub memory: u64,
    /// The balance.
    pub cycles: u128,
}

fn small(number: &Nat) -> u128 {
    u128::try_from(number.0.clone()).expect("a number of 128 bits")
}

impl Family {
    /// What a canister uses and has.
    #[track_caller]
    pub fn uses(&self, role: Role) -> Usage {
        let status = self
            .network
            .canister_status(self.id(role), Some(operator()));
        let status = status.unwrap_or_else(|error| panic!("status of {role:?}: {error}"));
        Usage {
            memory: u64::try_from(small(&status.memory_size)).expect("less than all addresses"),
            cycles: small(&status.cycles),
        }
    }

    /// What a canister's balance loses while `f` runs, in cycles, and the answer of `f`.
    pub fn charges<T>(&self, role: Role, f: impl FnOnce() -> T) -> (T, u128) {
        let canister = self.id(role);
        let before = self.network.cycle_balance(canister);
        let answer = f();
        (answer, before - self.network.cycle_balance(canister))
    }

    /// Freezes a canister: it must keep cycles for that many seconds, more than it has; or thaws it with a few.
    #[track_caller]
    pub fn keeps_cycles_for(&self, role: Role, seconds: u64) {
        let settings = CanisterSettings {
            freezing_threshold: Some(seconds.into()),
            ..CanisterSettings::default()
        };
        self.network
            .update_canister_settings(self.id(role), Some(operator()), settings)
            .unwrap_or_else(|error| panic!("settings of {role:?}: {error}"));
    }
}
