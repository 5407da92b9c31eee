use super::*;
use candid::encode_args;
use std::fmt::Debug;
use types::front::ChallengeResult;
use types::{AnchorNumber, SessionKey};

type Prepare = (AnchorNumber, String, SessionKey, Option<u64>);

/// What the system's macros make of the bytes.
fn of_the_macros<T: for<'a> ArgumentDecoder<'a>>(bytes: &[u8]) -> Result<T, String> {
    let bytes = if bytes.is_empty() { b"DIDL\0\0" } else { bytes };
    let mut limits = DecoderConfig::new();
    limits.set_skipping_quota(10_000);
    decode_args_with_config(bytes, &limits).map_err(|error| words(&error))
}

fn words(error: &candid::Error) -> String {
    let words = format!("{error:?}");
    let before_the_trace = words.split("Stack backtrace").next();
    before_the_trace.unwrap_or_default().to_owned()
}

#[track_caller]
fn is_theirs<T>(bytes: &[u8]) -> Result<T, String>
where
    T: Arguments + for<'a> ArgumentDecoder<'a> + Debug + PartialEq,
{
    let ours = decode::<T>(bytes, LIMIT).map_err(|error| words(&error));
    assert_eq!(ours, of_the_macros(bytes));
    ours
}

#[test]
fn familiar_and_unfamiliar_arguments_are_read_and_others_are_refused_in_the_same_words() {
    let key = SessionKey::from(vec![7; 44]);
    let all = (AnchorNumber::new(7), "origin".to_owned(), key, Some(5_u64));
    let bytes = encode_args(all.clone()).unwrap();
    assert_eq!(is_theirs::<Prepare>(&bytes), Ok(all.clone()));
    assert!(reader::arguments::<Prepare>(&bytes).is_ok());
    // A value more, and a text where a number may be: only Candid's library reads these.
    let (anchor, origin, key, _) = &all;
    for bytes in [
        encode_args((anchor, origin, key, Some("5"))).unwrap(),
        encode_args((anchor, origin, key, None::<u64>, "more")).unwrap(),
    ] {
        assert!(reader::arguments::<Prepare>(&bytes).is_err());
        let none = (*anchor, origin.clone(), key.clone(), None);
        assert_eq!(is_theirs::<Prepare>(&bytes), Ok(none));
    }
    for bytes in [
        Vec::new(),
        b"DIDL".to_vec(),
        bytes[..bytes.len() - 1].to_vec(),
        [&bytes[..], &[0]].concat(),
        encode_args((origin, origin, key)).unwrap(),
    ] {
        assert!(is_theirs::<Prepare>(&bytes).is_err(), "{bytes:02x?}");
    }
    assert_eq!(is_theirs::<(Option<u64>,)>(&[]), Ok((None,)));
}

#[test]
fn what_nobody_asks_for_is_limited_as_by_the_macros() {
    #[derive(CandidType)]
    struct Larger {
        key: String,
        chars: String,
        more: String,
    }
    let bytes = |more| {
        let (key, chars) = ("key".to_owned(), "chars".to_owned());
        encode_args((Larger { key, chars, more },)).unwrap()
    };
    for length in [0, 100, 2_000, 9_000] {
        let read = is_theirs::<(ChallengeResult,)>(&bytes("m".repeat(length)));
        assert_eq!(read.map(|(read,)| read.chars), Ok("chars".to_owned()));
    }
    let refused = is_theirs::<(ChallengeResult,)>(&bytes("m".repeat(11_000)));
    assert!(refused.unwrap_err().contains("Skipping cost"));
}

#[test]
fn arguments_that_no_honest_call_has_are_not_read() {
    let of = |origin: usize| {
        let key = SessionKey::from(vec![7; 44]);
        encode_args((AnchorNumber::new(7), "o".repeat(origin), key, None::<u64>)).unwrap()
    };
    let beside = of(1_000).len() - 1_000;
    let longest = of(LIMIT - beside);
    assert_eq!(longest.len(), LIMIT);
    assert!(decode::<Prepare>(&longest, LIMIT).is_ok());
    let longer = of(LIMIT - beside + 1);
    let refused = decode::<Prepare>(&longer, LIMIT).map_err(|error| words(&error));
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("the arguments have 16385 bytes; at most 16384 are read"),
        "{refused}"
    );
}
