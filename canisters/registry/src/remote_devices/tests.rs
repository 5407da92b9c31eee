use super::*;
use crate::fixtures::{ARCHIVE, HI, World, anchor, passkey, principal};
use oplog::BlockType;
use types::registry::{DeviceOperation, RegistrySettings};
use types::{DeviceError, DeviceProtection, KeyType};

const MINUTES_15: u64 = 900;

fn added(answer: Result<TentativeAnswer, RegistryError>) -> TimestampNs {
    match answer {
        Ok(TentativeAnswer::Added { ends }) => ends,
        other => panic!("the device should wait: {other:?}"),
    }
}

const fn wrong(tries_left: u8) -> VerificationAnswer {
    VerificationAnswer::WrongCode { tries_left }
}

/// Anchor 0 of "a", where device "b" waits for code 7.
fn waiting() -> World {
    let mut world = World::new();
    let created = world.register("a");
    world.enter(created, "a").expect("a device of the anchor");
    let order = world.tentative(created, "b", 7);
    added(world.add_tentative(&order));
    world
}

fn verify(world: &mut World, name: &str, code: u64) -> Result<VerificationAnswer, RegistryError> {
    let order = world.verification(anchor(0), name, code);
    world.verify(&order)
}

fn tentatively(world: &mut World, device: &str) -> Result<TentativeAnswer, RegistryError> {
    let order = world.tentative(anchor(0), device, 7);
    world.add_tentative(&order)
}

fn waits(world: &mut World) -> Option<DeviceData> {
    let details = world.info(anchor(0), "a").expect("a device of the anchor");
    details.registration?.device
}

fn with_budget(operations: u32) -> World {
    World::with(RegistrySettings {
        operations_per_day: Some(operations),
        archives: Some(crate::fixtures::links(&[(ARCHIVE, true)])),
        ..RegistrySettings::default()
    })
}

#[test]
fn a_device_is_registered_from_another_machine_with_one_block() {
    let mut world = World::new();
    let created = world.register("a");
    let ends = world.enter(created, "a").unwrap();
    assert_eq!(ends, world.now.saturating_add(MINUTES_15 * 1_000_000_000));
    world.upgrade();
    let order = world.tentative(created, "b", 7);
    assert_eq!(added(world.add_tentative(&order)), ends);
    world.upgrade();
    let registration = world.info(created, "a").unwrap().registration;
    let device = Some(passkey("b"));
    assert_eq!(registration, Some(OpenRegistration { ends, device }));
    assert_eq!(
        world.shard.log.length(),
        1,
        "what only waits is in no block"
    );
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::Verified));
    assert!(world.ask(created, principal("b"), None).is_ok());
    assert_eq!(world.info(created, "b").unwrap().registration, None);
    let blocks = world.blocks();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[1].btype, BlockType::Add);
    assert_eq!(blocks[1].tx().unwrap().caller, principal("a"));
    world.assert_replay_matches();
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::ModeOff));
}

#[test]
fn entering_again_gives_the_same_end_and_costs_nothing() {
    let mut world = with_budget(1);
    let created = world.register("a");
    let ends = world.enter(created, "a").unwrap();
    world.pass(60);
    assert_eq!(world.enter(created, "a"), Ok(ends));
    tentatively(&mut world, "b").unwrap();
    assert_eq!(world.enter(created, "a"), Ok(ends));
    assert!(waits(&mut world).is_some());
    world.pass(MINUTES_15 - 60);
    assert_eq!(
        world.enter(created, "a").map_err(|error| error.retryable()),
        Err(true),
        "the next one is another operation of the day"
    );
}

#[test]
fn without_an_open_registration_nothing_is_added_or_verified() {
    let mut world = World::new();
    world.register("a");
    let off = |world: &mut World| {
        assert_eq!(tentatively(world, "b"), Ok(TentativeAnswer::ModeOff));
        assert_eq!(verify(world, "a", 7), Ok(VerificationAnswer::ModeOff));
    };
    off(&mut world);
    world.enter(anchor(0), "a").unwrap();
    world.exit(anchor(0), "a").unwrap();
    off(&mut world);
    world.enter(anchor(0), "a").unwrap();
    world.pass(MINUTES_15);
    off(&mut world);
    // Nor for a number that nobody has.
    let order = world.tentative(anchor(1), "b", 7);
    assert_eq!(world.add_tentative(&order), Ok(TentativeAnswer::ModeOff));
    assert_eq!(world.shard.orders.remembered(), 1, "the registration's");
}

