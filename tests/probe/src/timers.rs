//! Timers: once, at an interval that survives upgrades, and one that calls another canister.

use crate::state;
use candid::Principal;
use ic_cdk::call::Call;
use ic_cdk_timers::TimerId;
use std::cell::{Cell, RefCell};
use std::time::Duration;

thread_local! {
    static ONCE: Cell<u64> = const { Cell::new(0) };
    static INTERVAL: Cell<u64> = const { Cell::new(0) };
    static ANSWERS: RefCell<Vec<Result<u64, String>>> = const { RefCell::new(Vec::new()) };
    static RUNNING: Cell<Option<TimerId>> = const { Cell::new(None) };
}

/// Starts the interval timer again, if there was one: an upgrade turned it off.
pub(crate) fn restart() {
    let seconds = state::interval();
    if seconds > 0 {
        let timer = ic_cdk_timers::set_timer_interval(Duration::from_secs(seconds), async || {
            INTERVAL.set(INTERVAL.get() + 1);
        });
        if let Some(before) = RUNNING.replace(Some(timer)) {
            ic_cdk_timers::clear_timer(before);
        }
    }
}

#[ic_cdk::update]
fn run_every(seconds: u64) {
    state::set_interval(seconds);
    restart();
}

#[ic_cdk::update]
fn run_no_more() {
    state::set_interval(0);
    if let Some(timer) = RUNNING.take() {
        ic_cdk_timers::clear_timer(timer);
    }
}

#[ic_cdk::update]
fn run_once(seconds: u64) {
    ic_cdk_timers::set_timer(Duration::from_secs(seconds), async {
        ONCE.set(ONCE.get() + 1);
    });
}

/// A timer that panics: the ones after it must still run.
#[ic_cdk::update]
fn panic_once(seconds: u64) {
    ic_cdk_timers::set_timer(Duration::from_secs(seconds), async {
        ONCE.set(1_000);
        panic!("a timer that panics");
    });
}

/// A timer that asks another canister.
#[ic_cdk::update]
fn ask_once(seconds: u64, peer: Principal) {
    ic_cdk_timers::set_timer(Duration::from_secs(seconds), async move {
        let answer = match Call::unbounded_wait(peer, "ping").await {
            Ok(reply) => reply.candid().map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        ANSWERS.with_borrow_mut(|answers| answers.push(answer));
    });
}

/// How often the timers ran: once, at an interval; and the answers they got.
#[ic_cdk::query]
fn ran() -> (u64, u64, Vec<Result<u64, String>>) {
    (
        ONCE.get(),
        INTERVAL.get(),
        ANSWERS.with_borrow(Clone::clone),
    )
}
