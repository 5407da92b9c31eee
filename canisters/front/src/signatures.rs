//! Signatures that are ready to be fetched: a certified map that lives in the heap.
//!
//! ```text
//! sig / SHA-256(seed) / SHA-256(domain separator, message) = ""
//! ```
//!
//! A canister signature is a certificate of the Internet Computer that this leaf exists, so adding a
//! leaf is signing. An entry belongs to the caller who prepared it, is there for [`LIFE_NS`], and a
//! caller has at most [`PER_CALLER`]: the oldest gives way, so nobody can crowd out anybody else. Each addition prunes
//! at most [`PRUNED_PER_ADDITION`] expired entries. After an upgrade the map is empty and clients prepare again.

use candid::Principal;
use ic_certified_map::{AsHashTree, Hash, HashTree, RbTree, leaf_hash};
use std::collections::{BTreeMap, VecDeque};
use types::TimestampNs;

/// How long a prepared signature can be fetched.
pub(crate) const LIFE_NS: u64 = 60_000_000_000;
/// Live signatures per caller.
pub(crate) const PER_CALLER: usize = 50;
/// Expired entries that one addition removes. More than one, or a burst would never drain.
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

/// The empty leaf.
#[derive(Debug, Clone, Copy, Default)]
struct Empty;

impl AsHashTree for Empty {
    fn root_hash(&self) -> Hash {
        leaf_hash(&[])
    }

    fn as_hash_tree(&self) -> HashTree<'_> {
        HashTree::Leaf((&[]).into())
    }
}

/// The map. Times handed to it never go backwards, as the Internet Computer's do not.
#[derive(Default)]
pub(crate) struct SignatureMap {
    tree: RbTree<Hash, RbTree<Hash, Empty>>,
    /// Who prepared the signature at a path, and until when it can be fetched.
    holders: BTreeMap<SignaturePath, Vec<(Principal, TimestampNs)>>,
    /// The paths of a caller, oldest first.
    callers: BTreeMap<Principal, VecDeque<SignaturePath>>,
    /// When what ends, soonest first. An entry may be out of date: `holders` decides.
    ends: VecDeque<(TimestampNs, SignaturePath, Principal)>,
}

impl SignatureMap {
    /// Adds a signature for `caller`. The root hash changes.
    pub(crate) fn add(&mut self, path: SignaturePath, caller: Principal, now: TimestampNs) {
        self.prune(now);
        self.remove(path, caller);
        let oldest = self
            .callers
            .get(&caller)
            .filter(|paths| paths.len() >= PER_CALLER)
            .and_then(VecDeque::front)
            .copied();
        if let Some(oldest) = oldest {
            self.remove(oldest, caller);
        }
        let until = now.saturating_add(LIFE_NS);
        self.insert_leaf(path);
        self.holders.entry(path).or_default().push((caller, until));
        self.callers.entry(caller).or_default().push_back(path);
        self.ends.push_back((until, path, caller));
    }

    /// What `caller` finds at `path`.
    pub(crate) fn find(&self, path: SignaturePath, caller: Principal, now: TimestampNs) -> Found {
        let holders = self.holders.get(&path).map_or(&[][..], Vec::as_slice);
        let mut living = holders.iter().filter(|(_, until)| now < *until).peekable();
        if living.peek().is_none() {
            Found::Nothing
        } else if living.any(|(holder, _)| *holder == caller) {
            Found::Yours
        } else {
            Found::NotYours
        }
    }

    /// The tree that proves the leaf at `path`, everything else pruned. For a path that is not there
    /// it proves the absence.
    pub(crate) fn witness(&self, path: SignaturePath) -> HashTree<'_> {
        self.tree
            .nested_witness(&path.seed, |messages| messages.witness(&path.message))
    }

    /// Root hash of what stands below the label `sig`.
    pub(crate) fn root_hash(&self) -> Hash {
        self.tree.root_hash()
    }

    /// Entries in the tree, expired ones that wait to be pruned included.
    pub(crate) fn len(&self) -> usize {
        self.holders.len()
    }

    fn prune(&mut self, now: TimestampNs) {
        for _ in 0..PRUNED_PER_ADDITION {
            match self.ends.front() {
                Some((until, ..)) if *until <= now => {}
                _ => return,
            }
            if let Some((until, path, caller)) = self.ends.pop_front()
                && self.end_of(path, caller) == Some(until)
            {
                self.remove(path, caller);
            }
        }
    }

    fn end_of(&self, path: SignaturePath, caller: Principal) -> Option<TimestampNs> {
        let holders = self.holders.get(&path)?;
        let (_, until) = holders.iter().find(|(holder, _)| *holder == caller)?;
        Some(*until)
    }

    fn insert_leaf(&mut self, path: SignaturePath) {
        let SignaturePath { seed, message } = path;
        if self.tree.get(&seed).is_some() {
            self.tree
                .modify(&seed, |messages| messages.insert(message, Empty));
        } else {
            let mut messages = RbTree::new();
            messages.insert(message, Empty);
            self.tree.insert(seed, messages);
        }
    }

    /// Takes a caller off a path, and the leaf with the last one. No effect if the caller is not there.
    fn remove(&mut self, path: SignaturePath, caller: Principal) {
        let Some(holders) = self.holders.get_mut(&path) else {
            return;
        };
        let before = holders.len();
        holders.retain(|(holder, _)| *holder != caller);
        if holders.len() == before {
            return;
        }
        if holders.is_empty() {
            self.holders.remove(&path);
            self.remove_leaf(path);
        }
        if let Some(paths) = self.callers.get_mut(&caller) {
            paths.retain(|other| *other != path);
            if paths.is_empty() {
                self.callers.remove(&caller);
            }
        }
    }

    fn remove_leaf(&mut self, SignaturePath { seed, message }: SignaturePath) {
        let mut is_empty = false;
        self.tree.modify(&seed, |messages| {
            messages.delete(&message);
            is_empty = messages.is_empty();
        });
        if is_empty {
            self.tree.delete(&seed);
        }
    }
}

#[cfg(test)]
mod tests;
