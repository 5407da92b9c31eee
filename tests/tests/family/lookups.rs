//! Whose a passkey is, which credentials an anchor has, and what its pseudonym is: at front and at the shards.

use anchorage_tests::family::{
    Client, Device, Family, Person, Role, Setup, Shard, ask, operator, principal_of, stranger,
};
use client::{RegistryClient, Replicated};
use types::front::{ShardRoute, ShardState};
use types::registry::{Identify, RegistryError, RegistrySettings};
use types::{
    AnchorCredentials, AnchorNumber, AnchorRange, CredentialId, DeviceKeyWithAnchor, KeyType,
    Principal, Purpose,
};

const DAPP: &str = "https://dapp.example";

fn id(device: &Device) -> CredentialId {
    device.data.credential_id.clone().expect("a passkey")
}

/// A device with a key of its own and the credential id of another one.
fn copy_of(original: &Device, name: &str) -> Device {
    let id = Some(id(original));
    Device::new(name).but(|data| data.credential_id = id)
}

/// What front says of a credential id to somebody without a name.
#[track_caller]
fn found(family: &Family, id: &CredentialId) -> Option<DeviceKeyWithAnchor> {
    ask(family.front().lookup_device_key(id)).succeeds()
}

#[track_caller]
fn assert_found(family: &Family, device: &Device, owner: AnchorNumber) {
    let expected = DeviceKeyWithAnchor {
        pubkey: device.data.pubkey.clone(),
        anchor_number: owner,
    };
    assert_eq!(found(family, &id(device)), Some(expected));
}

/// A shard whose queries are asked as updates: the subnet certifies the answers.
fn certified(family: &Family, shard: usize) -> RegistryClient<Replicated<Client<'_>>> {
    let sender = family.sender(Principal::anonymous());
    RegistryClient::new(Replicated(sender), family.shards[shard].registry)
}

/// Two shards with one number each, and who has it.
fn two_shards() -> Family {
    Setup::default()
        .ranges(&[(10_000, 10_001), (20_000, 20_010)])
        .deploy()
}

#[track_caller]
fn two_people(family: &Family) -> (Person<'_>, Person<'_>) {
    let alice = family.register("alice");
    family.puts(1, ShardState::Open);
    let people = (alice, family.register("bob"));
    let numbers = (people.0.anchor.get(), people.1.anchor.get());
    assert_eq!(numbers, (10_000, 20_000));
    people
}

#[test]
fn credentials_are_told_by_purpose_by_front_and_by_the_shard() {
    let family = two_shards();
    let (alice, _) = two_people(&family);
    let phone = alice.adds("phone");
    let security_key = Device::new("security key").but(|data| {
        data.purpose = Purpose::Recovery;
        data.key_type = KeyType::CrossPlatform;
    });
    let browser = Device::new("browser").but(|data| {
        data.credential_id = None;
        data.key_type = KeyType::BrowserStorageKey;
    });
    let paper = Device::phrase("paper");
    for device in [&security_key, &browser, &paper] {
        alice.tries_to_add(device).succeeds();
    }
    let front = family.front();
    let credentials = ask(front.get_anchor_credentials(alice.anchor)).succeeds();
    let keys = |list: &[types::WebAuthnCredential]| -> Vec<_> {
        let list = list.iter();
        list.map(|known| (known.credential_id.clone(), known.pubkey.clone()))
            .collect()
    };
    let of = |device: &Device| (id(device), device.data.pubkey.clone());
    let passkeys = [of(&Device::new("alice")), of(&phone)];
    assert_eq!(keys(&credentials.credentials), passkeys);
    assert_eq!(keys(&credentials.recovery_credentials), [of(&security_key)]);
    assert_eq!(credentials.recovery_phrases, [paper.data.pubkey]);
    // The shard itself says the same, also with a certificate.
    let at_shard = ask(family.registry(0).get_anchor_credentials(alice.anchor)).succeeds();
    let with_certificate = ask(certified(&family, 0).get_anchor_credentials(alice.anchor));
    assert_eq!(at_shard, credentials);
    assert_eq!(with_certificate.succeeds(), credentials);

    let nothing = AnchorCredentials::default();
    for nobody in [0, 10_001, 20_001, u64::MAX].map(AnchorNumber::new) {
        let answer = ask(front.get_anchor_credentials(nobody)).succeeds();
        assert_eq!(answer, nothing);
    }
    let elsewhere = ask(family.registry(1).get_anchor_credentials(alice.anchor));
    assert_eq!(elsewhere.succeeds(), nothing);
}

