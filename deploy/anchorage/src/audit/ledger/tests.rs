use super::*;
use oplog::{Operation, Tx};
use types::registry::{PublicAnchor, ShardTip};
use types::{DeviceKey, DeviceProtection, KeyType, PublicDevice, Purpose};

const SOMEBODY: Principal = Principal::anonymous();

fn device(key: u8) -> PublicDevice {
    PublicDevice {
        pubkey: DeviceKey::new([key]),
        credential_id: None,
        purpose: Purpose::Authentication,
        key_type: KeyType::Unknown,
        protection: DeviceProtection::Unprotected,
        origin: None,
        metadata_keys: Vec::new(),
    }
}

/// Three anchors, 10 to 12; the first has two devices.
fn blocks() -> Vec<Block> {
    let register = |anchor: u64, key| {
        let device = device(key);
        let temporary_key = None;
        (
            anchor,
            Operation::Register {
                device,
                temporary_key,
            },
        )
    };
    let add = (10, Operation::Add { device: device(9) });
    let mut parent = None;
    let operations = [register(10, 1), register(11, 2), add, register(12, 3)];
    let chained = operations.into_iter().map(|(anchor, operation)| {
        let tx = Tx {
            anchor: anchor.into(),
            caller: SOMEBODY,
            operation,
        };
        let block = Block::new(parent, 1.into(), &tx);
        parent = Some(block.hash());
        block
    });
    chained.collect()
}

fn empty() -> Ledger {
    Ledger::new(AnchorRange::new(10.into(), 20.into()).unwrap())
}

fn ledger(watched: &[u64]) -> Ledger {
    let mut ledger = empty();
    for index in watched {
        ledger.watch(*index);
    }
    for block in blocks() {
        ledger.push(SOMEBODY, &block).expect("the log is sound");
    }
    ledger
}

/// What an honest shard serves from an anchor on, two anchors on a page.
fn page(from: u64) -> PublicState {
    let state = [
        (10, vec![device(1), device(9)]),
        (11, vec![device(2)]),
        (12, vec![device(3)]),
    ];
    let rest = state.into_iter().filter(|(anchor, _)| *anchor >= from);
    let mut anchors: Vec<_> = rest
        .map(|(anchor, devices)| PublicAnchor {
            anchor: anchor.into(),
            devices,
        })
        .collect();
    let next = anchors.get(2).map(|one| one.anchor);
    anchors.truncate(2);
    PublicState {
        anchors,
        next,
        tip: ShardTip {
            log_length: 4,
            last_hash: blocks().last().map(Block::hash),
            next_anchor: 13.into(),
        },
    }
}

#[test]
fn an_honest_shard_agrees_page_by_page() {
    let ledger = ledger(&[]);
    assert_eq!(page(10).next, Some(12.into()));
    for from in [10, 12, 13] {
        assert_eq!(ledger.agrees(from.into(), &page(from)), Ok(()), "{from}");
    }
    assert_eq!((ledger.length(), ledger.anchors()), (4, 3));
}

#[test]
fn every_difference_between_log_and_state_is_found() {
    let ledger = ledger(&[]);
    let other_state = |anchor: u64| {
        Err(Finding::OtherState {
            anchor: anchor.into(),
        })
    };
    let check = |from: u64, change: &dyn Fn(&mut PublicState)| {
        let mut page = page(from);
        change(&mut page);
        ledger.agrees(from.into(), &page)
    };
    // An anchor is missing, between and at the end.
    assert_eq!(
        check(10, &|page| drop(page.anchors.remove(0))),
        other_state(10)
    );
    assert_eq!(check(12, &|page| drop(page.anchors.pop())), other_state(12));
    // One more than there ever was: above, and on another page's place.
    let more = PublicAnchor {
        anchor: 13.into(),
        devices: vec![device(4)],
    };
    assert_eq!(
        check(12, &|page| page.anchors.push(more.clone())),
        other_state(13)
    );
    assert_eq!(
        check(10, &|page| page.anchors.push(more.clone())),
        other_state(13)
    );
    // Another key; the other order.
    assert_eq!(
        check(10, &|page| page.anchors[1].devices[0] = device(8)),
        other_state(11)
    );
    assert_eq!(
        check(10, &|page| page.anchors[0].devices.swap(0, 1)),
        other_state(10)
    );
    // A page that leaves anchors out by what it says comes next, or never ends.
    assert_eq!(check(10, &|page| page.next = None), other_state(12));
    let endless = check(10, &|page| page.next = Some(10.into()));
    assert_eq!(
        endless,
        Err(Finding::WrongPage {
            from: 10.into(),
            next: 10.into()
        })
    );
}

