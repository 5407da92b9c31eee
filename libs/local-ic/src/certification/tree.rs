//! Labeled trees and their witnesses.
//!
//! A witness reveals what was asked for and prunes the rest. Where a label is asked for that is
//! not there, its two neighbours are revealed: two adjacent labels prove that nothing is between.

use ic_certification::hash_tree::{HashTree, empty, fork, label, leaf, pruned};
use std::collections::{BTreeMap, BTreeSet};

type Witness = HashTree<Vec<u8>>;

/// A path of labels.
pub type Path = Vec<Vec<u8>>;

/// A tree of labels with values at its leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A value.
    Leaf(Vec<u8>),
    /// Labels in the order of their bytes.
    Labels(BTreeMap<Vec<u8>, Tree>),
    /// What no witness reveals: only its hash.
    Hidden([u8; 32]),
}

impl Tree {
    /// A tree of these labels.
    pub fn labels<L: Into<Vec<u8>>>(entries: impl IntoIterator<Item = (L, Tree)>) -> Self {
        Tree::Labels(
            entries
                .into_iter()
                .map(|(name, tree)| (name.into(), tree))
                .collect(),
        )
    }

    /// The value or subtree at a path.
    pub fn at(&self, path: &[Vec<u8>]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, name| match tree {
            Tree::Leaf(_) | Tree::Hidden(_) => None,
            Tree::Labels(entries) => entries.get(name),
        })
    }

    /// Keeps what is at this path, if anything is, out of every witness.
    pub fn hide(&mut self, path: &[Vec<u8>]) {
        match (path.split_first(), &mut *self) {
            (None, tree) => *tree = Tree::Hidden(tree.digest()),
            (Some((name, rest)), Tree::Labels(entries)) => {
                if let Some(tree) = entries.get_mut(name) {
                    tree.hide(rest);
                }
            }
            (Some(_), Tree::Leaf(_) | Tree::Hidden(_)) => {}
        }
    }

    /// The root hash.
    pub fn digest(&self) -> [u8; 32] {
        self.whole().digest()
    }

    /// The hash tree that reveals these paths, each with everything below it.
    pub fn witness(&self, paths: &[Path]) -> Witness {
        let paths: Vec<&[Vec<u8>]> = paths.iter().map(Vec::as_slice).collect();
        self.reveal(&paths)
    }

    fn reveal(&self, paths: &[&[Vec<u8>]]) -> Witness {
        if paths.iter().any(|path| path.is_empty()) {
            return self.whole();
        }
        let entries = match self {
            Tree::Leaf(value) => return leaf(value.clone()),
            Tree::Hidden(hash) => return pruned(*hash),
            Tree::Labels(entries) => entries,
        };
        let mut below: BTreeMap<&[u8], Vec<&[Vec<u8>]>> = BTreeMap::new();
        let mut neighbours: BTreeSet<&[u8]> = BTreeSet::new();
        for path in paths {
            let wanted = &path[0];
            if entries.contains_key(wanted) {
                below.entry(wanted).or_default().push(&path[1..]);
            } else {
                let before = entries.range::<Vec<u8>, _>(..wanted).next_back();
                let after = entries.range::<Vec<u8>, _>(wanted..).next();
                neighbours.extend(
                    before
                        .into_iter()
                        .chain(after)
                        .map(|(name, _)| name.as_slice()),
                );
            }
        }
        let nodes = entries
            .iter()
            .map(|(name, tree)| {
                if let Some(paths) = below.get(name.as_slice()) {
                    Node::Revealed(label(name.clone(), tree.reveal(paths)))
                } else if neighbours.contains(name.as_slice()) {
                    Node::Revealed(label(name.clone(), pruned(tree.digest())))
                } else {
                    let hidden: Witness = label(name.clone(), pruned(tree.digest()));
                    Node::Hidden(hidden.digest())
                }
            })
            .collect();
        join(nodes).into_witness()
    }

    fn whole(&self) -> Witness {
        match self {
            Tree::Leaf(value) => leaf(value.clone()),
            Tree::Hidden(hash) => pruned(*hash),
            Tree::Labels(entries) => {
                let nodes = entries
                    .iter()
                    .map(|(name, tree)| Node::Revealed(label(name.clone(), tree.whole())))
                    .collect();
                join(nodes).into_witness()
            }
        }
    }
}

/// A part of a witness: shown, or only its hash.
enum Node {
    Revealed(Witness),
    Hidden([u8; 32]),
}

impl Node {
    fn into_witness(self) -> Witness {
        match self {
            Node::Revealed(witness) => witness,
            Node::Hidden(hash) => pruned(hash),
        }
    }
}

/// Joins nodes to a balanced binary tree of forks.
fn join(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        0 => Node::Revealed(empty()),
        1 => nodes.remove(0),
        count => {
            let right = join(nodes.split_off(count.div_ceil(2)));
            let left = join(nodes);
            match (left, right) {
                (Node::Hidden(left), Node::Hidden(right)) => {
                    let both: Witness = fork(pruned(left), pruned(right));
                    Node::Hidden(both.digest())
                }
                (left, right) => Node::Revealed(fork(left.into_witness(), right.into_witness())),
            }
        }
    }
}
