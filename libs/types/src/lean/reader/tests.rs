use super::strangers::{Dice, HUGE, Shape, damage, message, ours};
use super::*;
use crate::archive::{ArchiveInit, ArchiveSettings, Cursor};
use crate::front::{ChallengeResult, FrontInit, ShardRoute};
use crate::http::HttpRequest;
use crate::icrc3::{GetArchivesArgs, GetBlocksRequest};
use crate::lean::length;
use crate::lean::values::{EMPTY_OF_OTHERS, TOO_DEEP};
use crate::registry::{
    ArchiveLink, IndexIncomplete, KnownPasskey, Loss, RegistryInit, RegistrySettings,
    RegistryStatus, Repair, ShardTip,
};
use crate::strategies::{device, principal};
use crate::{
    AnchorCredentials, AnchorNumber, BlockIndex, CredentialId, DeviceData, DeviceKey, Metadata,
    MetadataValue, Principal, SessionKey, TimestampNs,
};
use candid::utils::{ArgumentDecoder, ArgumentEncoder, encode_args};
use candid::{CandidType, DecoderConfig};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use std::fmt::Debug;

mod by_hand;

/// All arguments and answers that canisters read, with a name each.
macro_rules! doors {
    ($($name:ident = ($($of:ty),+);)+) => {
        $(type $name = ($($of,)+);)+

        /// The types of each, as we have them.
        fn all_arguments() -> Vec<Vec<Shape>> {
            vec![$(vec![$(types::<$of>()),+]),+]
        }

        /// Whether a door reads a message, in agreement with Candid's library.
        const DOORS: &[fn(&[u8]) -> bool] = &[$(agree::<$name>),+];

        /// Whether Candid's library reads it there.
        const ACCEPTED: &[fn(&[u8]) -> bool] = &[$(|message| of_their_library::<$name>(message).is_ok()),+];
    };
}

doors! {
    Register = (DeviceData, ChallengeResult, Option<Principal>);
    Add = (AnchorNumber, DeviceData);
    Update = (AnchorNumber, DeviceKey, DeviceData);
    Remove = (AnchorNumber, DeviceKey);
    Verify = (AnchorNumber, String);
    Prepare = (AnchorNumber, String, SessionKey, Option<u64>);
    Get = (AnchorNumber, String, SessionKey, TimestampNs);
    Http = (HttpRequest);
    SetRouting = (Vec<ShardRoute>);
    ExpectTip = (Principal, ShardTip);
    FrontStart = (Option<FrontInit>);
    RegistryStart = (RegistryInit);
    RegistryUpgrade = (Option<RegistrySettings>);
    SetArchives = (Vec<ArchiveLink>);
    Repaired = (Repair);
    DeclareLost = (Loss);
    PublicState = (AnchorNumber, u32);
    GetBlocks = (Vec<GetBlocksRequest>);
    GetArchives = (GetArchivesArgs);
    ArchiveStart = (ArchiveInit);
    ArchiveUpgrade = (Option<ArchiveSettings>);
    GetEntries = (Option<BlockIndex>, Option<u16>);
    GetAnchorEntries = (AnchorNumber, Option<Cursor>, Option<u16>);
    Devices = (Vec<DeviceData>);
    Credentials = (AnchorCredentials);
    Passkey = (Result<Option<KnownPasskey>, IndexIncomplete>);
    LookupDeviceKey = (CredentialId);
    Status = (RegistryStatus);
    Configure = (RegistrySettings);
    Lookup = (AnchorNumber);
    Blob = (ByteBuf);
    MaybeMetadata = (Option<Metadata>);
    MaybeMaybe = (Option<Option<String>>);
}

type Solution = (ChallengeResult,);

/// As the doors of canisters have it.
fn of_their_library<T: for<'a> ArgumentDecoder<'a>>(message: &[u8]) -> candid::Result<T> {
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(10_000);
    candid::utils::decode_args_with_config(message, &config)
}

/// What the reader makes of a message, in bounded memory: that of the lists of types, and for the three bytes that begin a
/// map of one pair that of a tree's node, which has room for eleven.
fn read<T: Arguments>(message: &[u8]) -> Result<T, NotTheArguments> {
    let mut read = None;
    let memory = allocation_counter::measure(|| read = Some(arguments(message)));
    let (taken, allowed) = (memory.bytes_max, 8_192 + 256 * message.len() as u64);
    assert!(taken <= allowed, "{taken} for {}", hex::encode(message));
    read.unwrap()
}

/// What the reader refuses and the library need not.
fn is_out_of_bounds(refused: NotTheArguments) -> bool {
    let bounds = [
        ReadError::Types,
        ReadError::SkippedTooMuch,
        ReadError::LARGE_NUMBER,
        TOO_DEEP,
        EMPTY_OF_OTHERS,
        // The library may take three values for the first two.
        ReadError::OtherType("a pair"),
        // In an optional value the library looks for missing fields first, and calls it absent.
        ReadError::Invalid("an empty range"),
        ReadError::Invalid("expected 32 bytes"),
    ];
    bounds.contains(&refused.reason)
}

