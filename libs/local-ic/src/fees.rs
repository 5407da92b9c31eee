//! What things cost, in cycles. The numbers are those of a 13-node subnet; a subnet of `n` nodes
//! pays `n/13` of them.

use crate::ids::Cycles;
use serde::{Deserialize, Serialize};

const REFERENCE_NODES: u128 = 13;
const GIB: u128 = 1 << 30;

/// The prices of one subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fees {
    nodes: u32,
    free: bool,
}

impl Fees {
    /// Prices of a subnet with this many nodes; `free` for system subnets and free cost schedules.
    pub const fn new(nodes: u32, free: bool) -> Self {
        Self { nodes, free }
    }

    /// Whether nothing costs anything.
    pub const fn free(&self) -> bool {
        self.free
    }

    fn scale(self, cycles: u128) -> Cycles {
        if self.free {
            return 0;
        }
        cycles * u128::from(self.nodes) / REFERENCE_NODES
    }

    /// One execution of so many instructions.
    pub fn execution(&self, instructions: u64) -> Cycles {
        self.scale(5_000_000 + u128::from(instructions))
    }

    /// Part of an execution's price that comes back when instructions were not used.
    pub fn instructions(&self, instructions: u64) -> Cycles {
        self.scale(u128::from(instructions))
    }

    /// Receiving an ingress message of so many bytes (method name and argument).
    pub fn ingress(&self, bytes: usize) -> Cycles {
        self.scale(1_200_000 + 2_000 * bytes as u128)
    }

    /// Sending a request of so many bytes (method name and payload).
    pub fn request(&self, bytes: usize) -> Cycles {
        self.scale(260_000 + 1_000 * bytes as u128)
    }

    /// Sending so many bytes of a response.
    pub fn response(&self, bytes: usize) -> Cycles {
        self.scale(1_000 * bytes as u128)
    }

    /// Keeping so many bytes for so many nanoseconds.
    pub fn storage(&self, bytes: u64, ns: u128) -> Cycles {
        let product = (127_000 * u128::from(bytes)).saturating_mul(ns);
        self.scale(product / 1_000_000_000 / GIB)
    }

    /// A compute allocation of so many percent for so many nanoseconds.
    pub fn compute(&self, percent: u64, ns: u128) -> Cycles {
        let product = (10_000_000 * u128::from(percent)).saturating_mul(ns);
        self.scale(product / 1_000_000_000)
    }

    /// Creating a canister.
    pub fn creation(&self) -> Cycles {
        self.scale(500_000_000_000)
    }

    /// An HTTP outcall with a request of so many bytes and at most so many bytes of response.
    pub fn http_outcall(&self, request: u64, response: u64) -> Cycles {
        if self.free {
            return 0;
        }
        let nodes = u128::from(self.nodes);
        (3_000_000 + 60_000 * nodes + 400 * u128::from(request) + 800 * u128::from(response))
            * nodes
    }

    /// A threshold signature or key derivation.
    pub fn threshold_signature(&self) -> Cycles {
        self.scale(10_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_grow_with_the_nodes_and_vanish_on_free_subnets() {
        let reference = Fees::new(13, false);
        assert_eq!(reference.execution(1_000), 5_001_000);
        assert_eq!(reference.ingress(100), 1_400_000);
        assert_eq!(Fees::new(26, false).request(10), 2 * 270_000);
        assert_eq!(Fees::new(13, true).creation(), 0);
        assert_eq!(Fees::new(13, true).http_outcall(1, 1), 0);
    }

    #[test]
    fn a_gibibyte_costs_127_000_cycles_a_second() {
        assert_eq!(
            Fees::new(13, false).storage(1 << 30, 1_000_000_000),
            127_000
        );
        assert_eq!(Fees::new(13, false).compute(1, 1_000_000_000), 10_000_000);
    }

    /// The longest freezing threshold is no shorter than it says: 2^64 - 1 seconds.
    #[test]
    fn a_mebibyte_for_ever_costs_more_than_anybody_has() {
        let for_ever = u128::from(u64::MAX) * 1_000_000_000;
        let fees = Fees::new(13, false);
        assert!(fees.storage(1 << 20, for_ever) > 100_000_000_000_000_000_000);
        assert!(fees.storage(u64::MAX, for_ever) >= fees.storage(1 << 20, for_ever));
    }
}
