//! Several shards: who owns which numbers, who may give orders, and what a repeated order does.

use anchorage_tests::family::{Client, Device, Family, Role, Setup, ask, operator, stranger};
use anchorage_tests::probe;
use client::RegistryClient;
use serde_bytes::ByteBuf;
use std::fmt::Write;
use types::front::{RegisterResponse, RoutingError, ShardRoute, ShardState};
use types::message::{self, Request};
use types::registry::{
    AnchorInfo, Apply, Authenticate, ConfigureError, CreateAnchor, DeviceOperation, RegistryError,
    RegistrySettings,
};
use types::{AnchorNumber, AnchorRange, DeviceError, DeviceField, OrderId};

mod growth;
mod states;

const DAPP: &str = "https://dapp.example";

fn order(id: u8, device: &Device) -> CreateAnchor {
    CreateAnchor {
        order: OrderId::new([id; 32]),
        expected: None,
        caller: device.principal(),
        temporary_key: None,
        device: device.data.clone(),
        below: None,
    }
}

/// A shard, called as its front.
fn as_front(family: &Family, shard: usize) -> RegistryClient<Client<'_>> {
    family.registry_as(shard, family.front)
}

fn anchor_range(lo: u64, hi: u64) -> AnchorRange {
    AnchorRange::new(AnchorNumber::new(lo), AnchorNumber::new(hi)).unwrap()
}

#[test]
fn a_full_shard_gives_way_to_the_next_until_all_are_full() {
    let ranges = [(10_000, 10_002), (20_000, 20_001)];
    let family = Setup::default().ranges(&ranges).all_open().deploy();
    let people = ["alice", "bob", "carol"].map(|name| family.register(name));
    let mut numbers = people.map(|p| p.anchor.get());
    numbers.sort_unstable();
    assert_eq!(numbers, [10_000, 10_001, 20_000]);
    let dave = family.registration(&Device::new("dave"));
    assert_eq!(dave.is_sent().succeeds(), RegisterResponse::CanisterFull);
    // Those who are there are served, each by their own shard.
    for person in people {
        person.adds(&format!("phone of {}", person.anchor));
        person.logs_in_to(DAPP);
    }
    assert_eq!(family.audits(0).blocks.len(), 4);
    assert_eq!(family.audits(1).blocks.len(), 2);
    let expected = Err(RegistryError::Full);
    let full = order(1, &Device::new("dave"));
    assert_eq!(
        ask(as_front(&family, 1).send(&full)).succeeds().result,
        expected
    );
}

#[test]
fn each_shard_serves_the_numbers_of_its_own_range_only() {
    let family = Setup::default()
        .ranges(&[(10_000, 10_001), (10_001, 10_002)])
        .deploy();
    let alice = family.register("alice");
    family.puts(1, ShardState::Open);
    let bob = family.register("bob");
    assert_eq!((alice.anchor.get(), bob.anchor.get()), (10_000, 10_001));
    for (shard, range, neighbour) in [
        (0, anchor_range(10_000, 10_001), bob),
        (1, anchor_range(10_001, 10_002), alice),
    ] {
        let question = Authenticate {
            expected: None,
            anchor: neighbour.anchor,
            caller: neighbour.caller,
        };
        let not_mine = RegistryError::NotMine { range };
        let answer = ask(as_front(&family, shard).send(&question)).succeeds();
        assert_eq!(answer.result, Err(not_mine.clone()));
        let change = Apply {
            order: OrderId::new([9; 32]),
            expected: None,
            anchor: neighbour.anchor,
            caller: neighbour.caller,
            operation: DeviceOperation::Add {
                device: Device::new("phone").data,
            },
        };
        let answer = ask(as_front(&family, shard).send(&change)).succeeds();
        assert_eq!(answer.result, Err(not_mine));
        assert_eq!(
            ask(family.registry(shard).lookup(neighbour.anchor)).succeeds(),
            []
        );
        assert_eq!(family.status(shard).range, range);
        assert_eq!(family.audits(shard).blocks.len(), 1);
    }
    assert_ne!(alice.logs_in_to(DAPP), bob.logs_in_to(DAPP));
}

#[test]
fn a_sealed_shard_serves_its_anchors_and_gives_no_number() {
    let family = Family::deploy();
    let alice = family.register("alice");
    family.puts(1, ShardState::Open);
    family.puts(0, ShardState::Sealed);
    assert_eq!(family.register("bob").anchor.get(), 20_000);
    alice.adds("phone");
    alice.logs_in_to(DAPP);
    family.puts(1, ShardState::Sealed);
    let carol = family.registration(&Device::new("carol"));
    assert_eq!(carol.is_sent().succeeds(), RegisterResponse::CanisterFull);
}

