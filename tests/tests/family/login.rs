//! Logging in: pseudonyms, delegations, and who gets them.

use anchorage_tests::encoded;
use anchorage_tests::family::{Device, Family, Role, Setup, ask, principal_of, stranger};
use std::collections::BTreeSet;
use std::time::Duration;
use types::{Principal, SessionKey, TimestampNs, UserKey};

const DAPP: &str = "https://dapp.example";
const MINUTE_NS: u64 = 60 * 1_000_000_000;
const DAY_NS: u64 = 24 * 60 * MINUTE_NS;

#[test]
fn a_relying_party_can_check_the_delegation_with_the_root_key() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let prepared = alice.prepares(DAPP).succeeds();
    let signed = prepared.is_signed();

    let mut later = signed.clone();
    later.delegation.expiration = signed.delegation.expiration.saturating_add(1);
    family.verifies(&prepared.user_key, &later).unwrap_err();
    let mut other_session = signed.clone();
    other_session.delegation.pubkey = SessionKey::new(*b"another session");
    family
        .verifies(&prepared.user_key, &other_session)
        .unwrap_err();
    let other_key = alice.prepares("https://other.example").succeeds().user_key;
    family.verifies(&other_key, &signed).unwrap_err();
    let mut flipped = signed.clone();
    let middle = flipped.signature.len() / 2;
    flipped.signature[middle] ^= 1;
    family.verifies(&prepared.user_key, &flipped).unwrap_err();
}

#[test]
fn a_pseudonym_depends_on_the_anchor_and_the_origin_and_on_nothing_else() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let bob = family.register("bob");
    let at_dapp = alice.logs_in_to(DAPP);
    assert_eq!(alice.on(&phone).logs_in_to(DAPP), at_dapp);
    family.waits(Duration::from_hours(1));
    assert_eq!(alice.logs_in_to(DAPP), at_dapp);

    let all = [
        at_dapp,
        alice.logs_in_to("https://other.example"),
        alice.logs_in_to("https://dapp.example."),
        alice.logs_in_to("http://dapp.example"),
        alice.logs_in_to(""),
        bob.logs_in_to(DAPP),
        alice.caller,
        bob.caller,
    ];
    let different: BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:?}");
}

#[test]
fn a_canister_is_the_same_origin_under_both_of_its_hosts() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let id = family.front;
    let old = alice.logs_in_to(&format!("https://{id}.ic0.app"));
    assert_eq!(alice.logs_in_to(&format!("https://{id}.icp0.io")), old);
    assert_ne!(alice.logs_in_to(&format!("https://www.{id}.icp0.io")), old);
}

#[test]
fn only_who_prepared_a_delegation_gets_it() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let bob = family.register("bob");
    let prepared = alice.prepares(DAPP).succeeds();
    for caller in [phone.principal(), bob.caller, stranger()] {
        let words = format!("{caller} could not be authenticated.");
        prepared.is_fetched_by(caller).is_refused_saying(&words);
    }
    prepared.is_signed();
    // Somebody who names the other's anchor prepares nothing.
    let words = format!("{} could not be authenticated.", bob.caller);
    let claim = family.claim(alice.anchor, bob.caller);
    claim.prepares(DAPP).is_refused_saying(&words);
}

#[test]
fn a_prepared_delegation_waits_for_a_minute() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let prepared = alice.prepares(DAPP).succeeds();
    family.waits(Duration::from_secs(50));
    prepared.is_signed();
    family.waits(Duration::from_secs(11));
    prepared.is_gone();
    let mut other = prepared;
    other.session = SessionKey::new(*b"another session");
    other.is_gone();
}

/// Signatures come and go; each one that lives verifies under the tree of that moment.
#[test]
fn signatures_verify_whatever_was_prepared_and_pruned_meanwhile() {
    let family = Family::deploy();
    let people = ["alice", "bob", "carol"].map(|name| family.register(name));
    let seconds = || family.network.get_time().as_nanos_since_unix_epoch() / 1_000_000_000;
    let mut prepared = Vec::new();
    let mut gone = 0;
    for step in 0..60_usize {
        let person = &people[step * 7 % 5 % people.len()];
        let origin = format!("https://{}.example", step * 5 % 11);
        prepared.push((seconds(), person.prepares(&origin).succeeds()));
        family.waits(Duration::from_secs(step as u64 * 13 % 17));
        for back in [0, step / 2, 9] {
            let Some((at, one)) = prepared.iter().rev().nth(back) else {
                continue;
            };
            match seconds() - at {
                0..=58 => {
                    one.is_signed();
                }
                // The last second depends on nanoseconds.
                59..=60 => {}
                _ => {
                    one.is_gone();
                    gone += 1;
                }
            }
        }
    }
    assert!(gone > 20, "{gone}");
    family.waits(Duration::from_secs(121));
    let leaves = family
        .scrapes(Role::Front)
        .value("anchorage_signatures", &[]);
    assert!(leaves < 1.0, "{leaves} leaves are left");
}