#[test]
fn it_ends_after_fifteen_minutes_with_the_device_that_waits() {
    let mut world = waiting();
    world.pass(MINUTES_15 - 1);
    assert!(waits(&mut world).is_some());
    assert_eq!(verify(&mut world, "a", 8), Ok(wrong(2)));
    world.pass(1);
    assert_eq!(waits(&mut world), None);
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::ModeOff));
    // The next registration knows nothing of it.
    world.enter(anchor(0), "a").unwrap();
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::NoDevice));
    assert!(matches!(
        tentatively(&mut world, "c"),
        Ok(TentativeAnswer::Added { .. })
    ));
    assert_eq!(
        verify(&mut world, "a", 8),
        Ok(wrong(2)),
        "with all its tries"
    );
}

#[test]
fn the_third_wrong_code_ends_it() {
    let mut world = waiting();
    for left in [2, 1, 0] {
        world.upgrade();
        let order = VerifyTentativeDevice {
            code: None,
            ..world.verification(anchor(0), "a", 0)
        };
        assert_eq!(world.verify(&order), Ok(wrong(left)));
    }
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::ModeOff));
    assert_eq!(tentatively(&mut world, "b"), Ok(TentativeAnswer::ModeOff));
    assert_eq!(world.shard.log.length(), 1);
}

#[test]
fn a_repeated_order_gets_the_first_answer_and_counts_no_second_try() {
    let mut world = World::new();
    let created = world.register("a");
    world.enter(created, "a").unwrap();
    let order = world.tentative(created, "b", 7);
    let first = world.add_tentative(&order);
    let wrong_code = world.verification(created, "a", 8);
    assert_eq!(world.verify(&wrong_code), Ok(wrong(2)));
    world.upgrade();
    for _ in 0..3 {
        assert_eq!(world.add_tentative(&order), first);
        assert_eq!(world.verify(&wrong_code), Ok(wrong(2)));
    }
    let right = world.verification(created, "a", 7);
    assert_eq!(world.verify(&right), Ok(VerificationAnswer::Verified));
    world.upgrade();
    assert_eq!(world.verify(&right), Ok(VerificationAnswer::Verified));
    assert_eq!(world.add_tentative(&order), first, "of then");
    assert_eq!(world.shard.log.length(), 2);
    // The id stands for these contents.
    let other = VerifyTentativeDevice {
        code: None,
        ..right.clone()
    };
    assert_eq!(world.verify(&other), Err(RegistryError::OrderMismatch));
    let other = AddTentativeDevice {
        code: VerificationCode::from_random(8),
        ..order
    };
    assert_eq!(
        world.add_tentative(&other),
        Err(RegistryError::OrderMismatch)
    );
}

#[test]
fn of_two_new_devices_the_first_one_waits() {
    let mut world = waiting();
    for device in ["b", "c"] {
        let refused = tentatively(&mut world, device);
        assert_eq!(refused, Ok(TentativeAnswer::AnotherDevice));
    }
    assert_eq!(waits(&mut world), Some(passkey("b")));
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::Verified));
    assert!(world.ask(anchor(0), principal("c"), None).is_err());
}

#[test]
fn a_code_is_for_the_device_it_was_drawn_for() {
    let mut world = waiting();
    world.exit(anchor(0), "a").unwrap();
    world.enter(anchor(0), "a").unwrap();
    let order = world.tentative(anchor(0), "c", 8);
    added(world.add_tentative(&order));
    assert_eq!(verify(&mut world, "a", 7), Ok(wrong(2)), "b's code");
    // Nor does another anchor's code open this one.
    world.register("x");
    world.enter(anchor(1), "x").unwrap();
    let order = world.tentative(anchor(1), "y", 9);
    added(world.add_tentative(&order));
    assert_eq!(verify(&mut world, "a", 9), Ok(wrong(1)));
    let order = world.verification(anchor(1), "x", 8);
    assert_eq!(world.verify(&order), Ok(wrong(2)));
}

