//! Messages made by hand: at the reader's bounds and in its corners.

use super::*;
use crate::KeyType;

/// A message by hand: types, arguments, values.
fn by_hand(types: &[&[u8]], arguments: &[u8], values: &[u8]) -> Vec<u8> {
    let counts = [types.len(), arguments.len()].map(|count| [u8::try_from(count).unwrap()]);
    [
        b"DIDL",
        &counts[0][..],
        &types.concat(),
        &counts[1],
        arguments,
        values,
    ]
    .concat()
}

/// A record's type: hashes and types of its fields.
fn record(fields: &[(u32, u8)]) -> Vec<u8> {
    let mut record = vec![0x6c];
    length(fields.len(), &mut record);
    for (id, of) in fields {
        length(usize::try_from(*id).unwrap(), &mut record);
        record.push(*of);
    }
    record
}

/// `record { 0 : <an extra field>; key; chars }`
fn with_an_extra_field(of: u8, more_types: &[&[u8]], values: &[u8]) -> Vec<u8> {
    let record = record(&[(0, of), (hash("key"), 0x71), (hash("chars"), 0x71)]);
    let mut types = vec![&record[..]];
    types.extend(more_types);
    let values = [values, b"\x03key\x05chars"].concat();
    by_hand(&types, &[0], &values)
}