#[test]
fn no_delegation_lives_longer_than_allowed() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let now = || family.network.get_time().as_nanos_since_unix_epoch();
    let life = |wish| {
        let before = now();
        let prepared = alice.prepares_for(DAPP, wish).succeeds();
        prepared.is_signed();
        let end = prepared.expiration.get();
        (end - now(), end - before)
    };
    for (wish, allowed) in [
        (None, 30 * MINUTE_NS),
        (Some(MINUTE_NS), MINUTE_NS),
        (Some(30 * DAY_NS), 30 * DAY_NS),
        (Some(30 * DAY_NS + 1), 30 * DAY_NS),
        (Some(u64::MAX), 30 * DAY_NS),
    ] {
        let (at_least, at_most) = life(wish);
        assert!(at_least <= allowed, "{wish:?}: {at_least}");
        assert!(at_most >= allowed, "{wish:?}: {at_most}");
    }
}

#[test]
fn operators_may_shorten_the_life_of_delegations() {
    let family = Setup::default().longest_delegation(MINUTE_NS).deploy();
    let alice = family.register("alice");
    for wish in [None, Some(DAY_NS)] {
        let prepared = alice.prepares_for(DAPP, wish).succeeds();
        prepared.is_signed();
        let now = family.network.get_time().as_nanos_since_unix_epoch();
        assert!(prepared.expiration.get() - now <= MINUTE_NS);
    }
}

#[test]
fn a_temporary_key_acts_for_its_anchor_and_for_ten_minutes() {
    let family = Family::deploy();
    let bob = family.register("bob");
    let temporary = principal_of("page of alice");
    let device = Device::new("alice");
    let alice = family
        .registration(&device)
        .with_temporary_key(temporary)
        .gives_an_anchor();
    let page = family.claim(alice.anchor, temporary);
    assert_eq!(page.logs_in_to(DAPP), alice.logs_in_to(DAPP));
    page.adds("phone");
    let words = format!("{temporary} could not be authenticated.");
    let claim = family.claim(bob.anchor, temporary);
    claim.prepares(DAPP).is_refused_saying(&words);

    family.waits(Duration::from_mins(9));
    page.logs_in_to(DAPP);
    family.waits(Duration::from_mins(1));
    page.prepares(DAPP).is_refused_saying(&words);
    page.tries_to_add(&Device::new("tablet"))
        .is_refused_saying(&words);
    alice.logs_in_to(DAPP);
}

/// Log-ins that front answered, and log-ins about which it asked a shard.
fn remembered(family: &Family) -> [String; 2] {
    let metrics = family.scrapes(Role::Front);
    ["hit", "miss"].map(|outcome| {
        let lookups = "anchorage_authentication_cache_lookups_total";
        let value = metrics.value(lookups, &[("outcome", outcome)]);
        format!("{value:.0}")
    })
}

#[test]
fn a_second_log_in_asks_no_shard() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let pseudonym = alice.logs_in_to(DAPP);
    family.stops(Role::Registry(0));
    assert_eq!(alice.logs_in_to(DAPP), pseudonym);
    assert_eq!(remembered(&family), ["1", "1"]);
    family.waits(Duration::from_mins(5));
    alice.prepares(DAPP).is_refused_saying("try again later");
    family.starts(Role::Registry(0));
    alice.logs_in_to(DAPP);
    assert_eq!(remembered(&family), ["1", "3"]);
}

#[test]
fn a_device_that_just_logged_in_cannot_log_in_once_it_is_removed() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let [phone, tablet] = ["phone", "tablet"].map(|name| alice.adds(name));
    for device in [&phone, &tablet] {
        alice.on(device).logs_in_to(DAPP);
        alice.on(device).logs_in_to(DAPP);
    }
    let refused = |device: &Device| {
        let words = format!("{} could not be authenticated.", device.principal());
        let claim = alice.on(device);
        claim.prepares(DAPP).is_refused_saying(&words);
    };
    alice.removes(&phone);
    refused(&phone);
    alice.replaces(&tablet, "watch");
    refused(&tablet);
    alice.logs_in_to(DAPP);
}

