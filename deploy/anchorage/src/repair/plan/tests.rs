use super::*;
use oplog::Tx;
use types::{DeviceKey, DeviceProtection, KeyType, PublicDevice, Purpose, TimestampNs};

const ARCHIVE: Principal = Principal::from_slice(&[2]);

fn device(key: u8) -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new([key]),
        credential_id: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Platform,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata_keys: Vec::new(),
    }
}

/// A log of these operations.
fn log(operations: Vec<(u64, Operation)>) -> Vec<Block> {
    let mut parent = None;
    let blocks = operations.into_iter().map(|(anchor, operation)| {
        let tx = Tx {
            anchor: AnchorNumber::new(anchor),
            caller: Principal::anonymous(),
            operation,
        };
        let block = Block::new(parent, TimestampNs::new(1), &tx);
        parent = Some(block.hash());
        block
    });
    blocks.collect()
}

fn register(anchor: u64) -> (u64, Operation) {
    let operation = Operation::Register {
        device: device(1),
        temporary_key: None,
    };
    (anchor, operation)
}

fn lost(anchor: u64, first_missing: u64, next: u64) -> (u64, Operation) {
    let operation = Operation::Lost {
        first_missing: BlockIndex::new(first_missing),
        next_anchor: AnchorNumber::new(next),
    };
    (anchor, operation)
}

fn tip(blocks: &[Block], next: u64) -> ShardTip {
    ShardTip {
        log_length: blocks.len() as u64,
        last_hash: blocks.last().map(Block::hash),
        next_anchor: AnchorNumber::new(next),
    }
}

#[test]
fn blocks_are_followed_from_the_shards_tip_on() {
    let key = DeviceKey::new([1]);
    let blocks = log(vec![
        register(10),
        register(11),
        (10, Operation::Add { device: device(2) }),
        (11, Operation::Remove { key }),
        register(12),
    ]);
    let mut followed = Followed::after(tip(&blocks[..1], 11)).unwrap();
    for block in &blocks[1..] {
        followed.push(ARCHIVE, block, 3).unwrap();
    }
    assert_eq!(followed.length(), 5);
    assert_eq!(followed.next_anchor, AnchorNumber::new(13));
    assert_eq!(followed.at_expected, Some(blocks[2].hash()));
    assert_eq!(followed.blocks[0], blocks[1].encode());
    // A block that only removes leaves no device with an empty alias.
    let emptied: Vec<_> = followed.emptied.iter().map(|anchor| anchor.get()).collect();
    assert_eq!(emptied, [10, 11, 12]);
    let again = followed.push(ARCHIVE, &blocks[1], 3);
    assert!(matches!(again, Err(Problem::NotFollowing(_))));
    assert_eq!(followed.length(), 5);
}

#[test]
fn a_loss_that_was_declared_before_is_seen() {
    let blocks = log(vec![register(10), lost(11, 1, 14), register(14)]);
    let mut followed = Followed::after(tip(&[], 10)).unwrap();
    let mut seen = Vec::new();
    for block in &blocks {
        followed.push(ARCHIVE, block, 9).unwrap();
        seen.push((followed.ends_with_loss, followed.next_anchor.get()));
    }
    assert_eq!(seen, [(false, 11), (true, 14), (false, 15)]);
}

fn plan(has: ShardTip, expects: ShardTip, silent: bool) -> Plan {
    let error = ClientError::Decode {
        method: "status".to_owned(),
        reason: "it is silent".to_owned(),
    };
    Plan {
        registry: Principal::anonymous(),
        has,
        expects,
        blocks: Vec::new(),
        with_blocks: has,
        lost: (has != expects).then(|| Lost::between(&has, &expects)),
        tells_front: has != expects,
        is_closed: false,
        emptied: BTreeSet::new(),
        silent: silent.then_some((ARCHIVE, error)).into_iter().collect(),
    }
}

#[test]
fn nothing_is_declared_lost_without_a_word_and_without_every_archives_answer() {
    let blocks = log(vec![register(10), register(11), register(12)]);
    let (short, long) = (tip(&blocks[..1], 11), tip(&blocks, 13));
    let refused = |plan: &Plan, declare_lost| {
        let error = plan.may_be_done(declare_lost).expect_err("refused");
        (error.to_string(), error.hint().expect("there is a way"))
    };
    let lacking = plan(short, long, false);
    let (words, hint) = refused(&lacking, false);
    assert!(
        words.contains("blocks from 1 on: front saw 2 more"),
        "{words}"
    );
    assert!(words.contains("2 anchors"), "{words}");
    assert!(hint.contains("--declare-lost"), "{hint}");
    lacking.may_be_done(true).expect("declared");
    assert!(!lacking.is_empty());

    let unanswered = plan(short, long, true);
    assert!(refused(&unanswered, false).0.contains("it is silent"));
    let (words, hint) = refused(&unanswered, true);
    assert!(words.contains("it is silent"), "{words}");
    assert!(hint.contains("set_archives"), "{hint}");

    let whole = plan(long, long, true);
    whole.may_be_done(false).expect("nothing is missing");
    assert!(whole.is_empty());
}
