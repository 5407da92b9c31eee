use super::*;
use crate::activity::{Series, Window};
use crate::fixtures::{ARCHIVE, HI, LO, SECOND, World, anchor, caller, links, passkey, principal};
use anchors::Day;
use types::registry::{DeviceOperation, RegistryError, RegistrySettings};
use types::{AnchorNumber, BlockHash, DeviceKey};

fn operator() -> Caller {
    Caller {
        is_controller: true,
        ..caller(principal("operator"))
    }
}

fn maintenance(on: bool) -> RegistrySettings {
    RegistrySettings {
        maintenance: Some(on),
        retention: Some(0),
        archives: Some(links(&[(ARCHIVE, true)])),
        ..RegistrySettings::default()
    }
}

/// A shard in maintenance that has nothing but its first anchor.
fn set_back() -> World {
    let mut world = World::with(maintenance(false));
    world.register("a");
    world.configure(&maintenance(true));
    world
}

/// The same shard as it was, with every kind of block.
fn as_it_was() -> World {
    let mut world = World::with(maintenance(false));
    let a = world.register("a");
    world.pass(1);
    world.add(a, "a", "phone");
    let b = world.register("b");
    let update = DeviceOperation::Update {
        key: DeviceKey::new(*b"phone"),
        device: types::DeviceData {
            origin: None,
            ..passkey("phone")
        },
    };
    let replace = DeviceOperation::Replace {
        key: DeviceKey::new(*b"b"),
        device: passkey("tablet"),
    };
    for (anchor, name, operation) in [(a, "phone", update), (b, "b", replace)] {
        world.pass(1);
        let order = world.change(anchor, name, operation);
        world.apply(&order).unwrap();
    }
    let removal = world.removal(b, "tablet", "tablet");
    world.apply(&removal).unwrap();
    world
}

fn encoded(world: &World) -> Vec<EncodedBlock> {
    world.blocks().iter().map(Block::encode).collect()
}

fn sent(world: &mut World, first: u64, blocks: &[EncodedBlock]) -> Result<ShardTip, RepairError> {
    let request = Repair {
        first_index: BlockIndex::new(first),
        blocks: blocks.to_vec(),
    };
    repair(&mut world.shard, operator(), &request)
}

fn loses(world: &mut World, first: u64, next: AnchorNumber) -> Result<ShardTip, RepairError> {
    let loss = Loss {
        first_missing: BlockIndex::new(first),
        next_anchor: next,
    };
    declare_lost(&mut world.shard, operator(), loss, world.now)
}

#[test]
fn the_log_and_the_public_state_are_what_they_were() {
    let before = as_it_was();
    let blocks = encoded(&before);
    let mut world = set_back();
    world.pass(100);
    let tip = before.shard.tip();
    world.fetch(ARCHIVE, tip.log_length, tip.last_hash, 0);
    assert!(world.shard.archives().entries()[0].diverged, "it is ahead");
    // In several calls, and over an upgrade.
    assert!(sent(&mut world, 1, &blocks[1..3]).is_ok());
    world.upgrade();
    assert_eq!(sent(&mut world, 3, &blocks[3..]), Ok(before.shard.tip()));
    assert_eq!(encoded(&world), blocks);
    assert!(!world.shard.archives().entries()[0].diverged);
    world.assert_replay_matches();
    let page =
        |world: &World| crate::reads::public_state(&world.shard, AnchorNumber::new(LO), usize::MAX);
    assert_eq!(page(&world), page(&before));
    assert_eq!(world.shard.counters.get(counters::REPAIRED_BLOCKS), 5);

    // Front is content, and the shard goes on where it was.
    let phone = principal("phone");
    assert!(world.ask(anchor(0), phone, Some(tip)).is_ok());
    let info = world.info(anchor(0), "phone").unwrap();
    assert_eq!(info.devices[0].device.alias, passkey("a").alias);
    assert_eq!(info.devices[1].device.alias, "", "nobody has it any more");
    world.configure(&maintenance(false));
    let mut order = world.creation("c");
    order.expected = Some(tip);
    assert_eq!(world.create(&order), Ok(anchor(2)));
    world.assert_replay_matches();
}

#[test]
fn who_came_in_the_lost_time_is_active_from_the_next_use_on() {
    let mut before = World::with(maintenance(false));
    before.register("a");
    before.register("b");
    let mut world = set_back();
    sent(&mut world, 1, &encoded(&before)[1..]).unwrap();
    let active = |world: &World, window, in_days: u64| {
        let last = world.now.saturating_add(in_days * 86_400 * SECOND);
        let activity = &world.shard.activity;
        activity.active(Series::Anchors, window, Day::of(last))
    };
    assert_eq!(active(&world, Window::Month, 0), 1, "nobody has counted b");
    world.ask(anchor(1), principal("b"), None).unwrap();
    assert_eq!(active(&world, Window::Day, 0), 2);
    for in_days in [0, 1, 29] {
        assert_eq!(active(&world, Window::Month, in_days), 2, "{in_days}");
    }
}

