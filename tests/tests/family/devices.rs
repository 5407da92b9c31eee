//! Devices of an anchor: who may add which, and what of it is public.

use anchorage_tests::family::{Device, Family, Setup, ask, stranger};
use types::registry::PublicAnchor;
use types::{AnchorNumber, CredentialId, KeyType, Metadata, MetadataValue, PublicDevice};

fn metadata(key: &str) -> Metadata {
    let value = MetadataValue::String("value".to_owned());
    Metadata([(key.to_owned(), value)].into())
}

#[test]
fn a_second_device_is_as_good_as_the_first() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let tablet = alice.on(&phone).adds("tablet");

    let info = alice.on(&tablet).asks_for_info().succeeds();
    let aliases: Vec<&str> = info.devices.iter().map(|d| d.alias.as_str()).collect();
    let expected = ["alice", "phone", "tablet"].map(|name| format!("private alias of {name}"));
    assert_eq!(aliases, expected);
    assert!(info.created_at.is_some());
    assert_eq!(info.device_registration, None);
    let used: Vec<bool> = info
        .devices
        .iter()
        .map(|d| d.last_usage.is_some())
        .collect();
    assert_eq!(used, [true; 3], "each of them has called");
    let first = Device::new("alice").data;
    assert_eq!(info.devices[0].metadata, first.metadata);
    assert_eq!(info.devices[0].aaguid, first.aaguid);
}

#[test]
fn everybody_sees_the_public_part_of_a_device_and_nobody_the_private_one() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.adds("phone");
    let through_front = ask(family.front().lookup(alice.anchor)).succeeds();
    let from_the_shard = ask(family.registry(0).lookup(alice.anchor)).succeeds();
    assert_eq!(through_front, from_the_shard);
    for (name, device) in ["alice", "phone"].iter().zip(&through_front) {
        let known = Device::new(name).data;
        assert_eq!(device.pubkey, known.pubkey);
        assert_eq!(device.credential_id, known.credential_id);
        assert_eq!((device.alias.as_str(), &device.metadata), ("", &None));
    }
    let nobody = AnchorNumber::new(10_001);
    assert_eq!(ask(family.front().lookup(nobody)).succeeds(), []);

    // Nor do the log and the archive: neither aliases nor values of metadata.
    family.waits_until_archived(0);
    let audited = family.audits(0);
    assert_eq!(audited.archived, 2);
    for block in &audited.blocks {
        let text = String::from_utf8_lossy(block.tx.as_slice()).into_owned();
        assert!(!text.contains("private"), "{text}");
        assert!(
            text.contains("note"),
            "the names of metadata keys are public"
        );
    }
    let entries = ask(family
        .archive(0)
        .get_anchor_entries(alice.anchor, None, None))
    .succeeds();
    assert_eq!(entries.entries.len(), 2);
    assert!(!format!("{entries:?}").contains("private"));
}

#[test]
fn who_is_no_device_of_the_anchor_is_refused() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let intruders = [
        family.claim(alice.anchor, stranger()),
        family.claim(alice.anchor, bob.caller),
        // Numbers that nobody has: of the shard, and of no shard.
        family.claim(AnchorNumber::new(10_002), alice.caller),
        family.claim(AnchorNumber::new(9), alice.caller),
    ];
    for intruder in intruders {
        let words = format!("{} could not be authenticated.", intruder.caller);
        let device = Device::new("device of an intruder");
        intruder.tries_to_add(&device).is_refused_saying(&words);
        intruder.asks_for_info().is_refused_saying(&words);
        let prepared = intruder.prepares("https://dapp.example");
        prepared.is_refused_saying(&words);
    }
    let anonymous = family.claim(alice.anchor, types::Principal::anonymous());
    anonymous.asks_for_info().is_refused();
    assert_eq!(family.audits(0).blocks.len(), 2);
}

