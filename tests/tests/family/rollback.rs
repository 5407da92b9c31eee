//! A shard that is put back to a snapshot: nobody is let in, no number is given twice, and the way back.

use anchorage_tests::family::{Device, Family, Person, Role, Setup, ask, operator, stranger};
use oplog::{Block, BlockType, LOST_NUMBERS_LIMIT, Operation, Tx};
use std::time::Duration;
use types::archive::{EntryOperation, FetchFailure};
use types::front::ExpectTipError;
use types::registry::{Loss, Repair, RepairError};
use types::{AnchorNumber, BlockHash, BlockIndex, EncodedBlock, TimestampNs};

const DAPP: &str = "https://dapp.example";
const FRONT: Role = Role::Front;
const REGISTRY: Role = Role::Registry(0);
const ARCHIVE: Role = Role::Archive(0);
const LO: u64 = 10_000;
const ROLLED_BACK: &str = "rolled back";
const TEN_MINUTES: Duration = Duration::from_mins(10);

fn deploy() -> Family {
    Setup::default().ranges(&[(LO, 20_000)]).deploy()
}

fn number(offset: u64) -> AnchorNumber {
    AnchorNumber::new(LO + offset)
}

/// Every kind of change, after Alice has registered with a phone beside; answers Bob.
fn much_happens<'a>(family: &'a Family, alice: &Person<'_>, phone: &Device) -> Person<'a> {
    let bob = family.register("bob");
    let tablet = alice.adds("tablet");
    let named = tablet.clone().but(|data| {
        data.alias.push_str(" in the kitchen");
        data.origin = None;
    });
    alice.tries_to_update(&tablet, &named).succeeds();
    alice.on(&tablet).removes(phone);
    let old = Device::new("bob");
    bob.replaces(&old, "watch");
    bob.on(&Device::new("watch"))
}

/// Nobody is let in, and no number is given.
#[track_caller]
fn is_closed(family: &Family, person: &Person<'_>) {
    let tip = family.status(0).tip;
    let carol = Device::new("carol");
    let registration = family.registration(&carol);
    registration.is_sent().is_refused_saying(ROLLED_BACK);
    person.prepares(DAPP).is_refused_saying(ROLLED_BACK);
    person.asks_for_info().is_refused_saying(ROLLED_BACK);
    let adding = person.tries_to_add(&Device::new("another"));
    adding.is_refused_saying(ROLLED_BACK);
    assert_eq!(family.status(0).tip, tip);
    assert!(family.expected(0).rolled_back);
}

#[test]
fn an_archive_gives_a_shard_its_log_again() {
    let family = deploy();
    let alice = family.register("alice");
    let phone = alice.adds("phone");
    let snapshot = family.takes_snapshot(REGISTRY);
    let bob = much_happens(&family, &alice, &phone);
    let of_bob = bob.logs_in_to(DAPP);
    family.waits_until_archived(0);
    let before = family.audits(0);
    let state = family.public_state(0);
    let blocks = family.archived_blocks(0);
    assert_eq!(blocks.len(), 7);

    family.restores(REGISTRY, snapshot);
    assert_eq!(
        family.status(0).tip.next_anchor,
        bob.anchor,
        "it does not know"
    );
    is_closed(&family, &alice);

    family.sets_maintenance(0, true);
    for _ in 0..2 {
        let tip = family.repairs(0, 2, &blocks[2..4]).unwrap();
        assert_eq!(tip.log_length, 4);
    }
    // Half of it is not enough, and an upgrade in the middle does no harm.
    alice.prepares(DAPP).is_refused_saying(ROLLED_BACK);
    family.upgrades(REGISTRY);
    assert_eq!(family.repairs(0, 0, &blocks), Ok(before.tip));
    assert_eq!(family.repairs(0, 7, &[]), Ok(before.tip));
    assert_eq!(family.audits(0).hashes, before.hashes);
    assert_eq!(family.public_state(0), state);

    // People come in at once; changes wait until the shard is opened.
    assert_eq!(bob.logs_in_to(DAPP), of_bob);
    assert!(!family.expected(0).rolled_back);
    bob.tries_to_add(&Device::new("x"))
        .is_refused_saying("maintenance");
    family.sets_maintenance(0, false);
    alice
        .on(&phone)
        .prepares(DAPP)
        .is_refused_saying("authenticated");
    let devices = alice.asks_for_info().succeeds().devices;
    assert_eq!(devices.len(), 2);
    assert_eq!(devices[0].alias, Device::new("alice").data.alias);
    assert_eq!(devices[1].alias, "", "no block shows an alias");
    assert_eq!(family.register("carol").anchor, number(2));
    bob.adds("ring");

    // The archive goes on by itself.
    family.waits_until_archived(0);
    assert!(!family.status(0).archives[0].diverged);
    let after = family.audits(0);
    assert_eq!((after.archived, after.blocks.len()), (9, 9));
    assert_eq!(after.hashes[..7], before.hashes);
}

