use super::*;
use crate::strategies::{self, chain, register, tx_of};
use crate::{Block, Operation, Tx, TxBytes};
use proptest::prelude::*;
use types::archive::{Entries, Entry, EntryOperation};

/// What a block says, field by field.
fn entry(index: BlockIndex, block: &Block) -> Entry {
    let Tx {
        anchor,
        caller,
        operation,
    } = block.tx().expect("a block of ours");
    let operation = match operation {
        Operation::Register {
            device,
            temporary_key,
        } => EntryOperation::RegisterAnchor {
            device,
            temporary_key,
        },
        Operation::Add { device } => EntryOperation::AddDevice { device },
        Operation::Update { device } => EntryOperation::UpdateDevice {
            device: device.pubkey.clone(),
            new_values: device,
        },
        Operation::Replace { old, device } => EntryOperation::ReplaceDevice {
            old_device: old,
            new_device: device,
        },
        Operation::Remove { key } => EntryOperation::RemoveDevice { device: key },
        Operation::Lost {
            first_missing,
            next_anchor,
        } => EntryOperation::BlocksLost {
            first_missing,
            next_anchor,
        },
    };
    Entry {
        anchor,
        operation,
        timestamp: block.ts,
        caller,
        sequence_number: index,
    }
}

/// A page of one entry as the archive writes it.
fn page(read: &EntryRef) -> Vec<u8> {
    let mut bytes = lean::types::<Entries>();
    lean::length(1, &mut bytes);
    lean::opt(Some(read), &mut bytes, EntryRef::write);
    bytes
}

/// The same page as Candid's library writes it.
fn expected(entry: Entry) -> Vec<u8> {
    let entries = vec![Some(entry)];
    candid::encode_one(Entries { entries }).expect("plain data")
}

fn read(block: &Block) -> Option<BlockError> {
    let bytes = block.encode();
    EntryRef::read(BlockIndex::new(0), bytes.as_slice()).err()
}

#[test]
fn bytes_that_are_no_block_of_ours_are_refused() {
    let [block] = &chain(&[register(1, 2)])[..] else {
        unreachable!("one block");
    };
    assert_eq!(read(block), None);
    let with = |tx: &[u8]| Block {
        tx: TxBytes::new(tx),
        ..block.clone()
    };
    assert_eq!(read(&with(&[])), Some(TxError::Empty.into()));
    let newer = TxError::UnsupportedVersion { found: 2 };
    assert_eq!(read(&with(&[2, 0x80])), Some(newer.into()));
    assert!(matches!(
        read(&with(&[1, 0x80])),
        Some(BlockError::Tx(TxError::Malformed { .. }))
    ));
    let other = Block {
        btype: BlockType::Add,
        ..block.clone()
    };
    let wrong = BlockError::WrongType {
        expected: BlockType::Register,
        found: BlockType::Add,
    };
    assert_eq!(read(&other), Some(wrong));
    let bytes = block.encode();
    let cut = EntryRef::read(BlockIndex::new(0), &bytes.as_slice()[1..]).err();
    assert!(matches!(cut, Some(BlockError::Malformed { .. })));
}

#[test]
fn a_register_without_temporary_key_is_read() {
    let tx = tx_of(7, register(1, 2).operation);
    let [block] = &chain(&[tx])[..] else {
        unreachable!("one block");
    };
    let stored = block.encode();
    let index = BlockIndex::new(3);
    let read = EntryRef::read(index, stored.as_slice()).expect("a block of ours");
    assert_eq!((read.anchor(), read.time()), (7.into(), 1.into()));
    assert_eq!(page(&read), expected(entry(index, block)));
}

proptest! {
    #[test]
    fn an_entry_says_what_the_block_says(block in strategies::block(), index: u64) {
        let index = BlockIndex::new(index);
        let stored = block.encode();
        let read = EntryRef::read(index, stored.as_slice()).unwrap();
        prop_assert_eq!(page(&read), expected(entry(index, &block)));
    }
}
