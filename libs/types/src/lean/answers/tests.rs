use super::*;
use crate::front::{Delegation, DeviceRegistrationInfo, SignedDelegation};
use crate::strategies::{device, principal};
use crate::{AnchorNumber, DeviceData, SessionKey};
use candid::encode_args;
use candid::utils::ArgumentEncoder;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

#[track_caller]
fn is_theirs<T: ArgumentEncoder>(ours: &impl Answer, theirs: T) {
    let (ours, theirs) = (ours.message(), encode_args(theirs).unwrap());
    assert_eq!(ours, theirs, "{}", theirs.escape_ascii());
}

#[test]
fn answers_without_much_in_them_are_the_bytes_of_candids_library() {
    is_theirs(&(), ());
    let time = TimestampNs::new(u64::MAX - 1);
    is_theirs(&time, (time,));
    for answer in [
        RegisterResponse::BadChallenge,
        RegisterResponse::CanisterFull,
        RegisterResponse::Registered {
            user_number: AnchorNumber::new(10_007),
        },
    ] {
        is_theirs(&answer, (&answer,));
    }
    let nothing = GetDelegationResponse::NoSuchDelegation;
    is_theirs(&nothing, (&nothing,));
}

fn time() -> impl Strategy<Value = TimestampNs> {
    any::<u64>().prop_map(TimestampNs::new)
}

proptest! {
    #[test]
    fn delegations_are_the_bytes_of_candids_library(
        key in vec(any::<u8>(), 0..300),
        expiration in time(),
        targets in option::of(vec(principal(), 0..3)),
        signature in vec(any::<u8>(), 0..3_000),
    ) {
        let prepared = (UserKey::from(key.clone()), expiration);
        is_theirs(&prepared, prepared.clone());
        let pubkey = SessionKey::from(key);
        let delegation = Delegation { pubkey, expiration, targets };
        let signed = SignedDelegation { delegation, signature };
        let answer = GetDelegationResponse::SignedDelegation(signed);
        is_theirs(&answer, (&answer,));
    }

    #[test]
    fn an_anchor_is_the_bytes_of_candids_library(
        devices in vec((device(), option::of(time())), 0..4),
        open in option::of((option::of(device()), time())),
        created_at in option::of(time()),
    ) {
        let used = |(device, last_usage): (DeviceData, _)| device.with_usage(last_usage);
        let open = open.map(|(tentative_device, expiration)| {
            DeviceRegistrationInfo { tentative_device, expiration }
        });
        let info = IdentityAnchorInfo {
            devices: devices.into_iter().map(used).collect(),
            device_registration: open,
            created_at,
        };
        is_theirs(&info, (&info,));
    }
}
