use super::strangers::{Dice, HUGE, Shape, damage, message, ours};
use super::*;
use crate::front::ChallengeResult;
use crate::lean::length;
use crate::strategies::{device, principal};
use crate::{
    AnchorNumber, DeviceData, DeviceKey, Metadata, MetadataValue, Principal, SessionKey,
    TimestampNs,
};
use candid::utils::{ArgumentDecoder, ArgumentEncoder, encode_args};
use candid::{CandidType, DecoderConfig};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::fmt::Debug;

mod by_hand;

type Register = (DeviceData, ChallengeResult, Option<Principal>);
type Add = (AnchorNumber, DeviceData);
type Update = (AnchorNumber, DeviceKey, DeviceData);
type Prepare = (AnchorNumber, String, SessionKey, Option<u64>);
type Get = (AnchorNumber, String, SessionKey, TimestampNs);
type Solution = (ChallengeResult,);

/// As the doors of canisters have it.
fn of_their_library<T: for<'a> ArgumentDecoder<'a>>(message: &[u8]) -> candid::Result<T> {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(10_000);
    candid::utils::decode_args_with_config(message, &config)
}

/// What the reader makes of a message, in bounded memory: that of the lists of types, and for the three bytes that begin a
/// map of one pair that of a tree's node, which has room for eleven.
fn read<T: Arguments>(message: &[u8]) -> Familiar<T> {
    let mut read = Err(Unfamiliar);
    let memory = allocation_counter::measure(|| read = arguments(message));
    let (taken, allowed) = (memory.bytes_max, 8_192 + 256 * message.len() as u64);
    assert!(taken <= allowed, "{taken} for {}", hex::encode(message));
    read
}

/// What the reader accepts the library reads in the same way. Whether both did.
fn agree<T>(message: &[u8]) -> bool
where
    T: Arguments + for<'a> ArgumentDecoder<'a> + Debug + PartialEq,
{
    let Ok(read) = read::<T>(message) else {
        return false;
    };
    match of_their_library::<T>(message) {
        Ok(theirs) => assert_eq!(read, theirs, "{}", hex::encode(message)),
        Err(error) => panic!("{read:?} of {}: {error}", hex::encode(message)),
    }
    true
}

#[track_caller]
fn is_unfamiliar<T: Arguments + Debug>(message: &[u8]) {
    assert_eq!(read::<T>(message).err(), Some(Unfamiliar));
}

fn agree_in_all(message: &[u8]) -> bool {
    [
        agree::<Register>(message),
        agree::<Add>(message),
        agree::<Update>(message),
        agree::<Prepare>(message),
        agree::<(Option<Metadata>,)>(message),
        agree::<(Option<Option<String>>,)>(message),
    ]
    .contains(&true)
}

fn types<T: CandidType>() -> Shape {
    ours(&T::ty())
}

fn all_arguments() -> [Vec<Shape>; 5] {
    [
        vec![
            types::<DeviceData>(),
            types::<ChallengeResult>(),
            types::<Option<Principal>>(),
        ],
        vec![types::<AnchorNumber>(), types::<DeviceData>()],
        vec![
            types::<AnchorNumber>(),
            types::<DeviceKey>(),
            types::<DeviceData>(),
        ],
        vec![
            types::<AnchorNumber>(),
            types::<String>(),
            types::<SessionKey>(),
            types::<Option<u64>>(),
        ],
        vec![types::<Option<Metadata>>()],
    ]
}

/// What a door reads of a message that our own library has encoded.
#[track_caller]
fn is_familiar<T>(given: &T)
where
    T: Arguments + ArgumentEncoder + for<'a> ArgumentDecoder<'a> + Debug + PartialEq + Clone,
{
    let message = encode_args(given.clone()).unwrap();
    assert_eq!(arguments::<T>(&message).as_ref(), Ok(given));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_candids_library_writes_is_familiar(
        device in device(),
        key in option::of(principal()),
        number in any::<u64>(),
        [text, other] in any::<[String; 2]>(),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        let anchor = AnchorNumber::new(number);
        let solution = ChallengeResult { key: text.clone(), chars: other };
        is_familiar(&(device.clone(), solution, key));
        is_familiar(&(anchor, device.clone()));
        is_familiar(&(anchor, DeviceKey::from(bytes.clone()), device));
        is_familiar(&(anchor, DeviceKey::from(bytes.clone())));
        is_familiar(&(anchor, text.clone()));
        is_familiar(&(anchor, text, SessionKey::from(bytes), Some(number)));
        is_familiar(&(anchor,));
    }

    #[test]
    fn damaged_messages_of_ours_are_read_as_candids_library_reads_them(
        device in device(),
        key in option::of(principal()),
        number in any::<u64>(),
        what in vec(any::<u8>(), 0..12),
    ) {
        let solution = ChallengeResult { key: "key".to_owned(), chars: "chars".to_owned() };
        let mut messages = [
            encode_args((&device, solution, key)).unwrap(),
            encode_args((number, device)).unwrap(),
            encode_args((number, "origin", SessionKey::from(vec![7; 40]), Some(number))).unwrap(),
        ];
        for message in &mut messages {
            let mut dice = Dice::new(&what);
            damage(message, &mut dice);
            damage(message, &mut dice);
            agree_in_all(message);
        }
    }
}