/// Otherwise the dapp that holds the delegation could change the devices of the anchor.
#[test]
fn a_pseudonym_does_not_become_a_device() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let prepared = alice.prepares("https://dapp.example").succeeds();
    let pseudonym = Device::new("dapp").but(|d| d.pubkey = prepared.user_key.as_slice().into());
    let words = "Canister signature keys cannot be devices";
    alice.tries_to_add(&pseudonym).is_refused_saying(words);
    let replaced = alice.tries_to_replace(&Device::new("alice"), &pseudonym);
    replaced.is_refused_saying(words);
    family
        .claim(alice.anchor, prepared.pseudonym())
        .asks_for_info()
        .is_refused();
    assert_eq!(family.audits(0).blocks.len(), 1);
}

#[test]
fn the_rules_about_devices_refuse_in_the_words_that_clients_know() {
    let family = Setup::default().max_devices(4).deploy();
    let alice = family.register("alice");
    alice.tries_to_add(&Device::phrase("phrase")).succeeds();
    let phone = Device::new("phone");
    let key = Device::new("alice").data.pubkey;
    let refused = [
        (
            Device::new("alice"),
            format!("Device with key {key} already exists on this anchor."),
        ),
        (
            phone.clone().but(|d| d.alias = "a".repeat(65)),
            "alias limit exceeded: length 65, limit 64".to_owned(),
        ),
        (
            phone.clone().but(|d| d.pubkey = vec![1; 301].into()),
            "pubkey limit exceeded: length 301, limit 300".to_owned(),
        ),
        (
            phone
                .clone()
                .but(|d| d.credential_id = Some(vec![1; 351].into())),
            "credential_id limit exceeded: length 351, limit 350".to_owned(),
        ),
        (
            phone.clone().but(|d| d.origin = Some("o".repeat(51))),
            "origin limit exceeded: length 51, limit 50".to_owned(),
        ),
        (
            phone.clone().but(|d| d.metadata = Some(metadata("alias"))),
            "Metadata key 'alias' is reserved and cannot be used.".to_owned(),
        ),
        (
            phone
                .clone()
                .but(|d| d.metadata = Some(metadata(&"k".repeat(2_500)))),
            "Cumulative size of variable sized fields exceeds limit: length ".to_owned(),
        ),
        (
            Device::phrase("other phrase").but(|d| d.key_type = KeyType::Unknown),
            "Only recovery phrases can be locked but key type is Unknown".to_owned(),
        ),
        (
            Device::phrase("other phrase").but(|d| d.credential_id = Some(CredentialId::new([1]))),
            "Devices with key type seed_phrase must not have a credential id.".to_owned(),
        ),
        (
            Device::phrase("other phrase"),
            "There is already a recovery phrase and only one is allowed.".to_owned(),
        ),
    ];
    for (device, words) in refused {
        alice.tries_to_add(&device).is_refused_saying(&words);
    }
    alice.adds("phone");
    alice.adds("tablet");
    alice
        .tries_to_add(&Device::new("one too many"))
        .is_refused_saying("Anchor device limit exceeded: num devices 5, limit 4");
    assert_eq!(family.audits(0).blocks.len(), 4, "one for each change");
}

#[test]
fn every_change_has_one_block_and_the_log_gives_the_public_state() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let bob = family.register("bob");
    let phone = alice.adds("phone");
    bob.tries_to_add(&Device::phrase("phrase of bob"))
        .succeeds();
    alice.on(&phone).adds("tablet");
    family.register("carol");
    // What is private or fleeting has no block.
    alice.logs_in_to("https://dapp.example");
    bob.asks_for_info().succeeds();

    let audited = family.audits(0);
    let changed: Vec<u64> = audited
        .blocks
        .iter()
        .map(|block| block.tx().unwrap().anchor.get())
        .collect();
    assert_eq!(changed, [10_000, 10_001, 10_000, 10_001, 10_000, 10_002]);
    assert_eq!(audited.blocks[4].tx().unwrap().caller, phone.principal());
    let devices = ["alice", "phone", "tablet"];
    let devices = devices.map(|name| PublicDevice::from(&Device::new(name).data));
    let expected = PublicAnchor {
        anchor: alice.anchor,
        devices: devices.to_vec(),
    };
    assert_eq!(family.public_state(0)[0], expected);
}