/// What the reader reads the library reads in the same way, and what it refuses the library refuses, but for its bounds. Whether both
/// read it.
fn agree<T>(message: &[u8]) -> bool
where
    T: Arguments + for<'a> ArgumentDecoder<'a> + Debug + PartialEq,
{
    let theirs = of_their_library::<T>(message);
    let bytes = hex::encode(message);
    match (read::<T>(message), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs, "{bytes}");
            true
        }
        (Ok(ours), Err(error)) => panic!("{ours:?} of {bytes}: {error}"),
        (Err(refused), Ok(theirs)) => {
            assert!(is_out_of_bounds(refused), "{refused} {theirs:?} of {bytes}");
            false
        }
        (Err(_), Err(_)) => false,
    }
}

#[track_caller]
fn is_refused<T: Arguments + Debug>(message: &[u8]) {
    let read = read::<T>(message);
    assert!(read.is_err(), "{read:?}");
}

fn types<T: CandidType>() -> Shape {
    ours(&T::ty())
}

/// What a door reads of a message that our own library has encoded.
#[track_caller]
fn is_read<T>(given: &T)
where
    T: Arguments + ArgumentEncoder + for<'a> ArgumentDecoder<'a> + Debug + PartialEq + Clone,
{
    let message = encode_args(given.clone()).unwrap();
    assert_eq!(arguments::<T>(&message).as_ref(), Ok(given));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_candids_library_writes_is_read(
        device in device(),
        key in option::of(principal()),
        number in any::<u64>(),
        [text, other] in any::<[String; 2]>(),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        let anchor = AnchorNumber::new(number);
        let solution = ChallengeResult { key: text.clone(), chars: other };
        is_read(&(device.clone(), solution, key));
        is_read(&(anchor, device.clone()));
        is_read(&(anchor, DeviceKey::from(bytes.clone()), device));
        is_read(&(anchor, DeviceKey::from(bytes.clone())));
        is_read(&(anchor, text.clone()));
        is_read(&(anchor, text, SessionKey::from(bytes), Some(number)));
        is_read(&(anchor,));
    }

    #[test]
    fn damaged_messages_of_ours_are_read_as_candids_library_reads_them(
        device in device(),
        key in option::of(principal()),
        number in any::<u64>(),
        what in vec(any::<u8>(), 0..12),
        other in 0..DOORS.len(),
    ) {
        let solution = ChallengeResult { key: "key".to_owned(), chars: "chars".to_owned() };
        let mut messages = [
            encode_args((&device, solution, key)).unwrap(),
            encode_args((number, device)).unwrap(),
            encode_args((number, "origin", SessionKey::from(vec![7; 40]), Some(number))).unwrap(),
        ];
        let doors = [agree::<Register>, agree::<Add>, agree::<Prepare>];
        for (message, door) in messages.iter_mut().zip(doors) {
            let mut dice = Dice::new(&what);
            damage(message, &mut dice);
            damage(message, &mut dice);
            door(message);
            DOORS[other](message);
        }
    }
}

fn of_javascript(wanted: &str) -> Vec<u8> {
    let mut lines = include_str!("javascript.txt").lines();
    lines.find(|line| *line == wanted).expect("recorded");
    hex::decode(lines.next().expect("its bytes")).unwrap()
}

#[test]
fn what_the_javascript_agent_writes_is_read() {
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

/// Otherwise the comparison with strangers would say nothing: of what the library accepts each door reads nearly all.
#[test]
fn most_of_what_candids_library_accepts_of_strangers_is_read() {
    let mut runner = TestRunner::deterministic();
    for (at, (door, is_accepted)) in DOORS.iter().zip(ACCEPTED).enumerate() {
        let (mut read, mut accepted) = (0, 0);
        for _ in 0..150 {
            let decisions = vec(any::<u8>(), 1_000).new_tree(&mut runner);
            let decisions = decisions.unwrap().current();
            let message = message(&all_arguments()[at], &mut Dice::new(&decisions));
            read += usize::from(door(&message));
            accepted += usize::from(is_accepted(&message));
        }
        let words = format!("door {at}: {read} of {accepted}");
        assert!(accepted >= 5 && read >= accepted * 4 / 5, "{words}");
    }
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
    is_read(&(nested(Metadata::MAX_DEPTH),));
    let deeper = encode_args((nested(Metadata::MAX_DEPTH + 1),)).unwrap();
    is_refused::<(Metadata,)>(&deeper);
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
        [which, other] in [0..DOORS.len(), 0..DOORS.len()],
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
        DOORS[which](&message);
        DOORS[other](&message);
    }
}

#[test]
fn a_message_that_ends_too_early_or_too_late_is_refused() {
    let message = of_javascript("register: every field");
    for end in 0..message.len() {
        is_refused::<Register>(&message[..end]);
    }
    for more in 0..=u8::MAX {
        is_refused::<Register>(&[&message[..], &[more]].concat());
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
    fn any_bytes_are_read_as_candids_library_reads_them(
        which in 0..DOORS.len(),
        bytes in vec(byte(), 0..80),
    ) {
        DOORS[which](&bytes);
        DOORS[which](&[b"DIDL", &bytes[..]].concat());
    }
}
