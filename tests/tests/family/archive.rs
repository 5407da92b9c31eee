//! Archives: they catch up, they believe nobody, and nobody waits for them.

use anchorage_tests::family::{Device, Family, Role, Setup, ask, operator, stranger};
use anchorage_tests::probe;
use client::{ArchiveClient, Replicated};
use oplog::{Block, Operation, Tx};
use serde_bytes::ByteBuf;
use std::fmt::Write;
use std::time::Duration;
use types::archive::{ArchiveStatus, EntryOperation, FetchFailure};
use types::registry::{FetchAnswer, FetchBlocks, NotServed, RegistrySettings, ShardTip};
use types::{
    AnchorNumber, BlockHash, BlockIndex, EncodedBlock, Principal, PublicDevice, TimestampNs,
    message,
};

const DAPP: &str = "https://dapp.example";
const REGISTRY: Role = Role::Registry(0);
const ARCHIVE: Role = Role::Archive(0);
const TEN_MINUTES: Duration = Duration::from_mins(10);

#[test]
fn the_archive_has_everything_after_a_while() {
    let family = Family::deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    family.waits_until_archived(0);
    assert_eq!(family.audits(0).archived, 2);

    let entries = ask(family.archive(0).get_entries(None, None)).succeeds();
    let entries: Vec<_> = entries.entries.into_iter().map(Option::unwrap).collect();
    let indices: Vec<u64> = entries.iter().map(|e| e.sequence_number.get()).collect();
    assert_eq!(indices, [0, 1]);
    assert!(
        entries
            .iter()
            .all(|e| (e.anchor, e.caller) == (alice.anchor, alice.caller))
    );
    let expected = EntryOperation::AddDevice {
        device: PublicDevice::from(&phone.data),
    };
    assert_eq!(entries[1].operation, expected);
}

#[test]
fn the_archive_catches_up_after_it_was_stopped() {
    let family = Family::deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    family.stops(ARCHIVE);
    for name in ["bob", "carol", "dave"] {
        family.register(name);
    }
    alice.adds("phone");
    family.waits(Duration::from_hours(1));
    assert_eq!(
        family.status(0).archives[0].acknowledged,
        BlockIndex::new(1)
    );
    family.starts(ARCHIVE);
    family.waits_until_archived(0);
    assert_eq!(family.audits(0).archived, 5);
}

#[test]
fn the_archive_catches_up_after_the_shard_was_stopped() {
    let family = Family::deploy();
    family.register("alice");
    family.stops(REGISTRY);
    family.waits_until("a fetch fails", TEN_MINUTES, |family| {
        let status = ask(family.archive(0).status()).succeeds();
        matches!(status.last_failure, Some(FetchFailure::CallFailed { .. }))
    });
    family.starts(REGISTRY);
    family.waits_until_archived(0);
    assert_eq!(family.audits(0).archived, 1);
}

#[test]
fn nobody_waits_for_an_archive_until_the_backlog_is_full() {
    let family = Setup::default()
        .ranges(&[(10_000, 20_000)])
        .backlog_limit(3)
        .deploy();
    family.stops(ARCHIVE);
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    family.register("bob");

    let carol = Device::new("carol");
    let challenge = family.challenge();
    let of_carol = family.registration(&carol).with(&challenge);
    let words = "3 blocks wait for an archive, limit 3";
    of_carol.is_sent().is_refused_saying(words);
    alice
        .tries_to_add(&Device::new("tablet"))
        .is_refused_saying(words);
    // Log-ins and questions go on.
    assert_eq!(alice.logs_in_to(DAPP), alice.on(&phone).logs_in_to(DAPP));
    assert_eq!(alice.asks_for_info().succeeds().devices.len(), 2);
    assert_eq!(family.status(0).tip.log_length, 3);

    family.starts(ARCHIVE);
    family.waits_until_archived(0);
    alice.adds("tablet");
    assert_eq!(family.register("carol").anchor.get(), 10_002);
    assert_eq!(family.audits(0).blocks.len(), 5);
}

