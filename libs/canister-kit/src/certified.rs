//! The root of a canister's certified data.
//!
//! A canister certifies 32 bytes. Here they are the root hash of a tree with a few labels, sorted by
//! bytes, forked to the left:
//!
//! ```text
//! registry, archive:  fork(fork(http_expr, last_block_hash), last_block_index)
//! front:              fork(fork(http_expr, routing), sig)
//! ```
//!
//! What stands below a label is known here by its root hash only, so that trees of different libraries
//! meet under one root. A witness shows the asked labels and prunes the rest.
//!
//! Certified data does not survive an upgrade by itself on all paths that matter: it is set in `init` and in
//! `post_upgrade`, and again whenever something below changes.

use crate::http::{LABELED_SKIP_CERTIFICATION_HASH, SKIP_CERTIFICATION_HASH};
use ic_certified_map::{HashTree, fork, labeled};
use oplog::sha256;

#[cfg(test)]
mod tests;

/// A SHA-256 hash of a tree.
pub type Hash = [u8; 32];

/// ICRC-3's label of the tip's hash.
pub const LAST_BLOCK_HASH: &str = "last_block_hash";
/// ICRC-3's label of the tip's index.
pub const LAST_BLOCK_INDEX: &str = "last_block_index";
/// The HTTP gateway protocol's label.
pub const HTTP_EXPR: &str = "http_expr";

/// Labels directly below the root, each with the root hash of what stands below it. A change of the last label hashes
/// nothing of the others again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedRoot(Vec<Subtree>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Subtree {
    label: &'static str,
    /// With the label.
    hash: Hash,
    /// Of the fork of everything up to here.
    joined: Hash,
}

impl CertifiedRoot {
    /// A root over these labels, in any order; of equal labels the last one counts.
    pub fn new(subtrees: impl IntoIterator<Item = (&'static str, Hash)>) -> Self {
        let mut root = Self(Vec::new());
        for (label, hash) in subtrees {
            root.set(label, hash);
        }
        root
    }

    /// Puts a subtree's root hash under a label.
    pub fn set(&mut self, label: &'static str, hash: Hash) {
        let Self(subtrees) = self;
        let place = subtrees.binary_search_by_key(&label.as_bytes(), |one| one.label.as_bytes());
        let hash = match (label, hash) {
            // Nearly all canisters have it.
            (HTTP_EXPR, SKIP_CERTIFICATION_HASH) => LABELED_SKIP_CERTIFICATION_HASH,
            (label, hash) => labeled_hash(label.as_bytes(), &hash),
        };
        let changed = Subtree {
            label,
            hash,
            joined: hash,
        };
        let first = match place {
            Ok(at) => {
                subtrees[at] = changed;
                at
            }
            Err(at) => {
                subtrees.insert(at, changed);
                at
            }
        };
        for at in first..subtrees.len() {
            let hash = subtrees[at].hash;
            let before = at.checked_sub(1).map(|before| subtrees[before].joined);
            subtrees[at].joined = before.map_or(hash, |before| fork_hash(&before, &hash));
        }
    }

    /// The 32 bytes to certify.
    pub fn hash(&self) -> Hash {
        match self.0.last() {
            Some(last) => last.joined,
            None => HashTree::Empty.reconstruct(),
        }
    }

    /// A tree with this root's hash that shows the given subtrees and prunes the others.
    ///
    /// A subtree with another root hash than the one set gives a tree that verifies against nothing; a
    /// label that this root does not have is left out.
    pub fn witness<'a>(&self, mut shown: Vec<(&'static str, HashTree<'a>)>) -> HashTree<'a> {
        let mut tree: Option<HashTree<'a>> = None;
        for Subtree {
            label,
            hash,
            joined,
        } in &self.0
        {
            let node = match shown.iter().position(|(name, _)| name == label) {
                Some(at) => labeled(label.as_bytes(), shown.swap_remove(at).1),
                None => HashTree::Pruned(*hash),
            };
            tree = Some(match (tree, node) {
                (None, node) => node,
                (Some(HashTree::Pruned(_)), HashTree::Pruned(_)) => HashTree::Pruned(*joined),
                (Some(left), node) => fork(left, node),
            });
        }
        tree.unwrap_or(HashTree::Empty)
    }

    /// Hands the root hash to the system. For the door: `init`, `post_upgrade`, and after each change.
    pub fn certify(&self) {
        ic_cdk::api::certified_data_set(self.hash());
    }
}

/// The newest block of a log, as ICRC-3 certifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogTip {
    /// Its index.
    pub index: u64,
    /// Its representation-independent hash.
    pub hash: Hash,
}

/// The root of a canister that certifies HTTP responses and a log: registry and archive.
///
/// An empty log has no tip, and then the root has no labels for it.
pub fn log_root(tip: Option<LogTip>) -> CertifiedRoot {
    let mut root = CertifiedRoot::new([(HTTP_EXPR, crate::http::SKIP_CERTIFICATION_HASH)]);
    if let Some(LogTip { index, hash }) = tip {
        root.set(LAST_BLOCK_HASH, leaf_hash(&hash));
        root.set(LAST_BLOCK_INDEX, leaf_hash(&leb128(index)));
    }
    root
}

/// The `hash_tree` of ICRC-3's tip certificate: CBOR of a witness for index (LEB128) and hash.
pub fn tip_witness(tip: LogTip) -> Vec<u8> {
    let LogTip { index, hash } = tip;
    let tree = log_root(Some(tip)).witness(vec![
        (LAST_BLOCK_HASH, leaf(hash.to_vec())),
        (LAST_BLOCK_INDEX, leaf(leb128(index))),
    ]);
    cbor(&tree)
}

/// The hash of a leaf (interface specification, "Certification": each kind of node has a domain of its own).
fn leaf_hash(contents: &[u8]) -> Hash {
    sha256(&[b"\x10ic-hashtree-leaf", contents])
}

/// The hash of a labelled node.
fn labeled_hash(label: &[u8], below: &Hash) -> Hash {
    sha256(&[b"\x13ic-hashtree-labeled", label, below])
}

/// The hash of a fork.
fn fork_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[b"\x10ic-hashtree-fork", left, right])
}

/// A leaf with these bytes.
pub fn leaf(bytes: Vec<u8>) -> HashTree<'static> {
    HashTree::Leaf(bytes.into())
}

/// A tree in the CBOR form that certificates use, with the self-describing tag.
pub fn cbor(tree: &HashTree<'_>) -> Vec<u8> {
    tagged_cbor(tree)
}

/// A value as CBOR with the self-describing tag (55799).
pub(crate) fn tagged_cbor(value: &impl serde::Serialize) -> Vec<u8> {
    let mut serializer = serde_cbor::Serializer::new(Vec::new());
    let written = serializer
        .self_describe()
        .and_then(|()| value.serialize(&mut serializer));
    // A Vec takes everything, and trees and lists of texts have no value that CBOR lacks.
    written.expect("CBOR into a Vec cannot fail");
    serializer.into_inner()
}

/// Unsigned LEB128.
fn leb128(value: u64) -> Vec<u8> {
    let (bytes, length) = leb128fmt::encode_u64(value).expect("ten bytes hold every u64");
    bytes[..length].to_vec()
}