#[test]
fn blocks_that_are_there_are_compared_and_passed_over() {
    let before = as_it_was();
    let blocks = encoded(&before);
    let mut world = set_back();
    for _ in 0..2 {
        assert_eq!(sent(&mut world, 0, &blocks), Ok(before.shard.tip()));
    }
    assert_eq!(world.shard.counters.get(counters::REPAIRED_BLOCKS), 5);
    let other = RepairError::OtherBlock {
        index: BlockIndex::new(1),
    };
    assert_eq!(sent(&mut world, 1, &blocks[2..3]), Err(other));
    world.acknowledge(ARCHIVE, 4);
    let forgotten = RepairError::Forgotten {
        first_kept: BlockIndex::new(4),
    };
    assert_eq!(sent(&mut world, 3, &blocks[3..]), Err(forgotten));
    assert_eq!(sent(&mut world, 4, &blocks[4..]), Ok(before.shard.tip()));
}

#[test]
fn only_controllers_and_only_in_maintenance() {
    let blocks = encoded(&as_it_was());
    let mut world = set_back();
    let tip = world.shard.tip();
    let request = Repair {
        first_index: BlockIndex::new(1),
        blocks: blocks[1..].to_vec(),
    };
    let loss = Loss {
        first_missing: BlockIndex::new(1),
        next_anchor: anchor(2),
    };
    for somebody in [crate::fixtures::FRONT, ARCHIVE, principal("a")] {
        let refused = Err(RepairError::NotController { caller: somebody });
        let now = world.now;
        let shard = &mut world.shard;
        assert_eq!(repair(shard, caller(somebody), &request), refused);
        assert_eq!(declare_lost(shard, caller(somebody), loss, now), refused);
    }
    world.configure(&maintenance(false));
    let refused = Err(RepairError::NotInMaintenance);
    assert_eq!(sent(&mut world, 1, &blocks[1..]), refused);
    assert_eq!(loses(&mut world, 1, anchor(2)), refused);
    assert_eq!(world.shard.tip(), tip);
}

#[test]
fn what_does_not_continue_the_log_is_refused() {
    let blocks = encoded(&as_it_was());
    let mut world = set_back();
    let tip = world.shard.tip();
    let index = BlockIndex::new(1);
    let expected = BlockIndex::new(1);
    let wrong_index = RepairError::WrongIndex { expected };
    assert_eq!(sent(&mut world, 2, &blocks[2..]), Err(wrong_index));
    let ours = tip.last_hash;
    let other_parent = Err(RepairError::OtherParent { index, ours });
    assert_eq!(sent(&mut world, 1, &blocks[2..]), other_parent);
    let reordered = [blocks[2].clone(), blocks[1].clone()];
    assert_eq!(sent(&mut world, 1, &reordered), other_parent);
    let mut forged = Block::decode(blocks[1].as_slice()).unwrap();
    forged.phash = Some(BlockHash::new([7; 32]));
    assert_eq!(sent(&mut world, 1, &[forged.encode()]), other_parent);
    for bytes in [&b""[..], b"no block", &blocks[1].as_slice()[1..]] {
        let refused = sent(&mut world, 1, &[EncodedBlock::from(bytes)]);
        assert!(matches!(refused, Err(RepairError::Undecodable { .. })));
    }
    let many = vec![blocks[1].clone(); MAX_BLOCKS + 1];
    let too_many = RepairError::TooManyBlocks {
        count: 1_001,
        limit: 1_000,
    };
    assert_eq!(sent(&mut world, 1, &many), Err(too_many));
    assert_eq!(world.shard.tip(), tip, "nothing was taken");
    world.assert_replay_matches();
}

#[test]
fn a_block_that_cannot_have_happened_leaves_those_before_it() {
    let mut world = set_back();
    let last = world.shard.log.last_hash();
    let operation = |name: &str| Operation::Remove {
        key: DeviceKey::new(name.as_bytes()),
    };
    let by_a = |name: &str| crate::shard::transaction(anchor(0), principal("a"), operation(name));
    let good = Block::new(last, world.now, &by_a("a"));
    let impossible = Block::new(Some(good.hash()), world.now, &by_a("nobody"));
    let blocks = [good.encode(), impossible.encode()];
    for _ in 0..2 {
        let refused = sent(&mut world, 1, &blocks);
        let index = BlockIndex::new(2);
        assert!(
            matches!(refused, Err(RepairError::Impossible { index: at, .. }) if at == index),
            "{refused:?}"
        );
        assert_eq!(world.shard.tip().last_hash, Some(good.hash()));
    }
    world.assert_replay_matches();
}