#[test]
fn a_passkey_is_found_at_whichever_shard_its_anchor_is() {
    let family = two_shards();
    let (alice, bob) = two_people(&family);
    let phone = bob.adds("phone");
    assert_found(&family, &Device::new("alice"), alice.anchor);
    assert_found(&family, &Device::new("bob"), bob.anchor);
    assert_found(&family, &phone, bob.anchor);
    assert_eq!(found(&family, &id(&Device::new("nobody"))), None);
    assert_eq!(found(&family, &CredentialId::new([])), None);
    // Each shard knows its own, and since when.
    let id = id(&phone);
    let known = ask(family.registry(1).lookup_device_key(&id)).succeeds();
    let known = known.expect("the index is complete").expect("bob's phone");
    assert_eq!(known.anchor_number, bob.anchor);
    assert_eq!(known.pubkey, phone.data.pubkey);
    let blocks = family.audits(1).blocks;
    assert_eq!(known.since, blocks[1].ts, "the time of the block");
    let with_certificate = ask(certified(&family, 1).lookup_device_key(&id)).succeeds();
    assert_eq!(with_certificate, Ok(Some(known)));
    let elsewhere = ask(family.registry(0).lookup_device_key(&id)).succeeds();
    assert_eq!(elsewhere, Ok(None));
}

#[test]
fn of_two_shards_the_anchor_that_has_had_the_passkey_longest_is_found() {
    let family = two_shards();
    let (alice, bob) = two_people(&family);
    let phone = bob.adds("phone");
    family.waits(std::time::Duration::from_secs(1));
    // Alice's number is lower and her anchor is older, but the passkey was Bob's first.
    let copy = copy_of(&phone, "copy");
    alice.tries_to_add(&copy).succeeds();
    assert_found(&family, &phone, bob.anchor);
    family.upgrades(Role::Registry(0));
    family.upgrades(Role::Registry(1));
    family.upgrades(Role::Front);
    assert_found(&family, &phone, bob.anchor);
    // Bob renames it: it stays his. He gives it up: it is Alice's. He takes it again: it was hers before.
    let renamed = phone.clone().but(|data| data.alias = "another".to_owned());
    bob.updates(&renamed);
    assert_found(&family, &phone, bob.anchor);
    bob.removes(&phone);
    assert_found(&family, &copy, alice.anchor);
    family.waits(std::time::Duration::from_secs(1));
    bob.tries_to_add(&phone).succeeds();
    assert_found(&family, &copy, alice.anchor);
    alice.removes(&copy);
    assert_found(&family, &phone, bob.anchor);
    bob.removes(&phone);
    assert_eq!(found(&family, &id(&phone)), None);
}

#[test]
fn every_change_of_a_device_moves_its_passkey() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    // Another credential id for the same key.
    let id_before = id(&phone);
    let renewed = copy_of(&Device::new("renewed"), "phone");
    alice.updates(&renewed);
    assert_eq!(found(&family, &id_before), None);
    assert_found(&family, &renewed, alice.anchor);
    // None.
    alice.updates(&Device::new("phone").but(|data| data.credential_id = None));
    assert_eq!(found(&family, &id(&renewed)), None);
    alice.updates(&renewed);
    assert_found(&family, &renewed, alice.anchor);
    // Another device in its place.
    let tablet = alice.replaces(&renewed, "tablet");
    assert_eq!(found(&family, &id(&renewed)), None);
    assert_found(&family, &tablet, alice.anchor);
    // What is refused moves nothing.
    let stranger = family.claim(alice.anchor, stranger());
    stranger.tries_to_remove(&tablet).is_refused();
    assert_found(&family, &tablet, alice.anchor);
    alice.removes(&tablet);
    assert_eq!(found(&family, &id(&tablet)), None);
    // The last one.
    let last = Device::new("alice");
    alice.removes(&last);
    assert_eq!(found(&family, &id(&last)), None);
    family.audits(0);
}

