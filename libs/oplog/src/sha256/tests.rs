use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// Every length around the ends of blocks, in one part.
#[test]
fn each_length_has_the_published_hash() {
    for length in 0..300 {
        let message = vec![0xa5; length];
        let published: [u8; 32] = Sha256::digest(&message).into();
        assert_eq!(sha256(&[&message]), published, "{length} bytes");
    }
}

proptest! {
    #[test]
    fn parts_are_one_message(parts in vec(vec(any::<u8>(), 0..150), 0..6)) {
        let published: [u8; 32] = Sha256::digest(parts.concat()).into();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(sha256(&parts), published);
    }

    #[test]
    fn what_was_hashed_before_need_not_be_hashed_again(
        first in vec(any::<u8>(), BLOCK_BYTES),
        rest in vec(any::<u8>(), 0..150),
    ) {
        let mut state = INITIAL;
        compress256(&mut state, &[*GenericArray::from_slice(&first)]);
        prop_assert_eq!(continued(state, 1, &[&rest]), sha256(&[&first, &rest]));
    }
}
