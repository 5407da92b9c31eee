//! Ids of orders: hashes, so that a front that was restored from a snapshot repeats none by accident.

use crate::challenge::ChallengeId;
use crate::runtime::Runtime;
use crate::state::Shared;
use candid::Principal;
use sha2::{Digest, Sha256};
use types::{OrderId, TimestampNs};

/// The order that a challenge turns into: the same for every repetition by the same caller for the same device.
pub(crate) fn registration(
    challenge: ChallengeId,
    caller: Principal,
    device: Principal,
) -> OrderId {
    hash([
        b"register",
        &challenge.to_bytes(),
        caller.as_slice(),
        device.as_slice(),
    ])
}

/// An id for a change that front has never given.
pub(crate) fn next_change(runtime: &impl Runtime, state: &Shared, caller: Principal) -> OrderId {
    let counter = state.borrow_mut().next_order();
    change(caller, runtime.now(), counter)
}

/// A change of an anchor: never the same twice, because the time never goes back, not even for a front that was restored
/// from a snapshot, and the counter goes on within a moment. Only an upgrade within the moment begins it anew; then the
/// shard refuses a second change of the same caller, because its contents are other ones. To hash the contents here, too,
/// would cost more than to send them.
fn change(caller: Principal, now: TimestampNs, counter: u64) -> OrderId {
    hash([
        b"change",
        caller.as_slice(),
        &now.get().to_be_bytes(),
        &counter.to_be_bytes(),
    ])
}

/// SHA-256 over the parts, each after its length, so that no two lists of parts give the same bytes. The length is a byte:
/// a change fills one block of the hash function.
fn hash(parts: [&[u8]; 4]) -> OrderId {
    let mut hasher = Sha256::new();
    for part in parts {
        let length = u8::try_from(part.len()).expect("principals, numbers and names are short");
        hasher.update([length]);
        hasher.update(part);
    }
    OrderId::new(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn neighbouring_parts_do_not_run_into_each_other() {
        assert_ne!(hash([b"ab", b"c", b"", b""]), hash([b"a", b"bc", b"", b""]));
        assert_ne!(hash([b"ab", b"", b"c", b""]), hash([b"ab", b"c", b"", b""]));
    }
}
