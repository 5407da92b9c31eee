//! The cycles of a canister and of the call it executes.

use super::{Mode, Sandbox, Trap};
use crate::error::ErrorCode;
use crate::fees::Fees;
use crate::ids::Cycles;
use crate::limits;
use crate::memory::WASM_PAGE_BYTES;

/// What decides a canister's freezing threshold: the cycles that its idle cost takes for so long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreezePolicy {
    /// Seconds that the balance must last.
    pub seconds: u64,
    /// Bytes the canister uses beside heap and stable memory (module, chunks, snapshots, ...).
    pub other_bytes: u64,
    /// Bytes allocated, paid for even when unused; zero if none.
    pub memory_allocation: u64,
    /// Percent of a core allocated.
    pub compute_allocation: u64,
}

impl FreezePolicy {
    /// The threshold in cycles, for a canister whose heap and stable memory hold so many bytes.
    pub fn threshold(&self, fees: &Fees, memory_bytes: u64) -> Cycles {
        let bytes = self.memory_allocation.max(memory_bytes + self.other_bytes);
        let ns = u128::from(self.seconds) * 1_000_000_000;
        fees.storage(bytes, ns) + fees.compute(self.compute_allocation, ns)
    }
}

/// See the module's documentation.
#[derive(Clone, Debug)]
pub struct Account {
    /// The canister's balance, the prepayment for this execution already taken.
    pub balance: Cycles,
    /// Cycles of the call that may still be accepted.
    pub available: Cycles,
    /// Cycles accepted by this execution.
    pub accepted: Cycles,
    /// Cycles that came back with the response (callbacks).
    pub refunded: Cycles,
    /// Cycles burned by this execution.
    pub burned: Cycles,
    /// The subnet's prices.
    pub fees: Fees,
    /// What the canister must keep.
    pub freeze: FreezePolicy,
    /// Instructions that the execution of a response is prepaid with.
    pub response_instructions: u64,
}

impl Account {
    /// Adds to the balance, which ends at the largest number.
    pub(super) fn credit(&mut self, amount: Cycles) {
        self.balance = self.balance.saturating_add(amount);
    }

    /// Paid in advance with every call: receiving the largest response and executing the callback.
    pub(super) fn prepaid(&self) -> Cycles {
        self.fees.response(limits::MAX_REMOTE_REQUEST)
            + self.fees.execution(self.response_instructions)
    }
}

impl Sandbox {
    /// The balance above the freezing threshold.
    pub fn liquid_balance(&self) -> Cycles {
        self.account
            .balance
            .saturating_sub(self.freezing_threshold())
    }

    fn freezing_threshold(&self) -> Cycles {
        let memory = self.heap_bytes + self.stable.bytes();
        self.account.freeze.threshold(&self.account.fees, memory)
    }

    /// `msg_cycles_accept`: moves as much as there is, at most `wanted`.
    pub fn accept_cycles(&mut self, wanted: Cycles) -> Cycles {
        let amount = wanted.min(self.account.available);
        self.account.available -= amount;
        self.account.accepted = self.account.accepted.saturating_add(amount);
        self.account.credit(amount);
        amount
    }

    /// `cycles_burn128`: burns at most the liquid balance.
    pub fn burn_cycles(&mut self, wanted: Cycles) -> Cycles {
        let amount = wanted.min(self.liquid_balance());
        self.account.balance -= amount;
        self.account.burned = self.account.burned.saturating_add(amount);
        amount
    }

    /// Takes cycles that leave with a call; traps (IC0207) below the freezing threshold.
    pub(super) fn withdraw(&mut self, amount: Cycles) -> Result<(), Trap> {
        if amount > self.liquid_balance() {
            return Err(Trap::new(
                ErrorCode::CanisterOutOfCycles,
                format!(
                    "Canister {} is out of cycles: requested {amount} cycles but the available balance is {} cycles and the freezing threshold {} cycles",
                    self.env.canister,
                    self.account.balance,
                    self.freezing_threshold()
                ),
            ));
        }
        self.account.balance -= amount;
        Ok(())
    }

    /// Whether memory may grow by so many bytes: traps when the cycles for keeping it are missing.
    /// Callbacks may always finish what was begun, and an installation is looked at when it is over.
    pub fn require_cycles_for_growth(&self, bytes: u64) -> Result<(), Trap> {
        if !matches!(self.mode, Mode::Update | Mode::SystemTask) {
            return Ok(());
        }
        let memory = self.heap_bytes + self.stable.bytes() + bytes;
        let needed = self.account.freeze.threshold(&self.account.fees, memory);
        let costs = needed > self.freezing_threshold();
        if costs && self.account.balance < needed {
            return Err(Trap::new(
                ErrorCode::InsufficientCyclesInMemoryGrow,
                format!(
                    "Canister cannot grow memory by {bytes} bytes due to insufficient cycles. At least {} additional cycles are required.",
                    needed - self.account.balance
                ),
            ));
        }
        Ok(())
    }

    /// `stable64_grow`: the old size in Wasm pages, or `None` where the memory may not grow so far.
    pub fn grow_stable(&mut self, pages: u64) -> Result<Option<u64>, Trap> {
        let old = self.stable.size;
        let Some(new) = old.checked_add(pages).filter(|new| {
            new.checked_mul(WASM_PAGE_BYTES)
                .is_some_and(|bytes| bytes <= limits::MAX_STABLE_BYTES)
        }) else {
            return Ok(None);
        };
        self.require_cycles_for_growth(pages * WASM_PAGE_BYTES)?;
        self.stable.size = new;
        Ok(Some(old))
    }
}
