//! The certified tree of signatures, hashed late.
//!
//! ```text
//! node = leaf                                       a path, and who keeps it there
//!      | fork: first bit that differs, two nodes    0 left, 1 right
//! ```
//!
//! It is one crit-bit tree over the 512 bits of paths. A fork at one of the first 256 bits belongs to the tree of seeds, a
//! later one to the tree of some seed's messages, and between the two the certified tree has the seed's label:
//!
//! ```text
//! of seeds:    Fork, or Labeled(seed, of its messages)
//! of messages: Fork, or Labeled(message, Leaf(""))
//! ```
//!
//! The shape depends on the paths alone, not on the order in which they came, and nothing is ever rotated: a
//! change touches one way. Left of a fork are the labels with a 0 at its bit and right those with a 1, so from left to
//! right labels ascend, as the Internet Computer's hash trees must (interface specification, "Certificate", "Lookup").
//! Random labels, such as SHA-256 hashes, give a depth of about log2(n) + 1; whatever they are, it is below 513.
//!
//! A change only forgets the hashes on its way. The first question for the root hash computes what is missing, so
//! several changes in one message hash the way they share once.
//!
//! All nodes lie in two pieces of the heap. As pieces of their own, which come and go, they would leave holes between
//! everything else (docs/decisions/0027-books-that-leave-no-holes.md).

use super::{Number, SignaturePath};
use hex_literal::hex;
use ic_certified_map::{Hash, HashTree, fork, fork_hash, labeled, labeled_hash};
use slab::Slab;
use smallvec::SmallVec;
use std::cell::Cell;

#[cfg(test)]
mod tests;

/// The signatures that keep a leaf there: nearly always one.
pub(super) type Holders = SmallVec<[Number; 1]>;

/// The hash of an empty leaf (checked by a test).
const EMPTY_LEAF_HASH: Hash =
    hex!("d001f3e7b82166c6d343a1efe776e96ac02a23a51e0898bc2c4e323fce0e622c");

/// The tree.
#[derive(Debug, Default)]
pub(super) struct SignatureTree {
    leaves: Slab<Leaf>,
    forks: Slab<Fork>,
    root: Option<Node>,
}

/// Where a node lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Leaf(usize),
    Fork(usize),
}

#[derive(Debug)]
struct Leaf {
    path: SignaturePath,
    holders: Holders,
    hashes: Hashes,
}

#[derive(Debug)]
struct Fork {
    /// The first bit in which the paths below differ; bits before it are the same in all of them.
    bit: u16,
    /// By their paths' `bit`.
    children: [Node; 2],
    hashes: Hashes,
}

/// One of a path's labels, and the trees that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Seed,
    Message,
}

/// A node's hash as a part of each level's tree, once it is known.
#[derive(Debug, Default)]
struct Hashes([Cell<Option<Hash>>; 2]);

/// A place that holds a node: a fork's child, or, if there is no fork above, the root.
type Place = Option<(usize, usize)>;

impl SignatureTree {
    /// How many leaves there are.
    pub(super) fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Who keeps the leaf at `path` there.
    pub(super) fn get(&self, path: &SignaturePath) -> Option<&Holders> {
        let leaf = &self.leaves[self.nearest(self.root?, path)];
        (leaf.path == *path).then_some(&leaf.holders)
    }

    /// Who keeps the leaf at `path` there, to change it; a leaf is put there if there is none. The hashes from there to
    /// the root are forgotten.
    pub(super) fn entry(&mut self, path: SignaturePath) -> &mut Holders {
        let Some(root) = self.root else {
            let leaf = self.leaves.insert(Leaf::new(path));
            self.root = Some(Node::Leaf(leaf));
            return &mut self.leaves[leaf].holders;
        };
        let nearest = self.nearest(root, &path);
        let bit = first_difference(&self.leaves[nearest].path, &path);
        let (mut place, mut node) = (None, root);
        while let Node::Fork(at) = node
            && bit.is_none_or(|bit| self.forks[at].bit < bit)
        {
            (place, node) = self.step(at, &path);
        }
        let Some(bit) = bit else {
            self.leaves[nearest].hashes.forget();
            return &mut self.leaves[nearest].holders;
        };
        let leaf = self.leaves.insert(Leaf::new(path));
        let mut children = [Node::Leaf(leaf), node];
        if side(&path, bit) == 1 {
            children.swap(0, 1);
        }
        let fork = self.forks.insert(Fork {
            bit,
            children,
            hashes: Hashes::default(),
        });
        self.put(place, Node::Fork(fork));
        &mut self.leaves[leaf].holders
    }

