use proptest::prelude::*;

use super::*;

const SALT: Salt = Salt::new([0x55; 32]);

fn seed(anchor: u64, origin: &str) -> Seed {
    Seed::new(&SALT, anchor.into(), &Origin::new(origin).unwrap())
}

/// Derivation with `printf` and `sha256sum` alone, where SALT is 32 times `\x55`:
///
/// ```text
/// printf '\x20SALT\x0510000\x13https://example.org' | sha256sum
/// ```
#[test]
fn known_answer() {
    assert_eq!(
        hex::encode(seed(10_000, "https://example.org").as_bytes()),
        "a7d3fddb5fee52464edfa17d26a820f4ebf23828f9ae3492104dd8c24889795f"
    );
}

#[test]
fn lengths_keep_neighbours_apart() {
    // Without the length bytes both would hash "...11https://a".
    assert_ne!(seed(1, "1https://a"), seed(11, "https://a"));
    assert_ne!(seed(0, ""), seed(0, "\0"));
}

#[test]
fn the_largest_parts_fit_their_length_bytes() {
    let longest = "a".repeat(Origin::MAX_LENGTH);
    assert_ne!(seed(u64::MAX, &longest), seed(u64::MAX, &longest[1..]));
}

#[test]
fn both_domains_of_a_canister_give_one_seed() {
    assert_eq!(
        seed(1, "https://rdmx6-jaaaa-aaaaa-aaadq-cai.icp0.io"),
        seed(1, "https://rdmx6-jaaaa-aaaaa-aaadq-cai.ic0.app"),
    );
}

#[test]
fn debug_output_hides_the_salt() {
    assert_eq!(format!("{SALT:?}"), "Salt(hidden)");
}

proptest! {
    #[test]
    fn every_part_counts(
        salt in any::<[u8; 32]>(),
        anchors in any::<(u64, u64)>(),
        origins in ("[a-z]{0,20}", "[a-z]{0,20}"),
    ) {
        let (salt, other_salt) = (Salt::new(salt), SALT);
        let of = |salt: &Salt, anchor: u64, origin: &str| {
            Seed::new(salt, anchor.into(), &Origin::new(origin).unwrap())
        };
        let seed = of(&salt, anchors.0, &origins.0);
        prop_assert_eq!(seed, of(&salt, anchors.0, &origins.0));
        prop_assert_eq!(seed == of(&salt, anchors.1, &origins.0), anchors.0 == anchors.1);
        prop_assert_eq!(seed == of(&salt, anchors.0, &origins.1), origins.0 == origins.1);
        prop_assert_eq!(seed == of(&other_salt, anchors.0, &origins.0), salt == other_salt);
    }
}
