use proptest::prelude::*;

use super::*;
use crate::strategies::{self, add, chain, full_device, lost, register, remove, replace, update};
use types::Principal;

fn fields(value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Map(fields) => fields,
        other => panic!("not a map: {other:?}"),
    }
}

fn block() -> Block {
    chain(&[register(0, 1), register(1, 2)]).remove(1)
}

#[test]
fn the_first_block_has_no_phash() {
    let names = |block: &Block| {
        let fields = fields(block.to_value());
        fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let log = chain(&[register(0, 1), register(1, 2)]);
    assert_eq!(names(&log[0]), ["btype", "ts", "tx"]);
    assert_eq!(names(&log[1]), ["btype", "phash", "ts", "tx"]);
}

#[test]
fn what_the_hash_would_not_cover_is_refused() {
    let mut more = fields(block().to_value());
    more.push(("memo".to_owned(), Value::nat(1)));
    assert_eq!(
        Block::from_value(&Value::Map(more)),
        Err(ValueError::UnexpectedField {
            field: "memo".to_owned()
        })
    );
    let mut twice = fields(block().to_value());
    twice.push(twice[0].clone());
    assert_eq!(
        Block::from_value(&Value::Map(twice)),
        Err(ValueError::UnexpectedField {
            field: "btype".to_owned()
        })
    );
}

#[test]
fn missing_and_mistyped_fields_are_named() {
    assert_eq!(Block::from_value(&Value::nat(1)), Err(ValueError::NotAMap));
    for (at, field) in [(0, "btype"), (1, "phash"), (2, "ts"), (3, "tx")] {
        let mut mistyped = fields(block().to_value());
        mistyped[at].1 = Value::Array(vec![]);
        let error = ValueError::Field { field };
        assert_eq!(Block::from_value(&Value::Map(mistyped)), Err(error.clone()));

        if field != "phash" {
            let mut missing = fields(block().to_value());
            missing.remove(at);
            assert_eq!(Block::from_value(&Value::Map(missing)), Err(error));
        }
    }
    let mut unknown = fields(block().to_value());
    unknown[0].1 = Value::text("1xfer");
    assert_eq!(
        Block::from_value(&Value::Map(unknown)),
        Err(ValueError::UnknownType {
            btype: "1xfer".to_owned()
        })
    );
}

#[test]
fn a_transaction_in_words() {
    let tx = Tx {
        anchor: 10_000.into(),
        caller: Principal::anonymous(),
        operation: Operation::Register {
            device: full_device(),
            temporary_key: Some(Principal::from_slice(&[1, 2])),
        },
    };
    let map = |fields: Vec<(&str, Value)>| {
        let fields = fields.into_iter();
        Value::Map(
            fields
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let device = map(vec![
        ("pubkey", Value::blob([0xaa, 0xbb])),
        ("purpose", Value::text("recovery")),
        ("key_type", Value::text("cross_platform")),
        ("protection", Value::text("unprotected")),
        ("metadata_keys", Value::Array(vec![Value::text("k")])),
        ("credential_id", Value::blob([0xcc])),
        ("origin", Value::text("https://a.b")),
    ]);
    let expected = map(vec![
        ("anchor", Value::nat(10_000)),
        ("caller", Value::blob([4])),
        ("device", device),
        ("temporary_key", Value::blob([1, 2])),
    ]);
    assert_eq!(tx.to_value(), expected);
}

#[test]
fn a_transaction_names_the_key_that_is_gone_and_the_device_that_there_is() {
    let names = |tx: Tx| -> Vec<String> {
        let names = fields(tx.to_value()).into_iter().map(|(name, _)| name);
        names.collect()
    };
    let with_device = ["anchor", "caller", "device"];
    assert_eq!(names(add(1, 2)), with_device);
    assert_eq!(names(update(1, full_device())), with_device);
    let replaced = ["anchor", "caller", "removed", "device"];
    assert_eq!(names(replace(1, 2, 3)), replaced);
    let removed = remove(1, 2).to_value();
    assert_eq!(fields(removed)[2], ("removed".to_owned(), Value::blob([2])));
    let numbers = ["anchor", "caller", "first_missing", "next_anchor"];
    assert_eq!(names(lost(1, 2, 3)), numbers);
}

proptest! {
    #[test]
    fn served_blocks_keep_their_hash(block in strategies::block()) {
        let read = Block::from_value(&block.to_value()).unwrap();
        prop_assert_eq!(read.hash(), block.hash());
        prop_assert_eq!(read, block);
    }
}