#[test]
fn a_shard_forgets_what_the_archive_has_and_nothing_else() {
    let family = Setup::default().retention(1).deploy();
    let alice = family.register("alice");
    for name in ["phone", "tablet", "watch"] {
        alice.adds(name);
    }
    family.waits_until_archived(0);
    let status = family.status(0);
    assert_eq!(status.first_kept, BlockIndex::new(3));
    family.stops(ARCHIVE);
    alice.adds("key");
    family.upgrades(REGISTRY);
    let status = family.status(0);
    assert_eq!((status.first_kept.get(), status.tip.log_length), (3, 5));

    // Whoever asks the shard for a forgotten block is sent to the archive.
    let run = types::icrc3::GetBlocksRequest {
        start: 0_u32.into(),
        length: 5_u32.into(),
    };
    let answer = ask(family.registry(0).log().get_blocks(&[run])).succeeds();
    assert_eq!(answer.blocks.len(), 2);
    let archived = &answer.archived_blocks[0];
    assert_eq!(archived.callback.0.principal, family.shards[0].archive);
    assert_eq!(archived.args[0].length, 3_u32);
    family.starts(ARCHIVE);
    assert_eq!(family.audits(0).blocks.len(), 5);
}

#[test]
fn an_archive_that_the_shard_does_not_know_gets_nothing() {
    let family = Family::deploy();
    family.register("alice");
    let unknown = family.creates_canister();
    family.install_archive(unknown, &family.shards[0]);
    family.waits(Duration::from_secs(30));
    let status = status_of(&family, unknown);
    let reason = NotServed::NotRegistered;
    assert_eq!(
        status.last_failure,
        Some(FetchFailure::NotYourRange { reason })
    );
    assert_eq!(status.next_index, BlockIndex::new(0));

    // Nor does anybody else.
    let wish = FetchBlocks {
        next_index: BlockIndex::new(0),
        last_hash: None,
        limit: 10,
        first_index: None,
    };
    for sender in [stranger(), operator(), family.front, unknown] {
        ask(family.registry_as(0, sender).send(&wish)).is_refused();
    }
    let answer = ask(family.registry_as(0, family.shards[0].archive).send(&wish)).succeeds();
    assert!(matches!(answer, FetchAnswer::Blocks { blocks, .. } if blocks.len() == 1));
}

#[test]
fn an_archive_refuses_a_block_that_does_not_continue_its_chain() {
    let family = Family::deploy();
    let block = |parent, name| {
        let device = PublicDevice::from(&Device::new(name).data);
        let operation = Operation::Register {
            device,
            temporary_key: None,
        };
        let tx = Tx {
            anchor: AnchorNumber::new(10_000),
            caller: stranger(),
            operation,
        };
        Block::new(parent, TimestampNs::new(1), &tx)
    };
    let first = block(None, "alice");
    let forged = block(Some(BlockHash::new([7; 32])), "mallory");
    let status = fed_with(&family, &[first.clone(), forged]);
    assert_eq!(status.next_index, BlockIndex::new(1));
    assert_eq!(status.last_hash, Some(first.hash()));
    let refused = status.failures.iter();
    let mut refused = refused.filter(|failure| failure.reason == "chain_mismatch");
    assert_eq!(refused.next().map(|failure| failure.count), Some(1));
}

