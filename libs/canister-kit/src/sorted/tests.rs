use super::sorted_by_key;
use proptest::prelude::*;

proptest! {
    #[test]
    fn it_sorts_as_the_standard_library_does(items in prop::collection::vec((0_u8..8, any::<u8>()), 0..40)) {
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        prop_assert_eq!(sorted_by_key(items, |(key, _)| *key), expected);
    }
}
