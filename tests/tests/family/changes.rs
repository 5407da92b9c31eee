//! Devices that are updated, replaced and removed: who may do it, what becomes of log-ins, what the log says.

use anchorage_tests::family::{Device, Family, Person, Role, Setup, ask, principal_of, stranger};
use oplog::BlockType;
use types::archive::EntryOperation;
use types::registry::{Apply, DeviceOperation, RegistryError};
use types::{
    CredentialId, DeviceProtection, KeyType, Metadata, MetadataValue, OrderId, Principal,
    PublicDevice, Purpose,
};

const DAPP: &str = "https://dapp.example";
const EVERY_ROLE: [Role; 3] = [Role::Front, Role::Registry(0), Role::Archive(0)];

/// Aliases of the anchor's devices in their order, as `person` reads them.
#[track_caller]
fn aliases(person: &Person<'_>) -> Vec<String> {
    let info = person.asks_for_info().succeeds();
    let devices = info.devices.into_iter();
    devices.map(|device| device.alias).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    let names = names.iter();
    names
        .map(|name| format!("private alias of {name}"))
        .collect()
}

#[track_caller]
fn public_devices(family: &Family) -> Vec<PublicDevice> {
    family.public_state(0).remove(0).devices
}

#[track_caller]
fn block_types(family: &Family) -> Vec<BlockType> {
    let audited = family.audits(0);
    audited.blocks.iter().map(|block| block.btype).collect()
}

/// `caller` is told that it is no device of the anchor, whatever it tries.
#[track_caller]
fn is_nobody(person: &Person<'_>, device: &Device) {
    let words = format!("{} could not be authenticated.", person.caller);
    let other = Device::new("device of an intruder");
    person
        .tries_to_update(device, device)
        .is_refused_saying(&words);
    person
        .tries_to_replace(device, &other)
        .is_refused_saying(&words);
    person.tries_to_remove(device).is_refused_saying(&words);
    person.tries_to_add(&other).is_refused_saying(&words);
    person.asks_for_info().is_refused_saying(&words);
    person.prepares(DAPP).is_refused_saying(&words);
}

#[test]
fn an_update_changes_everything_but_key_place_and_last_use() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    alice.adds("tablet");
    let note = MetadataValue::String("private, too".to_owned());
    let changed = phone.clone().but(|device| {
        device.alias = "my old phone".to_owned();
        device.credential_id = Some(CredentialId::new(*b"another id"));
        device.purpose = Purpose::Recovery;
        device.key_type = KeyType::CrossPlatform;
        device.origin = None;
        device.metadata = Some(Metadata([("colour".to_owned(), note)].into()));
    });
    alice.on(&phone).logs_in_to(DAPP);
    let used = alice.asks_for_info().succeeds().devices[1].last_usage;
    alice.updates(&changed);

    let info = alice.asks_for_info().succeeds();
    let expected = changed.data.clone().with_usage(used);
    assert_eq!(info.devices[1], expected);
    assert!(used.is_some());
    assert_eq!(
        public_devices(&family)[1],
        PublicDevice::from(&changed.data)
    );
    alice.on(&phone).logs_in_to(DAPP);
    // A device may rename itself.
    alice
        .on(&phone)
        .updates(&changed.but(|device| device.alias = "mine".to_owned()));
    let expected = ["private alias of alice", "mine", "private alias of tablet"];
    assert_eq!(aliases(&alice), expected);
}

#[test]
fn a_replacement_comes_last_and_logs_in_instead() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    alice.adds("tablet");
    let pseudonym = alice.on(&phone).logs_in_to(DAPP);
    let new_phone = alice.on(&phone).replaces(&phone, "new phone");
    assert_eq!(aliases(&alice), named(&["alice", "tablet", "new phone"]));
    let info = alice.asks_for_info().succeeds();
    assert_eq!(info.devices[2].last_usage, None);
    is_nobody(&alice.on(&phone), &phone);
    assert_eq!(alice.on(&new_phone).logs_in_to(DAPP), pseudonym);
}

#[test]
fn a_replacement_happens_as_a_whole_or_not_at_all() {
    let family = Setup::default().max_devices(2).deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let before = alice.asks_for_info().succeeds().devices.len();
    let long = Device::new("new phone").but(|device| device.alias = "a".repeat(65));
    alice
        .tries_to_replace(&phone, &long)
        .is_refused_saying("alias limit exceeded: length 65, limit 64");
    let same = Device::new("alice");
    let words = format!(
        "Device with key {} already exists on this anchor.",
        same.data.pubkey
    );
    alice
        .tries_to_replace(&phone, &same)
        .is_refused_saying(&words);
    assert_eq!(alice.asks_for_info().succeeds().devices.len(), before);
    alice.on(&phone).logs_in_to(DAPP);
    // There is room for it although the anchor is full, and for the same key.
    let phone = alice.replaces(&phone, "new phone");
    alice.replaces(&phone, "new phone");
    assert_eq!(aliases(&alice), named(&["alice", "new phone"]));
}

