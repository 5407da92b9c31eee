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

use self::tree::LabelTree;
use candid::Principal;
use hex_literal::hex;
use ic_certified_map::{AsHashTree, Hash, HashTree};
use std::collections::{BTreeMap, VecDeque};
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Number(u64);

/// What one caller prepared at one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signature {
    path: SignaturePath,
    caller: Principal,
    until: TimestampNs,
}

/// The leaf at a path: empty for whoever verifies, here with the signatures that keep it there.
#[derive(Debug, Default)]
struct SignedLeaf(Vec<Number>);

impl AsHashTree for SignedLeaf {
    fn root_hash(&self) -> Hash {
        EMPTY_LEAF_HASH
    }

    fn as_hash_tree(&self) -> HashTree<'_> {
        HashTree::Leaf((&[]).into())
    }
}

/// The hash of an empty leaf (checked by a test).
const EMPTY_LEAF_HASH: Hash =
    hex!("d001f3e7b82166c6d343a1efe776e96ac02a23a51e0898bc2c4e323fce0e622c");

/// The map. Times handed to it never go backwards, as the Internet Computer's do not.
#[derive(Default)]
pub(crate) struct SignatureMap {
    tree: LabelTree<LabelTree<SignedLeaf>>,
    /// Leaves of the tree.
    leaves: usize,
    /// What is in the tree and in `callers`, oldest first, so also soonest to expire first.
    signatures: BTreeMap<Number, Signature>,
    /// Whose signatures they are, each caller's oldest first.
    callers: BTreeMap<Principal, VecDeque<Number>>,
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
            .and_then(|numbers| numbers.front().copied());
        if let Some(oldest) = oldest {
            self.remove(oldest);
        }
        self.last = Number(self.last.0 + 1);
        let holders = self.tree.entry(path.seed).entry(path.message);
        self.leaves += usize::from(holders.0.is_empty());
        holders.0.push(self.last);
        self.callers.entry(caller).or_default().push_back(self.last);
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
        self.tree.witness(&path.seed, |messages| {
            messages.witness(&path.message, AsHashTree::as_hash_tree)
        })
    }

    /// Root hash of what stands below the label `sig`.
    pub(crate) fn root_hash(&self) -> Hash {
        self.tree.root_hash()
    }

    /// Leaves in the tree, with those whose signatures have expired and wait to be pruned.
    pub(crate) fn len(&self) -> usize {
        self.leaves
    }

    /// Removes what has expired, the oldest first, `at_most` so many. Whether there was something: then the root hash
    /// may have changed.
    pub(crate) fn prune(&mut self, now: TimestampNs, at_most: usize) -> bool {
        let expired = self.signatures.iter().take(at_most);
        let expired: Vec<Number> = expired
            .take_while(|(_, signature)| signature.until <= now)
            .map(|(number, _)| *number)
            .collect();
        for number in &expired {
            self.remove(*number);
        }
        !expired.is_empty()
    }

    /// The signatures that keep a leaf there.
    fn at(&self, path: SignaturePath) -> impl Iterator<Item = (Number, &Signature)> {
        let messages = self.tree.get(&path.seed);
        let leaf = messages.and_then(|messages| messages.get(&path.message));
        let numbers = leaf.map_or(&[][..], |leaf| leaf.0.as_slice());
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
        let messages = self.tree.entry(path.seed);
        let leaf = messages.entry(path.message);
        leaf.0.retain(|other| *other != number);
        if leaf.0.is_empty() {
            self.leaves -= 1;
            messages.remove(&path.message);
            if messages.is_empty() {
                self.tree.remove(&path.seed);
            }
        }
    }
}

#[cfg(test)]
mod tests;