#[test]
fn only_devices_of_the_anchor_open_close_and_verify() {
    let mut world = waiting();
    world.register("other");
    let refused = Err(RegistryError::Unauthorized);
    for name in ["stranger", "other", "b"] {
        assert_eq!(world.enter(anchor(0), name).map(drop), refused);
        assert_eq!(world.exit(anchor(0), name), refused);
        assert_eq!(verify(&mut world, name, 7).map(drop), refused);
        assert_eq!(verify(&mut world, name, 8).map(drop), refused);
    }
    assert_eq!(
        verify(&mut world, "a", 8),
        Ok(wrong(2)),
        "no try was counted"
    );
    let foreign = AnchorNumber::new(HI);
    let range = world.shard.anchors.range();
    let order = world.tentative(foreign, "b", 7);
    let not_mine = Err(RegistryError::NotMine { range });
    assert_eq!(world.add_tentative(&order), not_mine);
    assert_eq!(world.enter(foreign, "a").map(drop), not_mine.map(drop));
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let mut world = World::new();
    world.register("a");
    world.enter(anchor(0), "a").unwrap();
    let order = |world: &mut World, change: &dyn Fn(&mut DeviceData)| {
        let mut order = world.tentative(anchor(0), "b", 7);
        change(&mut order.device);
        world.add_tentative(&order)
    };
    for (protection, credential) in [
        (DeviceProtection::Protected, false),
        (DeviceProtection::Unprotected, false),
        (DeviceProtection::Unprotected, true),
    ] {
        let refused = order(&mut world, &|device| {
            device.key_type = KeyType::SeedPhrase;
            device.protection = protection;
            device.credential_id = device.credential_id.clone().filter(|_| credential);
        });
        assert_eq!(refused, Err(RegistryError::RecoveryPhrase));
    }
    let refused = order(&mut world, &|device| device.alias = "x".repeat(65));
    assert!(matches!(
        refused,
        Err(RegistryError::Device(DeviceError::FieldTooLong { .. }))
    ));
    let known = tentatively(&mut world, "a");
    assert_eq!(known, Ok(TentativeAnswer::KeyIsUsed));
    assert_eq!(waits(&mut world), None);
    assert_eq!(world.shard.orders.remembered(), 1, "the registration's");
    added(tentatively(&mut world, "b"));
}

#[test]
fn a_rule_that_says_no_at_the_verification_leaves_the_registration_as_it_is() {
    let mut world = waiting();
    // The anchor has become full meanwhile, and has a device with that key.
    world.configure(&RegistrySettings {
        max_devices: Some(2),
        ..RegistrySettings::default()
    });
    for (name, is_it) in [("c", false), ("b", true)] {
        world.add(anchor(0), "a", name);
        for _ in 0..4 {
            let refused = verify(&mut world, "a", 7);
            assert_eq!(
                matches!(
                    refused,
                    Err(RegistryError::Device(DeviceError::KeyExists { .. }))
                ),
                is_it,
                "{refused:?}"
            );
            assert!(refused.is_err());
        }
        assert_eq!(waits(&mut world), Some(passkey("b")));
        let order = world.removal(anchor(0), "a", name);
        world.apply(&order).unwrap();
    }
    assert_eq!(
        verify(&mut world, "a", 8),
        Ok(wrong(2)),
        "no try was counted"
    );
    assert_eq!(verify(&mut world, "a", 7), Ok(VerificationAnswer::Verified));
    world.assert_replay_matches();
}

#[test]
fn an_anchor_without_devices_has_no_registration() {
    let mut world = waiting();
    let (key, device) = (passkey("a").pubkey, passkey("d"));
    let order = world.change(anchor(0), "a", DeviceOperation::Replace { key, device });
    world.apply(&order).unwrap();
    let open = world.info(anchor(0), "d").unwrap().registration;
    assert!(open.is_some(), "one device is left");
    let order = world.removal(anchor(0), "d", "d");
    world.apply(&order).unwrap();
    assert_eq!(world.shard.registration_modes.count(), 0);
    assert_eq!(tentatively(&mut world, "e"), Ok(TentativeAnswer::ModeOff));
    for name in ["a", "d"] {
        let refused = verify(&mut world, name, 7);
        assert_eq!(refused, Err(RegistryError::Unauthorized));
    }
    world.assert_replay_matches();
}

