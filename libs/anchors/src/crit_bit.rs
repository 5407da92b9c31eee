//! A sorted set of keys of 32 bytes in stable memory: a crit-bit tree.
//!
//! Every branch names the first bit in which the keys on its two sides differ, so a search reads one branch
//! for each bit that matters and one key at the end: some 24 small reads among ten million keys. Inserting and
//! removing change one link, whatever is above or below it; nothing is ever balanced, because no choice of
//! keys makes a path longer than a key has bits.
//!
//! ```text
//! +------------------------------+ base
//! | number of keys               | u64, all numbers little-endian
//! | root                         | link: u32
//! | leaves in use or freed       | u32
//! | branches in use or freed     | u32
//! | first freed leaf, plus one   | u32, 0 = none
//! | first freed branch, plus one | u32, 0 = none
//! | reserved, zero               | 4 bytes
//! +------------------------------+ base + 32
//! | cell 0                       | 44 bytes: leaf 0 (32), branch 0 (12)
//! | cell 1                       |
//!
//! leaf    a key; of a freed one the first 4 bytes hold the next freed leaf, plus one
//! branch  bit (u16, 0 = highest of byte 0), 2 bytes zero, link if the bit is 0, link if it is 1;
//!         of a freed one the first 4 bytes hold the next freed branch, plus one
//! link    number of a leaf with the highest bit set, or number of a branch
//! ```
//!
//! Leaf `i` and branch `i` share a cell, and otherwise have nothing to do with each other.

use crate::slots::{OutOfMemory, ensure_size};
use ic_stable_structures::Memory;

#[cfg(test)]
mod tests;

/// A key. The order is that of the bytes.
pub(crate) type Key = [u8; 32];

const HEADER_BYTES: usize = 32;
const CELL_BYTES: u64 = 44;
/// Where in a cell its branch is, and how long.
const BRANCH_AT: u64 = 32;
const BRANCH_BYTES: usize = 12;
/// Where in a branch the first of its two links is.
const LINKS_AT: u64 = 4;

/// Links have 31 bits for a number.
const MOST_CELLS: u64 = 1 << 31;

/// See the module's documentation.
pub(crate) struct CritBitSet<M: Memory> {
    memory: M,
    base: u64,
    header: Header,
}

#[derive(Clone, Copy)]
struct Header {
    count: u64,
    root: u32,
    leaves: u32,
    branches: u32,
    free_leaf: u32,
    free_branch: u32,
}

/// What a link leads to.
#[derive(Clone, Copy)]
enum Node {
    Leaf(u32),
    Branch(u32),
}

struct Branch {
    bit: u16,
    sides: [Node; 2],
}

/// A branch on the way to a leaf, and on which side the way goes on.
struct Step {
    number: u32,
    branch: Branch,
    side: usize,
}

impl<M: Memory> CritBitSet<M> {
    /// The set at byte `base` of `memory`, which has room for the header. Zeros are an empty set.
    pub(crate) fn open(memory: M, base: u64) -> Self {
        let mut bytes = [0; HEADER_BYTES];
        memory.read(base, &mut bytes);
        let header = Header::from_bytes(&bytes);
        Self {
            memory,
            base,
            header,
        }
    }

    /// Bytes that the header takes.
    pub(crate) const HEADER_BYTES: u64 = HEADER_BYTES as u64;

    /// The memory that holds the set.
    pub(crate) fn memory(&self) -> &M {
        &self.memory
    }

    /// Number of keys.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u64 {
        self.header.count
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// Makes sure that the next `keys` insertions of this message do not fail.
    pub(crate) fn reserve(&self, keys: u64) -> Result<(), OutOfMemory> {
        // Freed cells are used first, and there are fewer branches than leaves.
        let cells = u64::from(self.header.leaves).max(self.header.count + keys);
        let bytes = self.base + Self::HEADER_BYTES + cells * CELL_BYTES;
        if cells > MOST_CELLS {
            return Err(OutOfMemory::for_bytes(bytes));
        }
        ensure_size(&self.memory, bytes)
    }