    /// Takes the leaf at `path` out. The hashes on its way are forgotten; if it is not there nothing is.
    pub(super) fn remove(&mut self, path: &SignaturePath) {
        let Some(root) = self.root else {
            return;
        };
        let nearest = self.nearest(root, path);
        if self.leaves[nearest].path != *path {
            return;
        }
        let (mut above, mut place, mut node) = (None, None, root);
        while let Node::Fork(at) = node {
            above = place;
            (place, node) = self.step(at, path);
        }
        self.leaves.remove(nearest);
        match place {
            None => self.root = None,
            Some((fork, side)) => {
                let other = self.forks.remove(fork).children[1 - side];
                self.put(above, other);
            }
        }
    }

    /// The root hash.
    pub(super) fn root_hash(&self) -> Hash {
        match self.root {
            None => HashTree::Empty.reconstruct(),
            Some(root) => self.hash(root, Level::Seed),
        }
    }

    /// A tree with this one's root hash that shows the leaf at `path`, and prunes everything else. For a path that is
    /// not there it proves the absence: it shows the two labels between which the missing one would be.
    pub(super) fn witness(&self, path: &SignaturePath) -> HashTree<'_> {
        match self.root {
            None => HashTree::Empty,
            Some(root) => self.proof(root, Level::Seed, path),
        }
    }

    fn proof(&self, tree: Node, level: Level, path: &SignaturePath) -> HashTree<'_> {
        let mut node = tree;
        while let Some(fork) = self.fork(node, level) {
            node = fork.children[side(path, fork.bit)];
        }
        if self.label(node, level) == path.label(level) {
            return self.show(tree, level, &[path.label(level)], &|node| match level {
                Level::Seed => self.proof(node, Level::Message, path),
                Level::Message => HashTree::Leaf((&[]).into()),
            });
        }
        let neighbours = self.neighbours(tree, level, path);
        let neighbours: SmallVec<[&Hash; 2]> = neighbours.into_iter().flatten().collect();
        self.show(tree, level, &neighbours, &|node| {
            HashTree::Pruned(self.hash_below(node, level))
        })
    }

    /// Prunes everything of a level's tree but `labels`, which are sorted and all in it.
    fn show<'a>(
        &'a self,
        node: Node,
        level: Level,
        labels: &[&Hash],
        below: &dyn Fn(Node) -> HashTree<'a>,
    ) -> HashTree<'a> {
        if labels.is_empty() {
            return HashTree::Pruned(self.hash(node, level));
        }
        match self.fork(node, level) {
            None => labeled(self.label(node, level), below(node)),
            Some(inner) => {
                let zeros = labels.partition_point(|label| bit_of(label, inner.bit) == 0);
                let (zeros, ones) = labels.split_at(zeros);
                let [left, right] = inner.children;
                fork(
                    self.show(left, level, zeros, below),
                    self.show(right, level, ones, below),
                )
            }
        }
    }

    /// In a level's tree: the greatest label below the path's, which is absent, and the smallest above it.
    fn neighbours(&self, tree: Node, level: Level, path: &SignaturePath) -> [Option<&Hash>; 2] {
        let mut neighbours = [None, None];
        let nearest = &self.leaves[self.nearest(tree, path)].path;
        let Some(bit) = first_difference(nearest, path) else {
            return neighbours;
        };
        let mut node = tree;
        while let Some(fork) = self.fork(node, level)
            && fork.bit < bit
        {
            let side = side(path, fork.bit);
            let other = self.outermost(fork.children[1 - side], side);
            neighbours[1 - side] = Some(other.label(level));
            node = fork.children[side];
        }
        // All labels of the rest are on the same side of the path's.
        let side = side(path, bit);
        neighbours[1 - side] = Some(self.outermost(node, side).label(level));
        neighbours
    }

    /// A node's hash as a part of a level's tree.
    fn hash(&self, node: Node, level: Level) -> Hash {
        self.hashes(node)
            .known(level, || match self.fork(node, level) {
                Some(fork) => {
                    let [left, right] = fork.children;
                    fork_hash(&self.hash(left, level), &self.hash(right, level))
                }
                None => labeled_hash(self.label(node, level), &self.hash_below(node, level)),
            })
    }

    /// The hash of what stands below a label.
    fn hash_below(&self, node: Node, level: Level) -> Hash {
        match level {
            Level::Seed => self.hash(node, Level::Message),
            Level::Message => EMPTY_LEAF_HASH,
        }
    }

    fn hashes(&self, node: Node) -> &Hashes {
        match node {
            Node::Leaf(at) => &self.leaves[at].hashes,
            Node::Fork(at) => &self.forks[at].hashes,
        }
    }

    /// The node as a fork of a level's tree; all others have one label there.
    fn fork(&self, node: Node, level: Level) -> Option<&Fork> {
        match node {
            Node::Fork(at) if Level::of(self.forks[at].bit) == level => Some(&self.forks[at]),
            Node::Leaf(_) | Node::Fork(_) => None,
        }
    }

    /// The only label that a level has in this node.
    fn label(&self, node: Node, level: Level) -> &Hash {
        self.outermost(node, 0).label(level)
    }

    /// The leaf that agrees with `path` at every fork on the way. If the path is there, this is it; if not, no other
    /// one has a longer beginning in common with it.
    fn nearest(&self, mut node: Node, path: &SignaturePath) -> usize {
        loop {
            match node {
                Node::Leaf(at) => return at,
                Node::Fork(at) => {
                    let Fork { bit, children, .. } = &self.forks[at];
                    node = children[side(path, *bit)];
                }
            }
        }
    }

    /// The leftmost path (side 0) or the rightmost one (side 1).
    fn outermost(&self, mut node: Node, side: usize) -> &SignaturePath {
        loop {
            match node {
                Node::Leaf(at) => return &self.leaves[at].path,
                Node::Fork(at) => node = self.forks[at].children[side],
            }
        }
    }

    /// From a fork on along `path`: the place of the next node, and the node. The fork's hashes are forgotten.
    fn step(&self, fork: usize, path: &SignaturePath) -> (Place, Node) {
        let Fork {
            bit,
            children,
            hashes,
        } = &self.forks[fork];
        hashes.forget();
        let side = side(path, *bit);
        (Some((fork, side)), children[side])
    }

    fn put(&mut self, place: Place, node: Node) {
        match place {
            None => self.root = Some(node),
            Some((fork, side)) => self.forks[fork].children[side] = node,
        }
    }
}

