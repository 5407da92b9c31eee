//! A certified map from 32-byte labels to subtrees: a crit-bit tree, hashed late.
//!
//! ```text
//! node = nothing                               Empty         only as the whole tree
//!      | label, subtree                        Labeled
//!      | first bit that differs, two nodes     Fork          0 left, 1 right
//! ```
//!
//! The shape depends on the labels alone, not on the order in which they came, and nothing is ever rotated: a
//! change touches one path. Left of a fork are the labels with a 0 at its bit and right those with a 1, so from left to
//! right labels ascend, as the Internet Computer's hash trees must (interface specification, "Certificate", "Lookup").
//! Random labels, such as SHA-256 hashes, give a depth of about log2(n) + 1; whatever they are, it is below 257.
//!
//! A change only forgets the hashes on its path. The first question for the root hash computes what is missing, so
//! several changes in one message hash the path they share once.

use ic_certified_map::{AsHashTree, Hash, HashTree, fork, fork_hash, labeled, labeled_hash};
use std::cell::Cell;
use std::mem;

#[cfg(test)]
mod tests;

/// The map.
#[derive(Debug, Default)]
pub(super) enum LabelTree<V> {
    /// No label.
    #[default]
    Empty,
    /// One label.
    Leaf(Box<Leaf<V>>),
    /// Two labels or more.
    Fork(Box<Fork<V>>),
}

#[derive(Debug)]
pub(super) struct Leaf<V> {
    label: Hash,
    hash: Cell<Option<Hash>>,
    subtree: V,
}

#[derive(Debug)]
pub(super) struct Fork<V> {
    /// The first bit in which the labels below differ; bits above it are the same in all of them.
    bit: u8,
    hash: Cell<Option<Hash>>,
    /// By their labels' `bit`. Neither is empty.
    children: [LabelTree<V>; 2],
}

impl<V> LabelTree<V> {
    /// The subtree of a label.
    pub(super) fn get(&self, label: &Hash) -> Option<&V> {
        let leaf = self.nearest(label)?;
        (leaf.label == *label).then_some(&leaf.subtree)
    }

    /// Whether there is no label.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The subtree of a label, to change it; an empty one is put there if there is none. The hashes from there to the
    /// root are forgotten.
    pub(super) fn entry(&mut self, label: Hash) -> &mut V
    where
        V: Default,
    {
        let nearest = self.nearest(&label);
        let bit = nearest.and_then(|leaf| first_difference(&leaf.label, &label));
        self.place(&label, bit)
    }

    /// The subtree of `label`, which differs at `bit`, if at all, from the labels that are most like it.
    fn place(&mut self, label: &Hash, bit: Option<u8>) -> &mut V
    where
        V: Default,
    {
        if self.is_empty() {
            *self = Self::Leaf(Box::new(Leaf {
                label: *label,
                hash: Cell::new(None),
                subtree: V::default(),
            }));
        } else if let Some(bit) = bit
            && !matches!(self, Self::Fork(fork) if fork.bit < bit)
        {
            *self = Self::forked(bit, label, mem::take(self));
        }
        match self {
            Self::Empty => unreachable!("a leaf was put there"),
            Self::Leaf(leaf) => {
                leaf.hash.set(None);
                &mut leaf.subtree
            }
            Self::Fork(fork) => {
                fork.hash.set(None);
                fork.children[side(label, fork.bit)].place(label, bit)
            }
        }
    }

    /// Takes a label out, with what is below it. The hashes on its path are forgotten; if it is not there nothing is.
    pub(super) fn remove(&mut self, label: &Hash) -> Option<V> {
        match self {
            Self::Empty => None,
            Self::Leaf(leaf) if leaf.label != *label => None,
            Self::Leaf(_) => match mem::take(self) {
                Self::Leaf(leaf) => Some(leaf.subtree),
                Self::Empty | Self::Fork(_) => None,
            },
            Self::Fork(fork) => {
                let side = side(label, fork.bit);
                let removed = fork.children[side].remove(label)?;
                fork.hash.set(None);
                if fork.children[side].is_empty() {
                    *self = mem::take(&mut fork.children[1 - side]);
                }
                Some(removed)
            }
        }
    }

    /// A fork at `bit` of `other` and of an empty place for `label`.
    fn forked(bit: u8, label: &Hash, other: Self) -> Self {
        let mut children = [Self::Empty, other];
        if side(label, bit) == 1 {
            children.swap(0, 1);
        }
        Self::Fork(Box::new(Fork {
            bit,
            hash: Cell::new(None),
            children,
        }))
    }