#[test]
fn the_rules_about_changes_refuse_in_the_words_that_clients_know() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    alice
        .tries_to_add(
            &Device::phrase("phrase").but(|d| d.protection = DeviceProtection::Unprotected),
        )
        .succeeds();
    let missing = Device::new("missing");
    let other = Device::new("other");
    let not_found = format!("Device with key {} not found.", missing.data.pubkey);
    let second_phrase = Device::phrase("phone");
    let locked_passkey = phone
        .clone()
        .but(|d| d.protection = DeviceProtection::Protected);
    let large = phone.clone().but(|d| {
        let value = MetadataValue::String("v".repeat(2_500));
        d.metadata = Some(Metadata([("k".to_owned(), value)].into()));
    });
    for (attempt, words) in [
        (
            alice.tries_to_update(&missing, &missing),
            "Could not find device to update, check device key",
        ),
        (
            alice.tries_to_update(&phone, &other),
            "Device key cannot be updated.",
        ),
        (alice.tries_to_replace(&missing, &other), &not_found),
        (alice.tries_to_remove(&missing), &not_found),
        (
            alice.tries_to_update(&phone, &second_phrase),
            "There is already a recovery phrase and only one is allowed.",
        ),
        (
            alice.tries_to_replace(&phone, &second_phrase),
            "There is already a recovery phrase and only one is allowed.",
        ),
        (
            alice.tries_to_update(&phone, &locked_passkey),
            "Only recovery phrases can be locked but key type is Platform",
        ),
        (
            alice.tries_to_update(&phone, &large),
            "Cumulative size of variable sized fields exceeds limit: length ",
        ),
    ] {
        attempt.is_refused_saying(words);
    }
    let four = [BlockType::Register, BlockType::Add, BlockType::Add];
    assert_eq!(block_types(&family), four, "what is refused has no block");
}

#[test]
fn who_is_no_device_of_the_anchor_changes_nothing() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let bob = family.register("bob");
    let bobs = Device::new("bob");
    is_nobody(&family.claim(alice.anchor, stranger()), &phone);
    is_nobody(&family.claim(alice.anchor, bob.caller), &phone);
    is_nobody(&family.claim(alice.anchor, bob.caller), &bobs);
    let anonymous = family.claim(alice.anchor, Principal::anonymous());
    anonymous.tries_to_update(&phone, &phone).is_refused();
    anonymous.tries_to_replace(&phone, &bobs).is_refused();
    anonymous.tries_to_remove(&phone).is_refused();
    assert_eq!(aliases(&alice), named(&["alice", "phone"]));
    assert_eq!(family.audits(0).blocks.len(), 3);
}

#[test]
fn a_temporary_key_ends_with_its_device_also_if_the_key_comes_back() {
    let family = Family::deploy();
    let temporary = principal_of("page of alice");
    let first = Device::new("alice");
    let alice = family
        .registration(&first)
        .with_temporary_key(temporary)
        .gives_an_anchor();
    let page = family.claim(alice.anchor, temporary);
    let phone = alice.on(&page.adds("phone"));
    page.updates(&first);
    page.logs_in_to(DAPP);
    phone.removes(&first);
    is_nobody(&page, &first);
    phone.tries_to_add(&first).succeeds();
    is_nobody(&page, &first);
    alice.logs_in_to(DAPP);
}

#[test]
fn a_removed_device_logs_in_no_more() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let on_phone = alice.on(&phone);
    let pseudonym = on_phone.logs_in_to(DAPP);
    let prepared = on_phone.prepares(DAPP).succeeds();
    alice.removes(&phone);
    is_nobody(&on_phone, &phone);
    // What was given before is not taken back.
    prepared.is_signed();
    assert_eq!(alice.logs_in_to(DAPP), pseudonym);
    // Nor is a device gone for ever: it can be added again.
    alice.tries_to_add(&phone).succeeds();
    assert_eq!(on_phone.logs_in_to(DAPP), pseudonym);
}

