use ic_canister_sig_creation::CanisterSigPublicKey;
use proptest::prelude::*;

use super::*;
use crate::{Origin, Salt};

fn a_seed() -> Seed {
    let origin = Origin::new("https://example.org").unwrap();
    Seed::new(&Salt::new([0x55; 32]), 10_000.into(), &origin)
}

/// The DER written out, part by part; the pseudonym is SHA-224 of it (`sha224sum`) and 02.
#[test]
fn known_answer() {
    let front = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai").unwrap();
    let expected = [
        "303c",                                                             // 60 bytes follow
        "300c060a2b0601040183b8430102",                                     // algorithm
        "032c00",                                                           // 44 bytes of bits
        "0a00000000000000070101",                                           // |id| id
        "a7d3fddb5fee52464edfa17d26a820f4ebf23828f9ae3492104dd8c24889795f", // seed
    ];
    let key = user_key(front, &a_seed());
    assert_eq!(hex::encode(&key), expected.concat());
    assert_eq!(
        hex::encode(pseudonym(&key).as_slice()),
        "14605abb8ba64d9e524a5f37fc30ba91916c3894819ed224a7bfb19e02"
    );
}

proptest! {
    #[test]
    fn agrees_with_the_published_implementation(
        id in prop::collection::vec(any::<u8>(), 0..=29),
        salt in any::<[u8; 32]>(),
    ) {
        let front = Principal::from_slice(&id);
        let origin = Origin::new("").unwrap();
        let seed = Seed::new(&Salt::new(salt), 0.into(), &origin);
        let published = CanisterSigPublicKey::new(front, seed.as_bytes().to_vec());
        let key = user_key(front, &seed);
        prop_assert_eq!(key.as_slice(), published.to_der());

        let read = CanisterSigPublicKey::try_from(key.as_slice()).unwrap();
        prop_assert_eq!(read, published);
    }

    #[test]
    fn fronts_do_not_share_pseudonyms(ids in prop::array::uniform2(prop::collection::vec(any::<u8>(), 10))) {
        let [one, other] = ids.each_ref().map(|id| {
            pseudonym(&user_key(Principal::from_slice(id), &a_seed()))
        });
        prop_assert_eq!(one == other, ids[0] == ids[1]);
    }
}