#[test]
fn a_page_of_another_log_is_found() {
    let ledger = ledger(&[]);
    let check = |change: &dyn Fn(&mut ShardTip)| {
        let mut page = page(10);
        change(&mut page.tip);
        ledger.agrees(10.into(), &page).unwrap_err()
    };
    let behind = check(&|tip| tip.log_length = 3);
    assert_eq!(behind, Finding::WentBack { page: 3, ledger: 4 });
    let next = check(&|tip| tip.next_anchor = 14.into());
    assert!(matches!(next, Finding::OtherNext { .. }), "{next}");
    for hash in [None, Some(BlockHash::from([0; 32]))] {
        let other = check(&|tip| tip.last_hash = hash);
        assert!(matches!(other, Finding::OtherHash { .. }), "{other}");
    }
}

#[test]
fn an_empty_shard_has_nothing() {
    let mut nothing = page(13);
    nothing.tip = ShardTip {
        log_length: 0,
        last_hash: None,
        next_anchor: 10.into(),
    };
    assert_eq!(empty().agrees(10.into(), &nothing), Ok(()));
    nothing.anchors = page(10).anchors;
    assert!(empty().agrees(10.into(), &nothing).is_err());
}

#[test]
fn a_block_that_does_not_follow_names_who_answered_it() {
    let mut ledger = empty();
    let second = &blocks()[1];
    let found = ledger.push(SOMEBODY, second).unwrap_err();
    assert!(
        matches!(found, Finding::Chain { by: SOMEBODY, .. }),
        "{found}"
    );
    assert_eq!(ledger.length(), 0);
}

#[test]
fn a_block_that_cannot_have_happened_is_found() {
    let mut ledger = ledger(&[]);
    let tx = Tx {
        anchor: 15.into(),
        caller: SOMEBODY,
        operation: Operation::Add { device: device(1) },
    };
    let found = ledger.push(SOMEBODY, &Block::new(ledger.last_hash(), 1.into(), &tx));
    assert!(
        matches!(found, Err(Finding::Replay { index: 4, .. })),
        "{found:?}"
    );
}

#[test]
fn an_archive_must_have_certified_a_block_of_the_log() {
    let ledger = ledger(&[1]);
    let tip = |index, hash| CertifiedTip {
        index,
        hash,
        at_ns: 0,
    };
    let hash = blocks()[1].hash();
    assert_eq!(ledger.contains(SOMEBODY, &tip(1, hash)), Ok(()));
    let other = ledger
        .contains(SOMEBODY, &tip(1, [0; 32].into()))
        .unwrap_err();
    assert!(
        matches!(other, Finding::OtherTip { index: 1, .. }),
        "{other}"
    );
    let beyond = ledger.contains(SOMEBODY, &tip(4, hash)).unwrap_err();
    assert!(
        matches!(
            beyond,
            Finding::Behind {
                index: 4,
                length: 4,
                ..
            }
        ),
        "{beyond}"
    );
}

#[test]
fn a_log_must_contain_the_tip_that_was_saved() {
    let saved = |index, hash: &str| SavedTip {
        index,
        hash: hash.to_owned(),
        certified_at_ns: 0,
    };
    let ledger = ledger(&[2, 7]);
    let hash = hex::encode(blocks()[2].hash());
    assert_eq!(ledger.continues(&saved(2, &hash)), Ok(()));
    let other = ledger.continues(&saved(2, &"00".repeat(32))).unwrap_err();
    assert!(
        matches!(other, Finding::OtherHistory { index: 2, .. }),
        "{other}"
    );
    assert!(other.hint().contains("controllers"));
    let shorter = ledger.continues(&saved(7, &hash)).unwrap_err();
    assert_eq!(
        shorter,
        Finding::Shorter {
            length: 4,
            saved: 7
        }
    );
    for text in ["", "00", "no hex"] {
        let found = ledger.continues(&saved(2, text)).unwrap_err();
        assert_eq!(found, Finding::SavedTip(text.to_owned()));
    }
}
