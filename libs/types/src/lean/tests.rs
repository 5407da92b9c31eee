use super::reader::strangers::{Dice, encoded, ours};
use super::*;
use crate::archive::{AnchorEntries, ArchiveInit, ArchiveSettings, ArchiveStatus, Cursor, Entries};
use crate::front::{
    AddTentativeDeviceResponse, CertifiedRouting, Challenge, ExpectTipError, ExpectedTip,
    FrontInit, GetDelegationResponse, IdentityAnchorInfo, InternetIdentityStats, RegisterResponse,
    RoutingError, ShardRoute, VerifyTentativeDeviceResponse,
};
use crate::http::{HttpRequest, HttpResponse};
use crate::icrc3::{
    ArchiveInfo, ArchivedBlocks, BlockWithId, GetBlocksCallback, GetBlocksRequest, GetBlocksResult,
    SupportedBlockType, TipCertificate, Value,
};
use crate::registry::{
    ConfigureError, IndexIncomplete, KnownPasskey, Loss, PublicState, RegistryInit,
    RegistrySettings, RegistryStatus, Repair, RepairError, ShardTip,
};
use crate::strategies::device;
use crate::{
    AnchorCredentials, AnchorNumber, BlockHash, CredentialId, DeviceData, DeviceKeyWithAnchor,
    Metadata, Principal, TimestampNs,
};
use candid::{CandidType, Deserialize};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn the_types_of_devices_are_those_of_candids_library() {
    let types = candid::encode_one(Vec::<DeviceData>::new()).unwrap();
    assert_eq!([DEVICES, &[0]].concat(), types, "{}", types.escape_ascii());
}

#[test]
fn lengths_are_leb128() {
    for (number, bytes) in [
        (0, &[0][..]),
        (127, &[0x7f]),
        (128, &[0x80, 1]),
        (624_485, &[0xe5, 0x8e, 0x26]),
    ] {
        let mut written = Vec::new();
        length(number, &mut written);
        assert_eq!(written, bytes);
    }
}

/// Types and values are the bytes of Candid's library.
#[track_caller]
fn is_theirs<T: Lean + Typed + CandidType>(value: &T) {
    let (ours, theirs) = (message(value), candid::encode_one(value).unwrap());
    assert_eq!(ours, theirs, "{}", theirs.escape_ascii());
}

/// A value as somebody might have sent it, if the library reads it: not all lists of 32 bytes have 32, for example.
fn is_theirs_of_strangers<T>(decisions: &[u8]) -> bool
where
    T: Lean + Typed + CandidType + for<'a> Deserialize<'a>,
{
    let message = encoded(&[ours(&T::ty())], &mut Dice::new(decisions));
    candid::decode_one::<T>(&message)
        .map(|value| is_theirs(&value))
        .is_ok()
}

macro_rules! answers {
    ($($of:ty),+ $(,)?) => {
        /// Which of the types had a value.
        fn all_are_theirs(decisions: &[u8]) -> Vec<bool> {
            vec![$(is_theirs_of_strangers::<$of>(decisions)),+]
        }

        const NAMES: &[&str] = &[$(stringify!($of)),+];
    };
}

answers! {
    Challenge,
    RegisterResponse,
    TimestampNs,
    AddTentativeDeviceResponse,
    VerifyTentativeDeviceResponse,
    Vec<DeviceData>,
    AnchorCredentials,
    Option<DeviceKeyWithAnchor>,
    Principal,
    IdentityAnchorInfo,
    GetDelegationResponse,
    Result<(), RoutingError>,
    Result<(), ExpectTipError>,
    Vec<ExpectedTip>,
    CertifiedRouting,
    Vec<ShardRoute>,
    InternetIdentityStats,
    FrontInit,
    HttpRequest,
    HttpResponse,
    RegistryInit,
    RegistrySettings,
    Result<(), ConfigureError>,
    Repair,
    Result<ShardTip, RepairError>,
    Loss,
    Result<Option<KnownPasskey>, IndexIncomplete>,
    PublicState,
    RegistryStatus,
    Vec<GetBlocksRequest>,
    Vec<ArchiveInfo>,
    Option<TipCertificate>,
    Vec<SupportedBlockType>,
    Value,
    Vec<BlockWithId>,
    ArchiveInit,
    ArchiveSettings,
    Cursor,
    Entries,
    AnchorEntries,
    ArchiveStatus,
    AnchorNumber,
    CredentialId,
    Option<BlockHash>,
    Metadata,
    crate::front::ArchiveInfo,
}

