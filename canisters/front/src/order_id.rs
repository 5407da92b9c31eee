//! Ids of orders: hashes, so that a front that was restored from a snapshot repeats none by accident.

use crate::challenge::ChallengeId;
use crate::runtime::Runtime;
use crate::state::Shared;
use candid::Principal;
use minicbor::Encode;
use sha2::{Digest, Sha256};
use types::{DeviceKey, OrderId, TimestampNs};

/// The order that a challenge turns into: the same for every repetition by the same caller for the same key.
pub(crate) fn registration(challenge: ChallengeId, caller: Principal, key: &DeviceKey) -> OrderId {
    hash(&[
        b"register",
        &challenge.to_bytes(),
        caller.as_slice(),
        key.as_slice(),
    ])
}

/// An id for a change with these contents that front has never given.
pub(crate) fn next_change(
    runtime: &impl Runtime,
    state: &Shared,
    caller: Principal,
    contents: &impl Encode<()>,
) -> OrderId {
    let contents = minicbor::to_vec(contents).expect("writing into memory cannot fail");
    let counter = state.borrow_mut().next_order();
    change(caller, &contents, runtime.now(), counter)
}

/// A change of an anchor: never the same twice, because time or `counter` differ.
fn change(caller: Principal, contents: &[u8], now: TimestampNs, counter: u64) -> OrderId {
    hash(&[
        b"change",
        caller.as_slice(),
        contents,
        &now.get().to_be_bytes(),
        &counter.to_be_bytes(),
    ])
}

/// SHA-256 over the parts, each after its length, so that no two lists of parts give the same bytes.
fn hash(parts: &[&[u8]]) -> OrderId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
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
        let base = change(one, b"ab", NOW, 1);
        assert_eq!(base, change(one, b"ab", NOW, 1));
        for other in [
            change(two, b"ab", NOW, 1),
            change(one, b"a", NOW, 1),
            change(one, b"ab", NOW.saturating_add(1), 1),
            change(one, b"ab", NOW, 2),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn neighbouring_parts_do_not_run_into_each_other() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
    }
}
