//! Calls to other canisters: what is kept across an await, and guards that release themselves.

use crate::state;
use candid::Principal;
use ic_cdk::api;
use ic_cdk::call::{Call, CallFailed};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

thread_local! {
    static PINGS: Cell<u64> = const { Cell::new(0) };
    static BUSY: RefCell<BTreeSet<Principal>> = const { RefCell::new(BTreeSet::new()) };
}

/// One piece of work for each caller at a time.
struct Guard(Principal);

impl Guard {
    fn new(caller: Principal) -> Result<Self, String> {
        BUSY.with_borrow_mut(|busy| {
            if busy.insert(caller) {
                Ok(Self(caller))
            } else {
                Err("busy".to_owned())
            }
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        BUSY.with_borrow_mut(|busy| busy.remove(&self.0));
    }
}

#[ic_cdk::update]
fn ping() -> u64 {
    PINGS.set(PINGS.get() + 1);
    PINGS.get()
}

/// A ping that takes a round more: the call stays open meanwhile.
#[ic_cdk::update]
async fn slow_ping() -> u64 {
    if ic_cdk_management_canister::raw_rand().await.is_ok() {
        ping()
    } else {
        0
    }
}

#[ic_cdk::update]
fn fail() -> u64 {
    PINGS.set(PINGS.get() + 1);
    panic!("failed on purpose");
}

#[ic_cdk::query]
fn pings() -> u64 {
    PINGS.get()
}

/// Whether a guard is held.
#[ic_cdk::query]
fn busy() -> bool {
    BUSY.with_borrow(|busy| !busy.is_empty())
}

/// Asks so many times, one after the other, and adds up.
#[ic_cdk::update]
async fn ask_in_turn(peer: Principal, times: u32) -> Result<u64, String> {
    let mut sum = 0;
    for _ in 0..times {
        sum += ask_peer(peer, "ping").await?;
    }
    Ok(sum)
}

/// The reject code and text of a call.
#[ic_cdk::update]
async fn ask_and_tell(peer: Principal, method: String) -> Result<(), (u32, String)> {
    match Call::unbounded_wait(peer, &method).await {
        Ok(_) => Ok(()),
        Err(CallFailed::CallRejected(rejection)) => Err((
            rejection.raw_reject_code(),
            rejection.reject_message().to_owned(),
        )),
        Err(error) => Err((0, error.to_string())),
    }
}

/// Under a guard: writes key 1, asks the peer, writes key 2, and panics if so told.
#[ic_cdk::update]
async fn guarded(peer: Principal, method: String, panics: bool) -> Result<u64, String> {
    let _guard = Guard::new(api::msg_caller())?;
    state::put(1, "before".to_owned());
    let answer = ask_peer(peer, &method).await?;
    state::put(2, "after".to_owned());
    assert!(!panics, "panicked after the await");
    Ok(answer)
}

/// Random bytes, so many times: each takes a round at least, and the call stays open meanwhile.
#[ic_cdk::update]
async fn draw(times: u32) -> Result<Vec<Vec<u8>>, String> {
    let mut drawn = Vec::new();
    for _ in 0..times {
        drawn.push(
            ic_cdk_management_canister::raw_rand()
                .await
                .map_err(|error| error.to_string())?,
        );
    }
    Ok(drawn)
}

/// Sends cycles along; the peer takes half. What came back.
#[ic_cdk::update]
async fn pay(peer: Principal, amount: u128) -> Result<u128, String> {
    Call::unbounded_wait(peer, "take_half")
        .with_cycles(amount)
        .await
        .map_err(|error| error.to_string())?;
    Ok(api::msg_cycles_refunded())
}

#[ic_cdk::update]
fn take_half() -> u128 {
    api::msg_cycles_accept(api::msg_cycles_available() / 2)
}

/// Another canister's value, read in a query.
#[ic_cdk::query(composite = true)]
async fn get_from(peer: Principal, key: u64) -> Result<Option<String>, String> {
    Call::unbounded_wait(peer, "get")
        .with_arg(key)
        .await
        .map_err(|error| error.to_string())?
        .candid()
        .map_err(|error| error.to_string())
}

/// A call that gives up after this many seconds; the reject code if it did.
#[ic_cdk::update]
async fn ask_impatiently(peer: Principal, seconds: u32, draws: u32) -> Result<(), u32> {
    match Call::bounded_wait(peer, "draw")
        .change_timeout(seconds)
        .with_arg(draws)
        .await
    {
        Ok(_) => Ok(()),
        Err(CallFailed::CallRejected(rejection)) => Err(rejection.raw_reject_code()),
        Err(_) => Err(0),
    }
}

async fn ask_peer(peer: Principal, method: &str) -> Result<u64, String> {
    Call::unbounded_wait(peer, method)
        .await
        .map_err(|error| error.to_string())?
        .candid()
        .map_err(|error| error.to_string())
}
