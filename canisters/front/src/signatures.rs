//! Signatures that are ready to be fetched: a certified map that lives in the heap.
//!
//! ```text
//! sig / SHA-256(seed) / SHA-256(domain separator, message) = ""
//! ```
//!
//! A canister signature is a certificate of the Internet Computer that this leaf exists, so adding a
//! leaf is signing. A signature belongs to the caller who prepared it, is there for [`LIFE_NS`], and a
//! caller has at most [`PER_CALLER`]: the oldest gives way, so nobody can crowd out anybody else. A timer prunes what
//! has expired: taking out many at once hashes what their paths share once. If the timer is late, each addition helps.
//! After an upgrade the map is empty and clients prepare again.

mod tree;

use self::tree::SignatureTree;
use candid::Principal;
use ic_certified_map::{Hash, HashTree};
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;
use std::collections::{HashMap, VecDeque};
use types::TimestampNs;

/// How long a prepared signature can be fetched.
pub(crate) const LIFE_NS: u64 = 60_000_000_000;
/// Signatures per caller.
pub(crate) const PER_CALLER: usize = 50;
/// How often the timer prunes.
pub(crate) const PRUNE_INTERVAL_SECONDS: u64 = 60;
/// Expired signatures that the timer removes at once: some 500 M instructions.
pub(crate) const PRUNED_PER_INTERVAL: usize = 20_000;
/// How long a signature is expired before additions begin to remove it: twice the timer's interval.
const LATE_NS: u64 = 120_000_000_000;
/// What one addition removes. More than one, or a burst would never drain.
const PRUNED_PER_ADDITION: usize = 8;

/// Where a signature stands in the tree: hash of the seed, hash of the message with its domain separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SignaturePath {
    /// SHA-256 of the seed.
    pub(crate) seed: Hash,
    /// SHA-256 of what is signed.
    pub(crate) message: Hash,
}

/// What a caller finds at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A signature that this caller prepared and that has not expired.
    Yours,
    /// A living signature that only others prepared.
    NotYours,
    /// Nothing (any more).
    Nothing,
}

/// Numbers signatures in the order in which they were added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Number(u64);

/// What one caller prepared at one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signature {
    path: SignaturePath,
    caller: Principal,
    until: TimestampNs,
}

/// The map. Times handed to it never go backwards, as the Internet Computer's do not.
#[derive(Default)]
pub(crate) struct SignatureMap {
    tree: SignatureTree,
    /// What is in the tree.
    signatures: HashMap<Number, Signature, FxBuildHasher>,
    /// Every number in `signatures` and some that are removed already, oldest first, so also soonest to expire first.
    by_age: VecDeque<Number>,
    /// Whose signatures they are, each caller's oldest first.
    callers: HashMap<Principal, SmallVec<[Number; 2]>, FxBuildHasher>,
    last: Number,
}

impl SignatureMap {
    /// Adds a signature for `caller`, or prolongs the one that is there. The root hash changes.
    pub(crate) fn add(&mut self, path: SignaturePath, caller: Principal, now: TimestampNs) {
        let late = TimestampNs::new(now.get().saturating_sub(LATE_NS));
        self.prune(late, PRUNED_PER_ADDITION);
        if let Some(number) = self.number(path, caller) {
            self.remove(number);
        }
        let oldest = self
            .callers
            .get(&caller)
            .filter(|numbers| numbers.len() >= PER_CALLER)
            .and_then(|numbers| numbers.first().copied());
        if let Some(oldest) = oldest {
            self.remove(oldest);
        }
        self.last = Number(self.last.0 + 1);
        self.tree.entry(path).push(self.last);
        self.callers.entry(caller).or_default().push(self.last);
        self.by_age.push_back(self.last);
        let until = now.saturating_add(LIFE_NS);
        let signature = Signature {
            path,
            caller,
            until,
        };
        self.signatures.insert(self.last, signature);
    }

    /// What `caller` finds at `path`.
    pub(crate) fn find(&self, path: SignaturePath, caller: Principal, now: TimestampNs) -> Found {
        let living = self.at(path).filter(|(_, one)| now < one.until);
        living.fold(Found::Nothing, |found, (_, one)| {
            if found == Found::Yours || one.caller == caller {
                Found::Yours
            } else {
                Found::NotYours
            }
        })
    }

    /// The tree that proves the leaf at `path`, everything else pruned. For a path that is not there
    /// it proves the absence.
    pub(crate) fn witness(&self, path: SignaturePath) -> HashTree<'_> {
        self.tree.witness(&path)
    }

    /// Root hash of what stands below the label `sig`.
    pub(crate) fn root_hash(&self) -> Hash {
        self.tree.root_hash()
    }

    /// Leaves in the tree, with those whose signatures have expired and wait to be pruned.
    pub(crate) fn len(&self) -> usize {
        self.tree.len()
    }

    /// Removes what has expired, the oldest first, `at_most` so many. Whether there was something: then the root hash
    /// may have changed.
    pub(crate) fn prune(&mut self, now: TimestampNs, at_most: usize) -> bool {
        let mut removed = 0;
        while removed < at_most
            && let Some(number) = self.by_age.front().copied()
        {
            let until = self.signatures.get(&number).map(|one| one.until);
            if until.is_some_and(|until| now < until) {
                break;
            }
            self.by_age.pop_front();
            if until.is_some() {
                self.remove(number);
                removed += 1;
            }
        }
        removed > 0
    }

    /// The signatures that keep a leaf there.
    fn at(&self, path: SignaturePath) -> impl Iterator<Item = (Number, &Signature)> {
        let numbers = self.tree.get(&path).map_or(&[][..], SmallVec::as_slice);
        let known = |number: &Number| Some((*number, self.signatures.get(number)?));
        numbers.iter().filter_map(known)
    }

    fn number(&self, path: SignaturePath, caller: Principal) -> Option<Number> {
        let mut holders = self.at(path);
        holders.find_map(|(number, one)| (one.caller == caller).then_some(number))
    }

    /// Takes a signature out, and the leaf with the last one that kept it there.
    fn remove(&mut self, number: Number) {
        let Some(Signature { path, caller, .. }) = self.signatures.remove(&number) else {
            return;
        };
        if let Some(numbers) = self.callers.get_mut(&caller) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.callers.remove(&caller);
            }
        }
        let holders = self.tree.entry(path);
        holders.retain(|other| *other != number);
        if holders.is_empty() {
            self.tree.remove(&path);
        }
        // What was removed before its time came is forgotten when it is the larger part.
        if self.by_age.len() > 2 * self.signatures.len() + PER_CALLER {
            let signatures = &self.signatures;
            self.by_age.retain(|number| signatures.contains_key(number));
        }
    }
}

#[cfg(test)]
mod tests;
