//! A world that does as the test says. Every effect takes a moment: its future is pending once, so that
//! tests can run two calls in turns.

use super::{NoRandomness, NoReply, Runtime};
use crate::state::tests::shard;
use candid::Principal;
use minicbor::Encode;
use serde_bytes::{ByteBuf, Bytes};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use types::message::{self, Request};
use types::registry::{Answer, RegistryError, ShardTip};
use types::{AnchorNumber, BlockHash, TimestampNs};

/// The mock.
#[derive(Default)]
pub(crate) struct Mock {
    now: Cell<u64>,
    replies: RefCell<VecDeque<Result<Vec<u8>, NoReply>>>,
    randoms: Cell<u8>,
    pub(crate) liquid_cycles: Cell<u128>,
    pub(crate) has_randomness: Cell<bool>,
    /// Canister, method and arguments of every call.
    pub(crate) calls: RefCell<Vec<(Principal, &'static str, Vec<u8>)>>,
    pub(crate) certified: RefCell<Vec<[u8; 32]>>,
}

impl Mock {
    /// Time 1,000 seconds, randomness and cycles available, no reply prepared.
    pub(crate) fn new() -> Self {
        let mock = Self::default();
        mock.now.set(1_000_000_000_000);
        mock.has_randomness.set(true);
        mock.liquid_cycles.set(u128::MAX);
        mock
    }

    /// Time goes by.
    pub(crate) fn pass(&self, nanoseconds: u64) {
        self.now.set(self.now.get() + nanoseconds);
    }

    /// The next call gets this reply; calls without one panic.
    pub(crate) fn will_reply(&self, reply: Result<Vec<u8>, NoReply>) {
        self.replies.borrow_mut().push_back(reply);
    }

    /// The next call gets a shard's answer.
    pub(crate) fn will_answer<T: Encode<()>>(&self, length: u64, result: Result<T, RegistryError>) {
        let tip = tip(length);
        let answer = message::encode(&Answer { tip, result });
        let reply = candid::encode_one(Bytes::new(&answer)).expect("a blob");
        self.will_reply(Ok(reply));
    }

    /// The message of call number `index`, and the shard it went to.
    pub(crate) fn sent<Q: Request>(&self, index: usize) -> (Principal, Q) {
        let calls = self.calls.borrow();
        let (canister, method, arguments) = &calls[index];
        assert_eq!(*method, Q::METHOD);
        let blob: ByteBuf = candid::decode_one(arguments).expect("a blob");
        (*canister, message::decode(&blob).expect("a message"))
    }

    /// The shards that were called, in turn, by number.
    pub(crate) fn called(&self) -> Vec<Principal> {
        self.calls
            .borrow()
            .iter()
            .map(|(canister, ..)| *canister)
            .collect()
    }
}

/// A tip of a log of this length, whose next anchor is the length too.
pub(crate) fn tip(length: u64) -> ShardTip {
    ShardTip {
        log_length: length,
        last_hash: Some(BlockHash::new([1; 32])),
        next_anchor: AnchorNumber::new(length),
    }
}

impl Runtime for Mock {
    fn now(&self) -> TimestampNs {
        TimestampNs::new(self.now.get())
    }

    fn own_id(&self) -> Principal {
        shard(0)
    }

    fn liquid_cycles(&self) -> u128 {
        self.liquid_cycles.get()
    }

    fn certify(&self, root: [u8; 32]) {
        self.certified.borrow_mut().push(root);
    }

    async fn random(&self) -> Result<[u8; 32], NoRandomness> {
        Moment(false).await;
        if !self.has_randomness.get() {
            return Err(NoRandomness);
        }
        self.randoms.set(self.randoms.get() + 1);
        Ok([self.randoms.get(); 32])
    }

    async fn call(
        &self,
        canister: Principal,
        method: &'static str,
        arguments: Vec<u8>,
    ) -> Result<Vec<u8>, NoReply> {
        self.calls.borrow_mut().push((canister, method, arguments));
        let reply = self.replies.borrow_mut().pop_front();
        Moment(false).await;
        reply.expect("a reply is prepared for each call")
    }
}

/// Pending once.
struct Moment(bool);

impl Future for Moment {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        // Whoever waits for many polls only those that asked for it.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Runs a future to its end.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = step(future.as_mut()) {
            return value;
        }
    }
}

/// Runs a future up to its next await that has to wait.
pub(crate) fn step<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
