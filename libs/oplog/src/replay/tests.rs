use super::*;
use crate::strategies::{
    add, chain, full_device, lost, plain_device, protected_device, register, remove, replace,
    tx_of, update,
};
use crate::{TxBytes, TxError};

fn shard() -> Replay {
    Replay::new(AnchorRange::new(10.into(), 13.into()).unwrap())
}

/// The state after these operations.
fn replay(txs: &[Tx]) -> Result<Replay, ReplayError> {
    let mut state = shard();
    for block in chain(txs) {
        state.push(&block)?;
    }
    Ok(state)
}

#[test]
fn gives_every_anchors_devices_in_order() {
    let state = replay(&[register(10, 1), register(11, 2), add(10, 4), add(10, 3)]).unwrap();
    let expected = [
        (
            10.into(),
            &[plain_device(1), plain_device(4), plain_device(3)][..],
        ),
        (11.into(), &[plain_device(2)][..]),
    ];
    assert_eq!(state.anchors().collect::<Vec<_>>(), expected);
    assert_eq!(state.next_anchor(), AnchorNumber::new(12));
    assert_eq!(state.devices(12.into()), None);
}

#[test]
fn numbers_are_given_once_and_without_holes() {
    for found in [10, 12] {
        assert_eq!(
            replay(&[register(10, 1), register(found, 2)]),
            Err(ReplayError::WrongNumber {
                expected: 11.into(),
                found: found.into(),
            })
        );
    }
}

#[test]
fn nothing_outside_the_range() {
    let full = [register(10, 1), register(11, 1), register(12, 1)];
    let mut state = replay(&full).unwrap();
    for anchor in [9, 13] {
        for tx in [
            register(anchor, 1),
            add(anchor, 1),
            update(anchor, plain_device(1)),
            replace(anchor, 1, 2),
            remove(anchor, 1),
        ] {
            assert_eq!(
                state.apply(tx),
                Err(ReplayError::OutsideRange {
                    anchor: anchor.into(),
                    range: state.range(),
                })
            );
        }
    }
}

#[test]
fn no_device_before_its_anchor() {
    assert_eq!(
        replay(&[register(10, 1), add(11, 2)]),
        Err(ReplayError::NotRegistered { anchor: 11.into() })
    );
}

#[test]
fn no_key_twice_on_one_anchor() {
    assert_eq!(
        replay(&[register(10, 1), add(10, 1)]),
        Err(ReplayError::KeyExists {
            anchor: 10.into(),
            key: DeviceKey::new([1]),
        })
    );
    replay(&[register(10, 1), register(11, 1)]).unwrap();
}

#[test]
fn an_update_keeps_the_place_and_a_replacement_goes_to_the_end() {
    let changed = PublicDevice {
        origin: Some("https://other.example".to_owned()),
        ..plain_device(1)
    };
    let begin = [register(10, 1), add(10, 2), add(10, 3)];
    let after = |tx: Tx| {
        let mut state = replay(&begin).unwrap();
        state.apply(tx).unwrap();
        state.devices(10.into()).unwrap().to_vec()
    };
    let [one, two, three, four] = [1, 2, 3, 4].map(plain_device);
    let updated = vec![changed.clone(), two.clone(), three.clone()];
    assert_eq!(after(update(10, changed)), updated);
    let replaced = vec![two.clone(), three.clone(), four];
    assert_eq!(after(replace(10, 1, 4)), replaced);
    assert_eq!(after(replace(10, 1, 1)), [two.clone(), three, one.clone()]);
    assert_eq!(after(remove(10, 3)), [one, two]);
}

#[test]
fn only_devices_that_are_there_change_or_go() {
    for tx in [
        update(10, plain_device(2)),
        replace(10, 2, 3),
        remove(10, 2),
    ] {
        let mut state = replay(&[register(10, 1)]).unwrap();
        let before = state.clone();
        let key = DeviceKey::new([2]);
        let anchor = 10.into();
        assert_eq!(
            state.apply(tx.clone()),
            Err(ReplayError::KeyNotFound { anchor, key })
        );
        assert_eq!(state, before, "what is refused changes nothing");
        let elsewhere = Tx {
            anchor: 11.into(),
            ..tx
        };
        let error = ReplayError::NotRegistered { anchor: 11.into() };
        assert_eq!(state.apply(elsewhere), Err(error));
    }
}

#[test]
fn a_replacement_brings_no_key_twice() {
    let mut state = replay(&[register(10, 1), add(10, 2)]).unwrap();
    let before = state.clone();
    assert_eq!(
        state.apply(replace(10, 1, 2)),
        Err(ReplayError::KeyExists {
            anchor: 10.into(),
            key: DeviceKey::new([2]),
        })
    );
    assert_eq!(state, before);
}