impl Leaf {
    fn new(path: SignaturePath) -> Self {
        Self {
            path,
            holders: Holders::new(),
            hashes: Hashes::default(),
        }
    }
}

impl Hashes {
    fn forget(&self) {
        let Self(hashes) = self;
        for hash in hashes {
            hash.set(None);
        }
    }

    /// The hash that was computed before, or `compute`, once.
    fn known(&self, level: Level, compute: impl FnOnce() -> Hash) -> Hash {
        let hash = &self.0[usize::from(level == Level::Message)];
        hash.get().unwrap_or_else(|| {
            let computed = compute();
            hash.set(Some(computed));
            computed
        })
    }
}

impl Level {
    /// Whose label a path's bit belongs to.
    const fn of(bit: u16) -> Self {
        if bit < 256 { Self::Seed } else { Self::Message }
    }
}

impl SignaturePath {
    const fn label(&self, level: Level) -> &Hash {
        match level {
            Level::Seed => &self.seed,
            Level::Message => &self.message,
        }
    }
}

/// A bit of a path, as the index of a fork's child.
fn side(path: &SignaturePath, bit: u16) -> usize {
    bit_of(path.label(Level::of(bit)), bit)
}

/// A path's bit, by its label. Bits count from the most significant one of the first byte, so that the order of the bits is
/// the order of the bytes.
fn bit_of(label: &Hash, bit: u16) -> usize {
    usize::from(label[usize::from(bit / 8 % 32)] >> (7 - bit % 8) & 1)
}

/// The first bit in which two paths differ; `None` if they are the same.
fn first_difference(a: &SignaturePath, b: &SignaturePath) -> Option<u16> {
    let bytes = |path: &SignaturePath| path.seed.into_iter().chain(path.message);
    let differing = (0_u16..)
        .zip(bytes(a).zip(bytes(b)))
        .map(|(index, (a, b))| (index, a ^ b))
        .find(|(_, differing)| *differing != 0);
    differing
        .map(|(index, differing)| 8 * index + u16::try_from(differing.leading_zeros()).unwrap_or(0))
}