#[test]
fn a_new_shard_takes_over_when_the_operator_adds_it() {
    let mut family = Setup::default().ranges(&[(10_000, 10_001)]).deploy();
    family.register("alice");
    let shard = family.creates_shard(20_000, 30_000);
    let bob = Device::new("bob");
    let challenge = family.challenge();
    let of_bob = family.registration(&bob).with(&challenge);
    assert_eq!(of_bob.is_sent().succeeds(), RegisterResponse::CanisterFull);
    let routes = [family.shards[0].route(), shard.route()];
    family.sets_routing(&routes).unwrap();
    // A repetition of the very same call finds the new shard.
    assert_eq!(of_bob.gives_an_anchor().anchor.get(), 20_000);
    family.waits_until_archived(1);
    assert_eq!(family.audits(1).archived, 1);
}

#[test]
fn the_routing_table_refuses_what_would_give_a_number_two_owners() {
    let family = Family::deploy();
    family.register("alice");
    let routes = family.routes();
    let (first, second) = (routes[0], routes[1]);

    let range = anchor_range(15_000, 25_000);
    let overlapping = ShardRoute { range, ..second };
    let refused = family.sets_routing(&[first, overlapping]).unwrap_err();
    let (first_range, second_range) = (first.range, range);
    let overlap = RoutingError::Overlap {
        first: first_range,
        second: second_range,
    };
    assert_eq!(refused, overlap);

    let twice = ShardRoute {
        range: anchor_range(40_000, 50_000),
        ..first
    };
    let canister = first.canister;
    let refused = family.sets_routing(&[first, second, twice]).unwrap_err();
    assert_eq!(refused, RoutingError::CanisterTwice { canister });

    // Alice's number must stay with the shard that has her.
    let stolen = ShardRoute {
        range: first.range,
        ..second
    };
    for routes in [&[second][..], &[stolen][..], &[]] {
        let refused = family.sets_routing(routes).unwrap_err();
        let range = anchor_range(10_000, 10_001);
        assert_eq!(refused, RoutingError::OwnerChanged { range });
    }
    assert_eq!(ask(family.front().routing()).succeeds().routes, routes);
    // The second shard has given no number, so it may go.
    family.sets_routing(&[first]).unwrap();
    assert_eq!(ask(family.front().routing()).succeeds().routes, [first]);
}

#[test]
fn the_routing_table_is_certified_and_for_controllers() {
    let family = Family::deploy();
    let routes = family.routes();
    ask(family.front_as(stranger()).set_routing(&routes)).is_refused();
    let routing = ask(family.front().routing()).succeeds();
    assert_eq!(routing.routes, routes);
    let table: Vec<ShardRoute> = candid::decode_one(&routing.table).unwrap();
    assert_eq!(table, routes);
    let certificate = routing.certificate.expect("a query has a certificate");
    let certified = anchorage_tests::Verified::new(&certificate, &family.root_key());
    let tree: ic_certification::HashTree = serde_cbor::from_slice(&routing.witness).unwrap();
    let data = certified.of_canister(family.front, "certified_data");
    assert_eq!(data, Some(tree.digest().to_vec()));
    let leaf = tree.lookup_path([b"routing"]);
    let expected = ic_certification::LookupResult::Found(routing.table.as_slice());
    assert_eq!(leaf, expected);
}

#[test]
fn a_repeated_order_is_answered_once_and_its_id_stands_for_nothing_else() {
    let family = Family::deploy();
    let shard = as_front(&family, 0);
    let alice = Device::new("alice");
    let first = ask(shard.send(&order(1, &alice))).succeeds();
    let anchor = first.result.clone().unwrap();
    assert_eq!(anchor.get(), 10_000);
    for _ in 0..3 {
        assert_eq!(ask(shard.send(&order(1, &alice))).succeeds(), first);
    }
    let other = ask(shard.send(&order(1, &Device::new("bob")))).succeeds();
    assert_eq!(other.result, Err(RegistryError::OrderMismatch));

    let add = |id| Apply {
        order: OrderId::new([id; 32]),
        expected: Some(first.tip),
        anchor,
        caller: alice.principal(),
        operation: DeviceOperation::Add {
            device: Device::new("phone").data,
        },
    };
    for _ in 0..3 {
        let answer = ask(shard.send(&add(2))).succeeds();
        assert_eq!(answer.result, Ok(()));
        assert_eq!(answer.tip.log_length, 2);
    }
    // The same wish under another id is another order.
    let key = Device::new("phone").data.pubkey;
    let exists = RegistryError::Device(DeviceError::KeyExists { key });
    assert_eq!(ask(shard.send(&add(3))).succeeds().result, Err(exists));
    // A refused order is not remembered: it may be carried out later.
    let long = Device::new("carol").but(|d| d.alias = "a".repeat(65));
    let refused = ask(shard.send(&order(4, &long))).succeeds().result;
    let too_long = RegistryError::Device(DeviceError::FieldTooLong {
        field: DeviceField::Alias,
        length: 65,
        limit: 64,
    });
    assert_eq!(refused, Err(too_long));
    let carol = ask(shard.send(&order(4, &Device::new("carol")))).succeeds();
    assert_eq!(carol.result.unwrap().get(), 10_001);
    assert_eq!(family.audits(0).blocks.len(), 3);
    let metrics = family.scrapes(Role::Registry(0));
    assert!((metrics.value("registry_orders_repeated_total", &[]) - 5.0).abs() < 0.5);
}

