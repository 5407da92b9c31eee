use super::*;
use candid::encode_args;
use types::{AnchorNumber, SessionKey};

type Prepare = (AnchorNumber, String, SessionKey, Option<u64>);

fn of(origin: usize) -> Vec<u8> {
    let key = SessionKey::from(vec![7; 44]);
    encode_args((AnchorNumber::new(7), "o".repeat(origin), key, None::<u64>)).unwrap()
}

#[test]
fn no_bytes_are_no_values() {
    assert_eq!(within::<(Option<u64>,)>(&[], LIMIT), Ok((None,)));
    assert_eq!(within::<(Option<u64>,)>(NOTHING, LIMIT), Ok((None,)));
    assert!(within::<(u64,)>(&[], LIMIT).is_err());
}

#[test]
fn other_arguments_are_refused_with_the_reason() {
    let bytes = encode_args(("no anchor", "origin")).unwrap();
    let refused = within::<Prepare>(&bytes, LIMIT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the arguments are not those that the method takes: argument 1: expected nat64"
    );
}

#[test]
fn arguments_that_no_honest_call_has_are_not_read() {
    let beside = of(1_000).len() - 1_000;
    let longest = of(LIMIT - beside);
    assert_eq!(longest.len(), LIMIT);
    assert!(within::<Prepare>(&longest, LIMIT).is_ok());
    let longer = of(LIMIT - beside + 1);
    let refused = within::<Prepare>(&longer, LIMIT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the arguments have 16385 bytes; at most 16384 are read"
    );
    assert!(within::<Prepare>(&longer, usize::MAX).is_ok());
}
