//! Several things at once.

use super::{ALMOST_MODE, DAPP, OFF, REGISTRY, VERIFIED, answers, count};
use anchorage_tests::family::{Device, Family, Setup};
use pocket_ic::common::rest::RawMessageId;
use std::time::Duration;
use types::front::{AddTentativeDeviceResponse, VerifyTentativeDeviceResponse};
use types::{AnchorNumber, Principal};

fn verification(anchor: AnchorNumber, code: &str) -> Vec<u8> {
    candid::encode_args((anchor, code)).expect("plain data")
}

#[track_caller]
fn submit(family: &Family, sender: Principal, method: &str, argument: Vec<u8>) -> RawMessageId {
    let call = family
        .network
        .submit_call(family.front, sender, method, argument);
    call.expect("the door lets it in")
}

#[track_caller]
fn response<T: candid::CandidType + serde::de::DeserializeOwned>(
    family: &Family,
    call: RawMessageId,
) -> T {
    let reply = family.network.await_call(call).expect("an answer");
    candid::decode_one(&reply).expect("of the interface")
}

#[test]
fn of_two_new_devices_at_once_one_waits() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.opens_registration().succeeds();
    let devices = ["phone", "tablet"].map(Device::new);
    let calls = devices.each_ref().map(|device| {
        let argument = candid::encode_args((alice.anchor, &device.data)).expect("plain data");
        submit(
            &family,
            Principal::anonymous(),
            "add_tentative_device",
            argument,
        )
    });
    let responses = calls.map(|call| response::<AddTentativeDeviceResponse>(&family, call));
    let waiting = alice.sees_registration().expect("it is open");
    let waiting = waiting.tentative_device.expect("one waits");
    let mut code = None;
    for (device, response) in devices.iter().zip(responses) {
        match response {
            AddTentativeDeviceResponse::AddedTentatively {
                verification_code, ..
            } => {
                assert_eq!(waiting, device.data);
                assert_eq!(code.replace(verification_code), None, "one was told a code");
            }
            other => {
                assert_ne!(waiting, device.data);
                let expected = AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded;
                assert_eq!(other, expected);
            }
        }
    }
    // The very same device does not wait twice either.
    let same = Device::new("same").but(|device| *device = waiting.clone());
    assert_eq!(
        alice.is_asked_by(&same).succeeds(),
        AddTentativeDeviceResponse::AnotherDeviceTentativelyAdded
    );
    assert_eq!(answers(&alice, &code.expect("one waits")), VERIFIED);
    assert_eq!(
        alice.asks_for_info().succeeds().devices[1].pubkey,
        waiting.pubkey
    );
    assert_eq!(count(&alice), 2);
}

#[test]
fn a_code_that_is_typed_twice_at_once_adds_one_device() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.opens_registration().succeeds();
    let code = alice.reads_code_on(&Device::new("phone"));
    let argument = verification(alice.anchor, &code);
    let calls = [(), ()].map(|()| {
        submit(
            &family,
            alice.caller,
            "verify_tentative_device",
            argument.clone(),
        )
    });
    let mut responses = calls.map(|call| response::<VerifyTentativeDeviceResponse>(&family, call));
    responses.sort_by_key(|response| *response != VERIFIED);
    assert_eq!(responses, [VERIFIED, OFF]);
    assert_eq!(family.audits(0).blocks.len(), 2);
}

#[test]
fn a_verification_while_the_registration_ends_happens_or_not() {
    let family = Family::deploy();
    let alice = family.register("alice");
    for (name, closes_first) in [("phone", false), ("tablet", true)] {
        alice.opens_registration().succeeds();
        let device = Device::new(name);
        let code = alice.reads_code_on(&device);
        let before = count(&alice);
        let closing = || {
            let argument = candid::encode_one(alice.anchor).expect("a number");
            submit(
                &family,
                alice.caller,
                "exit_device_registration_mode",
                argument,
            )
        };
        let typing = || {
            let argument = verification(alice.anchor, &code);
            submit(&family, alice.caller, "verify_tentative_device", argument)
        };
        let (closing, typing) = if closes_first {
            let closing = closing();
            (closing, typing())
        } else {
            let typing = typing();
            (closing(), typing)
        };
        family.network.await_call(closing).expect("an answer");
        let typed: VerifyTentativeDeviceResponse = response(&family, typing);
        assert!([VERIFIED, OFF].contains(&typed), "{typed:?}");
        let is_added = alice.on(&device).prepares(DAPP).map(drop);
        if typed == VERIFIED {
            is_added.succeeds();
        } else {
            is_added.is_refused();
        }
        assert_eq!(count(&alice) - before, usize::from(typed == VERIFIED));
        assert_eq!(alice.sees_registration(), None);
    }
    // By time: it was sent before the end, and came after it.
    alice.opens_registration().succeeds();
    family.waits(ALMOST_MODE);
    let code = alice.reads_code_on(&Device::new("watch"));
    let argument = verification(alice.anchor, &code);
    let typing = submit(&family, alice.caller, "verify_tentative_device", argument);
    family.network.advance_time(Duration::from_mins(1));
    assert_eq!(
        response::<VerifyTentativeDeviceResponse>(&family, typing),
        OFF
    );
    family.audits(0);
}