#[test]
fn a_shard_takes_messages_from_front_alone() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let create = order(1, &Device::new("mallory"));
    let question = Authenticate {
        expected: None,
        anchor: alice.anchor,
        caller: alice.caller,
    };
    let info = AnchorInfo {
        expected: None,
        anchor: alice.anchor,
        caller: alice.caller,
    };
    let others = [
        stranger(),
        operator(),
        alice.caller,
        family.shards[1].registry,
    ];
    for sender in others {
        let shard = family.registry_as(0, sender);
        ask(shard.send(&create)).is_refused();
        ask(shard.send(&question)).is_refused();
        ask(shard.send(&info)).is_refused();
    }
    // Calls of other canisters do not pass the inspection of messages from outside.
    let relay = Relay::install(&family);
    assert_eq!(relay.sends(&create).result, Err(RegistryError::NotFront));
    assert_eq!(relay.sends(&question).result, Err(RegistryError::NotFront));
    assert_eq!(relay.sends(&info).result, Err(RegistryError::NotFront));
    assert_eq!(family.audits(0).blocks.len(), 1);
}

#[test]
fn a_shard_is_configured_by_its_controllers_alone() {
    let family = Family::deploy();
    let wish = RegistrySettings {
        maintenance: Some(true),
        ..RegistrySettings::default()
    };
    for sender in [stranger(), family.front] {
        ask(family.registry_as(0, sender).configure(&wish)).is_refused();
        ask(family.registry_as(0, sender).set_archives(&[])).is_refused();
    }
    assert!(!family.status(0).maintenance);
    let by_operator = family.registry_as(0, operator());
    ask(by_operator.configure(&wish)).succeeds().unwrap();
    let bad = RegistrySettings {
        max_devices: Some(0),
        ..RegistrySettings::default()
    };
    let refused = ask(by_operator.configure(&bad)).succeeds();
    assert!(matches!(refused, Err(ConfigureError::Invalid(_))));

    // In maintenance orders wait, and log-ins go on.
    let bob = Device::new("bob");
    let challenge = family.challenge();
    let of_bob = family.registration(&bob).with(&challenge);
    of_bob.is_sent().is_refused_saying("try again later");
    family.upgrades(Role::Registry(0));
    assert!(family.status(0).maintenance, "it survives an upgrade");
    let open = RegistrySettings {
        maintenance: Some(false),
        ..RegistrySettings::default()
    };
    ask(by_operator.configure(&open)).succeeds().unwrap();
    let bob = of_bob.gives_an_anchor();
    ask(by_operator.configure(&wish)).succeeds().unwrap();
    bob.logs_in_to(DAPP);
    bob.tries_to_add(&Device::new("phone"))
        .is_refused_saying("try again later");
}

/// A canister that hands messages on to the first shard.
struct Relay<'a>(&'a Family, types::Principal);

impl<'a> Relay<'a> {
    fn install(family: &'a Family) -> Self {
        Self(family, family.creates_canister())
    }

    fn sends<Q: Request>(&self, request: &Q) -> Q::Answer {
        let Self(family, id) = *self;
        let argument = candid::encode_one(ByteBuf::from(message::encode(request))).unwrap();
        let module = probe(&format!(
            r#"(data (i32.const 0) "{argument}")
            (data (i32.const 4000) "{method}")
            (elem (i32.const 0) $reply $reject)
            (func $reply (param i32) (call $append (i32.const 4096) (call $arg)) (call $msg_reply))
            (func $reject (param i32) (unreachable))
            (func (export "canister_update relay")
              (call $call_arg (i32.const 4000) (i32.const {method_length}) (i32.const 0) (i32.const 1))
              (call $call_data_append (i32.const 0) (i32.const {argument_length}))
              (call $send))"#,
            argument = escaped(&argument),
            argument_length = argument.len(),
            method = Q::METHOD,
            method_length = Q::METHOD.len(),
        ));
        let nothing = candid::encode_args(()).unwrap();
        let network = &family.network;
        network
            .reinstall_canister(id, module, nothing, Some(operator()))
            .unwrap();
        let shard = family.shards[0].registry.as_slice().to_vec();
        let answer = network.update_call(id, stranger(), "relay", shard).unwrap();
        let answer: ByteBuf = candid::decode_one(&answer).unwrap();
        message::decode(&answer).unwrap()
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    })
}