#[test]
fn a_field_that_nobody_asks_for_may_hold_anything() {
    for (of, value) in [
        (0x7f, &[][..]),
        (0x70, &[]),
        (0x7e, &[1]),
        (0x7d, &[0x80, 0x80, 1]),
        (0x7d, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        (0x7c, &[0x7f]),
        (0x7c, &[0x80, 0x7f]),
        (0x7b, &[1; 1]),
        (0x7a, &[1; 2]),
        (0x79, &[1; 4]),
        (0x78, &[1; 8]),
        (0x77, &[1; 1]),
        (0x76, &[1; 2]),
        (0x75, &[1; 4]),
        (0x74, &[1; 8]),
        (0x73, &[1; 4]),
        (0x72, &[1; 8]),
        (0x71, b"\x04text"),
        (0x68, &[1, 2, 7, 7]),
    ] {
        let message = with_an_extra_field(of, &[], value);
        assert!(agree::<Solution>(&message), "{of:x}");
    }
}

#[test]
fn only_what_is_skipped_counts_as_skipped() {
    let long = "long".repeat(1_000);
    let types = record(&[(0, 0x7e), (hash("key"), 0x71), (hash("chars"), 0x71)]);
    let mut values = vec![1];
    for text in [&long, "chars"] {
        length(text.len(), &mut values);
        values.extend(text.bytes());
    }
    assert!(agree::<Solution>(&by_hand(&[&types], &[0], &values)));
}

#[test]
fn what_is_skipped_is_checked_and_bounded() {
    let blob = |bytes: usize| {
        let mut values = Vec::new();
        length(bytes, &mut values);
        values.resize(values.len() + bytes, 0);
        with_an_extra_field(1, &[b"\x6d\x7b"], &values)
    };
    // With the two bytes of their length. The library adds some for each value, and stops before.
    assert!(agree::<Solution>(&blob(9_000)));
    assert!(read::<Solution>(&blob(9_998)).is_ok());
    is_refused::<Solution>(&blob(9_999));
    let texts = |count: usize| {
        let mut values = Vec::new();
        length(count, &mut values);
        values.resize(values.len() + count, 0);
        with_an_extra_field(1, &[b"\x6d\x71"], &values)
    };
    // The list is a value too.
    assert!(agree::<Solution>(&texts(499)));
    is_refused::<Solution>(&texts(500));
    for (of, values) in [
        (0x71, &b"\x01\xff"[..]),
        (0x7e, &[2]),
        (0x68, &[0]),
        (0x68, &[&[1, 30][..], &[0; 30]].concat()),
        (0x7d, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        (0x6f, &[]),
    ] {
        is_refused::<Solution>(&with_an_extra_field(of, &[], values));
    }
}

/// A number, in a message with these types that it does not need.
fn beside(types: &[&[u8]]) -> Vec<u8> {
    by_hand(types, &[0x78], &[7; 8])
}

#[test]
fn types_that_nobody_asks_for_are_checked() {
    assert!(agree::<(u64,)>(&beside(&[&[0x6e, 1], &[0x6e, 0]])));
    for code in 0x40..=u8::MAX {
        let message = beside(&[&[0x6e, code]]);
        match code {
            0x68 | 0x6f..=0x7f => assert!(agree::<(u64,)>(&message), "{code:x}"),
            _ => is_refused::<(u64,)>(&message),
        }
    }
    // Beyond the list, twice the same hash, hashes that fall.
    is_refused::<(u64,)>(&beside(&[&[0x6e, 1]]));
    is_refused::<(u64,)>(&beside(&[&record(&[(5, 0x7f), (5, 0x7f)])]));
    is_refused::<(u64,)>(&beside(&[&record(&[(5, 0x7f), (4, 0x7f)])]));
}

#[test]
fn types_and_fields_are_bounded() {
    let types = [&b"\x6e\x3f"[..]; 65];
    assert!(agree::<(u64,)>(&beside(&types[..64])));
    is_refused::<(u64,)>(&beside(&types));
    let fields = |count: u32| record(&(0..count).map(|id| (id, 0x7f)).collect::<Vec<_>>());
    let three = |last| beside(&[&fields(127), &fields(127), &fields(last)]);
    assert!(agree::<(u64,)>(&three(2)));
    is_refused::<(u64,)>(&three(3));
}

#[test]
fn where_nothing_can_be_it_is_absent() {
    for of in [0x7f, 0x70] {
        let message = by_hand(&[], &[of], &[]);
        assert!(agree::<(Option<u64>,)>(&message));
    }
}

#[test]
fn endless_types_and_lists_of_nothing_end_soon() {
    // A record that holds itself, and four billion nulls.
    is_refused::<Solution>(&with_an_extra_field(0, &[], &[]));
    let nulls = with_an_extra_field(1, &[b"\x6d\x7f"], &HUGE);
    is_refused::<Solution>(&nulls);
    // As many pairs of metadata, of which none is there.
    let metadata: [&[u8]; 3] = [b"\x6d\x01", b"\x6c\x02\x00\x71\x01\x02", b"\x6b\x00"];
    let pairs = by_hand(&metadata, &[0], &HUGE);
    is_refused::<(Metadata,)>(&pairs);
    let many = [&b"DIDL\xb0\x09"[..], &b"\x6e\x7f".repeat(1_200), &[0]].concat();
    is_refused::<(Option<u64>,)>(&many);
}

/// The pairs hold themselves, as value or as key, so there are none, and the library takes the map for absent. An empty map of
/// pairs that can be it takes for empty.
#[test]
fn an_empty_map_of_something_else_is_refused() {
    for pair in [b"\x6c\x02\x00\x71\x01\x02", b"\x6c\x02\x00\x02\x01\x03"] {
        let types: [&[u8]; 4] = [b"\x6e\x01", b"\x6d\x02", pair, b"\x6b\x00"];
        let message = by_hand(&types, &[0], &[1, 0]);
        let refused = read::<(Option<Metadata>,)>(&message).unwrap_err();
        assert_eq!(refused.reason, EMPTY_OF_OTHERS);
    }
}

#[test]
fn a_value_of_another_type_is_absent_where_it_is_optional() {
    for (of, value) in [
        (0x71, &b"\x04text"[..]),
        (0x7e, &[1]),
        (0x7d, &[0x80, 1]),
        (0x7b, &[7]),
    ] {
        let bare = by_hand(&[], &[of], value);
        let optional = by_hand(&[&[0x6e, of]], &[0], &[&[1], value].concat());
        for message in [bare, optional] {
            assert_eq!(read::<(Option<u64>,)>(&message), Ok((None,)));
            assert!(agree::<(Option<u64>,)>(&message));
        }
    }
    // It must be one, though.
    let message = by_hand(&[&b"\x6e\x71"[..]], &[0], b"\x01\x04tex");
    assert!(read::<(Option<u64>,)>(&message).is_err());
}

#[test]
fn a_tag_that_holds_nothing_holds_nothing() {
    let variant = |of: u8, values: &[u8]| {
        let mut variant = vec![0x6b, 1];
        length(hash("platform") as usize, &mut variant);
        variant.push(of);
        by_hand(&[&variant], &[0], values)
    };
    assert!(agree::<(KeyType,)>(&variant(0x7f, &[0])));
    is_refused::<(KeyType,)>(&variant(0x7b, &[0, 7]));
    is_refused::<(KeyType,)>(&variant(0x70, &[0]));
    assert!(!agree::<(KeyType,)>(&variant(0x70, &[0])));
}

#[test]
fn numbers_have_up_to_128_bits() {
    let number = |digits: &[u8]| by_hand(&[], &[0x7d], digits);
    let largest = [&[0xff; 18][..], &[3]].concat();
    assert_eq!(read(&number(&largest)), Ok((candid::Nat::from(u128::MAX),)));
    assert!(agree::<(candid::Nat,)>(&number(&largest)));
    let larger = [&[0x80; 18][..], &[4]].concat();
    let refused = read::<(candid::Nat,)>(&number(&larger)).unwrap_err();
    assert_eq!(refused.reason, ReadError::LARGE_NUMBER);
    is_refused::<(candid::Nat,)>(&number(&[&[0x80; 19][..], &[0]].concat()));
}

/// What takes no bytes counts as skipped, or a few bytes would stand for a list of any length.
#[test]
fn lists_are_bounded_by_their_bytes() {
    let long = vec![7_u64; 1_000];
    let message = encode_args((&long,)).unwrap();
    assert_eq!(read(&message), Ok((long,)));
    let nothings = |count: usize| {
        let mut values = Vec::new();
        length(count, &mut values);
        by_hand(&[b"\x6d\x7f"], &[0], &values)
    };
    assert_eq!(arguments(&nothings(500)), Ok((vec![None::<u64>; 500],)));
    assert!(arguments::<(Vec<Option<u64>>,)>(&nothings(501)).is_err());
}

#[test]
fn arguments_that_nobody_asks_for_are_skipped() {
    let more = by_hand(
        &[b"\x6d\x71"],
        &[0x78, 0x71, 0],
        b"\0\0\0\0\0\0\0\x01\x04text\x01\x01x",
    );
    assert_eq!(read(&more), Ok((1_u64 << 56,)));
    assert!(agree::<(u64,)>(&more));
    is_refused::<(u64,)>(&more[..more.len() - 1]);
}

#[test]
fn a_refusal_says_which_argument_and_why() {
    let words = |message: &[u8]| arguments::<Add>(message).unwrap_err().to_string();
    let number = [7; 8];
    for (message, expected) in [
        (b"{}".to_vec(), "argument 0: no Candid"),
        (by_hand(&[], &[], &[]), "argument 1: is missing"),
        (by_hand(&[], &[0x78], &number), "argument 2: is missing"),
        (
            by_hand(&[], &[0x78], &number[1..]),
            "argument 1: ends too early",
        ),
        (
            by_hand(&[], &[0x71], b"\x04text"),
            "argument 1: expected nat64",
        ),
        (
            by_hand(&[&record(&[])], &[0x78, 0], &number),
            "argument 2: the field alias is missing",
        ),
        (b"DIDL\x80".to_vec(), "argument 0: ends too early"),
        (
            [b"DIDL", &[0x80; 9][..]].concat(),
            "argument 0: a number that is too large or too long",
        ),
        (
            [b"DIDL", &[0x80; 10][..]].concat(),
            "argument 0: a number that is too large or too long",
        ),
    ] {
        assert_eq!(words(&message), expected);
    }
    let more = by_hand(&[], &[0x78, 0x71], &[&number[..], b"\x04tex"].concat());
    let refused = arguments::<(u64,)>(&more).unwrap_err();
    assert_eq!(refused.to_string(), "argument 2: ends too early");
}