    /// Adds a key; says whether it is new. Without room nothing was written.
    pub(crate) fn insert(&mut self, key: &Key) -> Result<bool, OutOfMemory> {
        if self.is_empty() {
            self.reserve(1)?;
            self.header.root = self.new_leaf(key).link();
        } else {
            let (steps, leaf) = self.way_to(key);
            let Some(bit) = first_difference(&self.leaf(leaf), key) else {
                return Ok(false);
            };
            self.reserve(1)?;
            // The new branch comes after those that ask for an earlier bit.
            let above = steps.partition_point(|step| step.branch.bit < bit);
            let other = steps
                .get(above)
                .map_or(Node::Leaf(leaf), |step| Node::Branch(step.number));
            let side = side_of(key, bit);
            let mut sides = [other; 2];
            sides[side] = self.new_leaf(key);
            let branch = self.new_branch(&Branch { bit, sides });
            self.relink(&steps[..above], branch);
        }
        self.header.count += 1;
        self.save();
        Ok(true)
    }

    /// Takes a key out; says whether it was there.
    pub(crate) fn remove(&mut self, key: &Key) -> bool {
        if self.is_empty() {
            return false;
        }
        let (steps, leaf) = self.way_to(key);
        if self.leaf(leaf) != *key {
            return false;
        }
        if let Some((last, above)) = steps.split_last() {
            self.relink(above, last.branch.sides[1 - last.side]);
            self.free_branch(last.number);
        }
        self.free_leaf(leaf);
        self.header.count -= 1;
        self.save();
        true
    }

