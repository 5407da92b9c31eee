//! Ids of orders: what is unique about each, side by side, so that a front that was restored from a snapshot repeats none.
//! Nothing is hashed (docs/decisions/0025-ids-that-are-not-hashed.md).

use crate::challenge::ChallengeId;
use crate::runtime::Runtime;
use crate::state::Shared;
use candid::Principal;
use types::{OrderId, TimestampNs};

/// The order that a challenge turns into: the same for every repetition for the same device. Only one caller can use a
/// challenge.
///
/// `nonce (16) | expiry (8, big-endian) | the device's principal (its first 8)`. The nonce alone would not do: a front that
/// was restored goes on with the random numbers of its snapshot, but later.
pub(crate) fn registration(challenge: ChallengeId, device: Principal) -> OrderId {
    let mut id = [0; 32];
    id[..24].copy_from_slice(&challenge.to_bytes()[..24]);
    id[24..].copy_from_slice(&beginning::<8>(device));
    OrderId::new(id)
}

/// An id for a change that front has never given.
pub(crate) fn next_change(runtime: &impl Runtime, state: &Shared, caller: Principal) -> OrderId {
    let counter = state.borrow_mut().next_order();
    change(caller, runtime.now(), counter)
}

/// A change of an anchor: never the same twice, because the time never goes back, not even for a front that was restored
/// from a snapshot, and the counter goes on within a moment. Only an upgrade within the moment begins it anew; then the
/// shard refuses a second change of the same caller, because its contents are other ones.
///
/// `time (8, big-endian) | counter (8, big-endian) | the caller (its first 16)`.
fn change(caller: Principal, now: TimestampNs, counter: u64) -> OrderId {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&now.get().to_be_bytes());
    id[8..16].copy_from_slice(&counter.to_be_bytes());
    id[16..].copy_from_slice(&beginning::<16>(caller));
    OrderId::new(id)
}

/// The first bytes of a principal; zeros behind a shorter one. What signs with keys has 28 bytes of a hash.
fn beginning<const N: usize>(principal: Principal) -> [u8; N] {
    let mut beginning = [0; N];
    for (place, byte) in beginning.iter_mut().zip(principal.as_slice()) {
        *place = *byte;
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::Challenges;

    const NOW: TimestampNs = TimestampNs::new(5);

    #[test]
    fn every_part_of_a_change_counts() {
        let (one, two) = (Principal::anonymous(), Principal::management_canister());
        let base = change(one, NOW, 1);
        assert_eq!(base, change(one, NOW, 1));
        for other in [
            change(two, NOW, 1),
            change(one, NOW.saturating_add(1), 1),
            change(one, NOW, 2),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn every_part_of_a_registration_counts() {
        let challenges = Challenges::new([1; 16], [2; 32]);
        let id = |nonce, now| {
            let key = challenges.issue([nonce; 16], false, now).key;
            challenges.identify(&key, now).expect("just issued")
        };
        let (one, two) = [[1], [2]].map(Principal::self_authenticating).into();
        let base = registration(id(1, NOW), one);
        assert_eq!(base, registration(id(1, NOW), one));
        for other in [
            registration(id(2, NOW), one),
            // A front that was restored draws the same nonce again.
            registration(id(1, NOW.saturating_add(1)), one),
            registration(id(1, NOW), two),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Principals of canisters are shorter than what is taken of them.
    #[test]
    fn short_principals_have_zeros_behind_them() {
        let callers = [&[7][..], &[7, 7], &[7; 16], &[7; 29]].map(Principal::from_slice);
        let ids = callers.map(|caller| change(caller, NOW, 1));
        assert_eq!(ids[0].as_bytes()[16..18], [7, 0]);
        assert_eq!(ids[2], ids[3], "the first 16 bytes count");
        assert_ne!(ids[0], ids[1]);
        assert_ne!(ids[1], ids[2]);
    }
}
