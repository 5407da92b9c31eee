use ic_canister_sig_creation::{DELEGATION_SIG_DOMAIN, delegation_signature_msg};
use ic_transport_types::Delegation;
use proptest::prelude::*;

use super::*;

#[test]
fn constants_are_the_hashes_of_the_names_and_sorted() {
    let names = [
        ("targets", TARGETS),
        ("expiration", EXPIRATION),
        ("pubkey", PUBKEY),
    ];
    for (name, constant) in names {
        assert_eq!(constant, <[u8; 32]>::from(Sha256::digest(name)), "{name}");
    }
    assert!(names.is_sorted_by_key(|(_, hash)| hash));
    assert_eq!(DOMAIN, DELEGATION_SIG_DOMAIN);
}

/// Derivation with `printf`, `xxd` and `sha256sum`, for the first:
///
/// ```text
/// pairs = sha256("expiration") sha256(e8 07)        1000 in LEB128
///         sha256("pubkey")     sha256(aa bb)
/// hash  = sha256(pairs)
/// ```
///
/// The second has `sha256("targets") sha256(sha256(04))` before the pairs.
#[test]
fn known_answers() {
    let key = SessionKey::new([0xaa, 0xbb]);
    let expiration = TimestampNs::new(1_000);
    let anywhere = DelegationHash::new(&key, expiration, None);
    assert_eq!(
        hex::encode(anywhere.as_bytes()),
        "e7f86c193e00e9e5cdc1a0db94b4c5cee0932a2eb291e83b289124b0df9ebf35"
    );

    let targets = [Principal::anonymous()];
    let limited = DelegationHash::new(&key, expiration, Some(&targets));
    assert_eq!(
        hex::encode(limited.as_bytes()),
        "d7665079083cdba12b43be36b94d1f408f13509ab1d379f4033d4b36cc601060"
    );
}

proptest! {
    #[test]
    fn agrees_with_two_published_implementations(
        key in prop::collection::vec(any::<u8>(), 0..100),
        expiration in any::<u64>(),
        targets in prop::option::of(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=29), 0..4)),
    ) {
        let principals = targets
            .as_ref()
            .map(|ids| ids.iter().map(|id| Principal::from_slice(id)).collect::<Vec<_>>());
        let hash = DelegationHash::new(
            &SessionKey::new(key.clone()),
            expiration.into(),
            principals.as_deref(),
        );
        let signer = delegation_signature_msg(&key, expiration, targets.as_ref());
        prop_assert_eq!(hash.as_bytes().as_slice(), signer);

        let agent = Delegation {
            pubkey: key,
            expiration,
            targets: principals,
            permissions: None,
        };
        prop_assert_eq!(hash.signed_message().to_vec(), agent.signable());
    }
}