    /// The leaf that agrees with `label` at every fork on the way. If the label is there, this is it; if not, no other
    /// leaf has a longer beginning in common with it.
    fn nearest(&self, label: &Hash) -> Option<&Leaf<V>> {
        let mut node = self;
        loop {
            match node {
                Self::Empty => return None,
                Self::Leaf(leaf) => return Some(leaf),
                Self::Fork(fork) => node = &fork.children[side(label, fork.bit)],
            }
        }
    }

    /// The greatest label below an absent one, and the smallest above it.
    fn neighbours(&self, label: &Hash) -> [Option<Hash>; 2] {
        let mut neighbours = [None, None];
        let nearest = self.nearest(label);
        let Some(bit) = nearest.and_then(|leaf| first_difference(&leaf.label, label)) else {
            return neighbours;
        };
        let mut node = self;
        while let Self::Fork(fork) = node
            && fork.bit < bit
        {
            let side = side(label, fork.bit);
            neighbours[1 - side] = fork.children[1 - side].outermost(side);
            node = &fork.children[side];
        }
        // All labels of the rest are on the same side of `label`.
        let side = side(label, bit);
        neighbours[1 - side] = node.outermost(side);
        neighbours
    }

    /// The leftmost label (side 0) or the rightmost one (side 1).
    fn outermost(&self, side: usize) -> Option<Hash> {
        let mut node = self;
        loop {
            match node {
                Self::Empty => return None,
                Self::Leaf(leaf) => return Some(leaf.label),
                Self::Fork(fork) => node = &fork.children[side],
            }
        }
    }
}

impl<V: AsHashTree> LabelTree<V> {
    /// A tree with this one's root hash that shows `label` with `shown` of its subtree, and prunes everything else.
    /// For a label that is not there it proves the absence: it shows the two between which the label would be.
    pub(super) fn witness<'a>(
        &'a self,
        label: &Hash,
        shown: impl Fn(&'a V) -> HashTree<'a>,
    ) -> HashTree<'a> {
        if self.get(label).is_some() {
            return self.show(&[*label], &shown);
        }
        let neighbours: Vec<Hash> = self.neighbours(label).into_iter().flatten().collect();
        self.show(&neighbours, &|subtree: &V| {
            HashTree::Pruned(subtree.root_hash())
        })
    }

    /// Prunes everything but `labels`, which are sorted and all below this node.
    fn show<'a>(&'a self, labels: &[Hash], shown: &impl Fn(&'a V) -> HashTree<'a>) -> HashTree<'a> {
        match self {
            Self::Empty => HashTree::Empty,
            _ if labels.is_empty() => HashTree::Pruned(self.root_hash()),
            Self::Leaf(leaf) => labeled(&leaf.label, shown(&leaf.subtree)),
            Self::Fork(inner) => {
                let [left, right] = &inner.children;
                let ones = labels.partition_point(|label| side(label, inner.bit) == 0);
                let (zeros, ones) = labels.split_at(ones);
                fork(left.show(zeros, shown), right.show(ones, shown))
            }
        }
    }
}

impl<V: AsHashTree> AsHashTree for LabelTree<V> {
    fn root_hash(&self) -> Hash {
        match self {
            Self::Empty => HashTree::Empty.reconstruct(),
            Self::Leaf(leaf) => known(&leaf.hash, || {
                labeled_hash(&leaf.label, &leaf.subtree.root_hash())
            }),
            Self::Fork(fork) => known(&fork.hash, || {
                let [left, right] = &fork.children;
                fork_hash(&left.root_hash(), &right.root_hash())
            }),
        }
    }

    fn as_hash_tree(&self) -> HashTree<'_> {
        match self {
            Self::Empty => HashTree::Empty,
            Self::Leaf(leaf) => labeled(&leaf.label, leaf.subtree.as_hash_tree()),
            Self::Fork(inner) => {
                let [left, right] = &inner.children;
                fork(left.as_hash_tree(), right.as_hash_tree())
            }
        }
    }
}

/// The hash that was computed before, or `compute`, once.
fn known(hash: &Cell<Option<Hash>>, compute: impl FnOnce() -> Hash) -> Hash {
    hash.get().unwrap_or_else(|| {
        let computed = compute();
        hash.set(Some(computed));
        computed
    })
}

/// The bit of a label at an index, as the index of a fork's child. Bits count from the most significant one of the
/// first byte, so that the order of the bits is the order of the bytes.
fn side(label: &Hash, bit: u8) -> usize {
    usize::from(label[usize::from(bit / 8)] >> (7 - bit % 8) & 1)
}

/// The first bit in which two labels differ; `None` if they are the same.
fn first_difference(a: &Hash, b: &Hash) -> Option<u8> {
    let bytes = (0_u8..).zip(a.iter().zip(b));
    let (index, differing) = bytes
        .map(|(index, (a, b))| (index, a ^ b))
        .find(|(_, differing)| *differing != 0)?;
    u8::try_from(u32::from(index) * 8 + differing.leading_zeros()).ok()
}
