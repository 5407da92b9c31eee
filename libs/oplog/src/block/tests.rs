use proptest::prelude::*;

use super::*;
use crate::strategies::{self, add, lost, plain_device, register, remove, replace, update};

#[test]
fn golden_bytes() {
    let tx = register(0, 7);
    let tx_bytes = hex::encode(tx.encode().as_slice());
    let first = Block::new(None, TimestampNs::new(1_000), &tx);
    // [0 (register), null, 1000, tx (17 bytes)]
    assert_eq!(
        hex::encode(first.encode()),
        ["84", "00", "f6", "1903e8", "51", &tx_bytes].concat()
    );

    let tx = add(0, 8);
    let tx_bytes = hex::encode(tx.encode().as_slice());
    let parent = BlockHash::new([0x11; 32]);
    let second = Block::new(Some(parent), TimestampNs::new(1_000), &tx);
    // [1 (add), h'11...', 1000, tx (17 bytes)]
    assert_eq!(
        hex::encode(second.encode()),
        [
            "84",
            "01",
            "5820",
            &"11".repeat(32),
            "1903e8",
            "51",
            &tx_bytes
        ]
        .concat()
    );
}

#[test]
fn every_operation_has_its_number_and_name() {
    let expected = [
        (register(0, 1), "00", "anchorage_register"),
        (add(0, 2), "01", "anchorage_add"),
        (update(0, plain_device(2)), "02", "anchorage_update"),
        (replace(0, 2, 3), "03", "anchorage_replace"),
        (remove(0, 3), "04", "anchorage_remove"),
        (lost(0, 3, 4), "05", "anchorage_lost"),
    ];
    assert_eq!(expected.len(), BlockType::ALL.len());
    for (tx, number, name) in expected {
        let block = Block::new(None, TimestampNs::new(1), &tx);
        assert_eq!(hex::encode(block.encode())[2..4], *number, "{name}");
        assert_eq!(block.btype.name(), name);
        assert_eq!(block.tx(), Ok(tx));
    }
}

#[test]
fn names_are_unique_and_no_standards() {
    for btype in BlockType::ALL {
        assert_eq!(BlockType::from_name(btype.name()), Some(btype));
        assert!(
            !btype
                .name()
                .starts_with(|first: char| first.is_ascii_digit())
        );
    }
    assert_eq!(BlockType::from_name("1xfer"), None);
}

#[test]
fn a_block_that_lies_about_its_type_is_found_when_it_is_read() {
    let mut block = Block::new(None, TimestampNs::new(1), &register(0, 1));
    block.btype = BlockType::Add;
    assert_eq!(
        block.tx(),
        Err(BlockError::WrongType {
            expected: BlockType::Register,
            found: BlockType::Add,
        })
    );
}

#[test]
fn an_unreadable_transaction_does_not_stop_an_archive() {
    let mut block = Block::new(None, TimestampNs::new(1), &register(0, 1));
    block.tx = TxBytes::new([9, 9]);
    let read = Block::decode(block.encode().as_slice()).unwrap();
    assert_eq!(read.hash(), block.hash());
    let error = TxError::UnsupportedVersion { found: 9 };
    assert_eq!(read.tx(), Err(BlockError::Tx(error)));
}

#[test]
fn bytes_behind_a_block_are_refused() {
    let block = Block::new(None, TimestampNs::new(1), &register(0, 1));
    let mut bytes = block.encode().into_vec();
    bytes.push(0);
    assert_eq!(Block::decode(&bytes), Err(BlockError::NotCanonical));
}

#[test]
fn huge_lengths_are_errors() {
    for bytes in ["9bffffffffffffffff", "8400f601 5b7fffffffffffffff"] {
        let bytes = hex::decode(bytes.replace(' ', "")).unwrap();
        assert!(matches!(
            Block::decode(&bytes),
            Err(BlockError::Malformed { .. })
        ));
    }
}

proptest! {
    #[test]
    fn round_trips(block in strategies::block()) {
        prop_assert_eq!(Block::decode(block.encode().as_slice()), Ok(block));
    }

    #[test]
    fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(block) = Block::decode(&bytes) {
            prop_assert_eq!(block.encode().into_vec(), bytes);
        }
    }

    #[test]
    fn one_flipped_bit_is_another_block_or_none(block in strategies::block(), bit in any::<prop::sample::Index>()) {
        let mut bytes = block.encode().into_vec();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = Block::decode(&bytes) {
            prop_assert_ne!(other.hash(), block.hash());
        }
    }
}
