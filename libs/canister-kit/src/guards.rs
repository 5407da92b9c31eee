//! Who is calling, as a value.
//!
//! The door reads [`Caller::of_this_message`] once. A function that only controllers may reach takes a
//! [`Controller`], and one that is for a single other canister takes a [`Peer`]; only the checks here
//! make these, so forgetting the check does not compile.

use candid::Principal;
use thiserror::Error;

#[cfg(test)]
mod tests;

/// Liquid cycles, without what freezing reserves, below which shards and archives answer no query any more that anybody
/// calls as an update: about where front's log-ins end, because the login page asks shards in this way whose a passkey is.
const CERTIFIED_READS_FLOOR: u128 = 125_000_000_000;

/// Whether a query of everybody's that is called as an update, for an answer that the subnet certifies, is worth an
/// execution: its arguments will be read, and there are cycles for it. The plain query goes on.
fn pays_for_certified_reads(argument_bytes: usize, liquid_cycles: u128) -> bool {
    argument_bytes <= crate::arguments::LIMIT && liquid_cycles >= CERTIFIED_READS_FLOOR
}

/// Asks the system whether this message is worth an execution, if it is such a query. For `inspect_message`.
pub fn this_message_pays_for_certified_reads() -> bool {
    pays_for_certified_reads(
        ic_cdk::api::msg_arg_data().len(),
        ic_cdk::api::canister_liquid_cycle_balance(),
    )
}

/// The caller of the message being executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Its principal.
    pub principal: Principal,
    /// Whether it is one of this canister's controllers.
    pub is_controller: bool,
}

/// Proof that the caller is a controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Controller(Principal);

/// Proof that the caller is the one canister that the method is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(Principal);

/// Why a caller was turned away. Not worth a retry with the same identity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAllowed {
    /// Only controllers may call.
    #[error("{caller} is not a controller of this canister")]
    NotController {
        /// Who called.
        caller: Principal,
    },
    /// Only one named canister may call.
    #[error("{caller} may not call this, only {expected} may")]
    NotPeer {
        /// Who called.
        caller: Principal,
        /// Who may.
        expected: Principal,
    },
    /// The caller did not sign.
    #[error("anonymous callers are refused here")]
    Anonymous,
}

impl Caller {
    /// Asks the system. For the door.
    pub fn of_this_message() -> Self {
        let principal = ic_cdk::api::msg_caller();
        Self {
            principal,
            is_controller: ic_cdk::api::is_controller(&principal),
        }
    }

    /// A controller, or a refusal.
    pub fn controller(self) -> Result<Controller, NotAllowed> {
        if self.is_controller {
            Ok(Controller(self.principal))
        } else {
            Err(NotAllowed::NotController {
                caller: self.principal,
            })
        }
    }

    /// The expected canister, or a refusal.
    pub fn peer(self, expected: Principal) -> Result<Peer, NotAllowed> {
        if self.principal == expected {
            Ok(Peer(expected))
        } else {
            Err(NotAllowed::NotPeer {
                caller: self.principal,
                expected,
            })
        }
    }

    /// Anybody who signed, or a refusal.
    pub fn authenticated(self) -> Result<Principal, NotAllowed> {
        if self.principal == Principal::anonymous() {
            Err(NotAllowed::Anonymous)
        } else {
            Ok(self.principal)
        }
    }
}

impl Controller {
    /// Which controller.
    pub fn principal(self) -> Principal {
        self.0
    }
}

impl Peer {
    /// Which canister.
    pub fn principal(self) -> Principal {
        self.0
    }
}