#[test]
fn a_temporary_key_dies_again_with_its_device() {
    let history = |world: &mut World| {
        let mut creation = world.creation("b");
        creation.temporary_key = Some(principal("session"));
        world.create(&creation).unwrap()
    };
    let mut before = World::with(maintenance(false));
    let of_b = history(&mut before);
    before.add(of_b, "b", "phone");
    let removal = before.removal(of_b, "b", "b");
    before.apply(&removal).unwrap();

    // A snapshot brings the heap back too.
    let mut world = World::with(maintenance(false));
    history(&mut world);
    world.configure(&maintenance(true));
    let session = principal("session");
    assert!(world.ask(of_b, session, None).is_ok());
    sent(&mut world, 1, &encoded(&before)[1..]).unwrap();
    let refused = Err(RegistryError::Unauthorized);
    assert_eq!(world.ask(of_b, session, None), refused);
    assert_eq!(world.shard.temporary_keys.count(), 0);
}

#[test]
fn an_order_of_the_lost_time_is_a_new_one_when_it_is_repeated() {
    let mut before = World::with(maintenance(false));
    before.register("a");
    let order = before.creation("b");
    assert_eq!(before.create(&order), Ok(anchor(1)));
    let mut world = set_back();
    sent(&mut world, 1, &encoded(&before)[1..]).unwrap();
    world.configure(&maintenance(false));
    // Another number of the same person's; nobody gets somebody else's.
    assert_eq!(world.create(&order), Ok(anchor(2)));
    world.assert_replay_matches();
}

#[test]
fn what_nobody_has_is_declared_and_its_numbers_are_dead() {
    let mut world = set_back();
    let tip = loses(&mut world, 1, anchor(3)).unwrap();
    assert_eq!((tip.log_length, tip.next_anchor), (2, anchor(3)));
    assert_eq!(loses(&mut world, 1, anchor(3)), Ok(tip), "repeated");
    let wrong = RepairError::WrongIndex {
        expected: BlockIndex::new(2),
    };
    assert_eq!(loses(&mut world, 1, anchor(4)), Err(wrong));
    world.upgrade();
    world.assert_replay_matches();
    for dead in [anchor(1), anchor(2)] {
        let asked = world.ask(dead, principal("b"), None);
        assert_eq!(asked, Err(RegistryError::Unauthorized));
    }
    world.configure(&maintenance(false));
    assert_eq!(world.register("c"), anchor(3));
    let last = world.blocks().remove(1);
    assert_eq!(last.btype.name(), "anchorage_lost");
    let tx = last.tx().unwrap();
    assert_eq!((tx.anchor, tx.caller), (anchor(1), operator().principal));

    // A later repair takes such a block like every other one.
    let mut again = set_back();
    let blocks = encoded(&world);
    assert_eq!(sent(&mut again, 1, &blocks[1..]), Ok(world.shard.tip()));
    again.assert_replay_matches();
}

#[test]
fn a_loss_stays_within_what_the_shard_may_know() {
    let mut world = set_back();
    let expected = BlockIndex::new(1);
    for first in [0, 2] {
        let wrong = Err(RepairError::WrongIndex { expected });
        assert_eq!(loses(&mut world, first, anchor(3)), wrong);
    }
    let given = RepairError::NumbersGiven {
        next_anchor: anchor(1),
    };
    assert_eq!(loses(&mut world, 1, anchor(0)), Err(given));
    let beyond = loses(&mut world, 1, AnchorNumber::new(HI + 1));
    assert!(matches!(beyond, Err(RepairError::Impossible { .. })));
    // All numbers that are left, and then nothing but changes.
    loses(&mut world, 1, AnchorNumber::new(HI)).unwrap();
    loses(&mut world, 2, AnchorNumber::new(HI)).unwrap();
    world.assert_replay_matches();
    world.configure(&maintenance(false));
    let order = world.creation("c");
    assert_eq!(world.create(&order), Err(RegistryError::Full));
    world.add(anchor(0), "a", "phone");
}

#[test]
fn a_loss_that_names_another_block_is_not_taken() {
    let mut world = set_back();
    let tx = Tx {
        anchor: anchor(1),
        caller: operator().principal,
        operation: Operation::Lost {
            first_missing: BlockIndex::new(5),
            next_anchor: anchor(2),
        },
    };
    let later = TimestampNs::new(world.now.get() + SECOND);
    let block = Block::new(world.shard.log.last_hash(), later, &tx).encode();
    let refused = sent(&mut world, 1, &[block]);
    assert!(matches!(refused, Err(RepairError::Impossible { .. })));
    assert_eq!(world.shard.tip().next_anchor, anchor(1));
}

#[test]
fn a_registration_that_was_open_before_the_block_is_over() {
    let blocks = encoded(&as_it_was());
    let mut world = set_back();
    let open = anchors::RegistrationMode::opened(world.now);
    world.shard.registration_modes.put(anchor(0), open);
    sent(&mut world, 1, &blocks[1..2]).unwrap();
    assert_eq!(
        world.shard.registration_modes.get(anchor(0), world.now),
        None
    );
}
