use super::*;
use crate::strategies::{add, chain, plain_device, register};
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
        for tx in [register(anchor, 1), add(anchor, 1)] {
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
