//! As many anchors of a shard as may are registering a device on another machine.

use super::BATCH;
use anchorage_tests::family::{Device, Family, Role, Setup};
use client::{CallError, RejectCode};
use serde_bytes::Bytes;
use std::time::Duration;
use types::message::{self, Request};
use types::registry::{CreateAnchor, EnterRegistrationMode};
use types::{AnchorNumber, OrderId};

/// Registrations that may be open at one shard.
const LIMIT: u64 = 10_000;
/// The first number of the crowd.
const FIRST: u64 = 10_001;
/// What clients look for.
const WORDS: &str = "too many anchors in device registration mode";

/// Sends the shard a message for each anchor of the crowd, as front does.
fn sends_for_all<Q: Request>(family: &Family, message: impl Fn(u64) -> Q) {
    let shard = family.shards[0].registry;
    let numbers: Vec<u64> = (FIRST..FIRST + LIMIT).collect();
    for batch in numbers.chunks(BATCH) {
        let submitted = batch.iter().map(|number| {
            let bytes = message::encode(&message(*number));
            let argument = candid::encode_one(Bytes::new(&bytes)).expect("a blob");
            let call = family
                .network
                .submit_call(shard, family.front, Q::METHOD, argument);
            call.expect("the shard lets front in")
        });
        let last = submitted.last().expect("a batch");
        family.network.await_call(last).expect("the shard answers");
    }
}

#[test]
fn are_refused_until_some_are_done() {
    let family = Setup::default().ranges(&[(10_000, 30_000)]).deploy();
    let alice = family.register("alice");
    // They may all have the same device: it is the anchors that count.
    let crowd = Device::new("crowd");
    sends_for_all(&family, |number| {
        let mut order = [0; 32];
        order[..8].copy_from_slice(&number.to_le_bytes());
        CreateAnchor {
            order: OrderId::new(order),
            expected: None,
            caller: crowd.principal(),
            temporary_key: None,
            device: crowd.data.clone(),
            below: None,
        }
    });
    assert_eq!(family.status(0).tip.next_anchor.get(), FIRST + LIMIT);
    sends_for_all(&family, |number| EnterRegistrationMode {
        expected: None,
        anchor: AnchorNumber::new(number),
        caller: crowd.principal(),
    });
    let metrics = family.scrapes(Role::Registry(0));
    let [open, limit] = ["", "_limit"]
        .map(|what| metrics.value(&format!("registry_registration_modes{what}"), &[]));
    assert!((limit - open).abs() < 0.5, "{open} of {limit} are open");
    let met = alice.opens_registration().is_refused();
    assert!(
        matches!(
            &met,
            CallError::Rejected { code: RejectCode::CanisterReject, message } if message.starts_with(WORDS)
        ),
        "{met}"
    );
    // One who is done makes room for one.
    let one = family.claim(AnchorNumber::new(FIRST), crowd.principal());
    one.closes_registration().succeeds();
    alice.opens_registration().succeeds();
    one.opens_registration().is_refused_saying(WORDS);
    // All are over after a quarter of an hour.
    family.waits(Duration::from_mins(15));
    one.opens_registration().succeeds();
}