#[test]
fn two_devices_and_two_anchors_with_one_credential_id_are_told_apart() {
    let family = Family::deploy();
    let (alice, bob) = (family.register("alice"), family.register("bob"));
    let original = Device::new("alice");
    let (second, third) = (copy_of(&original, "second"), copy_of(&original, "third"));
    alice.tries_to_add(&second).succeeds();
    bob.tries_to_add(&third).succeeds();
    assert_found(&family, &original, alice.anchor);
    alice.on(&second).removes(&original);
    assert_found(&family, &second, alice.anchor);
    alice.on(&second).removes(&second);
    assert_found(&family, &third, bob.anchor);
}

#[test]
fn what_no_device_can_have_is_nobodys() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let longest = Device::new("phone").but(|data| {
        data.credential_id = Some(CredentialId::new([7; 350]));
    });
    alice.tries_to_add(&longest).succeeds();
    assert_found(&family, &longest, alice.anchor);
    for length in [351, 1_000_000] {
        let huge = CredentialId::new(vec![7; length]);
        assert_eq!(found(&family, &huge), None);
        let at_shard = ask(family.registry(0).lookup_device_key(&huge)).succeeds();
        assert_eq!(at_shard, Ok(None));
    }
}

#[test]
fn a_shard_that_does_not_answer_is_named() {
    let family = two_shards();
    let (alice, bob) = two_people(&family);
    family.stops(Role::Registry(1));
    let silent = family.shards[1].registry.to_text();
    let front = family.front();
    // Also for what the other shard knows: the silent one might know an older one.
    let of_alice = id(&Device::new("alice"));
    ask(front.lookup_device_key(&of_alice)).is_refused_saying(&silent);
    ask(front.get_anchor_credentials(bob.anchor)).is_refused_saying(&silent);
    let credentials = ask(front.get_anchor_credentials(alice.anchor)).succeeds();
    assert_eq!(credentials.credentials.len(), 1);
    family.starts(Role::Registry(1));
    assert_found(&family, &Device::new("alice"), alice.anchor);
}

#[test]
fn a_shard_on_another_subnet_is_named_and_answers_itself() {
    let mut family = Setup::default().ranges(&[(10_000, 10_001)]).deploy();
    let alice = family.register("alice").anchor;
    let subnet = family.network.topology().get_nns().expect("there is one");
    let range = AnchorRange::new(20_000.into(), 30_000.into()).expect("not empty");
    let by = Some(operator());
    let network = &family.network;
    let shard = Shard {
        range,
        registry: network.create_canister_on_subnet(by, None, subnet),
        archive: family.creates_canister(),
    };
    let init = family.registry_init(&shard, &RegistrySettings::default());
    family.install(shard.registry, "registry", &init);
    family.shards.push(shard);
    let routes: Vec<ShardRoute> = family.shards.iter().map(Shard::route).collect();
    let set = ask(family.front_as(operator()).set_routing(&routes));
    set.succeeds().expect("a valid table");
    let bob = family.register("bob");
    assert_eq!(bob.anchor.get(), 20_000);

    let named = shard.registry.to_text();
    let of_alice = id(&Device::new("alice"));
    let front = family.front_as(bob.caller);
    ask(front.lookup_device_key(&of_alice)).is_refused_saying(&named);
    ask(front.get_anchor_credentials(bob.anchor)).is_refused_saying(&named);
    ask(front.get_principal(bob.anchor, DAPP)).is_refused_saying(&named);
    // What it refers to works.
    let at_shard = ask(family.registry(1).get_anchor_credentials(bob.anchor)).succeeds();
    assert_eq!(
        at_shard.credentials[0].credential_id,
        id(&Device::new("bob"))
    );
    let at_shard = ask(family.registry(0).lookup_device_key(&of_alice)).succeeds();
    let known = at_shard.expect("complete").expect("alice's");
    assert_eq!(known.anchor_number, alice);
}