#[test]
fn a_number_is_given_once_whatever_is_restored() {
    let family = deploy();
    let alice = family.register("alice");
    let snapshot = family.takes_snapshot(REGISTRY);
    let mut given = vec![alice.anchor];
    for (round, name) in (1..).zip(["bob", "carol", "dave"]) {
        let person = family.register(name);
        assert!(!given.contains(&person.anchor), "{name}");
        given.push(person.anchor);
        family.waits_until_archived(0);
        family.restores(REGISTRY, snapshot.clone());
        is_closed(&family, &person);
        family.sets_maintenance(0, true);
        let blocks = family.archived_blocks(0);
        let tip = family.repairs(0, 0, &blocks).unwrap();
        assert_eq!(tip.next_anchor, number(round + 1));
        family.sets_maintenance(0, false);
        person.logs_in_to(DAPP);
        // The archive rests after failures.
        family.waits(TEN_MINUTES);
    }
    assert_eq!(family.audits(0).blocks.len(), 4);
}

#[test]
fn what_nobody_has_is_lost_for_ever_and_said_so() {
    let family = deploy();
    let alice = family.register("alice");
    family.waits_until_archived(0);
    family.stops(ARCHIVE);
    let snapshot = family.takes_snapshot(REGISTRY);
    let (bob, carol) = (family.register("bob"), family.register("carol"));
    let phone = alice.adds("phone");
    family.restores(REGISTRY, snapshot);
    is_closed(&family, &bob);

    let known = family.expected(0).tip.unwrap();
    assert_eq!((known.log_length, known.next_anchor), (4, number(3)));
    // Front does not forget numbers, whoever asks for it.
    let next_anchor = known.next_anchor;
    let short = family.status(0).tip;
    let refused = family.lets_front_expect(0, &short);
    assert_eq!(refused, Err(ExpectTipError::NumbersGiven { next_anchor }));

    let closed = Err(RepairError::NotInMaintenance);
    assert_eq!(family.declares_lost(0, 1, next_anchor), closed);
    family.sets_maintenance(0, true);
    let tip = family.declares_lost(0, 1, next_anchor).unwrap();
    assert_eq!((tip.log_length, tip.next_anchor), (2, next_anchor));
    family.upgrades(REGISTRY);
    assert_eq!(family.declares_lost(0, 1, next_anchor), Ok(tip));
    alice.prepares(DAPP).is_refused_saying(ROLLED_BACK);
    family.lets_front_expect(0, &tip).unwrap();
    assert_eq!(family.expected(0).tip, Some(tip));
    family.upgrades(FRONT);
    family.sets_maintenance(0, false);

    alice.logs_in_to(DAPP);
    for gone in [bob, carol, alice.on(&phone)] {
        gone.prepares(DAPP).is_refused_saying("authenticated");
    }
    assert_eq!(family.register("dave").anchor, number(3));
    assert_eq!(family.register("bob").anchor, number(4), "a new one");
    let state = family.public_state(0);
    let devices: Vec<_> = state.iter().map(|anchor| anchor.devices.len()).collect();
    assert_eq!(devices, [1, 0, 0, 1, 1]);

    family.starts(ARCHIVE);
    family.waits_until_archived(0);
    let log = family.audits(0);
    assert_eq!(log.archived, 4);
    assert_eq!(log.blocks[1].btype, BlockType::Lost);
    let entries = ask(family.archive(0).get_anchor_entries(number(1), None, None)).succeeds();
    let entry = entries.entries[0].as_ref().expect("readable");
    assert_eq!(entry.caller, operator());
    let lost = EntryOperation::BlocksLost {
        first_missing: BlockIndex::new(1),
        next_anchor,
    };
    assert_eq!(entry.operation, lost);
}

