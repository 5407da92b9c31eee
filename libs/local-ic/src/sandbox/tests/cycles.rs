use super::*;
use crate::memory::WASM_PAGE_BYTES;

/// A canister with this much above its freezing threshold, which is not zero.
fn with_liquid(cycles: u128) -> Sandbox {
    let mut sandbox = sandbox(Mode::Update);
    sandbox.heap_bytes = 1 << 30;
    sandbox.account.freeze.seconds = 100;
    sandbox.account.balance = 100 * 127_000 + cycles;
    sandbox
}

#[test]
fn the_liquid_balance_is_what_lies_above_the_threshold() {
    let mut sandbox = with_liquid(50);
    assert_eq!(sandbox.liquid_balance(), 50);
    sandbox.account.balance = 3;
    assert_eq!(sandbox.liquid_balance(), 0);
}

#[test]
fn the_threshold_counts_all_memory_and_allocations() {
    let fees = Fees::new(13, false);
    let gib = 1u64 << 30;
    let mut policy = FreezePolicy {
        seconds: 10,
        ..FreezePolicy::default()
    };
    assert_eq!(policy.threshold(&fees, gib), 1_270_000);
    policy.other_bytes = gib;
    assert_eq!(policy.threshold(&fees, gib), 2_540_000);
    policy.memory_allocation = 3 * gib;
    assert_eq!(policy.threshold(&fees, gib), 3_810_000);
    policy.compute_allocation = 2;
    assert_eq!(
        policy.threshold(&fees, gib),
        3_810_000 + 2 * 10 * 10_000_000
    );
}

#[test]
fn acceptance_is_limited_by_what_there_is() {
    let mut sandbox = with_liquid(0);
    let before = sandbox.account.balance;
    assert_eq!(sandbox.accept_cycles(30), 30);
    assert_eq!(sandbox.accept_cycles(u128::MAX), 70);
    assert_eq!(sandbox.accept_cycles(1), 0);
    assert_eq!(sandbox.account.accepted, 100);
    assert_eq!(sandbox.account.available, 0);
    assert_eq!(sandbox.account.balance, before + 100);
}

#[test]
fn burning_stops_at_the_threshold() {
    let mut sandbox = with_liquid(50);
    assert_eq!(sandbox.burn_cycles(20), 20);
    assert_eq!(sandbox.burn_cycles(u128::MAX), 30);
    assert_eq!(sandbox.account.burned, 50);
    assert_eq!(sandbox.account.balance, 100 * 127_000);
}

#[test]
fn withdrawing_stops_at_the_threshold() {
    let mut sandbox = with_liquid(50);
    sandbox.withdraw(50).unwrap();
    assert_eq!(
        sandbox.withdraw(1).unwrap_err().code,
        ErrorCode::CanisterOutOfCycles
    );
}

#[test]
fn growth_needs_the_cycles_to_keep_it() {
    let mut sandbox = with_liquid(0);
    sandbox.require_cycles_for_growth(0).unwrap();
    let trap = sandbox.require_cycles_for_growth(1 << 30).unwrap_err();
    assert_eq!(trap.code, ErrorCode::InsufficientCyclesInMemoryGrow);
    assert!(
        trap.message.contains("At least 12700000 additional cycles"),
        "{trap}"
    );
    sandbox.account.balance += 12_700_000;
    sandbox.require_cycles_for_growth(1 << 30).unwrap();
    sandbox.account.balance = 0;
    sandbox.require_cycles_for_growth(0).unwrap();
    for mode in [Mode::Query, Mode::Reply, Mode::Reject, Mode::Cleanup] {
        sandbox.mode = mode;
        sandbox.require_cycles_for_growth(1 << 30).unwrap();
    }
}

#[test]
fn growth_within_the_allocation_costs_nothing() {
    let mut sandbox = with_liquid(0);
    sandbox.account.freeze.memory_allocation = 1 << 31;
    sandbox.account.balance = 0;
    sandbox.require_cycles_for_growth(1 << 20).unwrap();
    sandbox.require_cycles_for_growth(1 << 32).unwrap_err();
}

#[test]
fn stable_memory_grows_to_its_limit() {
    let mut sandbox = sandbox(Mode::Query);
    let most = limits::MAX_STABLE_BYTES / WASM_PAGE_BYTES;
    assert_eq!(sandbox.grow_stable(3), Ok(Some(0)));
    assert_eq!(sandbox.grow_stable(most - 2), Ok(None));
    assert_eq!(sandbox.grow_stable(u64::MAX), Ok(None));
    assert_eq!(sandbox.grow_stable(most - 3), Ok(Some(3)));
    assert_eq!(sandbox.stable.size, most);
}

#[test]
fn growing_stable_memory_counts_what_is_there() {
    let mut sandbox = with_liquid(100_000);
    let trap = sandbox.grow_stable(1 << 14).unwrap_err();
    assert_eq!(trap.code, ErrorCode::InsufficientCyclesInMemoryGrow);
    assert_eq!(sandbox.stable.size, 0);
    assert_eq!(sandbox.grow_stable(1), Ok(Some(0)));
}