#[test]
fn an_anchor_that_loses_its_devices_meanwhile_gets_no_new_one() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let tablet = alice.adds("tablet");
    alice.opens_registration().succeeds();
    let phone = Device::new("phone");
    let code = alice.reads_code_on(&phone);
    // The device that opened it is gone; another one goes on.
    alice.removes(&Device::new("alice"));
    let words = format!("{} could not be authenticated.", alice.caller);
    alice.types_code(&code).is_refused_saying(&words);
    let on_tablet = alice.on(&tablet);
    assert!(on_tablet.sees_registration().is_some());
    on_tablet.removes(&tablet);
    let words = format!("{} could not be authenticated.", tablet.principal());
    on_tablet.types_code(&code).is_refused_saying(&words);
    assert_eq!(
        on_tablet.is_asked_by(&Device::new("watch")).succeeds(),
        AddTentativeDeviceResponse::DeviceRegistrationModeOff
    );
    alice.on(&phone).prepares(DAPP).is_refused();
    let open = family
        .scrapes(REGISTRY)
        .value("registry_registration_modes", &[]);
    assert!(open < 0.5, "{open}");
    assert_eq!(family.audits(0).blocks.len(), 4);
}

#[test]
fn a_removal_and_a_verification_at_once_leave_what_the_log_says() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.opens_registration().succeeds();
    let phone = Device::new("phone");
    let code = alice.reads_code_on(&phone);
    let key = Device::new("alice").data.pubkey;
    let argument = candid::encode_args((alice.anchor, &key)).expect("plain data");
    let removal = submit(&family, alice.caller, "remove", argument);
    let argument = verification(alice.anchor, &code);
    let typing = submit(&family, alice.caller, "verify_tentative_device", argument);
    family
        .network
        .await_call(removal)
        .expect("the removal is done");
    let verified = family.network.await_call(typing).is_ok();
    let blocks = family.audits(0).blocks.len();
    assert_eq!(blocks, 2 + usize::from(verified));
    let on_phone = alice.on(&phone).prepares(DAPP).map(drop);
    if verified {
        on_phone.succeeds();
    } else {
        on_phone.is_refused();
    }
}

/// The one method that a stranger may call leaves nothing behind and nobody out.
/// Front and shard are on two subnets, so a call is open for some rounds, and in each of them more come than fit.
#[test]
fn a_flood_of_new_devices_keeps_none_from_the_owner_who_waits() {
    const IN_A_ROUND: usize = 150;
    const ROUNDS: usize = 8;
    let setup = Setup::default().ranges(&[(10_000, 20_000)]);
    let family = setup.on_two_subnets().deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let flood = || {
        let argument = candid::encode_args((alice.anchor, &Device::new("flood").data));
        let argument = argument.expect("plain data");
        let nobody = Principal::anonymous();
        submit(&family, nobody, "add_tentative_device", argument)
    };
    let mut calls: Vec<_> = Vec::new();
    let mut rounds = |number| {
        for _ in 0..number {
            calls.extend((0..IN_A_ROUND).map(|_| flood()));
            family.network.tick();
        }
    };
    rounds(ROUNDS);
    bob.opens_registration().succeeds();
    rounds(1);
    let code = bob.reads_code_on(&Device::new("phone"));
    assert_eq!(answers(&bob, &code), VERIFIED);
    let outcomes = calls
        .into_iter()
        .map(|call| family.network.await_call(call));
    let busy = outcomes.filter(|outcome| {
        let reject = outcome.as_ref().err();
        reject.is_some_and(|reject| reject.reject_message.contains("try again later"))
    });
    assert!(busy.count() > IN_A_ROUND, "more came than fit");
}

#[test]
fn a_flood_of_new_devices_fills_nothing() {
    const CALLS: usize = 1_000;
    let family = Family::deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    bob.opens_registration().succeeds();
    let code = bob.reads_code_on(&Device::new("phone"));
    let remembered = |family: &Family| {
        let metrics = family.scrapes(REGISTRY);
        metrics.value("registry_orders_remembered", &[])
    };
    let before = remembered(&family);
    let flood = Device::new("flood");
    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let target = if n % 2 == 0 { alice.anchor } else { bob.anchor };
            let argument = candid::encode_args((target, &flood.data)).expect("plain data");
            submit(
                &family,
                Principal::anonymous(),
                "add_tentative_device",
                argument,
            )
        })
        .collect();
    assert_eq!(answers(&bob, &code), VERIFIED, "in the middle of it");
    alice.logs_in_to(DAPP);
    for call in calls {
        // An answer or "try again later", never a code.
        if let Ok(reply) = family.network.await_call(call) {
            let response: AddTentativeDeviceResponse = candid::decode_one(&reply).expect("one");
            assert!(
                !matches!(
                    response,
                    AddTentativeDeviceResponse::AddedTentatively { .. }
                ),
                "{response:?}"
            );
        }
    }
    assert!(
        (remembered(&family) - before - 1.0).abs() < 0.5,
        "Bob's code"
    );
    assert_eq!(family.audits(0).blocks.len(), 3);
}