#[test]
fn as_many_numbers_as_a_block_gives_up_are_lost_in_one_message() {
    let family = Setup::default().ranges(&[(LO, 1_000_000)]).deploy();
    let alice = family.register("alice");
    family.sets_maintenance(0, true);
    let most = alice.anchor.saturating_add(1 + LOST_NUMBERS_LIMIT);
    let too_many = family.declares_lost(0, 1, most.saturating_add(1));
    assert!(matches!(too_many, Err(RepairError::Impossible { .. })));
    assert_eq!(family.status(0).tip.log_length, 1);
    let tip = family.declares_lost(0, 1, most).unwrap();
    assert_eq!((tip.log_length, tip.next_anchor), (2, most));
    family.upgrades(REGISTRY);
    family.sets_maintenance(0, false);
    alice.logs_in_to(DAPP);
    assert_eq!(family.register("bob").anchor, most);
    let metrics = family.scrapes(REGISTRY);
    let cost = metrics.value(
        "anchorage_method_instructions_sum",
        &[("method", "declare_lost")],
    );
    // A message may take forty billion.
    assert!(cost < 10e9, "{cost} instructions");
}

#[test]
fn front_and_shard_set_back_together_are_found_out_by_the_archive() {
    let family = deploy();
    family.register("alice");
    family.waits_until_archived(0);
    let (of_front, of_shard) = (
        family.takes_snapshot(FRONT),
        family.takes_snapshot(REGISTRY),
    );
    let bob = family.register("bob");
    family.waits_until_archived(0);
    family.restores(REGISTRY, of_shard);
    family.restores(FRONT, of_front);
    // Neither of them can know. Operators close shards before they restore front, and look at the archives.
    family.sets_maintenance(0, true);
    assert!(!family.expected(0).rolled_back);
    family.waits_until("the archive notices", TEN_MINUTES, |family| {
        let archive = ask(family.archive(0).status()).succeeds();
        matches!(archive.last_failure, Some(FetchFailure::Diverged { .. }))
    });
    let tip = family
        .repairs(0, 1, &family.archived_blocks(0)[1..])
        .unwrap();
    assert_eq!(tip.next_anchor, number(2));
    family.sets_maintenance(0, false);
    bob.logs_in_to(DAPP);
    assert_eq!(family.register("carol").anchor, number(2));
    assert_eq!(family.expected(0).tip, Some(family.status(0).tip));
    family.waits_until_archived(0);
    family.audits(0);
}

/// A shard that was set back behind two registrations, in maintenance; and the blocks of its archive.
fn waiting_for_repair() -> (Family, Vec<EncodedBlock>) {
    let family = deploy();
    family.register("alice");
    let snapshot = family.takes_snapshot(REGISTRY);
    family.register("bob");
    family.register("carol");
    family.waits_until_archived(0);
    let blocks = family.archived_blocks(0);
    family.restores(REGISTRY, snapshot);
    family.sets_maintenance(0, true);
    (family, blocks)
}