proptest! {
    #[test]
    fn devices_are_the_bytes_of_candids_library(given in vec(device(), 0..4)) {
        prop_assert_eq!(devices(&given), candid::encode_one(&given).unwrap());
        is_theirs(&given);
        let public: Vec<_> = given
            .into_iter()
            .map(|device| DeviceData { metadata: None, ..device })
            .collect();
        prop_assert_eq!(devices(&public), candid::encode_one(&public).unwrap());
    }

    #[test]
    fn answers_are_the_bytes_of_candids_library(decisions in vec(any::<u8>(), 0..1_000)) {
        all_are_theirs(&decisions);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn numbers_of_any_size_are_the_bytes_of_candids_library(
        [first, second] in any::<[i128; 2]>(),
        shift in 0..128_u32,
    ) {
        let first = first >> shift;
        is_theirs(&candid::Int::from(first));
        is_theirs(&(candid::Int::from(first) * candid::Int::from(second)));
        let (first, second) = (first.unsigned_abs(), second.unsigned_abs());
        is_theirs(&candid::Nat::from(first));
        is_theirs(&(candid::Nat::from(first) * candid::Nat::from(second)));
    }
}

/// Where a digit more is needed.
#[test]
fn numbers_at_their_borders_are_the_bytes_of_candids_library() {
    for bits in 0..70 {
        for near in -2..=2 {
            let number = (1_i128 << bits) + near;
            is_theirs(&candid::Int::from(number));
            is_theirs(&candid::Int::from(-number));
            is_theirs(&candid::Nat::from(number.unsigned_abs()));
        }
    }
}

/// Otherwise the comparison would say nothing.
#[test]
fn all_answers_have_values_to_compare() {
    let mut with_a_value = vec![0; NAMES.len()];
    for seed in 0..100_u32 {
        let decisions: Vec<u8> = (0..900_u32)
            .map(|at| (at * 7 + seed * 31 + at / 3 * seed).to_le_bytes()[0])
            .collect();
        for (count, had_one) in with_a_value.iter_mut().zip(all_are_theirs(&decisions)) {
            *count += u32::from(had_one);
        }
    }
    for (name, count) in NAMES.iter().zip(with_a_value) {
        assert!(count > 5, "{name}: {count} values of 100");
    }
}

/// The one type with a function in it.
#[test]
fn blocks_and_where_others_are_are_the_bytes_of_candids_library() {
    let run = GetBlocksRequest {
        start: 300_u32.into(),
        length: u64::MAX.into(),
    };
    let callback = GetBlocksCallback::new(Principal::management_canister(), "get".to_owned());
    let archived = ArchivedBlocks {
        args: vec![run.clone(), run],
        callback,
    };
    let map = Value::Map(vec![
        ("phash".to_owned(), Value::blob([7; 32])),
        (
            "numbers".to_owned(),
            Value::Array(vec![Value::nat(7), Value::Int((-300).into())]),
        ),
        ("text".to_owned(), Value::text("text")),
    ]);
    for archived_blocks in [vec![], vec![archived]] {
        is_theirs(&GetBlocksResult {
            log_length: 1_000_000_u32.into(),
            blocks: vec![BlockWithId {
                id: 128_u32.into(),
                block: map.clone(),
            }],
            archived_blocks,
        });
    }
}

#[test]
fn no_value_and_the_value_of_nothing_are_the_bytes_of_candids_library() {
    assert_eq!(NOTHING, candid::encode_args(()).unwrap());
    assert_eq!(answer(()), candid::encode_one(()).unwrap());
}