#[test]
fn an_anchor_without_devices_is_dead_for_ever() {
    let family = Family::deploy();
    let first = Device::new("alice");
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    alice.removes(&first);
    alice.on(&phone).removes(&phone);
    for role in EVERY_ROLE {
        is_nobody(&alice, &first);
        is_nobody(&alice.on(&phone), &phone);
        assert_eq!(ask(family.front().lookup(alice.anchor)).succeeds(), []);
        family.upgrades(role);
    }
    assert_eq!(public_devices(&family), []);
    let again = family.register("alice");
    assert_eq!(again.anchor.get(), alice.anchor.get() + 1);
    assert_ne!(again.anchor, alice.anchor, "a number is given once");
    family.waits_until_archived(0);
    family.audits(0);
}

#[test]
fn every_change_has_one_block_and_an_entry_of_its_name_also_over_upgrades() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    family.upgrades(Role::Registry(0));
    let renamed = phone
        .clone()
        .but(|device| device.alias = "private alias of a renamed phone".to_owned());
    alice.updates(&renamed);
    family.upgrades(Role::Archive(0));
    let tablet = alice.on(&phone).replaces(&phone, "tablet");
    family.waits_until_archived(0);
    family.upgrades(Role::Front);
    alice.on(&tablet).removes(&Device::new("alice"));
    family.upgrades(Role::Registry(0));
    family.waits_until_archived(0);

    let audited = family.audits(0);
    assert_eq!(audited.archived, 5);
    for block in &audited.blocks {
        let text = String::from_utf8_lossy(block.tx.as_slice()).into_owned();
        assert!(!text.contains("private"), "{text}");
    }
    let answer = ask(family
        .archive(0)
        .get_anchor_entries(alice.anchor, None, None))
    .succeeds();
    let entries: Vec<_> = answer.entries.into_iter().flatten().collect();
    let callers: Vec<_> = entries.iter().map(|entry| entry.caller).collect();
    let (by_alice, by_phone) = (alice.caller, phone.principal());
    let expected = [by_alice, by_alice, by_alice, by_phone, tablet.principal()];
    assert_eq!(callers, expected);
    let operations: Vec<_> = entries.into_iter().map(|entry| entry.operation).collect();
    let public = |device: &Device| PublicDevice::from(&device.data);
    let first = Device::new("alice");
    assert_eq!(
        operations,
        [
            EntryOperation::RegisterAnchor {
                device: public(&first),
                temporary_key: None,
            },
            EntryOperation::AddDevice {
                device: public(&phone),
            },
            // Only the alias has changed, so the block shows the device as it was.
            EntryOperation::UpdateDevice {
                device: phone.data.pubkey.clone(),
                new_values: public(&phone),
            },
            EntryOperation::ReplaceDevice {
                old_device: phone.data.pubkey.clone(),
                new_device: public(&tablet),
            },
            EntryOperation::RemoveDevice {
                device: first.data.pubkey,
            },
        ]
    );
    let metrics = family.scrapes(Role::Registry(0));
    for operation in ["register", "add", "update", "replace", "remove"] {
        let labels = [("operation", operation)];
        let counted = metrics.value("registry_operations_total", &labels);
        assert!((counted - 1.0).abs() < 0.5, "{operation}: {counted}");
    }
}

#[test]
fn of_two_devices_that_remove_each_other_at_once_one_stays() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let (first, phone) = (Device::new("alice"), alice.adds("phone"));
    let open: Vec<_> = [(&first, &phone), (&phone, &first)]
        .map(|(caller, removed)| {
            let arguments = candid::encode_args((alice.anchor, &removed.data.pubkey));
            let arguments = arguments.expect("plain data");
            let caller = caller.principal();
            let call = family
                .network
                .submit_call(family.front, caller, "remove", arguments);
            call.expect("both are devices")
        })
        .into();
    let answers = open.into_iter().map(|call| family.network.await_call(call));
    let done = answers.flatten().count();
    assert_eq!(done, 1);
    assert_eq!(public_devices(&family).len(), 1);
    assert_eq!(family.audits(0).blocks.len(), 3);
}

#[test]
fn a_repeated_removal_of_oneself_is_answered_as_the_first_one() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let shard = family.registry_as(0, family.front);
    let removal = |id| Apply {
        order: OrderId::new([id; 32]),
        expected: None,
        anchor: alice.anchor,
        caller: alice.caller,
        operation: DeviceOperation::Remove {
            key: Device::new("alice").data.pubkey,
        },
    };
    let first = ask(shard.send(&removal(1))).succeeds();
    assert_eq!(first.result, Ok(()));
    family.upgrades(Role::Registry(0));
    for _ in 0..2 {
        assert_eq!(ask(shard.send(&removal(1))).succeeds(), first);
    }
    let new = ask(shard.send(&removal(2))).succeeds();
    assert_eq!(new.result, Err(RegistryError::Unauthorized));
    assert_eq!(family.audits(0).blocks.len(), 2);
}