#[test]
fn nothing_but_the_shards_own_blocks_is_taken() {
    let (family, blocks) = waiting_for_repair();
    let before = family.status(0).tip;
    let index = BlockIndex::new(1);
    let ours = before.last_hash;
    let other_parent = Err(RepairError::OtherParent { index, ours });
    let reordered = [blocks[2].clone(), blocks[1].clone()];
    assert_eq!(family.repairs(0, 1, &reordered), other_parent);
    let gap = Err(RepairError::WrongIndex { expected: index });
    assert_eq!(family.repairs(0, 2, &blocks[2..]), gap);
    let mut forged = Block::decode(blocks[1].as_slice()).unwrap();
    forged.phash = Some(BlockHash::new([7; 32]));
    assert_eq!(family.repairs(0, 1, &[forged.encode()]), other_parent);
    let other = Err(RepairError::OtherBlock {
        index: BlockIndex::new(0),
    });
    assert_eq!(family.repairs(0, 0, &blocks[1..]), other);
    let cut = EncodedBlock::from(&blocks[1].as_slice()[1..]);
    let unreadable = family.repairs(0, 1, &[cut]);
    assert!(matches!(unreadable, Err(RepairError::Undecodable { .. })));
    // A chained block that cannot have happened: a number that is not next.
    let operation = Operation::Lost {
        first_missing: index,
        next_anchor: number(7),
    };
    let tx = Tx {
        anchor: number(5),
        caller: operator(),
        operation,
    };
    let skipping = Block::new(ours, TimestampNs::new(1), &tx).encode();
    let impossible = family.repairs(0, 1, &[skipping]);
    assert!(matches!(impossible, Err(RepairError::Impossible { .. })));
    assert_eq!(family.status(0).tip, before, "nothing was taken");

    // Whoever is no controller does not even get in.
    let request = Repair {
        first_index: index,
        blocks: blocks[1..].to_vec(),
    };
    let loss = Loss {
        first_missing: index,
        next_anchor: number(3),
    };
    for sender in [stranger(), family.front, family.shards[0].archive] {
        let registry = family.registry_as(0, sender);
        ask(registry.repair(&request)).is_refused();
        ask(registry.declare_lost(loss)).is_refused();
        let front = family.front_as(sender);
        ask(front.expect_tip(family.shards[0].registry, &before)).is_refused();
    }
    // Orders would come between.
    family.sets_maintenance(0, false);
    let closed = Err(RepairError::NotInMaintenance);
    assert_eq!(family.repairs(0, 1, &blocks[1..]), closed);
    assert_eq!(family.status(0).tip, before);
    family.sets_maintenance(0, true);
    family.repairs(0, 1, &blocks[1..]).unwrap();
    family.sets_maintenance(0, false);
    assert_eq!(family.register("dave").anchor, number(3));
    family.audits(0);
}

#[test]
fn an_archive_with_the_lost_blocks_keeps_them_and_gets_a_successor() {
    let (family, blocks) = waiting_for_repair();
    // A mistake: the archive was not asked.
    let tip = family.declares_lost(0, 1, number(3)).unwrap();
    family.lets_front_expect(0, &tip).unwrap();
    family.sets_maintenance(0, false);
    family.register("dave");
    family.register("erin");
    family.waits_until("both sides notice", TEN_MINUTES, |family| {
        let archive = ask(family.archive(0).status()).succeeds();
        let differs = matches!(archive.last_failure, Some(FetchFailure::Diverged { .. }));
        differs && family.status(0).archives[0].diverged
    });
    family.waits(TEN_MINUTES);
    assert_eq!(family.archived_blocks(0), blocks, "what it has stays");
    let metrics = family.scrapes(REGISTRY);
    assert!(metrics.value("registry_archives_diverged", &[]) > 0.0);

    // As far as the shard knows, no archive has its first block.
    family.installs_a_successor(0, &blocks[..1]);
    family.waits_until("it begins too late", TEN_MINUTES, |family| {
        let labels = [("answer", "starts_too_late")];
        let metrics = family.scrapes(REGISTRY);
        metrics.value("registry_fetches_total", &labels) > 0.0
    });
    family.installs_a_successor(0, &[]);
    let length = family.status(0).tip.log_length;
    family.waits_until("the new one has everything", TEN_MINUTES, |family| {
        let status = family.status(0).archives[0];
        !status.diverged && status.acknowledged.get() == length
    });
    assert_eq!(family.register("fred").anchor, number(5));
}