    /// The lowest keys that begin with `prefix`, in order, at most `limit`.
    pub(crate) fn with_prefix(&self, prefix: &[u8], limit: usize) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.is_empty() {
            return keys;
        }
        // Below the last branch that asks for a bit of the prefix all keys begin alike.
        let mut node = Node::of(self.header.root);
        while let Node::Branch(number) = node {
            let branch = self.branch(number);
            if usize::from(branch.bit) >= 8 * prefix.len() {
                break;
            }
            node = branch.sides[side_of(prefix, branch.bit)];
        }
        let mut ahead = vec![node];
        while keys.len() < limit
            && let Some(node) = ahead.pop()
        {
            match node {
                Node::Branch(number) => {
                    let [low, high] = self.branch(number).sides;
                    ahead.extend([high, low]);
                }
                Node::Leaf(number) => {
                    let key = self.leaf(number);
                    if !key.starts_with(prefix) {
                        break;
                    }
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// The branches that a search for `key` passes, and the leaf where it ends. The set is not empty.
    fn way_to(&self, key: &Key) -> (Vec<Step>, u32) {
        let mut steps = Vec::with_capacity(32);
        let mut node = Node::of(self.header.root);
        loop {
            match node {
                Node::Leaf(number) => return (steps, number),
                Node::Branch(number) => {
                    let branch = self.branch(number);
                    let side = side_of(key, branch.bit);
                    node = branch.sides[side];
                    steps.push(Step {
                        number,
                        branch,
                        side,
                    });
                }
            }
        }
    }

    /// Lets the way that ends with `steps` go on to `node`.
    fn relink(&mut self, steps: &[Step], node: Node) {
        let link = node.link();
        match steps.last() {
            None => self.header.root = link,
            Some(step) => {
                let at = self.branch_at(step.number) + LINKS_AT + 4 * step.side as u64;
                self.memory.write(at, &link.to_le_bytes());
            }
        }
    }

    fn new_leaf(&mut self, key: &Key) -> Node {
        let number = if let Some(freed) = self.header.free_leaf.checked_sub(1) {
            self.header.free_leaf = self.read_u32(self.leaf_at(freed));
            freed
        } else {
            self.header.leaves += 1;
            self.header.leaves - 1
        };
        self.memory.write(self.leaf_at(number), key);
        Node::Leaf(number)
    }

    fn new_branch(&mut self, branch: &Branch) -> Node {
        let number = if let Some(freed) = self.header.free_branch.checked_sub(1) {
            self.header.free_branch = self.read_u32(self.branch_at(freed));
            freed
        } else {
            self.header.branches += 1;
            self.header.branches - 1
        };
        self.memory
            .write(self.branch_at(number), &branch.to_bytes());
        Node::Branch(number)
    }

    fn free_leaf(&mut self, number: u32) {
        let next = self.header.free_leaf.to_le_bytes();
        self.memory.write(self.leaf_at(number), &next);
        self.header.free_leaf = number + 1;
    }

    fn free_branch(&mut self, number: u32) {
        let next = self.header.free_branch.to_le_bytes();
        self.memory.write(self.branch_at(number), &next);
        self.header.free_branch = number + 1;
    }

    fn leaf(&self, number: u32) -> Key {
        let mut key = Key::default();
        self.memory.read(self.leaf_at(number), &mut key);
        key
    }

    fn branch(&self, number: u32) -> Branch {
        let mut bytes = [0; BRANCH_BYTES];
        self.memory.read(self.branch_at(number), &mut bytes);
        Branch::from_bytes(&bytes)
    }

    fn leaf_at(&self, number: u32) -> u64 {
        self.base + Self::HEADER_BYTES + CELL_BYTES * u64::from(number)
    }

    fn branch_at(&self, number: u32) -> u64 {
        self.leaf_at(number) + BRANCH_AT
    }

    fn read_u32(&self, at: u64) -> u32 {
        let mut bytes = [0; 4];
        self.memory.read(at, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn save(&self) {
        self.memory.write(self.base, &self.header.to_bytes());
    }
}

impl Header {
    fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Self {
        let (count, rest) = bytes.split_first_chunk().expect("32 bytes");
        let number = |index: usize| le_u32(&rest[4 * index..]);
        Self {
            count: u64::from_le_bytes(*count),
            root: number(0),
            leaves: number(1),
            branches: number(2),
            free_leaf: number(3),
            free_branch: number(4),
        }
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let Self {
            count,
            root,
            leaves,
            branches,
            free_leaf,
            free_branch,
        } = self;
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&count.to_le_bytes());
        let numbers = [root, leaves, branches, free_leaf, free_branch];
        for (place, number) in bytes[8..].chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }
}

impl Node {
    const LEAF: u32 = 1 << 31;

    fn of(link: u32) -> Self {
        if link & Self::LEAF == 0 {
            Self::Branch(link)
        } else {
            Self::Leaf(link & !Self::LEAF)
        }
    }

    fn link(self) -> u32 {
        match self {
            Self::Leaf(number) => number | Self::LEAF,
            Self::Branch(number) => number,
        }
    }
}

impl Branch {
    fn from_bytes(bytes: &[u8; BRANCH_BYTES]) -> Self {
        Self {
            bit: u16::from_le_bytes([bytes[0], bytes[1]]),
            sides: [&bytes[4..], &bytes[8..]].map(|link| Node::of(le_u32(link))),
        }
    }

    fn to_bytes(&self) -> [u8; BRANCH_BYTES] {
        let mut bytes = [0; BRANCH_BYTES];
        bytes[..2].copy_from_slice(&self.bit.to_le_bytes());
        for (place, side) in bytes[4..].chunks_exact_mut(4).zip(self.sides) {
            place.copy_from_slice(&side.link().to_le_bytes());
        }
        bytes
    }
}

fn le_u32(bytes: &[u8]) -> u32 {
    let bytes = bytes.first_chunk().expect("four bytes at least");
    u32::from_le_bytes(*bytes)
}

/// On which side of a branch that asks for `bit` a key belongs.
fn side_of(key: &[u8], bit: u16) -> usize {
    usize::from(key[usize::from(bit / 8)] >> (7 - bit % 8) & 1)
}

/// The highest bit in which two keys differ.
fn first_difference(one: &Key, other: &Key) -> Option<u16> {
    let at = one
        .iter()
        .zip(other)
        .position(|(one, other)| one != other)?;
    let bits = (one[at] ^ other[at]).leading_zeros() as usize;
    Some(u16::try_from(8 * at + bits).expect("a key has 256 bits"))
}