fn of_javascript(wanted: &str) -> Vec<u8> {
    let mut lines = include_str!("javascript.txt").lines();
    lines.find(|line| *line == wanted).expect("recorded");
    hex::decode(lines.next().expect("its bytes")).unwrap()
}

#[test]
fn what_the_javascript_agent_writes_is_familiar() {
    for case in ["register: every field", "register: no optional field"] {
        assert!(agree::<Register>(&of_javascript(case)), "{case}");
    }
    assert!(agree::<Add>(&of_javascript("add: every field")));
    assert!(agree::<Update>(&of_javascript("update: no optional field")));
    let prepare = of_javascript("prepare_delegation: with a life");
    assert!(agree::<Prepare>(&prepare));
    assert!(agree::<Get>(&of_javascript("get_delegation: plain")));
    let (device, solution, key): Register =
        arguments(&of_javascript("register: every field")).unwrap();
    assert_eq!(
        (device.alias.as_str(), solution.chars.as_str()),
        ("iPhone", "c")
    );
    assert_eq!(device.metadata.map(|map| map.depth()), Some(2));
    assert_eq!(key, Some(Principal::management_canister()));
}

/// Otherwise the comparison with strangers would say nothing.
#[test]
fn most_of_what_candids_library_accepts_of_strangers_is_familiar() {
    let mut runner = TestRunner::deterministic();
    let (mut familiar, mut accepted) = (0, 0);
    for call in 0..2_000 {
        let decisions = vec(any::<u8>(), 1_000).new_tree(&mut runner);
        let decisions = decisions.unwrap().current();
        let mut dice = Dice::new(&decisions);
        if call % 2 == 0 {
            let message = message(&all_arguments()[0], &mut dice);
            familiar += usize::from(agree::<Register>(&message));
            accepted += usize::from(of_their_library::<Register>(&message).is_ok());
        } else {
            let message = message(&all_arguments()[1], &mut dice);
            familiar += usize::from(agree::<Add>(&message));
            accepted += usize::from(of_their_library::<Add>(&message).is_ok());
        }
    }
    assert!(
        accepted > 400 && familiar > accepted / 3,
        "{familiar} of {accepted}"
    );
}

/// A map in a map in a map, the innermost one empty.
fn nested(depth: usize) -> Metadata {
    let innermost = Metadata(BTreeMap::new());
    (1..depth).fold(innermost, |inner, _| {
        Metadata([(String::new(), MetadataValue::Map(inner))].into())
    })
}

#[test]
fn maps_inside_of_maps_end_where_stored_ones_do() {
    is_familiar(&(nested(Metadata::MAX_DEPTH),));
    let deeper = encode_args((nested(Metadata::MAX_DEPTH + 1),)).unwrap();
    is_unfamiliar::<(Metadata,)>(&deeper);
}

#[test]
fn a_message_full_of_maps_takes_bounded_memory() {
    let deep = || MetadataValue::Map(nested(Metadata::MAX_DEPTH - 1));
    let maps = (0..300).map(|number| (format!("{number:x}"), deep()));
    let message = encode_args((Metadata(maps.collect()),)).unwrap();
    assert!(read::<(Metadata,)>(&message).is_ok());
}

#[test]
fn hashes_are_those_of_candids_library() {
    for name in ["", "pubkey", "credential_id", "a name with letters like ö"] {
        assert_eq!(hash(name), candid::idl_hash(name), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn strangers_are_read_as_candids_library_reads_them(
        which in 0..5_usize,
        decisions in vec(any::<u8>(), 0..1_000),
        is_damaged: bool,
    ) {
        let mut dice = Dice::new(&decisions);
        let damages = dice.roll(3);
        let mut message = message(&all_arguments()[which], &mut dice);
        if is_damaged {
            for _ in 0..=damages {
                damage(&mut message, &mut dice);
            }
        }
        agree_in_all(&message);
    }
}

#[test]
fn a_message_that_ends_too_early_or_too_late_is_unfamiliar() {
    let message = of_javascript("register: every field");
    for end in 0..message.len() {
        is_unfamiliar::<Register>(&message[..end]);
    }
    for more in 0..=u8::MAX {
        is_unfamiliar::<Register>(&[&message[..], &[more]].concat());
    }
}

#[test]
fn lengths_that_nothing_follows_take_no_memory() {
    for case in ["register: every field", "register: no optional field"] {
        let message = of_javascript(case);
        for place in 0..message.len() {
            let mut message = message.clone();
            message.splice(place..=place, HUGE);
            agree::<Register>(&message);
        }
    }
}

/// Bytes that mean something in the list of types, and others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![4 => 0..6_u8, 3 => 0x68..=0x7f_u8, 1 => any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn any_bytes_are_read_as_candids_library_reads_them(bytes in vec(byte(), 0..80)) {
        agree_in_all(&bytes);
        agree_in_all(&[b"DIDL", &bytes[..]].concat());
    }
}