#[test]
fn dozens_of_shards_are_asked_at_once() {
    let ranges: Vec<(u64, u64)> = (0..33).map(|n| (10_000 + n, 10_001 + n)).collect();
    let family = Setup::default().ranges(&ranges).all_open().deploy();
    let people: Vec<Person<'_>> = (0..33).map(|n| family.register(&n.to_string())).collect();
    for (name, person) in people.iter().enumerate() {
        assert_found(&family, &Device::new(&name.to_string()), person.anchor);
    }
    assert_eq!(found(&family, &id(&Device::new("nobody"))), None);
}

#[test]
fn a_device_learns_its_pseudonym_and_nobody_else_does() {
    let family = two_shards();
    let (alice, bob) = two_people(&family);
    let phone = alice.adds("phone");
    let principal = |caller, anchor, origin: &str| {
        let front = family.front_as(caller);
        ask(front.get_principal(anchor, origin))
    };
    // Nobody has logged in yet: there is no salt, and a query draws none.
    principal(alice.caller, alice.anchor, DAPP).is_refused_saying("no salt");
    principal(alice.caller, alice.anchor, DAPP).is_refused_saying("no salt");

    let canister = "https://rdmx6-jaaaa-aaaaa-aaadq-cai";
    let (new, old) = (format!("{canister}.icp0.io"), format!("{canister}.ic0.app"));
    for (origin, log_in_at) in [(DAPP, DAPP), (new.as_str(), old.as_str())] {
        for person in [alice, bob] {
            let pseudonym = person.logs_in_to(log_in_at);
            let told = principal(person.caller, person.anchor, origin).succeeds();
            assert_eq!(told, pseudonym);
        }
        let by_phone = principal(phone.principal(), alice.anchor, origin).succeeds();
        assert_eq!(by_phone, alice.logs_in_to(log_in_at));
    }
    for (caller, anchor) in [
        (bob.caller, alice.anchor),
        (alice.caller, bob.anchor),
        (Principal::anonymous(), alice.anchor),
        (alice.caller, AnchorNumber::new(20_001)),
        (alice.caller, AnchorNumber::new(0)),
    ] {
        let words = format!("{caller} could not be authenticated.");
        principal(caller, anchor, DAPP).is_refused_saying(&words);
    }
    let long = "x".repeat(256);
    let too_long = principal(alice.caller, alice.anchor, &long);
    too_long.is_refused_saying("frontend hostname 256 exceeds the limit of 255 bytes");
    alice.removes(&phone);
    let removed = principal(phone.principal(), alice.anchor, DAPP);
    removed.is_refused_saying("could not be authenticated.");
}

#[test]
fn a_temporary_key_learns_the_pseudonym_for_as_long_as_it_acts() {
    let family = Family::deploy();
    let temporary = principal_of("session");
    let device = Device::new("alice");
    let registration = family.registration(&device).with_temporary_key(temporary);
    let alice = registration.gives_an_anchor();
    let pseudonym = alice.logs_in_to(DAPP);
    let front = family.front_as(temporary);
    let told = ask(front.get_principal(alice.anchor, DAPP)).succeeds();
    assert_eq!(told, pseudonym);
    family.waits(std::time::Duration::from_mins(10));
    let ended = ask(front.get_principal(alice.anchor, DAPP));
    ended.is_refused_saying("could not be authenticated.");
}

#[test]
fn a_shard_tells_front_alone_who_may_act_and_a_question_leaves_no_trace() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let question = Identify {
        expected: None,
        anchor: alice.anchor,
        caller: alice.caller,
    };
    for sender in [stranger(), operator(), alice.caller, Principal::anonymous()] {
        let answer = ask(family.registry_as(0, sender).identify(&question)).succeeds();
        assert_eq!(answer.result, Err(RegistryError::NotFront));
    }
    let used = |family: &Family| {
        let metrics = family.scrapes(Role::Registry(0));
        metrics.value("registry_authentications_total", &[])
    };
    let before = used(&family);
    let as_front = family.registry_as(0, family.front);
    let answer = ask(as_front.identify(&question)).succeeds();
    let device = answer.result.expect("alice's device").device;
    assert_eq!(device, Device::new("alice").data.pubkey);
    assert!((used(&family) - before).abs() < 0.5);
}