#[test]
fn a_protected_device_is_changed_by_itself_only() {
    let key = protected_device(9).pubkey;
    let begin = |state: &mut Replay| {
        state.apply(register(10, 1)).unwrap();
        let device = protected_device(9);
        state.apply(tx_of(10, Operation::Add { device })).unwrap();
    };
    for tx in [
        update(10, plain_device(9)),
        replace(10, 9, 2),
        remove(10, 9),
    ] {
        let mut state = shard();
        begin(&mut state);
        let caller = DeviceKey::new([1]).principal();
        let by_another = Tx {
            caller,
            ..tx.clone()
        };
        let locked = ReplayError::Locked {
            anchor: 10.into(),
            key: key.clone(),
            caller,
        };
        assert_eq!(state.apply(by_another), Err(locked));
        let caller = key.principal();
        assert_eq!(state.apply(Tx { caller, ..tx }), Ok(()));
    }
}

#[test]
fn an_anchor_without_devices_is_dead_and_its_number_is_not_given_again() {
    let mut state = replay(&[register(10, 1), remove(10, 1)]).unwrap();
    assert_eq!(state.devices(10.into()), Some(&[][..]));
    for tx in [
        add(10, 1),
        update(10, full_device()),
        replace(10, 1, 2),
        remove(10, 1),
    ] {
        let dead = ReplayError::Dead { anchor: 10.into() };
        assert_eq!(state.apply(tx), Err(dead));
    }
    assert!(state.apply(register(10, 1)).is_err());
    assert_eq!(state.next_anchor(), AnchorNumber::new(11));
}

#[test]
fn lost_numbers_are_dead_and_the_next_one_follows() {
    let state = replay(&[register(10, 1), lost(11, 1, 12), register(12, 2)]).unwrap();
    let numbers: Vec<_> = state
        .anchors()
        .map(|(anchor, devices)| (anchor.get(), devices.len()))
        .collect();
    assert_eq!(numbers, [(10, 1), (11, 0), (12, 1)]);
    assert_eq!(state.next_anchor(), AnchorNumber::new(13));
    // Perhaps only changes of anchors were lost; and a full shard loses blocks too.
    replay(&[register(10, 1), lost(11, 1, 11), register(11, 2)]).unwrap();
    replay(&[register(10, 1), lost(11, 1, 13), lost(13, 2, 13)]).unwrap();
    let mut state = replay(&[register(10, 1), lost(11, 1, 12)]).unwrap();
    let dead = ReplayError::Dead { anchor: 11.into() };
    assert_eq!(state.apply(add(11, 1)), Err(dead));
    assert!(state.apply(register(11, 1)).is_err());
}

#[test]
fn no_number_is_lost_that_is_not_next_and_not_too_many_at_once() {
    let mut state = replay(&[register(10, 1), register(11, 1)]).unwrap();
    for from in [11, 10] {
        let error = ReplayError::WrongLoss {
            expected: 12.into(),
            from: from.into(),
            next: 13.into(),
        };
        assert_eq!(state.apply(lost(from, 2, 13)), Err(error));
    }
    assert!(matches!(
        state.apply(lost(12, 2, 14)),
        Err(ReplayError::OutsideRange { .. })
    ));
    let large = AnchorRange::new(0.into(), u64::MAX.into()).unwrap();
    let mut state = Replay::new(large);
    assert_eq!(state.apply(lost(0, 0, LOST_NUMBERS_LIMIT)), Ok(()));
    let next = 2 * LOST_NUMBERS_LIMIT;
    assert!(state.apply(lost(LOST_NUMBERS_LIMIT, 1, next + 1)).is_err());
    assert_eq!(state.next_anchor().get(), LOST_NUMBERS_LIMIT);
}

#[test]
fn an_unreadable_block_is_an_error() {
    let mut block = chain(&[register(10, 1)]).remove(0);
    block.tx = TxBytes::new([]);
    assert_eq!(
        shard().push(&block),
        Err(ReplayError::Block(BlockError::Tx(TxError::Empty)))
    );
}

#[test]
fn anchors_can_be_listed_from_one_on() {
    let state = replay(&[register(10, 1), register(11, 2), register(12, 3)]).unwrap();
    let from = |anchor: u64| state.anchors_from(anchor.into()).count();
    assert_eq!([10, 11, 12, 13].map(from), [3, 2, 1, 0]);
}