#[test]
fn in_maintenance_and_at_the_backlog_limit_it_stays_as_it_is() {
    let mut world = waiting();
    let maintenance = |on| RegistrySettings {
        maintenance: Some(on),
        ..RegistrySettings::default()
    };
    let backlog = |limit| RegistrySettings {
        backlog_limit: Some(limit),
        ..RegistrySettings::default()
    };
    world.register("x");
    for (settings, back) in [
        (maintenance(true), maintenance(false)),
        (backlog(1), backlog(100)),
    ] {
        world.configure(&settings);
        let refused = |error: &RegistryError| error.retryable();
        for code in [7, 8] {
            assert!(verify(&mut world, "a", code).is_err_and(|error| refused(&error)));
        }
        assert!(
            world
                .enter(anchor(1), "x")
                .is_err_and(|error| refused(&error))
        );
        assert!(world.enter(anchor(0), "a").is_ok(), "it is open");
        assert!(waits(&mut world).is_some());
        world.configure(&back);
    }
    world.configure(&maintenance(true));
    assert_eq!(world.exit(anchor(0), "a"), Err(RegistryError::Maintenance));
    world.configure(&maintenance(false));
    world.configure(&backlog(1));
    assert_eq!(world.exit(anchor(0), "a"), Ok(()));
    assert_eq!(waits(&mut world), None);
}

#[test]
fn a_shard_that_was_rolled_back_registers_nothing() {
    let mut world = waiting();
    let mut lost = world.shard.tip();
    lost.log_length += 1;
    let expected = Some(lost);
    let order = AddTentativeDevice {
        expected,
        ..world.tentative(anchor(0), "b", 7)
    };
    let rolled_back = RegistryError::RolledBack;
    assert_eq!(world.add_tentative(&order), Err(rolled_back.clone()));
    let order = VerifyTentativeDevice {
        expected,
        ..world.verification(anchor(0), "a", 7)
    };
    assert_eq!(world.verify(&order), Err(rolled_back.clone()));
    let (anchor, caller) = (anchor(0), principal("a"));
    let (front, now) = (crate::fixtures::front(), world.now);
    let request = EnterRegistrationMode {
        expected,
        anchor,
        caller,
    };
    let refused = enter(&mut world.shard, front, request, now);
    assert_eq!(refused, Err(rolled_back.clone()));
    let request = ExitRegistrationMode {
        expected,
        anchor,
        caller,
    };
    assert_eq!(
        exit(&mut world.shard, front, request, now),
        Err(rolled_back)
    );
    assert!(waits(&mut world).is_some());
}

#[test]
fn opening_and_verifying_are_operations_of_the_day() {
    let mut world = with_budget(2);
    world.register("a");
    world.enter(anchor(0), "a").unwrap();
    added(tentatively(&mut world, "b"));
    assert_eq!(verify(&mut world, "a", 8), Ok(wrong(2)));
    world.add(anchor(0), "a", "c");
    let refused = verify(&mut world, "a", 7);
    assert!(matches!(
        refused,
        Err(RegistryError::OperationBudget { limit: 2, .. })
    ));
    assert!(waits(&mut world).is_some(), "it waits for the next day");
    world.exit(anchor(0), "a").unwrap();
    assert!(world.enter(anchor(0), "a").is_err());
    world.pass(86_400);
    assert!(world.enter(anchor(0), "a").is_ok());
}

#[test]
fn a_temporary_key_registers_a_device_too_and_the_block_names_it() {
    let mut world = World::new();
    let session = principal("session");
    let mut creation = world.creation("a");
    creation.temporary_key = Some(session);
    let created = world.create(&creation).unwrap();
    world.enter(created, "session").unwrap();
    added(tentatively(&mut world, "b"));
    let verified = verify(&mut world, "session", 7);
    assert_eq!(verified, Ok(VerificationAnswer::Verified));
    assert_eq!(world.blocks()[1].tx().unwrap().caller, session);
    world.assert_replay_matches();
}
