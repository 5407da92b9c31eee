use proptest::prelude::*;

use super::*;
use crate::registry::{
    AddTentativeDevice, Answer, Apply, Authenticate, CreateAnchor, FetchAnswer, FetchBlocks,
    RegistryError, VerifyTentativeDevice,
};
use crate::{AnchorNumber, strategies};

fn request() -> FetchBlocks {
    FetchBlocks {
        next_index: 7.into(),
        last_hash: None,
        limit: 100,
        first_index: None,
    }
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = encode(&request());
    bytes[0] = VERSION + 1;
    let error = MessageError::UnsupportedVersion { found: VERSION + 1 };
    assert_eq!(decode::<FetchBlocks>(&bytes), Err(error.clone()));
    assert!(error.retryable());
}

#[test]
fn nothing_is_no_message() {
    assert_eq!(decode::<FetchBlocks>(&[]), Err(MessageError::Empty));
}

#[test]
fn trailing_bytes_are_refused() {
    let mut bytes = encode(&request());
    bytes.extend([0, 0]);
    assert_eq!(
        decode::<FetchBlocks>(&bytes),
        Err(MessageError::TrailingBytes { count: 2 })
    );
}

#[test]
fn huge_lengths_are_errors_and_reserve_nothing() {
    let huge_array = [1, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let huge_bytes = [
        1, 0x82, 0x00, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    for bytes in [&huge_array[..], &huge_bytes[..]] {
        assert!(matches!(
            decode::<CreateAnchor>(bytes),
            Err(MessageError::Malformed { .. })
        ));
        assert!(matches!(
            decode::<FetchAnswer>(bytes),
            Err(MessageError::Malformed { .. })
        ));
    }
}

#[test]
fn a_field_more_is_skipped() {
    // FetchBlocks [7, null, 100, null] and a fifth field
    let more = [1, 0x85, 0x07, 0xf6, 0x18, 100, 0xf6, 0x63, b'n', b'e', b'w'];
    assert_eq!(decode(&more), Ok(request()));
}

#[test]
fn a_required_field_less_is_an_error() {
    // Authenticate [null, 5] without its caller
    let less = [1, 0x82, 0xf6, 0x05];
    assert!(matches!(
        decode::<Authenticate>(&less),
        Err(MessageError::Malformed { .. })
    ));
}

proptest! {
    #[test]
    fn orders_round_trip(create in strategies::create_anchor(), apply in strategies::apply()) {
        prop_assert_eq!(decode(&encode(&create)), Ok(create));
        prop_assert_eq!(decode(&encode(&apply)), Ok(apply));
    }

    #[test]
    fn answers_round_trip(
        tip in strategies::tip(),
        error in strategies::registry_error(),
        anchor in any::<u64>(),
        fail in any::<bool>(),
    ) {
        let answer = Answer {
            tip,
            result: if fail { Err(error) } else { Ok(AnchorNumber::new(anchor)) },
        };
        prop_assert_eq!(decode(&encode(&answer)), Ok(answer));
    }

    #[test]
    fn a_message_cut_short_is_an_error(create in strategies::create_anchor(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&create);
        let cut = cut.index(bytes.len());
        prop_assert!(decode::<CreateAnchor>(&bytes[..cut]).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut versioned = vec![VERSION];
        versioned.extend(bytes);
        let _ = decode::<CreateAnchor>(&versioned);
        let _ = decode::<Apply>(&versioned);
        let _ = decode::<AddTentativeDevice>(&versioned);
        let _ = decode::<VerifyTentativeDevice>(&versioned);
        let _ = decode::<FetchAnswer>(&versioned);
        let _ = decode::<Answer<AnchorNumber>>(&versioned);
    }

    #[test]
    fn one_flipped_bit_never_panics(create in strategies::create_anchor(), bit in any::<prop::sample::Index>()) {
        let mut bytes = encode(&create);
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let _ = decode::<CreateAnchor>(&bytes);
    }

    #[test]
    fn errors_survive_their_answer(error in strategies::registry_error()) {
        prop_assert_eq!(decode::<RegistryError>(&encode(&error)), Ok(error));
    }
}
