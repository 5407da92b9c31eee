//! What front goes on doing when its cycles run low: who has an anchor can log in for longest.
//!
//! The measure is the liquid balance, which leaves out what freezing reserves. At the floor registrations stop, at half of
//! it changes of anchors, at a quarter of it log-ins. Queries go on until the canister is frozen; called as updates, for an
//! answer that the subnet certifies, they stop with the registrations.

use crate::metrics;
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::state::{Shared, State};
use canister_kit::counters::Slot;

/// What front does for people, in the order in which it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Everything that needs no device of an anchor: challenges, registrations, the salt, tentative devices, certified answers
    /// to questions about the service.
    Registration,
    /// Changes of an anchor.
    Change,
    /// Log-ins, what a device may see of its anchor, and metrics through gateways.
    LogIn,
}

/// All of them.
pub(crate) const SERVICES: [Service; 3] = [Service::Registration, Service::Change, Service::LogIn];

impl Service {
    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Change => "change",
            Self::LogIn => "log_in",
        }
    }

    /// Where its refusals are counted.
    pub(crate) fn refusals(self) -> Slot {
        match self {
            Self::Registration => metrics::LOW_REGISTRATION,
            Self::Change => metrics::LOW_CHANGE,
            Self::LogIn => metrics::LOW_LOG_IN,
        }
    }

    /// Whether there are cycles enough for it.
    pub(crate) fn is_open(self, state: &State, liquid_cycles: u128) -> bool {
        let floor = u128::from(state.settings().cycles_floor());
        let needed = match self {
            Self::Registration => floor,
            Self::Change => floor / 2,
            Self::LogIn => floor / 4,
        };
        liquid_cycles >= needed
    }

    /// The service of a method that anybody may call; `None` for the others.
    pub(crate) fn of_method(method: &str) -> Option<Self> {
        match method {
            "init_salt" | "create_challenge" | "register" | "add_tentative_device" => {
                Some(Self::Registration)
            }
            "config" | "routing" | "stats" | "expected_tips" | "whoami" => Some(Self::Registration),
            "add"
            | "update"
            | "replace"
            | "remove"
            | "enter_device_registration_mode"
            | "exit_device_registration_mode"
            | "verify_tentative_device" => Some(Self::Change),
            "prepare_delegation" | "get_anchor_info" | "http_request_update" => Some(Self::LogIn),
            _ => None,
        }
    }
}

/// Refuses a service that is closed, and counts the refusal.
pub(crate) fn check<R: Runtime>(
    runtime: &R,
    state: &Shared,
    service: Service,
) -> Result<(), Refusal> {
    let state = state.borrow();
    if service.is_open(&state, runtime.liquid_cycles()) {
        return Ok(());
    }
    state.counters.add(service.refusals(), 1);
    Err(Refusal::LowOnCycles { service })
}

#[cfg(test)]
mod tests;