#[test]
fn an_archive_keeps_its_blocks_when_the_shard_begins_another_history() {
    let family = Family::deploy();
    family.register("alice");
    family.register("bob");
    family.waits_until_archived(0);
    let before = family.audits(0);
    let shard = family.shards[0];
    let argument = family.registry_init(&shard, &RegistrySettings::default());
    let argument = candid::encode_one(argument).unwrap();
    family
        .network
        .reinstall_canister(
            shard.registry,
            anchorage_tests::built("registry"),
            argument,
            Some(operator()),
        )
        .unwrap();
    // Front would notice; whoever controls the shard gives orders without it.
    for n in 0..3 {
        let order = anchorage_order(&Device::new(&format!("mallory {n}")), n);
        let answer = ask(family.registry_as(0, family.front).send(&order)).succeeds();
        answer.result.unwrap();
    }
    family.waits_until("the shard notices", TEN_MINUTES, |family| {
        family.status(0).archives[0].diverged
    });
    let archive = ask(family.archive(0).status()).succeeds();
    assert_eq!(archive.next_index, BlockIndex::new(2));
    assert_eq!(archive.last_hash, before.tip.last_hash);
    assert!(matches!(
        archive.last_failure,
        Some(FetchFailure::Diverged { .. })
    ));
    let metrics = family.scrapes(ARCHIVE);
    let reason = [("reason", "diverged")];
    assert!(metrics.value("anchorage_archive_fetch_failures_total", &reason) >= 1.0);
}

#[test]
fn an_archive_takes_no_orders_and_answers_everybody() {
    let family = Family::deploy();
    family.register("alice");
    family.waits_until_archived(0);
    let archive = family.shards[0].archive;
    let argument = candid::encode_args(()).unwrap();
    for method in [
        "fetch_blocks",
        "append_blocks",
        "delete_block",
        "create_anchor",
    ] {
        for sender in [stranger(), operator(), family.shards[0].registry] {
            let call = family
                .network
                .update_call(archive, sender, method, argument.clone());
            call.expect_err(method);
        }
    }
    // Queries are also answered by the whole subnet.
    let anybody = Replicated(family.sender(stranger()));
    let status = ask(ArchiveClient::new(anybody, archive).status()).succeeds();
    assert_eq!(status.next_index, BlockIndex::new(1));
}

fn anchorage_order(device: &Device, n: u8) -> types::registry::CreateAnchor {
    types::registry::CreateAnchor {
        order: types::OrderId::new([n; 32]),
        expected: None,
        caller: device.principal(),
        temporary_key: None,
        device: device.data.clone(),
        below: None,
    }
}

fn status_of(family: &Family, archive: Principal) -> ArchiveStatus {
    let anybody = family.sender(Principal::anonymous());
    ask(ArchiveClient::new(anybody, archive).status()).succeeds()
}

/// The status of a new archive whose shard answers every question with these blocks.
fn fed_with(family: &Family, blocks: &[Block]) -> ArchiveStatus {
    let answer = FetchAnswer::Blocks {
        first_index: BlockIndex::new(0),
        blocks: blocks
            .iter()
            .map(Block::encode)
            .collect::<Vec<EncodedBlock>>(),
        tip: ShardTip {
            log_length: blocks.len() as u64,
            last_hash: blocks.last().map(Block::hash),
            next_anchor: AnchorNumber::new(10_001),
        },
    };
    let mut shard = family.shards[0];
    shard.registry = family.creates_canister();
    let liar = always_answers("fetch_blocks", &message::encode(&answer));
    let nothing = candid::encode_args(()).unwrap();
    family
        .network
        .install_canister(shard.registry, liar, nothing, Some(operator()));
    let archive = family.creates_canister();
    family.install_archive(archive, &shard);
    family.waits(Duration::from_secs(30));
    status_of(family, archive)
}

/// A canister whose update `method` answers this message whatever it is asked.
fn always_answers(method: &str, message: &[u8]) -> Vec<u8> {
    let reply = candid::encode_one(ByteBuf::from(message)).unwrap();
    let literal = reply.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:02x}");
        text
    });
    let length = reply.len();
    probe(&format!(
        r#"(data (i32.const 0) "{literal}")
        (func (export "canister_update {method}")
          (call $append (i32.const 0) (i32.const {length}))
          (call $msg_reply))"#
    ))
}