/// Log-ins and the removal are on their way at the same time, in whatever order the shard takes them.
#[test]
fn log_ins_during_a_removal_are_not_remembered_beyond_it() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    alice.logs_in_to(DAPP);
    let submit = |caller, method, argument| {
        let call = family
            .network
            .submit_call(family.front, caller, method, argument);
        call.expect("a device may call")
    };
    let log_in = |n: u8| {
        let session = SessionKey::new([n; 30]);
        candid::encode_args((alice.anchor, DAPP, &session, None::<u64>)).unwrap()
    };
    let removal = candid::encode_args((alice.anchor, &phone.data.pubkey)).unwrap();
    let mut open: Vec<_> = (0..8)
        .map(|n| submit(phone.principal(), "prepare_delegation", log_in(n)))
        .collect();
    open.insert(4, submit(alice.caller, "remove", removal));
    for call in open {
        // Log-ins before the removal may have succeeded.
        let _ = family.network.await_call(call);
    }
    let words = format!("{} could not be authenticated.", phone.principal());
    alice.on(&phone).prepares(DAPP).is_refused_saying(&words);
}

#[test]
fn two_first_log_ins_at_once_agree_on_the_salt() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    // Both find no salt and wait for randomness at the same time.
    let session = SessionKey::new(*b"session");
    let arguments = candid::encode_args((alice.anchor, DAPP, &session, None::<u64>)).unwrap();
    let open = [alice.caller, phone.principal()].map(|caller| {
        let arguments = arguments.clone();
        let call =
            family
                .network
                .submit_call(family.front, caller, "prepare_delegation", arguments);
        call.expect("a device may log in")
    });
    let keys = open.map(|call| {
        let answer = family.network.await_call(call).expect("an answer");
        let (key, _): (UserKey, TimestampNs) = candid::decode_args(&answer).unwrap();
        key
    });
    assert_eq!(keys[0], keys[1]);
    assert_eq!(alice.prepares(DAPP).succeeds().user_key, keys[0]);
}

#[test]
fn the_salt_is_drawn_once() {
    let family = Family::deploy();
    ask(family.front().init_salt()).succeeds();
    ask(family.front().init_salt()).is_refused_saying("Salt already set");
    let alice = family.register("alice");
    let before = alice.logs_in_to(DAPP);
    ask(family.front().init_salt()).is_refused_saying("Salt already set");
    assert_eq!(alice.logs_in_to(DAPP), before);
}

#[test]
fn init_salts_at_once_answer_alike_and_leave_one_salt() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let submit = |caller: Principal, method: &str, arguments: Vec<u8>| {
        let call = family
            .network
            .submit_call(family.front, caller, method, arguments);
        call.expect("front lets it in")
    };
    let draws = || submit(Principal::anonymous(), "init_salt", encoded(()));
    let session = SessionKey::new(*b"session");
    // All three find no salt. The log-in in the middle tells which one is stored before the last of them goes on.
    let first = draws();
    let log_in = encoded((alice.anchor, DAPP, session, None::<u64>));
    let log_in = submit(alice.caller, "prepare_delegation", log_in);
    let last = draws();
    for drawn in [first, last] {
        assert_eq!(family.network.await_call(drawn), Ok(encoded(())));
    }
    let answer = family.network.await_call(log_in).expect("an answer");
    let (key, _): (UserKey, TimestampNs) = candid::decode_args(&answer).unwrap();
    assert_eq!(alice.prepares(DAPP).succeeds().user_key, key);
    ask(family.front().init_salt()).is_refused_saying("Salt already set");
}

#[test]
fn long_origins_and_session_keys_are_refused() {
    let family = Family::deploy();
    let alice = family.register("alice");
    alice.logs_in_to(&"o".repeat(255));
    alice
        .prepares(&"o".repeat(256))
        .is_refused_saying("frontend hostname 256 exceeds the limit of 255 bytes");
    let session = SessionKey::new(vec![1; 1_025]);
    let front = family.front_as(alice.caller);
    ask(front.prepare_delegation(alice.anchor, DAPP, &session, None)).is_refused();
}
